package io.adplatform.campaign.entity;

/** A tenant. */
public record Account(long id, String name) {}
