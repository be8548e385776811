package io.adplatform.analytics.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The table {@code delivery}: settled events summed by quarter of an hour, from which the hours and
 * days of any time zone are made. A quarter that was touched is computed anew from its events and
 * replaces what was there (the higher version wins), so it may be computed any number of times; a
 * quarter whose computation a kill prevented is found by {@link #heal}. Of one thread at a time.
 */
final class DeliveryRollup implements FollowUp {
  /** All time zones of the world are whole multiples of this from UTC. */
  static final long BUCKET_SECONDS = TimeUnit.MINUTES.toSeconds(15);

  /**
   * Roll-ups may take one part in so many of the thread's time: under load they come less often,
   * idle they follow each block at once.
   */
  private static final int SHARE = 4;

  private static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(20);

  /** Quarters of one statement. */
  private static final int BATCH = 200;

  private static final String RECOMPUTE =
      """
      INSERT INTO delivery (bucket, line_item_id, creative_id, supply_partner_id, country, device_type,
        currency, auctions, bids, wins, impressions, clicks, views, conversions, spend_micros,
        supply_cost_micros, over_delivery_micros, repeats, invalid, version)
      SELECT bucket, line_item_id, creative_id, supply_partner_id, country, device_type, currency,
        countIf(kind = 1 AND disposition = 0),
        countIf(kind IN (1, 7) AND disposition = 0 AND reason = 0 AND line_item_id != 0),
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
      GROUP BY bucket, line_item_id, creative_id, supply_partner_id, country, device_type, currency
      """;

  private final Retention retention;
  private final IngestCounters counters;
  private final Clock clock;
  private final TreeSet<Long> touched = new TreeSet<>();
  private long version;
  private long dueNanos = System.nanoTime();

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
    version = database.queryLong("SELECT max(version) FROM delivery", Map.of());
    for (JsonNode row :
        database.query(
            "SELECT kafka_partition AS p, toUnixTimestamp(bucket) AS b, max(kafka_offset) AS newest"
                + " FROM settled_events WHERE "
                + ProgressStore.BEYOND
                + " GROUP BY p, b",
            ProgressStore.beyond(noted, generation))) {
      long next = noted.getOrDefault(row.get("p").asInt(), 0L);
      if (row.get("newest").asLong() >= next) {
        touched.add(row.get("b").asLong());
      }
    }
    dueNanos = System.nanoTime();
  }

  /** The quarter of a time in milliseconds: its first second since 1970. */
  static long bucket(long timeMillis) {
    return Math.floorDiv(timeMillis, 1000L * BUCKET_SECONDS) * BUCKET_SECONDS;
  }

  /** Notes quarters of which events were inserted. */
  void touch(Set<Long> buckets) {
    touched.addAll(buckets);
  }

  @Override
  public boolean isDone() {
    return touched.isEmpty();
  }

  @Override
  public void afterFlush(ClickHouseDatabase database) {
    recomputeWhenDue(database, System.nanoTime());
  }

  /** Computes what was touched, if the last time is long enough ago. */
  private void recomputeWhenDue(ClickHouseDatabase database, long nowNanos) {
    if (touched.isEmpty() || nowNanos - dueNanos < 0) {
      return;
    }
    leaveExpired();
    while (!touched.isEmpty()) {
      List<Long> batch = touched.stream().limit(BATCH).toList();
      recompute(database, batch);
      touched.removeAll(new ArrayList<>(batch));
    }
    counters.rollups.increment();
    long taken = System.nanoTime() - nowNanos;
    dueNanos = System.nanoTime() + Math.min(MAX_PAUSE_NANOS, taken * SHARE);
  }

  /**
   * A quarter of which retention may have taken events must not replace what was computed of all.
   */
  private void leaveExpired() {
    long oldest =
        clock.instant().getEpochSecond() - TimeUnit.DAYS.toSeconds(retention.eventDays() - 1L);
    while (!touched.isEmpty() && touched.first() < oldest) {
      touched.pollFirst();
      counters.lateBuckets.increment();
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
