package io.adplatform.runtime.config;

/**
 * The Kafka cluster, or what speaks its protocol.
 *
 * @param bootstrap {@code host:port}, several between commas
 * @param partitions of the topics {@code events}, {@code auction-details} and {@code settled}; all
 *     services of an exchange are told the same number
 */
public record KafkaConfig(String bootstrap, int partitions) {
  private static final int DEFAULT_PARTITIONS = 4;
  private static final int MAX_PARTITIONS = 1024;

  /** From {@code kafka} and {@code partitions}. */
  public static KafkaConfig of(Settings settings) {
    return new KafkaConfig(
        settings.text("kafka", "127.0.0.1:9092"),
        settings.integer("partitions", DEFAULT_PARTITIONS, 1, MAX_PARTITIONS));
  }
}
