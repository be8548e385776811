package io.adplatform.campaign.entity;

import io.adplatform.runtime.api.Role;

/**
 * An API key, without the key itself.
 *
 * @param prefix how the key begins, to tell keys apart
 * @param hash its SHA-256; null where it has been read back
 */
public record ApiKey(long id, long accountId, Role role, String name, String prefix, byte[] hash) {}
