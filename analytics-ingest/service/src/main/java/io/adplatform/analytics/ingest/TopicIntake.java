package io.adplatform.analytics.ingest;

import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.storage.kafka.KafkaClients;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries one topic into ClickHouse on a thread of its own: reads all its partitions from where the
 * tables end, gathers the messages of each partition into an offset range (bounded in size, in
 * time, and by multiples of {@value #RANGE_OFFSETS}), and inserts each range as one block per table
 * under a token named after the range. Whatever fails is tried again, for as long as it takes.
 */
final class TopicIntake implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicIntake.class);

  /** A range never crosses a multiple of this: rows of one block, some megabytes. */
  static final long RANGE_OFFSETS = 16_384;

  /** Full records are large: a range ends early where its messages take more than this. */
  private static final long RANGE_BYTES = 16L << 20;

  /** How long a row waits at most under load: larger blocks cost ClickHouse far less each. */
  static final int MAX_LINGER_MILLIS = 1_500;

  /** Blocks that are inserted at a time: one's rows are parsed while the other's are synced. */
  private static final int INSERTERS = 2;

  /** Rows of a flush above which the next one waits longer. */
  private static final long LARGE_FLUSH = 1_000;

  /** A restart looks again at what came since: seconds of it are soon looked at. */
  private static final long NOTE_NANOS = TimeUnit.SECONDS.toNanos(3);

  /**
   * And at least so often: while blocks come without a pause one is made for it, of a block and a
   * roll-up, so that a restart looks at half a minute of them and reconciliation sees how far it
   * is.
   */
  private static final long MOST_NOTE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** Messages before the first one wanted that are read to see that it follows them. */
  private static final long LOOK_BACK = 64;

  private static final long MEASURE_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long MEASURE_MILLIS = TimeUnit.NANOSECONDS.toMillis(MEASURE_NANOS);
  private static final Duration MEASURE_LIMIT = Duration.ofSeconds(5);
  private static final Duration IDLE_POLL = Duration.ofMillis(200);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long MAX_PAUSE_MILLIS = 3_000;
  private static final long CLOSE_MILLIS = 10_000;

  /** One partition's messages that wait to be inserted, and room for the next. */
  private static final class Range {
    BlockRows rows;
    private BlockRows spare;
    long firstOffset;
    long lastOffset;
    int messages;
    long bytes;
    long sinceNanos;

    Range(BlockRows rows, BlockRows spare) {
      this.rows = rows;
      this.spare = spare;
    }

    boolean isEmpty() {
      return messages == 0;
    }

    boolean isFull() {
      return bytes >= RANGE_BYTES || !isEmpty() && (lastOffset + 1) % RANGE_OFFSETS == 0;
    }

    /** Whether a message begins the next range: markers leave gaps, so the last may be missing. */
    boolean isBefore(long offset) {
      return !isEmpty() && firstOffset / RANGE_OFFSETS != offset / RANGE_OFFSETS;
    }

    /** Takes a message; false where it is not one that can be read, and no row. */
    boolean add(ConsumerRecord<byte[], byte[]> message) {
      if (isEmpty()) {
        sinceNanos = System.nanoTime();
        firstOffset = message.offset();
      }
      lastOffset = message.offset();
      messages++;
      bytes += message.serializedValueSize();
      try {
        return rows.add(message);
      } catch (IndexOutOfBoundsException e) {
        // A damaged message may name lengths that it does not have.
        return false;
      }
    }

    /** Begins anew; what there was is the caller's to clear before the next call. */
    BlockRows take() {
      BlockRows taken = rows;
      rows = spare;
      spare = taken;
      messages = 0;
      bytes = 0;
      return taken;
    }
  }

  private final KafkaConfig kafka;
  private final String topic;
  private final ClickHouseDatabase database;
  private final String truthTable;
  private final Preparation preparation;
  private final IntFunction<BlockRows> blocks;
  private final FollowUp followUp;
  private final IngestCounters counters;
  private final AnswerChain chain;
  private final List<BlockInserter> inserters;
  private final long leastLingerNanos;
  private final long mostLingerNanos;
  private final Thread thread;
  private volatile boolean closed;
  private volatile boolean running;
  private volatile Consumer<byte[], byte[]> consumer;

  // Of the intake's thread alone.
  private final Map<Integer, Range> pending = new TreeMap<>();
  private final Map<Integer, Long> unnoted = new HashMap<>();
  private final Map<Integer, Long> wanted = new HashMap<>();
  private ProgressStore progress;
  private int generation;
  private long lingerNanos;
  private long notedNanos;
  private long measuredNanos;
  private long insertingMessages;

  /** What is done before the first message and again after a failure of ClickHouse. */
  interface Preparation {
    /** Returns the generation of the topic. */
    int prepare(ClickHouseDatabase database);
  }

  /**
   * An intake that is not started yet.
   *
   * @param truthTable whose rows say how far the topic is ingested; it has the columns of offsets
   * @param blocks makes the rows of a partition, for a generation of the topic
   */
  TopicIntake(
      IngestConfig config,
      String topic,
      String truthTable,
      ClickHouseDatabase database,
      Preparation preparation,
      IntFunction<BlockRows> blocks,
      FollowUp followUp,
      IngestCounters counters) {
    this.kafka = config.kafka();
    this.topic = topic;
    this.database = database;
    this.truthTable = truthTable;
    this.preparation = preparation;
    this.blocks = blocks;
    this.followUp = followUp;
    this.counters = counters;
    this.chain = new AnswerChain(counters);
    this.inserters =
        IntStream.range(0, INSERTERS)
            .mapToObj(
                i -> new BlockInserter("ingest-" + topic + "-insert-" + i, database, counters))
            .toList();
    this.leastLingerNanos = TimeUnit.MILLISECONDS.toNanos(config.lingerMillis());
    this.mostLingerNanos =
        Math.max(leastLingerNanos, TimeUnit.MILLISECONDS.toNanos(MAX_LINGER_MILLIS));
    this.lingerNanos = leastLingerNanos;
    this.notedNanos = System.nanoTime();
    this.measuredNanos = notedNanos - MEASURE_NANOS;
    this.thread = new Thread(this::run, "ingest-" + topic);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Whether it stands where ClickHouse ends and reads. */
  boolean isRunning() {
    return running;
  }

  private void run() {
    long pauseMillis = FIRST_PAUSE_MILLIS;
    while (!closed) {
      try {
        inserters.forEach(BlockInserter::abandon);
        generation = preparation.prepare(database);
        progress = new ProgressStore(database, topic, generation, truthTable);
        Map<Integer, Long> from = progress.resume(progress.noted());
        pending.clear();
        insertingMessages = 0;
        unnoted.clear();
        chain.clear();
        try (Consumer<byte[], byte[]> opened =
            KafkaClients.openConsumer(kafka, "ingest-" + topic)) {
          consumer = opened;
          assign(opened, from);
          running = true;
          pauseMillis = FIRST_PAUSE_MILLIS;
          follow(opened);
        }
      } catch (WakeupException | InterruptException e) {
        // Only close() does this, and the loop's condition sees it.
      } catch (RuntimeException | Error e) {
        // Kafka or ClickHouse away, most likely; whatever it is, an error too, waiting loses
        // nothing.
        counters.failures.increment();
        counters.lagUnknown();
        if (closed) {
          break;
        }
        LOG.warn("{} is not taken in now; trying again: {}", topic, e.toString());
        pause(pauseMillis);
        pauseMillis = Math.min(MAX_PAUSE_MILLIS, pauseMillis * 2);
      } finally {
        running = false;
      }
    }
  }

  private void assign(Consumer<byte[], byte[]> from, Map<Integer, Long> next) {
    List<TopicPartition> partitions =
        from.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new KafkaException("there is no topic " + topic + " yet");
    }
    from.assign(partitions);
    Map<TopicPartition, Long> beginnings = from.beginningOffsets(partitions);
    Map<TopicPartition, Long> ends = from.endOffsets(partitions);
    wanted.clear();
    for (TopicPartition partition : partitions) {
      long first = next.getOrDefault(partition.partition(), 0L);
      long beginning = beginnings.get(partition);
      if (first > ends.get(partition)) {
        // Its end was cut off: what comes in its place would be taken for what was there.
        throw new KafkaException(
            partition + " ends at " + ends.get(partition) + ", before " + first + " that is in");
      }
      if (beginning > first && first > 0) {
        LOG.error("{} begins at {}: {} to there are lost to reports", partition, beginning, first);
      }
      wanted.put(partition.partition(), first);
      from.seek(partition, Math.max(beginning, first - LOOK_BACK));
    }
  }

  private void follow(Consumer<byte[], byte[]> from) {
    while (!closed) {
      long start = System.nanoTime();
      ConsumerRecords<byte[], byte[]> records = from.poll(pollTime());
      long polled = System.nanoTime();
      counters.pollNanos.add(polled - start);
      long waitedBefore = counters.waitNanos.sum();
      for (ConsumerRecord<byte[], byte[]> record : records) {
        chain.add(record);
        if (record.offset() < wanted.get(record.partition())) {
          continue;
        }
        Range range =
            pending.computeIfAbsent(
                record.partition(),
                p -> new Range(blocks.apply(generation), blocks.apply(generation)));
        if (range.isBefore(record.offset())) {
          flush(record.partition(), range, true);
        }
        if (!range.add(record)) {
          counters.undecodable.increment();
          LOG.warn("passed over offset {} of {}-{}", record.offset(), topic, record.partition());
        }
        if (range.isFull()) {
          flush(record.partition(), range, true);
        }
      }
      long waited = counters.waitNanos.sum() - waitedBefore;
      counters.rowNanos.add(System.nanoTime() - polled - waited);
      flushWaiting();
      if (System.nanoTime() - measuredNanos >= MEASURE_NANOS) {
        measureLag(from);
      }
    }
  }

  private Duration pollTime() {
    boolean waiting = !followUp.isDone();
    for (BlockInserter inserter : inserters) {
      waiting |= inserter.hasBlock();
    }
    for (Range range : pending.values()) {
      waiting |= !range.isEmpty();
    }
    return waiting ? Duration.ofNanos(Math.max(1, lingerNanos / 4)) : IDLE_POLL;
  }

  private void flushWaiting() {
    long now = System.nanoTime();
    boolean due = false;
    for (Range range : pending.values()) {
      due |= !range.isEmpty() && now - range.sinceNanos >= lingerNanos;
    }
    if (due) {
      long messages = 0;
      for (Range range : pending.values()) {
        messages += range.messages;
      }
      pending.forEach((partition, range) -> flush(partition, range, false));
      inserters.forEach(this::await);
      lingerNanos =
          messages > LARGE_FLUSH
              ? Math.min(mostLingerNanos, 2 * lingerNanos)
              : Math.max(leastLingerNanos, lingerNanos / 2);
    }
    boolean overdue = !unnoted.isEmpty() && now - notedNanos >= MOST_NOTE_NANOS;
    if (!overdue && inserters.stream().anyMatch(BlockInserter::isBusy)) {
      return;
    }
    inserters.forEach(this::await);
    if (overdue) {
      followUp.finish(database);
    } else {
      followUp.afterFlush(database, false);
    }
    if (followUp.isDone() && !unnoted.isEmpty() && now - notedNanos >= NOTE_NANOS) {
      progress.note(unnoted);
      unnoted.clear();
      notedNanos = System.nanoTime();
    }
  }

  /**
   * Hands a range over to be inserted, once that before it is in: those of a partition by the same
   * thread, one after the other, so that a partition has no gap.
   *
   * @param behind whether others follow at once; then what is due is done by that thread, too
   */
  private void flush(int partition, Range range, boolean behind) {
    if (range.isEmpty()) {
      return;
    }
    BlockInserter inserter = inserters.get(partition % INSERTERS);
    await(inserter);
    String of = generation == 0 ? "" : "g" + generation + ":";
    String name = of + partition + ":" + range.firstOffset + "-" + range.lastOffset;
    int messages = range.messages;
    long next = range.lastOffset + 1;
    BlockRows rows = range.take();
    inserter.begin(
        rows,
        name,
        behind ? followUp : FollowUp.NONE,
        behind,
        () -> {
          rows.clear();
          counters.rows.increment(messages);
          counters.blocks.increment();
          unnoted.put(partition, next);
          insertingMessages -= messages;
        });
    insertingMessages += messages;
  }

  /** The lag is told while ClickHouse is away, too. */
  private void await(BlockInserter inserter) {
    if (!inserter.hasBlock()) {
      return;
    }
    long start = System.nanoTime();
    inserter.await(MEASURE_MILLIS, () -> measureLag(consumer));
    counters.waitNanos.add(System.nanoTime() - start);
  }

  /** Asks Kafka: what is fetched tells nothing of what is not, nor of a Kafka that is away. */
  private void measureLag(Consumer<byte[], byte[]> from) {
    measuredNanos = System.nanoTime();
    long lag = 0;
    for (Map.Entry<TopicPartition, Long> end :
        from.endOffsets(from.assignment(), MEASURE_LIMIT).entrySet()) {
      lag += Math.max(0, end.getValue() - from.position(end.getKey()));
    }
    for (Range range : pending.values()) {
      lag += range.messages;
    }
    lag += insertingMessages;
    counters.lag(lag);
    if (lag == 0) {
      counters.success();
    }
  }

  private void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  /** Has it begin nothing new; {@link #close} waits for it. */
  void giveUp() {
    closed = true;
    Consumer<byte[], byte[]> open = consumer;
    if (open != null) {
      open.wakeup();
    }
    inserters.forEach(BlockInserter::giveUp);
  }

  /** Ends the thread; what is not inserted yet is read again by the next start. */
  @Override
  public void close() {
    giveUp();
    try {
      thread.join(CLOSE_MILLIS);
      if (thread.isAlive()) {
        thread.interrupt();
      }
      inserters.forEach(BlockInserter::close);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
