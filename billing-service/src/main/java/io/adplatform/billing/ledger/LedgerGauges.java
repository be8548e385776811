package io.adplatform.billing.ledger;

import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.postgres.Transactions;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the books on a thread of its own: every minute that the balances of each currency come to
 * 0, and at the start and once a day that every balance is the sum of its postings and every entry
 * balanced, that no budget is charged above what it allowed, and that budgets and ledger say the
 * same of each line item; which reads the whole ledger. Thread-safe.
 */
public final class LedgerGauges implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LedgerGauges.class);
  private static final Duration TRIAL_BALANCE_PERIOD = Duration.ofMinutes(1);
  private static final Duration WHOLE_PERIOD = Duration.ofDays(1);

  /** Reading all postings takes longer than a statement usually may. */
  private static final String NO_HURRY = "SET LOCAL statement_timeout = '1h'";

  private final Transactions transactions;
  private final LongSupplier nanos;
  private final MultiGauge trialBalance;
  private final Counter failures;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("billing-books").factory());
  private volatile double discrepancies = Double.NaN;
  private volatile double budgetDiscrepancies = Double.NaN;
  // Null is never.
  private volatile Long readNanos;
  private volatile Long checkedNanos;

  /**
   * Watches by the process's own time, which no clock that is set moves.
   *
   * @param nanos such as {@code System::nanoTime}
   */
  LedgerGauges(Transactions transactions, LongSupplier nanos, MeterRegistry metrics) {
    this.transactions = transactions;
    this.nanos = nanos;
    trialBalance =
        MultiGauge.builder("adplatform.billing.trial.balance.micros")
            .description("All debits less all credits, by currency: 0")
            .register(metrics);
    Gauge.builder("adplatform.billing.ledger.discrepancies", () -> discrepancies)
        .description(
            "Balances that are not the sum of their postings, entries that are not balanced,"
                + " budgets that more is charged to than they allowed, and line items of which"
                + " budgets and ledger say different things: 0")
        .register(metrics);
    Gauge.builder("adplatform.billing.budget.discrepancies", () -> budgetDiscrepancies)
        .description("Of these, those of budgets: 0")
        .register(metrics);
    Gauge.builder("adplatform.billing.ledger.check.age.seconds", () -> ageSeconds(checkedNanos))
        .description("How long ago the whole ledger was last computed anew")
        .register(metrics);
    Gauge.builder("adplatform.billing.trial.balance.age.seconds", () -> ageSeconds(readNanos))
        .description("How long ago the balances were last read")
        .register(metrics);
    failures =
        Counter.builder("adplatform.billing.ledger.check.failures")
            .description("Times that the books could not be looked at")
            .register(metrics);
  }

  /** Starts watching; returns at once. */
  public static LedgerGauges start(Transactions transactions, MeterRegistry metrics) {
    LedgerGauges gauges = new LedgerGauges(transactions, System::nanoTime, metrics);
    gauges.thread.scheduleWithFixedDelay(
        gauges::refresh, 0, TRIAL_BALANCE_PERIOD.toSeconds(), TimeUnit.SECONDS);
    return gauges;
  }

  private double ageSeconds(Long since) {
    return since == null ? Double.NaN : (nanos.getAsLong() - since) / 1e9;
  }

  /** Looks at what is due. */
  void refresh() {
    try {
      transactions.forService(
          handle -> {
            readTrialBalance(handle.getConnection());
            return null;
          });
      readNanos = nanos.getAsLong();
      Long checked = checkedNanos;
      if (checked == null || nanos.getAsLong() - checked >= WHOLE_PERIOD.toNanos()) {
        long ofLedger = count("ledger_discrepancy");
        long ofBudgets = count("budget_discrepancy");
        discrepancies = ofLedger + ofBudgets;
        budgetDiscrepancies = ofBudgets;
        checkedNanos = nanos.getAsLong();
        if (ofLedger + ofBudgets > 0) {
          LOG.error(
              "The books do not hold: {} rows in the view ledger_discrepancy, {} in"
                  + " budget_discrepancy",
              ofLedger,
              ofBudgets);
        }
      }
    } catch (Problem e) {
      failures.increment();
      LOG.debug("PostgreSQL is away: the books are not read", e);
    } catch (RuntimeException | SQLException e) {
      failures.increment();
      LOG.error("The books could not be read", e);
    }
  }

  private void readTrialBalance(Connection connection) throws SQLException {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    try (PreparedStatement select =
            connection.prepareStatement(
                "SELECT a.currency, sum(b.balance_micros) FROM ledger_account a"
                    + " JOIN ledger_balance b ON b.account_id = a.id GROUP BY a.currency");
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        long off = row.getBigDecimal(2).longValue();
        rows.add(MultiGauge.Row.of(Tags.of("currency", row.getString(1)), off));
        if (off != 0) {
          LOG.error("The trial balance in {} is {} micros, not 0", row.getString(1), off);
        }
      }
    }
    trialBalance.register(rows, true);
  }

  /**
   * Counts a view's rows.
   *
   * @param view a name written in this class
   */
  private long count(String view) throws SQLException {
    return transactions.forService(
        handle -> {
          try (Statement statement = handle.getConnection().createStatement()) {
            statement.execute(NO_HURRY);
            try (ResultSet row = statement.executeQuery("SELECT count(*) FROM " + view)) {
              row.next();
              return row.getLong(1);
            }
          }
        });
  }

  /** Ends the thread. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
