package io.adplatform.campaign.outbox;

import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.storage.kafka.KafkaTopics;

/**
 * Where the catalogue is published.
 *
 * @param catalogue the compacted topic
 * @param log the topic of all changes
 */
public record CatalogueTopicsConfig(KafkaConfig kafka, String catalogue, String log) {
  /** The usual names. */
  public static CatalogueTopicsConfig of(KafkaConfig kafka) {
    return withPrefix(kafka, "");
  }

  /** The usual names with a prefix, for exchanges that share a Kafka. */
  public static CatalogueTopicsConfig withPrefix(KafkaConfig kafka, String prefix) {
    return new CatalogueTopicsConfig(
        kafka, prefix + KafkaTopics.CATALOGUE, prefix + KafkaTopics.CATALOGUE_LOG);
  }

  /** Where and what, without credentials. */
  @Override
  public String toString() {
    return catalogue + " and " + log + " at " + kafka.bootstrap();
  }
}
