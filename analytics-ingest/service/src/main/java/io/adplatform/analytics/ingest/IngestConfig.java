package io.adplatform.analytics.ingest;

import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.storage.clickhouse.ClickHouseConfig;
import io.adplatform.storage.kafka.KafkaTopics;

/**
 * How ingestion runs.
 *
 * @param kafka where the topics are
 * @param clickHouse where the tables are
 * @param settledTopic usually {@link KafkaTopics#SETTLED}
 * @param detailTopic usually {@link KafkaTopics#AUCTION_DETAILS}
 * @param retention how long rows are kept
 * @param lingerMillis how long a row may wait for others before its block is inserted, where few
 *     come; positive. Under load up to {@value TopicIntake#MAX_LINGER_MILLIS} ms
 */
public record IngestConfig(
    KafkaConfig kafka,
    ClickHouseConfig clickHouse,
    String settledTopic,
    String detailTopic,
    Retention retention,
    int lingerMillis) {
  /** Reports are fresh within a second: this, the insert and the roll-up. */
  public static final int DEFAULT_LINGER_MILLIS = 300;

  /** The usual topics, retention and linger. */
  public static IngestConfig of(KafkaConfig kafka, ClickHouseConfig clickHouse) {
    return new IngestConfig(
        kafka,
        clickHouse,
        KafkaTopics.SETTLED,
        KafkaTopics.AUCTION_DETAILS,
        Retention.USUAL,
        DEFAULT_LINGER_MILLIS);
  }
}
