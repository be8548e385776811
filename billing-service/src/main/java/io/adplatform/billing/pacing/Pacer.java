package io.adplatform.billing.pacing;

import io.adplatform.storage.postgres.Transactions;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
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
 * transaction; once a minute also what is measured of line items that do not pay for impressions.
 * While settlement or PostgreSQL is away all stays as it is. Thread-safe.
 */
public final class Pacer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Pacer.class);

  /** Between two steps. */
  public static final long PERIOD_MILLIS = 2_000;

  /** Rates of charges order the whole catalogue anew: once a minute, all that have moved. */
  private static final long RATES_MILLIS = 60_000;

  /** A state that only grows older is written this often. */
  private static final long IDLE_MILLIS = 60_000;

  /** What settlement skips at once was an outage of ours, and is no hour's traffic. */
  private static final long LEARNED_MILLIS = 600_000;

  /** Of a line item that has changed, no more than so many impressions are relied on. */
  private static final long DOUBTED_IMPRESSIONS = 10;

  private final Transactions transactions;
  private final int partitions;
  private final InstantSource clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("billing-pacer").factory());
  private boolean troubled;

  /** When rates are due; of the thread alone. */
  private long ratesDueMillis;

  /** Line items that do not bid for what they have cost, as rates were looked at last. */
  private volatile int stopped;

  /** As of the last step; 0 is unknown. */
  private volatile long settledMillis;

  /** When the last step ended that steered, here; before the first, when it was launched. */
  private volatile long steeredMillis;

  Pacer(Transactions transactions, int partitions, InstantSource clock) {
    this.transactions = transactions;
    this.partitions = partitions;
    this.clock = clock;
    this.steeredMillis = clock.millis();
  }

  /** Starts steering; returns at once. */
  public static Pacer start(
      Transactions transactions, int partitions, InstantSource clock, MeterRegistry metrics) {
    Pacer pacer = new Pacer(transactions, partitions, clock);
    TimeGauge.builder(
            "adplatform.billing.pacing.age",
            () -> clock.millis() - pacer.steeredMillis,
            TimeUnit.MILLISECONDS)
        .description("How long ago paced line items were steered here; one process does")
        .register(metrics);
    TimeGauge.builder(
            "adplatform.billing.pacing.lag",
            () -> clock.millis() - pacer.settledMillis,
            TimeUnit.MILLISECONDS)
        .description("How long ago spend is settled up to, as pacing sees it")
        .register(metrics);
    Gauge.builder("adplatform.billing.rates.stopped", () -> pacer.stopped)
        .description(
            "Line items that do not bid, for their impressions cost more than they brought; of the"
                + " process that steers")
        .register(metrics);
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
    boolean steered = transactions.forService(handle -> step(handle.getConnection()));
    if (steered) {
      steeredMillis = clock.millis();
    }
  }

  /** False where another process steers. */
  private boolean step(Connection connection) throws SQLException {
    PostgresPacingStore store = new PostgresPacingStore(connection);
    if (!store.tryLock()) {
      return false;
    }
    settledMillis = steer(store, partitions, clock.millis());
    if (clock.millis() >= ratesDueMillis) {
      ChargeRateStore rates = new ChargeRateStore(connection);
      rates.step();
      stopped = rates.stopped();
      ratesDueMillis = clock.millis() + RATES_MILLIS;
    }
    return true;
  }

  /**
   * One step over a store.
   *
   * @return up to when events are settled, in milliseconds since 1970
   */
  public static long steer(PacingStore store, int partitions, long nowMillis) throws SQLException {
    long settledMillis = store.settledMillis(partitions, nowMillis);
    List<PacedLineItem> items = store.read(nowMillis);
    Map<Long, PacedLineItem.Charged> today = store.chargedToday(items);
    Map<Long, TrafficCurve> curves = store.curves(items);
    List<PacingStore.Steered> steered = new ArrayList<>();
    Map<Long, Integer> hours = new HashMap<>();
    for (PacedLineItem item : items) {
      PacingState before = item.state();
      if (before == null) {
        PacingState state = PacingState.start(nowMillis, item.chargedMicros());
        steered.add(new PacingStore.Steered(item.id(), state, item.version()));
        continue;
      }
      TrafficCurve curve = curves.get(item.id());
      PacedLineItem.Charged charged = today.get(item.id());
      PacingPlan plan = plan(item, curve, charged.micros(), settledMillis);
      PacingController.Reading reading =
          new PacingController.Reading(
              nowMillis,
              settledMillis,
              item.chargedMicros(),
              item.chargeMicros(),
              item.running() && !isSpent(item, charged));
      PacingState next = PacingController.next(carried(item, curve, settledMillis), plan, reading);
      if (tells(item, next)) {
        steered.add(new PacingStore.Steered(item.id(), next, item.version()));
        boolean learns = next.seenMillis() - before.seenMillis() <= LEARNED_MILLIS;
        if (curve != null
            && learns
            && PacingController.tellsOfTraffic(before, next, plan, reading)) {
          hours.put(item.id(), learn(curve, item, next.seenMillis()));
        }
      }
    }
    store.write(steered);
    store.writeHours(hours, curves);
    return settledMillis;
  }

  /** Where the day's budget of its campaign does not pay another impression it cannot bid. */
  private static boolean isSpent(PacedLineItem item, PacedLineItem.Charged today) {
    Long daily = item.budgets().campaignDailyMicros();
    return daily != null && daily - today.campaignMicros() < item.chargeMicros();
  }

  /**
   * The plan from where settlement is: what is spent since is in neither what is left nor the time
   * for it.
   */
  private static PacingPlan plan(
      PacedLineItem item, TrafficCurve curve, long chargedTodayMicros, long settledMillis) {
    PacingPlan.Bounds bounds =
        new PacingPlan.Bounds(
            item.budgets().totalMicros(),
            item.budgets().dailyMicros(),
            item.chargedMicros(),
            chargedTodayMicros,
            item.day().endMillis(),
            item.budgets().endMillis());
    if (curve == null) {
      return PacingPlan.even(bounds, settledMillis);
    }
    return PacingPlan.of(
        bounds,
        settledMillis,
        (from, until) ->
            curve.millisLeft(item.day().localMillis(from), item.day().localMillis(until)));
  }

  /**
   * The state before the step, on the traffic of this hour, and doubted where the line item has
   * changed.
   */
  private static PacingState carried(PacedLineItem item, TrafficCurve curve, long settledMillis) {
    PacingState state = item.state();
    if (item.version() != item.stateVersion()) {
      state = state.doubted(DOUBTED_IMPRESSIONS * item.chargeMicros());
    }
    if (curve == null || state.seenMillis() == PacingState.UNKNOWN) {
      return state;
    }
    return state.exposed(
        curve.carried(
            state.windowExposure(),
            item.day().localMillis(state.seenMillis()),
            item.day().localMillis(Math.max(settledMillis, state.seenMillis()))));
  }

  /** A step in which nothing happened can be left out, not for ever. */
  private static boolean tells(PacedLineItem item, PacingState next) {
    PacingState before = item.state();
    return next.participation() != before.participation()
        || next.seenMicros() != before.seenMicros()
        || item.version() != item.stateVersion()
        || next.seenMillis() - before.seenMillis() >= IDLE_MILLIS
        || next.seenMillis() < before.seenMillis();
  }

  private static int learn(TrafficCurve curve, PacedLineItem item, long seenMillis) {
    PacingState before = item.state();
    return curve.add(
        item.day().localMillis(seenMillis),
        Math.max(0, item.chargedMicros() - before.seenMicros()),
        PacingController.exposure(before, seenMillis));
  }
}
