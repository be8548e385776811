package io.adplatform.billing.reconcile;

import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.postgres.Transactions;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares each day once it is over, days that were missed while the service was down, and days
 * whose sources have moved since: late events, corrections, a partner's file. On a thread of its
 * own, a day at a time. Two processes that do the same do it twice, and no harm. Thread-safe.
 */
final class ReconciliationJob implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReconciliationJob.class);
  private static final Duration PERIOD = Duration.ofMinutes(1);

  /** A day that could not be compared, or was not settled, is tried again after this. */
  private static final Duration AGAIN = Duration.ofMinutes(10);

  /** Days of before are compared where the service was down so long. */
  private static final int MISSED_DAYS = 7;

  private final Transactions transactions;
  private final Reconciliation reconciliation;
  private final ReconciliationGauges gauges;
  private final InstantSource clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("billing-reconciliation").factory());
  // In the process's own time, which no clock that is set moves; the past at first.
  private long notBeforeNanos = System.nanoTime();

  ReconciliationJob(
      Transactions transactions,
      Reconciliation reconciliation,
      ReconciliationGauges gauges,
      InstantSource clock) {
    this.transactions = transactions;
    this.reconciliation = reconciliation;
    this.gauges = gauges;
    this.clock = clock;
  }

  /** Starts it; returns at once. */
  void start() {
    thread.scheduleWithFixedDelay(
        this::tick, PERIOD.toSeconds(), PERIOD.toSeconds(), TimeUnit.SECONDS);
  }

  private void tick() {
    if (System.nanoTime() - notBeforeNanos < 0) {
      return;
    }
    boolean all = false;
    try {
      all = runDue().failed() == 0;
    } catch (RuntimeException | SQLException e) {
      failed("The days that are due", e);
    }
    if (!all) {
      // What it needs may be starting still; the age of the last comparison tells where it stays.
      notBeforeNanos = System.nanoTime() + AGAIN.toNanos();
    }
    gauges.refresh();
  }

  private void failed(String what, Exception e) {
    gauges.failed();
    if (e instanceof Problem) {
      LOG.warn("{} could not be compared: {}", what, e.getMessage());
    } else {
      LOG.error("{} could not be compared", what, e);
    }
  }

  /** How many days were compared, and how many could not be. */
  record Ran(int compared, int failed) {}

  /** Compares the days that are due, each by itself: one that cannot be holds up no other. */
  Ran runDue() throws SQLException {
    List<LocalDate> due = transactions.forService(h -> due(h.getConnection()));
    LocalDate kept = due.isEmpty() ? LocalDate.MIN : reconciliation.firstKeptDay();
    int compared = 0;
    int failed = 0;
    for (LocalDate day : due) {
      if (day.isBefore(kept)) {
        // Its events are gone: nothing can be said of it any more.
        continue;
      }
      try {
        run(day);
        compared++;
      } catch (RuntimeException | SQLException e) {
        failed++;
        failed(day.toString(), e);
      }
    }
    return new Ran(compared, failed);
  }

  private void run(LocalDate day) throws SQLException {
    JsonObject run = reconciliation.run(day, null);
    if (run.getLong("unexplained") > 0) {
      LOG.error(
          "{}: {} differences between events, report, ledger and partners are unexplained or"
              + " faults, {} micros; GET /api/v1/billing/reconciliations/{}/differences",
          day,
          run.getLong("unexplained"),
          run.getLong("unexplainedMicros"),
          day);
    } else {
      LOG.info("{} compared: {} differences, all explained", day, run.getLong("differences"));
    }
  }

  private List<LocalDate> due(Connection connection) throws SQLException {
    Instant now = clock.instant();
    LocalDate over = now.minus(Reconciliation.GRACE).atZone(ZoneOffset.UTC).toLocalDate();
    TreeSet<LocalDate> due =
        new TreeSet<>(
            ReconciliationStore.moved(
                connection,
                over.minusDays(ReconciliationGauges.DAYS - 1),
                over,
                now.minus(AGAIN).toEpochMilli()));
    List<LocalDate> done =
        ReconciliationStore.newestOfDays(connection, over.minusDays(MISSED_DAYS)).stream()
            .map(run -> LocalDate.parse(run.getString("date")))
            .toList();
    Optional<LocalDate> first = ReconciliationStore.firstDay(connection);
    for (LocalDate day = over.minusDays(1);
        first.isPresent()
            && !day.isBefore(first.get())
            && !day.isBefore(over.minusDays(MISSED_DAYS));
        day = day.minusDays(1)) {
      if (!done.contains(day)) {
        due.add(day);
      }
    }
    return List.copyOf(due);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
