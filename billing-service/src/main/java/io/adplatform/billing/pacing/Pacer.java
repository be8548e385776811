package io.adplatform.billing.pacing;

import io.adplatform.storage.postgres.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steers all paced line items every two seconds on a thread of its own, each time in one
 * transaction. While settlement or PostgreSQL is away participations stay as they are. Thread-safe.
 */
public final class Pacer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Pacer.class);
  private static final long PERIOD_MILLIS = 2_000;

  private final Transactions transactions;
  private final int partitions;
  private final InstantSource clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("billing-pacer").factory());
  private boolean troubled;

  Pacer(Transactions transactions, int partitions, InstantSource clock) {
    this.transactions = transactions;
    this.partitions = partitions;
    this.clock = clock;
  }

  /** Starts steering; returns at once. */
  public static Pacer start(Transactions transactions, int partitions, InstantSource clock) {
    Pacer pacer = new Pacer(transactions, partitions, clock);
    pacer.thread.scheduleWithFixedDelay(
        pacer::tryStep, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    return pacer;
  }

  /** Ends the thread. */
  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void tryStep() {
    try {
      step();
      troubled = false;
    } catch (RuntimeException | SQLException e) {
      if (!troubled) {
        LOG.warn("Paced line items cannot be steered now; trying again", e);
      }
      troubled = true;
    }
  }

  /** One step of every paced line item. */
  void step() throws SQLException {
    transactions.forService(
        handle -> {
          step(handle.getConnection());
          return null;
        });
  }

  private void step(Connection connection) throws SQLException {
    PacingStore store = new PacingStore(connection);
    if (!store.tryLock()) {
      return;
    }
    long nowMillis = clock.millis();
    long settledMillis = store.settledMillis(partitions);
    List<PacedLineItem> items = store.read(nowMillis);
    Map<Long, Long> today = store.chargedToday(items);
    Map<Long, TrafficCurve> curves = store.curves(items);
    Map<Long, PacingState> changed = new HashMap<>();
    Map<Long, Integer> hours = new HashMap<>();
    for (PacedLineItem item : items) {
      if (item.state() == null) {
        changed.put(item.id(), PacingState.start(nowMillis, settledMillis, item.chargedMicros()));
        continue;
      }
      TrafficCurve curve = curves.get(item.id());
      PacingPlan plan = plan(item, curve, today.getOrDefault(item.id(), 0L), nowMillis);
      PacingController.Reading reading =
          new PacingController.Reading(
              nowMillis, settledMillis, item.chargedMicros(), item.chargeMicros(), item.running());
      PacingState next = PacingController.next(item.state(), plan, reading);
      if (!next.equals(item.state())) {
        changed.put(item.id(), next);
      }
      if (curve != null && PacingController.tellsOfTraffic(item.state(), next, plan, reading)) {
        hours.put(item.id(), learn(curve, item, next.seenMillis()));
      }
    }
    store.write(changed);
    store.writeHours(hours, curves);
  }

  private static PacingPlan plan(
      PacedLineItem item, TrafficCurve curve, long chargedTodayMicros, long nowMillis) {
    PacingPlan.Bounds bounds =
        new PacingPlan.Bounds(
            item.totalMicros(),
            item.dailyMicros(),
            item.chargedMicros(),
            chargedTodayMicros,
            item.dayEndMillis(),
            item.endMillis());
    if (curve == null) {
      return PacingPlan.even(bounds, nowMillis);
    }
    long offset = offsetMillis(item, nowMillis);
    return PacingPlan.of(
        bounds, nowMillis, (from, until) -> curve.millisLeft(from + offset, until + offset));
  }

  private static int learn(TrafficCurve curve, PacedLineItem item, long seenMillis) {
    PacingState before = item.state();
    return curve.add(
        seenMillis + offsetMillis(item, seenMillis),
        Math.max(0, item.chargedMicros() - before.seenMicros()),
        PacingController.exposure(before, seenMillis));
  }

  private static long offsetMillis(PacedLineItem item, long millis) {
    return item.zone().getRules().getOffset(Instant.ofEpochMilli(millis)).getTotalSeconds()
        * 1_000L;
  }
}
