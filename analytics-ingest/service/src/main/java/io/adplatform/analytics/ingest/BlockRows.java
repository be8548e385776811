package io.adplatform.analytics.ingest;

import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Turns the messages of one offset range of one partition into a block for each table they go to.
 * One per topic; used by its intake's thread alone.
 */
interface BlockRows {
  /** The table whose rows say how far the topic is ingested; it has the columns of offsets. */
  String truthTable();

  /** Sets of which generation of the topic the next messages are. */
  void generation(int number);

  /** Empties the blocks. */
  void clear();

  /**
   * Adds a message.
   *
   * @return false where it is not one that can be read; nothing of it was added then
   */
  boolean add(ConsumerRecord<byte[], byte[]> message);

  /**
   * Inserts the blocks, that of {@link #truthTable} last.
   *
   * @param range names the offset range: the deduplication token
   */
  void insert(ClickHouseDatabase database, String range);

  /** Called after a flush of all partitions; what remains to be done is done when it is due. */
  void afterFlush(ClickHouseDatabase database);

  /** Whether everything that was inserted has been followed up, so that progress may be noted. */
  boolean isSettled();
}
