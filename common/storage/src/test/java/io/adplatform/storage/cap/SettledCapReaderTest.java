package io.adplatform.storage.cap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.decision.catalogue.CatalogueCompiler;
import io.adplatform.decision.catalogue.CatalogueFeed;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.CreativeCompiler;
import io.adplatform.decision.frequency.CapCounter;
import io.adplatform.decision.frequency.CapScope;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.runtime.metrics.Metrics;
import io.adplatform.storage.kafka.KafkaClients;
import io.adplatform.storage.kafka.KafkaTopics;
import io.adplatform.testkit.server.TestKafka;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.frequency.FrequencyCap;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.SettledEventEncoder;
import io.adplatform.wire.sbe.SettledKind;
import io.adplatform.wire.targeting.Targeting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.ExpandableArrayBuffer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** From the topic to the counter, on a real broker. */
class SettledCapReaderTest {
  private static final long CAPPED = 40;
  private static final long OPEN = 41;
  private static final long WAIT_SECONDS = 60;

  /** Notes what it is told, and fails as often as it is asked to. */
  private static final class Noting implements CapCounter {
    private final List<String> given = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();

    @Override
    public void seen(CapScope[] scopes, long auctionHi, long auctionLo, long timeMillis) {
      given.add("seen " + scopes[0].id() + " " + auctionLo + " " + timeMillis);
    }

    @Override
    public void lost(CapScope[] scopes, long auctionHi, long auctionLo) {
      given.add("lost " + scopes[0].id() + " " + auctionLo);
    }

    @Override
    public synchronized int flush() {
      int count = given.size();
      if (count > 0 && failures.getAndDecrement() > 0) {
        given.clear();
        throw new UncheckedIOException(new IOException("away"));
      }
      done.addAll(given);
      given.clear();
      return count;
    }

    synchronized List<String> done() {
      return List.copyOf(done);
    }

    @Override
    public void close() {}
  }

  /** A line item with caps, which is paused by now, and one without. */
  private static final class Fixed implements CatalogueFeed {
    private final CatalogueSnapshot snapshot;

    Fixed() {
      CatalogueCompiler compiler = new CatalogueCompiler(CreativeCompiler.NONE);
      for (long id : new long[] {CAPPED, OPEN}) {
        LineItem item =
            new LineItem(
                id,
                1,
                2,
                3,
                "Line item",
                Status.PAUSED,
                1_000_000,
                List.of(),
                Budget.UNBOUNDED,
                null,
                null,
                Targeting.ANY,
                id == CAPPED ? List.of(new FrequencyCap(1, 60)) : List.of(),
                LineItem.Pacing.ASAP);
        compiler.apply(CatalogueKey.of(item), item, id);
      }
      snapshot = compiler.compile(0);
    }

    @Override
    public CatalogueSnapshot latest() {
      return snapshot;
    }

    @Override
    public long lagMillis() {
      return 0;
    }

    @Override
    public void close() {}
  }

  private static byte[] event(
      long lineItem, long auctionLo, SettledKind kind, Disposition disposition, boolean billed) {
    ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    SettledEventEncoder event =
        new SettledEventEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
    event
        .timeMillis(7_000 + auctionLo)
        .auctionHi(9)
        .auctionLo(auctionLo)
        .lineItemId(lineItem)
        .kind(kind)
        .disposition(disposition)
        .billed((short) (billed ? 1 : 0))
        .putRecord(new byte[0], 0, 0);
    byte[] bytes = new byte[MessageHeaderEncoder.ENCODED_LENGTH + event.encodedLength()];
    buffer.getBytes(0, bytes);
    return bytes;
  }

  private static void await(Noting counter, int count) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (counter.done().size() < count && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
    assertEquals(count, counter.done().size(), counter.done().toString());
  }

  /** What was counted but not noted as read would be read again. */
  private static void awaitCommitted(KafkaConfig kafka, long offset) throws Exception {
    TopicPartition partition = new TopicPartition(KafkaTopics.SETTLED, 0);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    try (Admin admin = KafkaClients.openAdmin(kafka, "test")) {
      OffsetAndMetadata committed = null;
      while (committed == null || committed.offset() < offset) {
        assertTrue(System.nanoTime() < deadline, "only " + committed);
        Thread.sleep(20);
        committed =
            admin
                .listConsumerGroupOffsets("frequency-caps")
                .partitionsToOffsetAndMetadata()
                .get()
                .get(partition);
      }
    }
  }

  @Test
  void shouldCountWhatWasSeenAndGiveBackWhatWasLostOnce() throws Exception {
    KafkaConfig kafka = new KafkaConfig(TestKafka.bootstrapServers(), 2);
    KafkaTopics.create(kafka, Duration.ofSeconds(WAIT_SECONDS));
    Noting counter = new Noting();
    counter.failures.set(2);
    Metrics metrics = new Metrics();
    SettledCapReader reader = SettledCapReader.start(kafka, new Fixed(), counter, metrics);
    try (Producer<byte[], byte[]> producer = KafkaClients.openProducer(kafka, "test")) {
      for (byte[] message :
          List.of(
              event(CAPPED, 1, SettledKind.IMPRESSION, Disposition.COUNTED, true),
              event(CAPPED, 1, SettledKind.IMPRESSION, Disposition.REPEAT, false),
              event(CAPPED, 2, SettledKind.IMPRESSION, Disposition.TEST, false),
              event(OPEN, 3, SettledKind.IMPRESSION, Disposition.COUNTED, true),
              event(CAPPED, 4, SettledKind.BILL, Disposition.COUNTED, true),
              event(CAPPED, 5, SettledKind.BILL, Disposition.COUNTED, false),
              event(CAPPED, 6, SettledKind.IMPRESSION, Disposition.LATE, false),
              event(CAPPED, 7, SettledKind.LOSS, Disposition.COUNTED, false),
              event(CAPPED, 8, SettledKind.CLICK, Disposition.COUNTED, false))) {
        producer.send(new ProducerRecord<>(KafkaTopics.SETTLED, 0, null, message)).get();
      }
      await(counter, 4);
      assertEquals(
          List.of("seen 40 1 7001", "seen 40 4 7004", "seen 40 6 7006", "lost 40 7"),
          counter.done());
      assertTrue(counter.failures.get() < 0, "it was not tried again");
      awaitCommitted(kafka, 9);
    } finally {
      reader.close();
    }
    Noting later = new Noting();
    SettledCapReader next = SettledCapReader.start(kafka, new Fixed(), later, metrics);
    try (Producer<byte[], byte[]> producer = KafkaClients.openProducer(kafka, "test")) {
      byte[] message = event(CAPPED, 9, SettledKind.IMPRESSION, Disposition.COUNTED, true);
      producer.send(new ProducerRecord<>(KafkaTopics.SETTLED, 0, null, message)).get();
      await(later, 1);
      assertEquals(List.of("seen 40 9 7009"), later.done());
    } finally {
      next.close();
    }
  }
}
