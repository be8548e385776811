package io.adplatform.storage.kafka;

import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.wire.catalogue.CatalogueCodec;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the topic {@code catalogue} from its beginning and goes on following it, on a thread of its
 * own, until closed. While Kafka is away it waits and then goes on. A document that cannot be read
 * (of a kind this release does not know) is passed over and counted.
 *
 * <p>Compaction may have removed the message that ended an old transaction, so until the end of the
 * topic is reached nothing counts as consistent; and where the end mark of the newest one does not
 * come, what has arrived counts as consistent after {@value #UNENDED_MILLIS} ms.
 *
 * <p>Thread-safe.
 */
public final class CatalogueReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CatalogueReader.class);
  private static final TopicPartition PARTITION = new TopicPartition(KafkaTopics.CATALOGUE, 0);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration RETRY = Duration.ofMillis(500);

  /** A transaction's messages are sent together: a second without its end means there is none. */
  private static final long UNENDED_MILLIS = 1_000;

  /** How often the topic's end is asked for, to know whether there is more than was read. */
  private static final long END_CHECK_NANOS = 1_000_000_000;

  private static final Duration END_CHECK_TIMEOUT = Duration.ofSeconds(1);

  private static final long CLOSE_MILLIS = 10_000;

  private final KafkaConfig config;
  private final String clientId;
  private final CatalogueListener listener;
  private final CountDownLatch caughtUp = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean closed;
  private volatile Consumer<byte[], byte[]> consumer;
  private volatile long version;
  private volatile long consistentVersion;
  private volatile long unreadable;
  private volatile long atEndNanos = System.nanoTime();

  // Of the reader's thread alone.
  private long target = -1;
  private long batchOffset = -1;
  private boolean pending;
  private boolean troubled;
  private long pendingSinceNanos;
  private long endCheckNanos = System.nanoTime() - END_CHECK_NANOS;

  private CatalogueReader(KafkaConfig config, String clientId, CatalogueListener listener) {
    this.config = config;
    this.clientId = clientId;
    this.listener = listener;
    this.thread = new Thread(this::run, clientId);
    thread.setDaemon(true);
  }

  /**
   * Starts reading; returns at once.
   *
   * @param clientId names the thread and the client, such as {@code billing-catalogue}
   */
  public static CatalogueReader start(
      KafkaConfig config, String clientId, CatalogueListener listener) {
    CatalogueReader reader = new CatalogueReader(config, clientId, listener);
    reader.thread.start();
    return reader;
  }

  /** Whether the topic was read to the end it had at the start, and the listener took it. */
  public boolean isCaughtUp() {
    return caughtUp.getCount() == 0;
  }

  /**
   * A condition for {@code /readyz}.
   *
   * @return null where it has caught up and goes on reading
   */
  public String readiness() {
    if (!closed && !thread.isAlive()) {
      return "the thread that reads the catalogue has ended";
    }
    return isCaughtUp() ? null : "the catalogue is not read to its end";
  }

  /** Waits until {@link #isCaughtUp()}; false where that took longer than the timeout. */
  public boolean awaitCaughtUp(Duration timeout) throws InterruptedException {
    return caughtUp.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** The newest version of which the listener took a consistent state; 0 before the first. */
  public long version() {
    return consistentVersion;
  }

  /**
   * How many milliseconds ago the reader last knew that it had read all there was; at most a second
   * or so while all is well. Before the first time, since the start.
   */
  public long lagMillis() {
    return (System.nanoTime() - atEndNanos) / 1_000_000;
  }

  /** How many messages could not be read and were passed over. */
  public long unreadable() {
    return unreadable;
  }

  /** Ends the thread, after the call of the listener that it is in. */
  @Override
  public void close() {
    closed = true;
    Consumer<byte[], byte[]> open = consumer;
    if (open != null) {
      open.wakeup();
    }
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (Consumer<byte[], byte[]> opened = KafkaClients.openConsumer(config, clientId)) {
      consumer = opened;
      opened.assign(List.of(PARTITION));
      opened.seekToBeginning(List.of(PARTITION));
      while (!closed) {
        try {
          readSome(opened);
        } catch (WakeupException e) {
          // Only close() wakes it, and the loop's condition sees that.
        } catch (org.apache.kafka.common.errors.InterruptException e) {
          closed = true;
        } catch (RuntimeException e) {
          report("The catalogue cannot be read now; trying again", e);
          pauseBeforeRetry();
        } catch (Error e) {
          // Out of memory, say: better met by another try than by a catalogue that nobody reads.
          report("The catalogue cannot be read now; trying again", e);
          pauseBeforeRetry();
          readAgain(opened);
        }
      }
    }
  }

  /** What came with the last poll may not have been handed on. */
  private void readAgain(Consumer<byte[], byte[]> from) {
    if (batchOffset >= 0) {
      from.seek(PARTITION, batchOffset);
    }
  }

  private void readSome(Consumer<byte[], byte[]> from) {
    if (target < 0) {
      target = from.endOffsets(List.of(PARTITION)).get(PARTITION);
    }
    batchOffset = from.position(PARTITION);
    ConsumerRecords<byte[], byte[]> records = from.poll(POLL);
    for (ConsumerRecord<byte[], byte[]> record : records) {
      take(record);
    }
    if (!isCaughtUp()) {
      if (from.position(PARTITION) >= target && handOver()) {
        caughtUp.countDown();
      }
    } else if (pending && System.nanoTime() - pendingSinceNanos > UNENDED_MILLIS * 1_000_000) {
      handOver();
    }
    if (isCaughtUp() && !pending && records.isEmpty()) {
      listener.onIdle();
    }
    checkEnd(from);
    if (!pending) {
      troubled = false;
    }
  }

  private void checkEnd(Consumer<byte[], byte[]> of) {
    long now = System.nanoTime();
    if (now - endCheckNanos < END_CHECK_NANOS) {
      return;
    }
    endCheckNanos = now;
    long end = of.endOffsets(List.of(PARTITION), END_CHECK_TIMEOUT).get(PARTITION);
    if (isCaughtUp() && of.position(PARTITION) >= end) {
      atEndNanos = now;
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    Header header = record.headers().lastHeader("v");
    boolean versioned = header != null && header.value().length == Long.BYTES;
    long documentVersion = versioned ? ByteBuffer.wrap(header.value()).getLong() : version;
    version = Math.max(version, documentVersion);
    try {
      CatalogueKey key = CatalogueKey.parse(new String(record.key(), StandardCharsets.UTF_8));
      CatalogueEntity entity =
          record.value() == null ? null : CatalogueCodec.read(key.kind(), record.value());
      listener.onDocument(key, entity, documentVersion);
    } catch (RuntimeException e) {
      unreadable++;
      LOG.warn("Passed over the catalogue message at offset {}: {}", record.offset(), e.toString());
    }
    if (!pending) {
      pending = true;
      pendingSinceNanos = System.nanoTime();
    }
    if (isCaughtUp() && record.headers().lastHeader("end") != null) {
      handOver();
    }
  }

  /** Whether the listener took it. */
  private boolean handOver() {
    try {
      listener.onConsistent(version);
      consistentVersion = version;
      pending = false;
      return true;
    } catch (InterruptedException e) {
      closed = true;
      return false;
    } catch (Exception e) {
      report("A catalogue change was not taken; trying again", e);
      pending = true;
      pendingSinceNanos = System.nanoTime();
      return false;
    }
  }

  /** Says it once, however often it is tried again. */
  private void report(String what, Throwable e) {
    if (!troubled) {
      troubled = true;
      LOG.warn(what, e);
    }
  }

  private void pauseBeforeRetry() {
    try {
      Thread.sleep(RETRY);
    } catch (InterruptedException e) {
      closed = true;
    }
  }
}
