package io.adplatform.analytics.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What one intake counts. Written by its thread, read by any. */
final class IngestCounters {
  private static final long UNKNOWN = -1;
  private static final double NANOS_PER_SECOND = 1e9;

  final Counter rows;
  final Counter blocks;
  final Counter failures;
  final Counter undecodable;
  final Counter rollups;
  final Counter lateBuckets;
  final Counter brokenChains;

  /** Waiting for Kafka, of the thread that reads. */
  final LongAdder pollNanos = new LongAdder();

  /** Waiting until a block is in, of the thread that reads. */
  final LongAdder waitNanos = new LongAdder();

  /** Turning messages into rows. */
  final LongAdder rowNanos = new LongAdder();

  /** Inserting, of all threads that do; without what failed. */
  final LongAdder insertNanos = new LongAdder();

  /** Computing roll-ups. */
  final LongAdder rollupNanos = new LongAdder();

  private final AtomicLong lag = new AtomicLong(UNKNOWN);
  private final AtomicLong successNanos = new AtomicLong(System.nanoTime());
  private final AtomicLong newestMillis = new AtomicLong();

  /**
   * @param topic becomes a label
   */
  IngestCounters(MeterRegistry registry, String topic) {
    rows = counter(registry, topic, "rows", "Messages that are in ClickHouse");
    blocks = counter(registry, topic, "blocks", "Blocks inserted");
    failures = counter(registry, topic, "failures", "Statements that failed and are tried again");
    undecodable = counter(registry, topic, "undecodable", "Messages that could not be read");
    rollups = counter(registry, topic, "rollups", "Roll-up passes");
    lateBuckets =
        counter(
            registry, topic, "late.buckets", "Buckets past retention that were left as they are");
    brokenChains =
        counter(registry, topic, "chain.breaks", "Places where answers of settlement are missing");
    time(registry, topic, "poll", pollNanos);
    time(registry, topic, "wait", waitNanos);
    time(registry, topic, "rows", rowNanos);
    time(registry, topic, "insert", insertNanos);
    time(registry, topic, "rollup", rollupNanos);
    Gauge.builder("adplatform.ingest.lag.messages", lag, of -> of.get() < 0 ? Double.NaN : of.get())
        .description("Messages in the topic that are not yet in ClickHouse; NaN while unknown")
        .tag("topic", topic)
        .register(registry);
    Gauge.builder("adplatform.ingest.stalled.seconds", this, IngestCounters::stalledSeconds)
        .description("Since a block was inserted or nothing was there to insert, seconds")
        .tag("topic", topic)
        .register(registry);
    Gauge.builder("adplatform.ingest.newest.seconds", newestMillis, ms -> ms.get() / 1000.0)
        .description("Time of the newest event that is in ClickHouse, seconds since 1970")
        .tag("topic", topic)
        .register(registry);
  }

  private static Counter counter(
      MeterRegistry registry, String topic, String name, String description) {
    return Counter.builder("adplatform.ingest." + name)
        .description(description)
        .tag("topic", topic)
        .register(registry);
  }

  private static void time(MeterRegistry registry, String topic, String stage, LongAdder nanos) {
    FunctionCounter.builder(
            "adplatform.ingest.time", nanos, spent -> spent.sum() / NANOS_PER_SECOND)
        .description(
            "What ingestion's threads spent: polling, making rows, waiting for inserts;"
                + " inserting and rolling up beside it")
        .baseUnit("seconds")
        .tag("topic", topic)
        .tag("stage", stage)
        .register(registry);
  }

  /** Sets how far the thread is behind. */
  void lag(long messages) {
    lag.set(messages);
  }

  /** Says that nobody knows how far it is behind. */
  void lagUnknown() {
    lag.set(UNKNOWN);
  }

  /** Notes that what there was is in ClickHouse. */
  void success() {
    successNanos.set(System.nanoTime());
  }

  /** How long ago that was last so, seconds; from the start before the first time. */
  double stalledSeconds() {
    return (System.nanoTime() - successNanos.get()) / NANOS_PER_SECOND;
  }

  /** How far the thread is behind, in messages; negative while that is unknown. */
  long lag() {
    return lag.get();
  }

  /** Notes the time of an event that was inserted. */
  void newest(long timeMillis) {
    newestMillis.accumulateAndGet(timeMillis, Math::max);
  }
}
