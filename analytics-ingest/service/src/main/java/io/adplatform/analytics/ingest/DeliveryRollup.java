package io.adplatform.analytics.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * The table {@code delivery}: settled events summed by quarter of an hour, from which the hours and
 * days of any time zone are made. A quarter that was touched is computed anew from its events and
 * replaces what was there (the higher version wins), so it may be computed any number of times; a
 * quarter whose computation a kill prevented is found by {@link #heal}. Thread-safe; one thread
 * computes at a time.
 */
final class DeliveryRollup implements FollowUp {
  /** All time zones of the world are whole multiples of this from UTC. */
  static final long BUCKET_SECONDS = TimeUnit.MINUTES.toSeconds(15);

  /**
   * After a roll-up there is none for so many times as long as it took: under load they come less
   * often, idle they follow each block at once.
   */
  private static final int PAUSE = 4;

  /** The same while ingestion is behind: rows that wait come first, reports are old anyway. */
  private static final int PAUSE_BEHIND = 19;

  private static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(20);

  /** Quarters of one statement. */
  private static final int BATCH = 200;

  private static final String RECOMPUTE =
      """
      INSERT INTO delivery (bucket, line_item_id, creative_id, supply_partner_id, country, device_type,
        currency, demand_partner_id, deal_id, auctions, bids, wins, impressions, clicks, views, conversions, spend_micros,
        supply_cost_micros, over_delivery_micros, repeats, invalid, version)
      SELECT bucket, line_item_id, creative_id, supply_partner_id, country, device_type, currency,
        demand_partner_id, deal_id, countIf(kind = 1 AND disposition = 0),
        countIf(kind IN (1, 7) AND disposition = 0 AND reason = 0
          AND (line_item_id != 0 OR demand_partner_id != 0)),
        countIf(kind = 4 AND disposition = 0),
        countIf(billed = 1 AND disposition IN (0, 4)),
        countIf(kind = 3 AND disposition = 0),
        countIf(kind = 8 AND disposition = 0),
        countIf(kind = 9 AND disposition = 0),
        sumIf(charged_micros, disposition = 0),
        sumIf(cost_micros, disposition IN (0, 4)),
        sumIf(over_delivery_micros, disposition IN (0, 4)),
        countIf(disposition = 1),
        countIf(disposition = 3),
        {version:UInt64}
      FROM settled_events FINAL
      WHERE bucket IN (SELECT toDateTime(arrayJoin({buckets:Array(UInt32)}), 'UTC')) AND disposition != 2
      GROUP BY bucket, line_item_id, creative_id, supply_partner_id, country, device_type, currency,
        demand_partner_id, deal_id
      """;

  private final Retention retention;
  private final IngestCounters counters;
  private final Clock clock;
  private final ReentrantLock computing = new ReentrantLock();
  // Of the lock's holder alone.
  private long version;
  private long endNanos = System.nanoTime();
  private long takenNanos;
  // Guarded by itself; a quarter leaves it before it is computed, so that what comes meanwhile
  // is not forgotten.
  private final TreeSet<Long> touched = new TreeSet<>();

  DeliveryRollup(Retention retention, IngestCounters counters, Clock clock) {
    this.retention = retention;
    this.counters = counters;
    this.clock = clock;
  }

  /**
   * Finds the quarters that may not have been computed since their newest row came.
   *
   * @param noted by partition, as {@link ProgressStore#noted}
   * @param generation of the topic
   */
  void heal(ClickHouseDatabase database, Map<Integer, Long> noted, int generation) {
    computing.lock();
    try {
      version = database.queryLong("SELECT max(version) FROM delivery", Map.of());
      touch(unseen(database, noted, generation));
      takenNanos = 0;
    } finally {
      computing.unlock();
    }
  }

  private static Set<Long> unseen(
      ClickHouseDatabase database, Map<Integer, Long> noted, int generation) {
    Set<Long> unseen = new TreeSet<>();
    for (JsonNode row :
        database.query(
            "SELECT kafka_partition AS p, toUnixTimestamp(bucket) AS b, max(kafka_offset) AS newest"
                + " FROM settled_events WHERE "
                + ProgressStore.BEYOND
                + " GROUP BY p, b",
            ProgressStore.beyond(noted, generation))) {
      long next = noted.getOrDefault(row.get("p").asInt(), 0L);
      if (row.get("newest").asLong() >= next) {
        unseen.add(row.get("b").asLong());
      }
    }
    return unseen;
  }

  /** The quarter of a time in milliseconds: its first second since 1970. */
  static long bucket(long timeMillis) {
    return Math.floorDiv(timeMillis, 1000L * BUCKET_SECONDS) * BUCKET_SECONDS;
  }

  /** Notes quarters of which events were inserted. */
  void touch(Collection<Long> buckets) {
    synchronized (touched) {
      touched.addAll(buckets);
    }
  }

  @Override
  public boolean isDone() {
    synchronized (touched) {
      return touched.isEmpty() && !computing.isLocked();
    }
  }

  @Override
  public void afterFlush(ClickHouseDatabase database, boolean behind) {
    if (!computing.tryLock()) {
      return;
    }
    try {
      long pauseNanos = Math.min(MAX_PAUSE_NANOS, takenNanos * (behind ? PAUSE_BEHIND : PAUSE));
      if (System.nanoTime() - endNanos >= pauseNanos) {
        recomputeTouched(database);
      }
    } finally {
      computing.unlock();
    }
  }

  @Override
  public void finish(ClickHouseDatabase database) {
    computing.lock();
    try {
      recomputeTouched(database);
    } finally {
      computing.unlock();
    }
  }

  private void recomputeTouched(ClickHouseDatabase database) {
    List<Long> due = takeTouched();
    if (due.isEmpty()) {
      return;
    }
    long start = System.nanoTime();
    int done = 0;
    try {
      while (done < due.size()) {
        int end = Math.min(due.size(), done + BATCH);
        recompute(database, due.subList(done, end));
        done = end;
      }
    } finally {
      touch(due.subList(done, due.size()));
    }
    endNanos = System.nanoTime();
    takenNanos = endNanos - start;
    counters.rollups.increment();
    counters.rollupNanos.add(takenNanos);
  }

  /**
   * Takes what was touched. A quarter of which retention may have taken events must not replace
   * what was computed of all.
   */
  private List<Long> takeTouched() {
    long oldest =
        clock.instant().getEpochSecond() - TimeUnit.DAYS.toSeconds(retention.eventDays() - 1L);
    synchronized (touched) {
      Set<Long> expired = touched.headSet(oldest);
      counters.lateBuckets.increment(expired.size());
      expired.clear();
      List<Long> taken = List.copyOf(touched);
      touched.clear();
      return taken;
    }
  }

  private void recompute(ClickHouseDatabase database, List<Long> buckets) {
    version = Math.max(version + 1, clock.millis() * 1000);
    database.execute(
        RECOMPUTE,
        Map.of(
            "version", Long.toString(version),
            "buckets",
                buckets.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"))));
  }
}
