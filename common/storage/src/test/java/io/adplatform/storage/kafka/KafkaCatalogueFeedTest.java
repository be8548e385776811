package io.adplatform.storage.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.decision.catalogue.CatalogueCompiler;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.CreativeCompiler;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.testkit.server.TestKafka;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.CatalogueCodec;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.CatalogueKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Following the catalogue on a real broker. One topic is shared, so versions go up throughout. */
class KafkaCatalogueFeedTest {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final long ACCOUNT = 1;

  private static KafkaConfig kafka;
  private static Producer<byte[], byte[]> producer;
  private static long version;

  @BeforeAll
  static void openServers() throws Exception {
    kafka = new KafkaConfig(TestKafka.bootstrapServers(), 2);
    KafkaTopics.create(kafka, PATIENCE);
    producer = KafkaClients.openProducer(kafka, "test");
  }

  @AfterAll
  static void closeProducer() {
    producer.close();
  }

  private static Advertiser advertiser(long id) {
    return new Advertiser(id, ACCOUNT, "Acme " + id, "USD", "UTC");
  }

  private static Future<?> send(String key, byte[] value, boolean end) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(KafkaTopics.CATALOGUE, 0, key.getBytes(StandardCharsets.UTF_8), value);
    record.headers().add("v", ByteBuffer.allocate(Long.BYTES).putLong(version).array());
    if (end) {
      record.headers().add("end", new byte[] {1});
    }
    return producer.send(record);
  }

  /** One transaction: sent together, so that it is read together. */
  private static void publish(CatalogueEntity... entities) throws Exception {
    version++;
    List<Future<?>> sent = new ArrayList<>();
    for (int i = 0; i < entities.length; i++) {
      String key = CatalogueKey.of(entities[i]).text();
      sent.add(send(key, CatalogueCodec.write(entities[i]), i == entities.length - 1));
    }
    for (Future<?> one : sent) {
      one.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "still no " + what);
      Thread.sleep(20);
    }
  }

  /** Writes down what it is told. */
  private static final class Story implements CatalogueListener {
    final List<String> told = Collections.synchronizedList(new ArrayList<>());
    final AtomicBoolean refuse = new AtomicBoolean();

    @Override
    public void onDocument(CatalogueKey key, CatalogueEntity entity, long version) {
      told.add(key.text() + (entity == null ? " deleted" : "") + " v" + version);
    }

    @Override
    public void onConsistent(long version) {
      if (refuse.getAndSet(false)) {
        told.add("refused");
        throw new IllegalStateException("not now");
      }
      told.add("consistent v" + version);
    }

    List<String> since(int from) {
      return List.copyOf(told).subList(from, told.size());
    }
  }

  @Test
  void shouldMakeTopicsOnceAndRefuseAnotherNumberOfPartitions() throws Exception {
    KafkaTopics.create(kafka, PATIENCE);
    KafkaConfig other = new KafkaConfig(TestKafka.bootstrapServers(), 3);
    IllegalStateException refused =
        org.junit.jupiter.api.Assertions.assertThrows(
            IllegalStateException.class, () -> KafkaTopics.create(other, PATIENCE));
    assertTrue(refused.getMessage().contains("partitions"), refused.getMessage());
  }

  @Test
  void shouldPublishSnapshotOfEveryTransaction() throws Exception {
    publish(advertiser(1));
    try (KafkaCatalogueFeed feed =
        KafkaCatalogueFeed.start(
            kafka, "test-feed", new CatalogueCompiler(CreativeCompiler.NONE))) {
      assertTrue(feed.awaitReady(PATIENCE));
      assertEquals(version, feed.latest().version());
      publish(advertiser(1), advertiser(2));
      await("snapshot of the change", () -> feed.latest().version() == version);
      await("end of the catalogue", () -> feed.lagMillis() < 5_000);
    }
  }

  @Test
  void shouldGoOnAfterBrokerWasKilled() throws Exception {
    publish(advertiser(3));
    try (KafkaCatalogueFeed feed =
        KafkaCatalogueFeed.start(
            kafka, "test-killed", new CatalogueCompiler(CreativeCompiler.NONE))) {
      assertTrue(feed.awaitReady(PATIENCE));
      CatalogueSnapshot before = feed.latest();
      int restarts = TestKafka.server().process().restarts();
      ProcessHandle.of(TestKafka.server().process().pid()).orElseThrow().destroyForcibly();
      await("restart", () -> TestKafka.server().process().restarts() > restarts);
      assertNotNull(feed.latest(), "what was read stays");
      TestKafka.server().process().awaitReady(PATIENCE);
      publish(advertiser(4));
      await("change after the restart", () -> feed.latest().version() > before.version());
    }
  }

  @Test
  void shouldHandOverOnlyWholeTransactionsOnceCaughtUp() throws Exception {
    publish(advertiser(5));
    Story story = new Story();
    try (CatalogueReader reader = CatalogueReader.start(kafka, "test-story", story)) {
      assertTrue(reader.awaitCaughtUp(PATIENCE));
      int from = story.told.size();
      publish(advertiser(6), advertiser(7));
      version++;
      send("advertiser/6", null, true);
      await("both transactions", () -> reader.version() == version);
      assertEquals(
          List.of(
              "advertiser/6 v" + (version - 1),
              "advertiser/7 v" + (version - 1),
              "consistent v" + (version - 1),
              "advertiser/6 deleted v" + version,
              "consistent v" + version),
          story.since(from));
    }
  }

  @Test
  void shouldHandOverAgainWhatListenerRefused() throws Exception {
    Story story = new Story();
    try (CatalogueReader reader = CatalogueReader.start(kafka, "test-refused", story)) {
      assertTrue(reader.awaitCaughtUp(PATIENCE));
      int from = story.told.size();
      story.refuse.set(true);
      publish(advertiser(8));
      await("second attempt", () -> reader.version() == version);
      assertEquals(
          List.of("advertiser/8 v" + version, "refused", "consistent v" + version),
          story.since(from));
    }
  }

  @Test
  void shouldReadAgainWhatAnErrorKeptFromBeingTaken() throws Exception {
    AtomicBoolean fails = new AtomicBoolean();
    Set<Long> taken = ConcurrentHashMap.newKeySet();
    CatalogueListener listener =
        new CatalogueListener() {
          @Override
          public void onDocument(CatalogueKey key, CatalogueEntity entity, long of) {
            if (fails.compareAndSet(true, false)) {
              throw new OutOfMemoryError("planted");
            }
            taken.add(key.id());
          }

          @Override
          public void onConsistent(long of) {}
        };
    try (CatalogueReader reader = CatalogueReader.start(kafka, "test-error", listener)) {
      assertTrue(reader.awaitCaughtUp(PATIENCE));
      fails.set(true);
      publish(advertiser(21), advertiser(22));
      await("both documents", () -> taken.containsAll(Set.of(21L, 22L)));
      assertNull(reader.readiness());
    }
  }

  @Test
  void shouldPassOverWhatItCannotRead() throws Exception {
    Story story = new Story();
    try (CatalogueReader reader = CatalogueReader.start(kafka, "test-unreadable", story)) {
      assertTrue(reader.awaitCaughtUp(PATIENCE));
      long before = reader.unreadable();
      version++;
      send("hologram/1", "{}".getBytes(StandardCharsets.UTF_8), false);
      send("advertiser/9", "no json".getBytes(StandardCharsets.UTF_8), false);
      send(
          new CatalogueKey(CatalogueKind.ADVERTISER, 10).text(),
          CatalogueCodec.write(advertiser(10)),
          true);
      await("the readable document", () -> story.told.contains("advertiser/10 v" + version));
      assertEquals(before + 2, reader.unreadable());
    }
  }

  @Test
  void shouldTellVersionOfDocumentThatWasSentAgain() throws Exception {
    Story story = new Story();
    try (CatalogueReader reader = CatalogueReader.start(kafka, "test-again", story)) {
      assertTrue(reader.awaitCaughtUp(PATIENCE));
      publish(advertiser(11));
      publish(advertiser(12));
      long newest = version;
      version--;
      send("advertiser/11", CatalogueCodec.write(advertiser(11)), true);
      version = newest;
      String again = "advertiser/11 v" + (newest - 1);
      await("the repetition", () -> story.since(0).stream().filter(again::equals).count() == 2);
      assertFalse(story.told.contains("advertiser/11 v" + newest));
    }
  }
}
