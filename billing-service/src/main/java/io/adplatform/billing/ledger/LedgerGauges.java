package io.adplatform.billing.ledger;

import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.postgres.Transactions;
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
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the books on a thread of its own: every minute that the balances of each currency come to
 * 0, and at the start and once a day that every balance is the sum of its postings and every entry
 * balanced, which reads the whole ledger. Thread-safe.
 */
public final class LedgerGauges implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LedgerGauges.class);
  private static final Duration TRIAL_BALANCE_PERIOD = Duration.ofMinutes(1);
  private static final Duration WHOLE_PERIOD = Duration.ofDays(1);

  /** Reading all postings takes longer than a statement usually may. */
  private static final String NO_HURRY = "SET LOCAL statement_timeout = '1h'";

  private final Transactions transactions;
  private final InstantSource clock;
  private final MultiGauge trialBalance;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("billing-books").factory());
  private volatile double discrepancies = Double.NaN;
  private volatile long checkedMillis;

  LedgerGauges(Transactions transactions, InstantSource clock, MeterRegistry metrics) {
    this.transactions = transactions;
    this.clock = clock;
    trialBalance =
        MultiGauge.builder("adplatform.billing.trial.balance.micros")
            .description("All debits less all credits, by currency: 0")
            .register(metrics);
    Gauge.builder("adplatform.billing.ledger.discrepancies", () -> discrepancies)
        .description(
            "Balances that are not the sum of their postings, and entries that are not balanced: 0")
        .register(metrics);
    Gauge.builder("adplatform.billing.ledger.check.age.seconds", this::ageSeconds)
        .description("How long ago the whole ledger was last computed anew")
        .register(metrics);
  }

  /** Starts watching; returns at once. */
  public static LedgerGauges start(
      Transactions transactions, InstantSource clock, MeterRegistry metrics) {
    LedgerGauges gauges = new LedgerGauges(transactions, clock, metrics);
    gauges.thread.scheduleWithFixedDelay(
        gauges::refresh, 0, TRIAL_BALANCE_PERIOD.toSeconds(), TimeUnit.SECONDS);
    return gauges;
  }

  private double ageSeconds() {
    return checkedMillis == 0 ? Double.NaN : (clock.millis() - checkedMillis) / 1e3;
  }

  /** Looks at what is due. */
  void refresh() {
    try {
      transactions.forService(
          handle -> {
            readTrialBalance(handle.getConnection());
            return null;
          });
      if (checkedMillis == 0 || clock.millis() - checkedMillis >= WHOLE_PERIOD.toMillis()) {
        long found = transactions.forService(h -> countDiscrepancies(h.getConnection()));
        discrepancies = found;
        checkedMillis = clock.millis();
        if (found > 0) {
          LOG.error("The books do not hold: {} rows in the view ledger_discrepancy", found);
        }
      }
    } catch (Problem e) {
      LOG.debug("PostgreSQL is away: the books are not read", e);
    } catch (RuntimeException | SQLException e) {
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

  private static long countDiscrepancies(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(NO_HURRY);
      try (ResultSet row = statement.executeQuery("SELECT count(*) FROM ledger_discrepancy")) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** Ends the thread. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
