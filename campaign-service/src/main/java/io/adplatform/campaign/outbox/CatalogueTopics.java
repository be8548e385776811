package io.adplatform.campaign.outbox;

import io.adplatform.storage.kafka.KafkaClients;
import io.adplatform.storage.kafka.KafkaTopics;
import io.adplatform.wire.catalogue.CatalogueKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * The two topics of the catalogue: made where they are missing, and never sent a version that they
 * hold already, so that a publisher that was ended between sending and noting it repeats nothing.
 * Used by one thread.
 */
final class CatalogueTopics implements AutoCloseable {
  /** Kafka that is there answers in milliseconds; a stop of the service waits no longer. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private static final String CLIENT = "catalogue-publisher";
  private static final byte[] END = {1};

  private final CatalogueTopicsConfig config;
  private final Producer<byte[], byte[]> producer;
  private long lastCatalogue;
  private long lastLog;

  private CatalogueTopics(CatalogueTopicsConfig config) {
    this.config = config;
    this.lastCatalogue = lastVersion(config.catalogue());
    this.lastLog = lastVersion(config.log());
    this.producer = KafkaClients.openProducer(config.kafka(), CLIENT);
  }

  /**
   * Makes the topics where they are missing and reads how far they are.
   *
   * @throws IllegalStateException where Kafka is away
   */
  static CatalogueTopics open(CatalogueTopicsConfig config) throws InterruptedException {
    try {
      KafkaTopics.createCatalogue(config.kafka(), config.catalogue(), config.log(), LIMIT);
      return new CatalogueTopics(config);
    } catch (TimeoutException e) {
      throw new IllegalStateException("Kafka at " + config.kafka().bootstrap() + " is away", e);
    }
  }

  /** The version of a topic's last record; 0 where it has none. */
  private long lastVersion(String topic) {
    TopicPartition partition = new TopicPartition(topic, 0);
    try (Consumer<byte[], byte[]> consumer = KafkaClients.openConsumer(config.kafka(), CLIENT)) {
      List<TopicPartition> partitions = List.of(partition);
      consumer.assign(partitions);
      long end = consumer.endOffsets(partitions, LIMIT).get(partition);
      if (end == 0 || consumer.beginningOffsets(partitions, LIMIT).get(partition) == end) {
        return 0;
      }
      consumer.seek(partition, end - 1);
      for (ConsumerRecord<byte[], byte[]> each : consumer.poll(LIMIT).records(partition)) {
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

  /** The newest version on either topic: what is sent has to be above it. */
  long newestVersion() {
    return Math.max(lastCatalogue, lastLog);
  }

  /**
   * Reads the compacted topic: all that its followers take for there.
   *
   * @throws IllegalStateException where Kafka is away
   */
  Set<CatalogueKey> readKeys() {
    TopicPartition partition = new TopicPartition(config.catalogue(), 0);
    Set<CatalogueKey> keys = new LinkedHashSet<>();
    try (Consumer<byte[], byte[]> consumer = KafkaClients.openConsumer(config.kafka(), CLIENT)) {
      List<TopicPartition> partitions = List.of(partition);
      consumer.assign(partitions);
      long end = consumer.endOffsets(partitions, LIMIT).get(partition);
      consumer.seekToBeginning(partitions);
      while (consumer.position(partition, LIMIT) < end) {
        List<ConsumerRecord<byte[], byte[]>> read = consumer.poll(LIMIT).records(partition);
        if (read.isEmpty() && consumer.position(partition, LIMIT) < end) {
          throw new IllegalStateException("topic " + config.catalogue() + " cannot be read");
        }
        read.forEach(each -> take(each, keys));
      }
    }
    return keys;
  }

  private static void take(ConsumerRecord<byte[], byte[]> each, Set<CatalogueKey> keys) {
    CatalogueKey key = CatalogueKey.parse(new String(each.key(), StandardCharsets.UTF_8));
    if (each.value() == null) {
      keys.remove(key);
    } else {
      keys.add(key);
    }
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
