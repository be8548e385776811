package io.adplatform.analytics.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;

/** What one intake counts. Written by its thread, read by any. */
final class IngestCounters {
  final Counter rows;
  final Counter blocks;
  final Counter failures;
  final Counter undecodable;
  final Counter rollups;
  final Counter lateBuckets;
  private final AtomicLong lag = new AtomicLong();
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
    Gauge.builder("adplatform.ingest.lag.messages", lag, AtomicLong::get)
        .description("Messages in the topic that are not yet in ClickHouse")
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

  /** Sets how far the thread is behind. */
  void lag(long messages) {
    lag.set(messages);
  }

  /** How far the thread is behind, in messages. */
  long lag() {
    return lag.get();
  }

  /** Notes the time of an event that was inserted. */
  void newest(long timeMillis) {
    newestMillis.accumulateAndGet(timeMillis, Math::max);
  }
}
