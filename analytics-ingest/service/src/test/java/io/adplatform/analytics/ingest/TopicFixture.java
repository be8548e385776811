package io.adplatform.analytics.ingest;

import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.storage.clickhouse.ClickHouseConfig;
import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.storage.kafka.KafkaClients;
import io.adplatform.storage.kafka.KafkaTopics;
import io.adplatform.testkit.server.TestClickHouse;
import io.adplatform.testkit.server.TestKafka;
import io.adplatform.wire.catalogue.CatalogueCodec;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Topics and a database of one test, and what writes to the topics. */
public final class TopicFixture implements AutoCloseable {
  public static final int PARTITIONS = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final AtomicBoolean CATALOGUE_MADE = new AtomicBoolean();

  public final IngestConfig config;
  public final ClickHouseDatabase database;
  public final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private Producer<byte[], byte[]> producer;

  public TopicFixture() {
    String prefix = TestKafka.freshPrefix();
    KafkaConfig kafka = new KafkaConfig(TestKafka.bootstrapServers(), PARTITIONS);
    if (CATALOGUE_MADE.compareAndSet(false, true)) {
      for (String topic : new String[] {KafkaTopics.CATALOGUE, KafkaTopics.CATALOGUE_LOG}) {
        TestKafka.createTopic(topic, 1, Map.of());
      }
    }
    TestKafka.createTopic(prefix + "settled", PARTITIONS, Map.of());
    TestKafka.createTopic(prefix + "details", PARTITIONS, Map.of());
    ClickHouseConfig clickHouse =
        ClickHouseConfig.of(TestClickHouse.url(), TestClickHouse.freshDatabase());
    config =
        new IngestConfig(
            kafka, clickHouse, prefix + "settled", prefix + "details", Retention.USUAL, 50);
    database = new ClickHouseDatabase(clickHouse);
    producer = KafkaClients.openProducer(kafka, "fixture");
  }

  /** Runs a part of a test while ingestion runs. */
  public void whileIngesting(Runnable part) {
    Ingest ingest = Ingest.launch(config, metrics);
    try {
      part.run();
    } finally {
      ingest.close();
    }
  }

  /** Sends a settled event and returns its offset. */
  public long send(int partition, SettledMessage message) {
    return sendRaw(config.settledTopic(), partition, message.encode());
  }

  /** Sends the same settled event so many times. */
  void sendMany(int partition, SettledMessage message, int count) {
    byte[] value = message.encode();
    for (int i = 0; i < count; i++) {
      producer.send(new ProducerRecord<>(config.settledTopic(), partition, null, value));
    }
    producer.flush();
  }

  public long sendRaw(String topic, int partition, byte[] value) {
    try {
      return producer.send(new ProducerRecord<>(topic, partition, null, value)).get().offset();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sends a settled event as the answer to an event, behind the answer to another. */
  public void sendAnswer(int partition, SettledMessage message, long event, long before) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(config.settledTopic(), partition, null, message.encode());
    record.headers().add("o", ByteBuffer.allocate(8).putLong(event).array());
    record.headers().add("p", ByteBuffer.allocate(8).putLong(before).array());
    try {
      producer.send(record).get();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Deletes the topic of settled events with all it holds and makes one of the same name. */
  void makeSettledAnew() {
    TestKafka.makeAnew(config.settledTopic(), PARTITIONS);
    producer.close();
    producer = KafkaClients.openProducer(config.kafka(), "fixture");
  }

  /** Has ClickHouse refuse settled events, or take them again. */
  void refuseInserts(boolean now) {
    database.execute(
        now
            ? "ALTER TABLE settled_events ADD CONSTRAINT closed CHECK kafka_offset < 0"
            : "ALTER TABLE settled_events DROP CONSTRAINT closed");
  }

  /** A counter of the topic of settled events. */
  long counter(String name) {
    return (long) metrics.get(name).tag("topic", "settled").counter().count();
  }

  /** A gauge of the topic of settled events. */
  double gauge(String name) {
    return metrics.get(name).tag("topic", "settled").gauge().value();
  }

  /** Publishes a document, or with a null entity its deletion, as a transaction of its own. */
  public void publish(long version, CatalogueKey key, CatalogueEntity entity) {
    for (String topic : new String[] {KafkaTopics.CATALOGUE, KafkaTopics.CATALOGUE_LOG}) {
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(
              topic,
              0,
              key.text().getBytes(StandardCharsets.UTF_8),
              entity == null ? null : CatalogueCodec.write(entity));
      record.headers().add("v", ByteBuffer.allocate(8).putLong(version).array());
      record.headers().add("end", new byte[] {1});
      try {
        producer.send(record).get();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  public void publish(long version, CatalogueEntity entity) {
    publish(version, CatalogueKey.of(entity), entity);
  }

  /** The number that a query answers; -1 while it cannot be run. */
  public long number(String sql) {
    try {
      return database.queryLong(sql, Map.of());
    } catch (RuntimeException e) {
      return -1;
    }
  }

  public void awaitNumber(long expected, String sql) {
    try {
      await(() -> number(sql) == expected);
    } catch (AssertionError e) {
      throw new AssertionError(sql + ": " + number(sql) + ", not " + expected, e);
    }
  }

  public static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("did not come true within " + PATIENCE);
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    producer.close();
    database.close();
  }
}
