/**
 * From the topics {@code settled}, {@code auction-details} and {@code catalogue} into ClickHouse.
 *
 * <p>{@link io.adplatform.analytics.ingest.Ingest} starts one thread per topic; each owns its
 * consumer, its blocks and all it writes, and nothing here is shared but the ClickHouse client and
 * the counters. {@link io.adplatform.analytics.ingest.TopicIntake} reads offset ranges of assigned
 * partitions (no consumer group: the truth of what is in is ClickHouse itself, see {@link
 * io.adplatform.analytics.ingest.ProgressStore}), turns each into one block per table through a
 * {@link io.adplatform.analytics.ingest.BlockRows} and inserts it; {@link
 * io.adplatform.analytics.ingest.DeliveryRollup} then recomputes the quarter hours that were
 * touched. Where Kafka or ClickHouse is away the thread waits and goes on where it stood; nothing
 * is skipped.
 */
package io.adplatform.analytics.ingest;
