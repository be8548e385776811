package io.adplatform.billing.settlement;

import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.storage.kafka.KafkaClients;
import io.adplatform.storage.kafka.KafkaTopics;
import io.adplatform.storage.postgres.Transactions;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@code settled} on a thread of its own, from the offsets that PostgreSQL holds, and has
 * what it reads counted. While Kafka or PostgreSQL is away it waits, and then goes on where it was.
 * Thread-safe.
 */
public final class SettledReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SettledReader.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration RETRY = Duration.ofMillis(500);

  /** Messages of one poll. */
  private static final int MAX_POLL = 5_000;

  /** After a poll that brought so many there is more: it is taken into the same transaction. */
  private static final int MANY = 1_000;

  /** The broker answers sooner; what comes later begins the next transaction. */
  private static final Duration MORE = Duration.ofMillis(20);

  /** Up to so many messages. */
  private static final int MAX_BATCH = 50_000;

  /**
   * And up to so many rows that it writes, some 0.1 ms each: so a transaction is over in a second,
   * and leases are granted meanwhile or soon after.
   */
  private static final int MAX_ROWS = 5_000;

  private static final long CLOSE_MILLIS = 10_000;
  private static final long ANSWER_SECONDS = 10;

  /** How often Kafka is asked for the ends: what a consumer knows of them grows old in silence. */
  private static final long MEASURE_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final Duration MEASURE_LIMIT = Duration.ofSeconds(2);

  private final KafkaConfig kafka;
  private final Settlement settlement;
  private final SettledCounters counters;
  private final Thread thread;
  private volatile boolean closed;
  private volatile boolean reading;
  private volatile Consumer<byte[], byte[]> consumer;
  private volatile long lag = -1;
  private volatile long answeredNanos = System.nanoTime();
  private long measuredNanos = answeredNanos - MEASURE_NANOS;
  private boolean troubled;

  /** Whether the last batch was not counted: the next is of one poll, in case it took too long. */
  private boolean failed;

  /** Where the topic ended when reading began, by partition; null before. */
  private long[] endsAtStart;

  /** Whether all is counted that was settled before. */
  private volatile boolean caughtUp;

  /** Why an operator has to decide, or null. */
  private volatile String lost;

  private SettledReader(
      KafkaConfig kafka,
      Transactions transactions,
      InstantSource clock,
      MeterRegistry metrics,
      String acceptedTopic) {
    this.kafka = kafka;
    this.counters = new SettledCounters(metrics);
    this.settlement =
        new Settlement(transactions, kafka.partitions(), clock, counters, acceptedTopic);
    this.thread = new Thread(this::run, "billing-settled");
    thread.setDaemon(true);
    Gauge.builder("adplatform.billing.settled.lag", () -> lag)
        .description("Messages of the topic settled that are not counted yet; -1 is unknown")
        .register(metrics);
    Gauge.builder("adplatform.billing.settled.caught.up", () -> caughtUp ? 1 : 0)
        .description("1 where all is counted that was settled before the start: leases are granted")
        .register(metrics);
    Gauge.builder(
            "adplatform.billing.settled.silent.seconds",
            () -> (System.nanoTime() - answeredNanos) / 1e9)
        .description("Since Kafka last told how far the topic settled reaches, seconds")
        .register(metrics);
  }

  /**
   * Starts reading; returns at once.
   *
   * @param acceptedTopic id of the topic {@code settled} that an operator has accepted though it
   *     does not hold what was counted; null is none
   */
  public static SettledReader start(
      KafkaConfig kafka,
      Transactions transactions,
      InstantSource clock,
      MeterRegistry metrics,
      String acceptedTopic) {
    SettledReader reader = new SettledReader(kafka, transactions, clock, metrics, acceptedTopic);
    reader.thread.start();
    return reader;
  }

  /**
   * A condition for {@code /readyz}.
   *
   * @return null while it reads
   */
  public String readiness() {
    if (!thread.isAlive()) {
      return "the thread that reads the topic settled has ended";
    }
    String because = lost;
    if (because != null) {
      return because;
    }
    return reading ? null : "the topic settled is not being read";
  }

  /**
   * Whether all is counted that was settled before the start. Until then nobody knows what of a
   * budget is free: PostgreSQL may have come back from a copy.
   */
  public boolean hasCaughtUp() {
    return caughtUp;
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

  private void run() {
    Map<String, ?> overrides =
        Map.of(
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            MAX_POLL,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "none");
    try (Consumer<byte[], byte[]> opened =
        KafkaClients.openConsumer(kafka, "billing-settled", overrides)) {
      consumer = opened;
      opened.assign(partitions());
      boolean positioned = false;
      while (!closed) {
        try {
          if (!positioned) {
            position(opened);
          }
          positioned = readSome(opened);
          lookWhetherCaughtUp(opened, positioned);
          reading = true;
          troubled = false;
          if (!positioned) {
            pauseBeforeRetry();
          }
        } catch (WakeupException e) {
          // Only close() wakes it, and the loop's condition sees that.
        } catch (OffsetOutOfRangeException e) {
          LOG.warn("The topic settled does not have the offset to be read next: {}", e.toString());
          positioned = false;
          pauseBeforeRetry();
        } catch (InterruptException e) {
          closed = true;
        } catch (SettledLostException e) {
          reading = false;
          reportLost(e);
          pauseBeforeRetry();
        } catch (RuntimeException | Error | SQLException e) {
          // After an error too: what is counted stands in PostgreSQL, and reading begins there.
          reading = false;
          positioned = false;
          report(e);
          pauseBeforeRetry();
        }
      }
    }
  }

  /** Says it once, however often it is tried again. */
  private void report(Throwable e) {
    if (!troubled) {
      troubled = true;
      LOG.warn("What is settled cannot be counted now; trying again: {}", e.toString());
    }
  }

  private void reportLost(SettledLostException e) {
    if (!e.getMessage().equals(lost)) {
      lost = e.getMessage();
      LOG.error("Nothing that is settled is counted until an operator decides: {}", lost);
    }
  }

  private List<TopicPartition> partitions() {
    List<TopicPartition> partitions = new ArrayList<>();
    for (int i = 0; i < kafka.partitions(); i++) {
      partitions.add(new TopicPartition(KafkaTopics.SETTLED, i));
    }
    return partitions;
  }

  /**
   * Goes to where counting has come to. Where messages were deleted before they were counted, to
   * the first that is there: that something is missing is an alert.
   */
  private void position(Consumer<byte[], byte[]> at) throws SQLException {
    Map<TopicPartition, Long> ends = at.endOffsets(at.assignment());
    long[] endOffsets = new long[kafka.partitions()];
    ends.forEach((partition, end) -> endOffsets[partition.partition()] = end);
    long[] offsets = settlement.begin(topicId(), endOffsets);
    lost = null;
    if (endsAtStart == null) {
      endsAtStart = endOffsets;
    }
    Map<TopicPartition, Long> beginnings = at.beginningOffsets(at.assignment());
    for (TopicPartition partition : at.assignment()) {
      long next = offsets[partition.partition()];
      long beginning = beginnings.get(partition);
      if (beginning > next) {
        counters.gaps.increment();
        LOG.error("{}: messages {} to {} are gone uncounted", partition, next, beginning - 1);
      }
      at.seek(partition, Math.max(next, beginning));
    }
  }

  /** The id of the topic; null where the brokers give none. */
  private String topicId() {
    try (Admin admin = KafkaClients.openAdmin(kafka, "billing-settled")) {
      Uuid id =
          admin
              .describeTopics(List.of(KafkaTopics.SETTLED))
              .topicNameValues()
              .get(KafkaTopics.SETTLED)
              .get(ANSWER_SECONDS, TimeUnit.SECONDS)
              .topicId();
      return id == null || id.equals(Uuid.ZERO_UUID) ? null : id.toString();
    } catch (ExecutionException | TimeoutException e) {
      throw new KafkaException("the topic settled cannot be described", e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** False where another process has counted meanwhile. */
  private boolean readSome(Consumer<byte[], byte[]> from) throws SQLException {
    ConsumerRecords<byte[], byte[]> records = from.poll(POLL);
    measureLag(from);
    if (records.isEmpty()) {
      return true;
    }
    boolean alone = failed;
    failed = true;
    SettledBatch batch = new SettledBatch();
    int messages = add(records, batch);
    // A batch costs by the rows it writes: the more events they sum up, the less an event.
    while (!alone && records.count() >= MANY && messages < MAX_BATCH && batch.rows() < MAX_ROWS) {
      records = from.poll(MORE);
      messages += add(records, batch);
    }
    boolean counted = settlement.count(batch);
    failed = false;
    return counted;
  }

  private void lookWhetherCaughtUp(Consumer<byte[], byte[]> at, boolean positioned)
      throws SQLException {
    if (caughtUp || !positioned) {
      return;
    }
    for (TopicPartition partition : at.assignment()) {
      if (at.position(partition) < endsAtStart[partition.partition()]) {
        return;
      }
    }
    settlement.caughtUp();
    caughtUp = true;
  }

  private static int add(ConsumerRecords<byte[], byte[]> records, SettledBatch batch) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      batch.add(record.partition(), record.offset(), record.value());
    }
    return records.count();
  }

  private void measureLag(Consumer<byte[], byte[]> of) {
    long now = System.nanoTime();
    if (now - measuredNanos < MEASURE_NANOS) {
      return;
    }
    measuredNanos = now;
    try {
      long behind = 0;
      for (Map.Entry<TopicPartition, Long> end :
          of.endOffsets(of.assignment(), MEASURE_LIMIT).entrySet()) {
        behind += Math.max(0, end.getValue() - of.position(end.getKey(), MEASURE_LIMIT));
      }
      lag = behind;
      answeredNanos = System.nanoTime();
    } catch (org.apache.kafka.common.errors.TimeoutException e) {
      lag = -1;
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
