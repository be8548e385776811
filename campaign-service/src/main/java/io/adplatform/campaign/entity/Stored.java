package io.adplatform.campaign.entity;

import java.time.Instant;

/**
 * A thing as it is stored.
 *
 * @param version grows by one with every change of it
 * @param currency of its amounts; null where it has none
 */
public record Stored<E>(
    E entity, long version, Instant createdAt, Instant updatedAt, String currency) {}
