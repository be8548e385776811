package io.adplatform.billing.settlement;

import io.adplatform.billing.budget.SqlArrays;
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
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases and how far settlement is behind, read from PostgreSQL every few seconds on a thread of
 * its own. Labels: the two states of unclosed leases and the currencies in use. Thread-safe.
 */
public final class LeaseGauges implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseGauges.class);
  private static final long PERIOD_SECONDS = 5;

  private static final String SELECT =
      """
      SELECT state, currency, count(*), sum(greatest(0, amount_micros - given_back_micros - charged_micros))
        FROM lease WHERE state <> 'CLOSED' GROUP BY state, currency\
      """;

  private static final String SELECT_OLDEST =
      """
      SELECT min(coalesce(m.settled_up_to_millis, n.first_seen_millis)) AS up_to
        FROM generate_series(0, ? - 1) AS p (partition)
       CROSS JOIN node n
        LEFT JOIN settled_mark m ON m.node_id = n.id AND m.partition = p.partition
       WHERE n.written_off_millis IS NULL\
      """;

  private final Transactions transactions;
  private final int partitions;
  private final InstantSource clock;
  private final MultiGauge leases;
  private final MultiGauge outstanding;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("billing-gauges").factory());
  private final Counter failures;
  // When all was last read, in the process's own time; null is never.
  private volatile Long readNanos;
  // Until when the least settled journal is settled; null where no node is awaited.
  private volatile Long settledUpToMillis;

  LeaseGauges(
      Transactions transactions, int partitions, InstantSource clock, MeterRegistry metrics) {
    this.transactions = transactions;
    this.partitions = partitions;
    this.clock = clock;
    this.leases =
        MultiGauge.builder("adplatform.billing.leases")
            .description("Unclosed leases by state and currency")
            .register(metrics);
    this.outstanding =
        MultiGauge.builder("adplatform.billing.outstanding.micros")
            .description("Leased and not charged, by state and currency")
            .register(metrics);
    this.failures =
        Counter.builder("adplatform.billing.leases.read.failures")
            .description("Times that leases could not be read: what is told of them stays")
            .register(metrics);
    Gauge.builder("adplatform.billing.leases.age.seconds", this::ageSeconds)
        .description("How long ago leases were last read")
        .register(metrics);
    Gauge.builder("adplatform.billing.settled.lag.seconds", this::settledLagSeconds)
        .description(
            "How long ago the least settled journal of an awaited node is settled up to; where it"
                + " is not at all, how long ago the node was first seen")
        .register(metrics);
  }

  /** Starts reading; returns at once. */
  public static LeaseGauges start(
      Transactions transactions, int partitions, InstantSource clock, MeterRegistry metrics) {
    LeaseGauges gauges = new LeaseGauges(transactions, partitions, clock, metrics);
    gauges.thread.scheduleWithFixedDelay(gauges::refresh, 0, PERIOD_SECONDS, TimeUnit.SECONDS);
    return gauges;
  }

  /** Ends the thread. */
  @Override
  public void close() {
    thread.shutdownNow();
  }

  private double ageSeconds() {
    Long read = readNanos;
    return read == null ? Double.NaN : (System.nanoTime() - read) / 1e9;
  }

  /** Reads all of it. */
  void refresh() {
    try {
      transactions.forService(
          handle -> {
            read(handle.getConnection());
            return null;
          });
      readNanos = System.nanoTime();
    } catch (RuntimeException | Error | SQLException e) {
      // What is thrown here would end the schedule.
      failures.increment();
      LOG.debug("Gauges could not be read", e);
    }
  }

  private void read(Connection connection) throws SQLException {
    List<MultiGauge.Row<?>> counts = new ArrayList<>();
    List<MultiGauge.Row<?>> amounts = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(SELECT);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        Tags tags = Tags.of("state", row.getString(1), "currency", row.getString(2));
        counts.add(MultiGauge.Row.of(tags, row.getLong(3)));
        amounts.add(MultiGauge.Row.of(tags, row.getLong(4)));
      }
    }
    leases.register(counts, true);
    outstanding.register(amounts, true);
    settledUpToMillis = settledUpToMillis(connection, partitions);
  }

  /** Goes on growing while PostgreSQL is away; NaN where no node is awaited. */
  private double settledLagSeconds() {
    Long upTo = settledUpToMillis;
    return upTo == null ? Double.NaN : (clock.millis() - upTo) / 1e3;
  }

  /**
   * Null where no node is awaited. One that sent no mark yet counts from when it was first seen.
   */
  static Long settledUpToMillis(Connection connection, int partitions) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SELECT_OLDEST)) {
      statement.setInt(1, partitions);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return SqlArrays.nullableLong(row, "up_to");
      }
    }
  }
}
