/**
 * From the topics {@code settled}, {@code auction-details} and {@code catalogue} into ClickHouse.
 *
 * <p>{@link io.adplatform.analytics.ingest.Ingest} starts one thread per topic, which owns its
 * consumer and its blocks, and hands each block that is full over to one of two threads that insert
 * ({@link io.adplatform.analytics.ingest.BlockInserter}), a partition's always to the same. Nothing
 * else is shared but the ClickHouse client, the counters, and the roll-up, which has a lock. {@link
 * io.adplatform.analytics.ingest.TopicIntake} reads offset ranges of assigned partitions (no
 * consumer group: the truth of what is in is ClickHouse itself, see {@link
 * io.adplatform.analytics.ingest.ProgressStore}), turns each into one block per table through a
 * {@link io.adplatform.analytics.ingest.BlockRows} and inserts it; {@link
 * io.adplatform.analytics.ingest.DeliveryRollup} then recomputes the quarter hours that were
 * touched. Where Kafka or ClickHouse is away the thread waits and goes on where it stood; nothing
 * is skipped.
 */
package io.adplatform.analytics.ingest;
