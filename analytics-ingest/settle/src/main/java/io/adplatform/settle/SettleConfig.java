package io.adplatform.settle;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/**
 * Settings of the job, from its command line.
 *
 * @param bootstrap {@code --kafka}: Kafka's bootstrap servers
 * @param kafkaProperties {@code --kafka-properties}: a properties file of what every Kafka client
 *     is given besides, such as credentials; null for none
 * @param path {@code --path}: folder of the checkpoints
 * @param metricsPort {@code --port}: of {@code /metrics}, {@code /healthz}, {@code /readyz} on
 *     loopback; 0 for none
 * @param eventsTopic {@code --events}
 * @param settledTopic {@code --settled}
 * @param noticesTopic {@code --notices}
 * @param checkpointInterval {@code --checkpoint-millis}: settled events are seen so often
 * @param transactionTimeout {@code --transaction-timeout-millis}: at most the broker's {@code
 *     transaction.max.timeout.ms}
 * @param maxAuctions {@code --max-auctions}: remembered per partition until their tokens expire; of
 *     charged views, clicks and conversions half as many besides, see {@link Settlement}
 * @param acceptedSettled {@code --accept-settled}: id of the topic {@code settled} that an operator
 *     has accepted though it does not hold what was settled; null for none
 */
public record SettleConfig(
    String bootstrap,
    Path kafkaProperties,
    Path path,
    int metricsPort,
    String eventsTopic,
    String settledTopic,
    String noticesTopic,
    Duration checkpointInterval,
    Duration transactionTimeout,
    int maxAuctions,
    String acceptedSettled) {
  static final String USAGE =
      "usage: --kafka HOST:PORT --path DIR [--kafka-properties FILE] [--port P] [--events TOPIC]"
          + " [--settled TOPIC] [--notices TOPIC] [--checkpoint-millis N]"
          + " [--transaction-timeout-millis N] [--max-auctions N] [--accept-settled ID]";

  private static final Set<String> NAMES =
      Set.of(
          "--kafka",
          "--kafka-properties",
          "--path",
          "--port",
          "--events",
          "--settled",
          "--notices",
          "--checkpoint-millis",
          "--transaction-timeout-millis",
          "--max-auctions",
          "--accept-settled");

  private static final int DEFAULT_CHECKPOINT_MILLIS = 1_000;

  /** Brokers allow 15 minutes by default. */
  private static final int DEFAULT_TRANSACTION_TIMEOUT_MILLIS = 14 * 60 * 1_000;

  /**
   * With the half million of charged signals besides about 75 MB a partition at most: four of them
   * and their snapshot, 17 bytes an auction, fit a heap of 512 MB.
   */
  private static final int DEFAULT_MAX_AUCTIONS = 1_000_000;

  /**
   * Reads a command line.
   *
   * @throws IllegalArgumentException saying what is wrong with it, and how it is used
   */
  public static SettleConfig parse(String... arguments) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      if (!NAMES.contains(arguments[i]) || i + 1 == arguments.length) {
        throw new IllegalArgumentException(
            arguments[i] + " is not known or has no value; " + USAGE);
      }
      given.put(arguments[i], arguments[i + 1]);
    }
    return new SettleConfig(
        required(given, "--kafka"),
        given.containsKey("--kafka-properties") ? Path.of(given.get("--kafka-properties")) : null,
        Path.of(required(given, "--path")),
        number(given, "--port", 0),
        given.getOrDefault("--events", "events"),
        given.getOrDefault("--settled", "settled"),
        given.getOrDefault("--notices", "partner-notices"),
        Duration.ofMillis(number(given, "--checkpoint-millis", DEFAULT_CHECKPOINT_MILLIS)),
        Duration.ofMillis(
            number(given, "--transaction-timeout-millis", DEFAULT_TRANSACTION_TIMEOUT_MILLIS)),
        number(given, "--max-auctions", DEFAULT_MAX_AUCTIONS),
        given.get("--accept-settled"));
  }

  /**
   * What every Kafka client is given; a copy that may be added to.
   *
   * @throws IllegalArgumentException where the file cannot be read
   */
  Properties kafka() {
    Properties properties = new Properties();
    if (kafkaProperties != null) {
      try (Reader reader = Files.newBufferedReader(kafkaProperties)) {
        properties.load(reader);
      } catch (IOException e) {
        throw new IllegalArgumentException(
            "--kafka-properties: " + kafkaProperties + " cannot be read", e);
      }
    }
    properties.setProperty("bootstrap.servers", bootstrap);
    return properties;
  }

  private static String required(Map<String, String> given, String name) {
    String value = given.get(name);
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(name + " is missing; " + USAGE);
    }
    return value;
  }

  private static int number(Map<String, String> given, String name, int otherwise) {
    String value = given.get(name);
    try {
      int number = value == null ? otherwise : Integer.parseInt(value);
      if (number < 0) {
        throw new NumberFormatException("negative");
      }
      return number;
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " must be a number from 0, not " + value, e);
    }
  }
}
