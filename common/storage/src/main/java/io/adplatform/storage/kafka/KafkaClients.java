package io.adplatform.storage.kafka;

import io.adplatform.runtime.config.KafkaConfig;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Opens producers and consumers with the settings all of the house relies on: nothing is
 * acknowledged before every in-sync copy has it, nothing uncommitted is read, every buffer is
 * bounded, and a broker that comes back is found again within {@value #RECONNECT_MAX_MILLIS} ms.
 * What is opened belongs to the caller, who closes it.
 */
public final class KafkaClients {
  /** The largest message: an auction's full record, or a creative's markup, with room to spare. */
  public static final int MAX_MESSAGE_BYTES = 2 * 1024 * 1024;

  /** What a producer holds for a broker that is away; then sending blocks, and soon fails. */
  private static final long PRODUCER_BUFFER_BYTES = 32L * 1024 * 1024;

  /** How long sending may block for room or metadata: the caller has to know of trouble soon. */
  private static final int SEND_BLOCK_MILLIS = 5_000;

  /** How long a record may wait for its acknowledgement until it is reported as failed. */
  private static final int DELIVERY_MILLIS = 30_000;

  /** A batch fills for this long: a little latency for far fewer requests. */
  private static final int LINGER_MILLIS = 5;

  private static final int REQUEST_MILLIS = 10_000;
  private static final int RECONNECT_MILLIS = 50;
  private static final int RECONNECT_MAX_MILLIS = 1_000;

  /** How soon a topic that was made later is seen. */
  private static final int METADATA_MILLIS = 10_000;

  /** What one fetch may bring, whatever the number of partitions. */
  private static final int FETCH_BYTES = 8 * 1024 * 1024;

  private KafkaClients() {}

  /** An idempotent producer of bytes, {@code acks=all}. Thread-safe. */
  public static Producer<byte[], byte[]> openProducer(KafkaConfig config, String clientId) {
    return openProducer(config, clientId, Map.of());
  }

  /**
   * The same with some settings replaced.
   *
   * @param overrides settings of {@link ProducerConfig} by name
   */
  public static Producer<byte[], byte[]> openProducer(
      KafkaConfig config, String clientId, Map<String, ?> overrides) {
    Properties properties = common(config, clientId);
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    properties.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, PRODUCER_BUFFER_BYTES);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, SEND_BLOCK_MILLIS);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_MILLIS);
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_MESSAGE_BYTES);
    properties.putAll(overrides);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * A consumer of bytes that reads committed messages only and never commits by itself; it stands
   * at the beginning of what it is assigned until told otherwise. Of one thread, but for {@code
   * wakeup}.
   */
  public static Consumer<byte[], byte[]> openConsumer(KafkaConfig config, String clientId) {
    return openConsumer(config, clientId, Map.of());
  }

  /**
   * The same with some settings replaced.
   *
   * @param overrides settings of {@link ConsumerConfig} by name
   */
  public static Consumer<byte[], byte[]> openConsumer(
      KafkaConfig config, String clientId, Map<String, ?> overrides) {
    Properties properties = common(config, clientId);
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
    properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, MAX_MESSAGE_BYTES);
    properties.putAll(overrides);
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** An administration client. Thread-safe. */
  public static Admin openAdmin(KafkaConfig config, String clientId) {
    return Admin.create(common(config, clientId));
  }

  private static Properties common(KafkaConfig config, String clientId) {
    Properties properties = new Properties();
    properties.putAll(config.clientProperties());
    properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, config.bootstrap());
    properties.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
    properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MILLIS);
    properties.put(CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG, RECONNECT_MILLIS);
    properties.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_MAX_MILLIS);
    properties.put(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, METADATA_MILLIS);
    return properties;
  }
}
