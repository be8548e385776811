package io.adplatform.storage.cap;

import io.adplatform.decision.catalogue.CatalogueFeed;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.frequency.CapCounter;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.runtime.metrics.Metrics;
import io.adplatform.storage.kafka.KafkaClients;
import io.adplatform.storage.kafka.KafkaTopics;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@code settled} on a thread of its own, as one of a group that the nodes share, and has
 * impressions of line items with caps counted. Offsets are committed when the counters have
 * answered; what is read again counts no more. While Kafka or the counters are away it waits.
 */
public final class SettledCapReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SettledCapReader.class);
  private static final String GROUP = "frequency-caps";
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration RETRY = Duration.ofMillis(500);

  /** Two rounds of so many commands take some tens of milliseconds. */
  private static final int MAX_BATCH = 2_000;

  private static final long CLOSE_MILLIS = 10_000;

  private final KafkaConfig kafka;
  private final CatalogueFeed feed;
  private final CapCounter counter;
  private final Thread thread = new Thread(this::run, "frequency-settled");
  private final SettledCaps settled;
  private final AtomicLong counted = new AtomicLong();
  private final AtomicLong forgotten = new AtomicLong();
  private volatile Consumer<byte[], byte[]> consumer;
  private volatile boolean closed;
  private boolean troubled;

  private SettledCapReader(KafkaConfig kafka, CatalogueFeed feed, CapCounter counter) {
    this.kafka = kafka;
    this.feed = feed;
    this.counter = counter;
    this.settled = new SettledCaps(counter);
    thread.setDaemon(true);
  }

  /** Starts reading; returns at once. */
  public static SettledCapReader start(
      KafkaConfig kafka, CatalogueFeed feed, RedisAddress redis, Metrics metrics) {
    return start(kafka, feed, new RedisCapCounter(redis), metrics);
  }

  static SettledCapReader start(
      KafkaConfig kafka, CatalogueFeed feed, CapCounter counter, Metrics metrics) {
    SettledCapReader reader = new SettledCapReader(kafka, feed, counter);
    String name = "adplatform_frequency_settled_total";
    String help = "Settled impressions and losses of line items with frequency caps";
    metrics.counter(name, help, "outcome", "counted", reader.counted::get);
    metrics.counter(name, help, "outcome", "forgotten", reader.forgotten::get);
    reader.thread.start();
    return reader;
  }

  private void run() {
    Map<String, ?> overrides =
        Map.of(
            ConsumerConfig.GROUP_ID_CONFIG, GROUP,
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_BATCH);
    try (counter;
        Consumer<byte[], byte[]> opened =
            KafkaClients.openConsumer(kafka, "frequency-settled", overrides)) {
      consumer = opened;
      opened.subscribe(List.of(KafkaTopics.SETTLED));
      while (!closed) {
        try {
          // Without a catalogue it would not be known what has caps.
          if (feed.latest() == null) {
            pauseBeforeRetry();
          } else {
            readSome(opened);
          }
        } catch (WakeupException e) {
          // Only close() wakes it, and the loop's condition sees that.
        } catch (InterruptException e) {
          closed = true;
        } catch (KafkaException e) {
          report(e);
          pauseBeforeRetry();
        }
      }
    }
  }

  private void readSome(Consumer<byte[], byte[]> from) {
    ConsumerRecords<byte[], byte[]> records = from.poll(POLL);
    if (records.isEmpty()) {
      return;
    }
    CatalogueSnapshot snapshot = feed.latest();
    int given = 0;
    for (ConsumerRecord<byte[], byte[]> record : records) {
      given += settled.take(record.value(), snapshot) ? 1 : 0;
    }
    try {
      int known = counter.flush();
      counted.addAndGet(known);
      forgotten.addAndGet(given - known);
    } catch (UncheckedIOException e) {
      report(e);
      for (TopicPartition partition : records.partitions()) {
        from.seek(partition, records.records(partition).getFirst().offset());
      }
      pauseBeforeRetry();
      return;
    }
    from.commitSync();
    troubled = false;
  }

  /** Says it once, however often it is tried again. */
  private void report(RuntimeException e) {
    if (!troubled) {
      troubled = true;
      LOG.warn(
          "Impressions cannot be counted for frequency caps now; trying again: {}", e.toString());
    }
  }

  private void pauseBeforeRetry() {
    try {
      Thread.sleep(RETRY);
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  /** Ends the thread, after the batch it is in. */
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
}
