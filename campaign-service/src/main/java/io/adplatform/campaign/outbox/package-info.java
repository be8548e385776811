/**
 * From a committed change to the topics. {@link io.adplatform.campaign.outbox.Outbox} writes, in
 * the change's own transaction, what the catalogue must be told; one {@link
 * io.adplatform.campaign.outbox.OutboxPublisher} per exchange (an advisory lock sees to it) reads
 * it in version order on a thread of its own and hands it to {@link
 * io.adplatform.campaign.outbox.CatalogueTopics}. Kafka away: the outbox grows, writes still
 * answer.
 */
package io.adplatform.campaign.outbox;
