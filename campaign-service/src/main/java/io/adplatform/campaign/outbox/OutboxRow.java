package io.adplatform.campaign.outbox;

/**
 * One message to be.
 *
 * @param version the catalogue version it makes
 * @param key as on the topic, such as {@code line-item/1042}
 * @param document null deletes
 * @param last whether it is the last of its transaction
 */
record OutboxRow(long version, String key, byte[] document, boolean last) {}
