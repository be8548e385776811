package io.adplatform.campaign.outbox;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The two topics of the catalogue: made where they are missing, and never sent a version that they
 * hold already, so that a publisher that was ended between sending and noting it repeats nothing.
 * Used by one thread.
 */
final class CatalogueTopics implements AutoCloseable {
  /** A week: how long past decisions can be recomputed on the version they saw. */
  private static final long LOG_RETENTION_MILLIS = Duration.ofDays(7).toMillis();

  private static final int REQUEST_MILLIS = 5_000;
  private static final int DELIVERY_MILLIS = 10_000;
  private static final byte[] END = {1};

  private final CatalogueTopicsConfig config;
  private final KafkaProducer<byte[], byte[]> producer;
  private long lastCatalogue;
  private long lastLog;

  private CatalogueTopics(CatalogueTopicsConfig config) {
    this.config = config;
    this.lastCatalogue = lastVersion(config.catalogue());
    this.lastLog = lastVersion(config.log());
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                config.bootstrap(),
                "client.id",
                "catalogue-publisher",
                "enable.idempotence",
                true,
                "acks",
                "all",
                "compression.type",
                "lz4",
                "request.timeout.ms",
                REQUEST_MILLIS,
                "delivery.timeout.ms",
                DELIVERY_MILLIS,
                "max.block.ms",
                REQUEST_MILLIS),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /**
   * Makes the topics where they are missing and reads how far they are.
   *
   * @throws IllegalStateException where Kafka is away
   */
  static CatalogueTopics open(CatalogueTopicsConfig config) throws InterruptedException {
    try (Admin admin =
        Admin.create(
            Map.of(
                "bootstrap.servers", config.bootstrap(),
                "request.timeout.ms", REQUEST_MILLIS,
                "default.api.timeout.ms", REQUEST_MILLIS))) {
      make(admin, config.catalogue(), Map.of("cleanup.policy", "compact"));
      make(
          admin,
          config.log(),
          Map.of("cleanup.policy", "delete", "retention.ms", Long.toString(LOG_RETENTION_MILLIS)));
    }
    return new CatalogueTopics(config);
  }

  private static void make(Admin admin, String name, Map<String, String> settings)
      throws InterruptedException {
    NewTopic topic = new NewTopic(name, Optional.of(1), Optional.empty()).configs(settings);
    try {
      admin.createTopics(List.of(topic)).all().get(REQUEST_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw new IllegalStateException("topic " + name + ": " + e.getCause(), e);
      }
    } catch (TimeoutException e) {
      throw new IllegalStateException("topic " + name + ": Kafka does not answer", e);
    }
  }

  /** The version of a topic's last record; 0 where it has none. */
  private long lastVersion(String topic) {
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                config.bootstrap(),
                "enable.auto.commit",
                false,
                "request.timeout.ms",
                REQUEST_MILLIS,
                "default.api.timeout.ms",
                REQUEST_MILLIS),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = List.of(partition);
      consumer.assign(partitions);
      long end = consumer.endOffsets(partitions).get(partition);
      if (end == 0 || consumer.beginningOffsets(partitions).get(partition) == end) {
        return 0;
      }
      consumer.seek(partition, end - 1);
      for (ConsumerRecord<byte[], byte[]> each :
          consumer.poll(Duration.ofMillis(REQUEST_MILLIS)).records(partition)) {
        Header header = each.headers().lastHeader("v");
        return ByteBuffer.wrap(header.value()).getLong();
      }
      throw new IllegalStateException("topic " + topic + ": its last record cannot be read");
    }
  }

  /** The newest version on the compacted topic; 0 where it is empty. */
  long lastVersion() {
    return lastCatalogue;
  }

  /**
   * Sends rows in version order and waits until both topics have taken them.
   *
   * @throws IllegalStateException where Kafka did not take them all; this object is of no use then
   */
  void send(List<OutboxRow> rows) throws InterruptedException {
    List<Future<?>> sent = new ArrayList<>();
    for (OutboxRow row : rows) {
      if (row.version() > lastCatalogue) {
        sent.add(producer.send(record(config.catalogue(), row)));
      }
      if (row.version() > lastLog) {
        sent.add(producer.send(record(config.log(), row)));
      }
    }
    producer.flush();
    try {
      for (Future<?> each : sent) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("Kafka did not take it: " + e.getCause(), e);
    }
    lastCatalogue = Math.max(lastCatalogue, rows.getLast().version());
    lastLog = Math.max(lastLog, rows.getLast().version());
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, OutboxRow row) {
    ProducerRecord<byte[], byte[]> message =
        new ProducerRecord<>(topic, 0, row.key().getBytes(StandardCharsets.UTF_8), row.document());
    message.headers().add("v", ByteBuffer.allocate(Long.BYTES).putLong(row.version()).array());
    if (row.last()) {
      message.headers().add("end", END);
    }
    return message;
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(2));
  }
}
