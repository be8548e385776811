package io.adplatform.runtime.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * The Kafka cluster, or what speaks its protocol.
 *
 * @param bootstrap {@code host:port}, several between commas
 * @param partitions of the topics {@code events}, {@code auction-details} and {@code settled}; all
 *     services of an exchange are told the same number
 * @param replication copies of each partition of a topic that is made
 * @param clientProperties what every client is given besides, such as {@code security.protocol} and
 *     credentials; never printed
 */
public record KafkaConfig(
    String bootstrap, int partitions, int replication, Map<String, String> clientProperties) {
  private static final int DEFAULT_PARTITIONS = 4;
  private static final int MAX_PARTITIONS = 1024;
  private static final int MAX_REPLICATION = 7;

  /** Copies the properties. */
  public KafkaConfig {
    clientProperties = Map.copyOf(clientProperties);
  }

  /** One broker that trusts its clients. */
  public KafkaConfig(String bootstrap, int partitions) {
    this(bootstrap, partitions, 1, Map.of());
  }

  /**
   * From {@code kafka}, {@code partitions}, {@code kafka-replication} and {@code kafka-properties},
   * a properties file that its owner alone can read.
   */
  public static KafkaConfig of(Settings settings) {
    return new KafkaConfig(
        settings.text("kafka", "127.0.0.1:9092"),
        settings.integer("partitions", DEFAULT_PARTITIONS, 1, MAX_PARTITIONS),
        settings.integer("kafka-replication", 1, 1, MAX_REPLICATION),
        readProperties(settings.path("kafka-properties", null)));
  }

  private static Map<String, String> readProperties(Path file) {
    Map<String, String> read = new HashMap<>();
    if (file != null) {
      Properties properties = new Properties();
      try {
        properties.load(new StringReader(Settings.readSecret("kafka-properties", file)));
      } catch (IOException | IllegalArgumentException e) {
        throw new SettingsException("kafka-properties: '" + file + "' is not a properties file");
      }
      properties.forEach((key, value) -> read.put((String) key, (String) value));
    }
    return read;
  }

  /** Without the client properties, which hold secrets. */
  @Override
  public String toString() {
    return bootstrap + " (" + partitions + " partitions)";
  }
}
