package io.adplatform.analytics.ingest;

import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Turns the messages of one offset range of one partition into a block for each table they go to,
 * each as it comes: what waits for its insert waits as rows. Two per partition, one of which is
 * inserted while the other is filled; each of one thread at a time.
 */
interface BlockRows {
  /** Empties the blocks. */
  void clear();

  /**
   * Adds a message.
   *
   * @return false where it is not one that can be read; nothing of it was added then
   */
  boolean add(ConsumerRecord<byte[], byte[]> message);

  /**
   * Inserts the blocks, that of the topic's truth table last.
   *
   * @param range names the offset range: the deduplication token
   */
  void insert(ClickHouseDatabase database, String range);
}
