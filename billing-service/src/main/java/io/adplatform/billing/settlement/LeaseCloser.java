package io.adplatform.billing.settlement;

import io.adplatform.billing.budget.SettledMarks;
import io.adplatform.billing.budget.SqlArrays;
import io.adplatform.storage.postgres.IdempotencyStore;
import io.adplatform.storage.postgres.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes leases that nothing can come on any more, on a thread of its own: once every awaited
 * node's journal is settled past a lease's last expiry, or its node was written off, {@code
 * LeaseClose} goes to the lease's partition of {@code events}; settlement answers on {@code
 * settled}. What is not answered is sent again. Thread-safe.
 */
public final class LeaseCloser implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseCloser.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  /** Clocks of nodes may differ by this much, and an expiry is a whole second. */
  private static final long MARGIN_MILLIS = 2_000;

  /** Settlement answers with its next checkpoint; this long without means it was away. */
  private static final long RESEND_MILLIS = 30_000;

  /** Leases in one transaction, of one partition. */
  private static final int MAX_BATCH = 1_000;

  /** Buckets are kept this long after they are settled, for nodes that are behind. */
  private static final long BUCKET_KEPT_SECONDS = 600;

  private static final long PRUNE_NANOS = Duration.ofMinutes(1).toNanos();
  private static final long CLOSE_MILLIS = 10_000;

  /** By the index of open leases by partition and expiry: of each partition so many. */
  static final String BEGIN_CLOSING_EXPIRED =
      """
      UPDATE lease SET state = 'CLOSING', ended = true
       WHERE id = ANY (ARRAY(
             SELECT l.id FROM unnest(?::integer[], ?::bigint[]) AS p (partition, through)
              CROSS JOIN LATERAL (
                    SELECT id FROM lease
                     WHERE partition = p.partition AND state = 'OPEN'
                       AND last_expiry_millis < p.through
                     ORDER BY last_expiry_millis LIMIT ? FOR NO KEY UPDATE SKIP LOCKED) AS l))\
      """;

  /** By the index of those that ended by node: of nodes that were written off, few. */
  static final String BEGIN_CLOSING_WRITTEN_OFF =
      """
      UPDATE lease SET state = 'CLOSING', ended = true
       WHERE id = ANY (ARRAY(
             SELECT l.id FROM node n JOIN lease l ON l.node_id = n.id
              WHERE n.written_off_millis IS NOT NULL AND l.state = 'OPEN' AND l.ended
              LIMIT ? FOR NO KEY UPDATE OF l SKIP LOCKED))\
      """;

  /** What was sent at a time that has not come was sent by a clock that has gone back since. */
  private static final String SELECT_UNSENT =
      """
      SELECT id FROM lease WHERE state = 'CLOSING' AND close_sent_millis NOT BETWEEN ? AND ?
       ORDER BY close_sent_millis, id LIMIT ?\
      """;

  private static final String PRUNE =
      """
      DELETE FROM lease_charge c USING node n
       WHERE n.id = c.node_id AND c.expiry_second < ?
         AND (c.boot < n.boot OR c.revision <= n.acknowledged)\
      """;

  private final Transactions transactions;
  private final LeaseClosePublisher publisher;
  private final int partitions;
  private final InstantSource clock;
  private final Thread thread;
  private volatile boolean closed;
  // In the process's own time, which no clock that is set moves.
  private long prunedNanos;
  private boolean pruned;
  private boolean troubled;

  private LeaseCloser(
      Transactions transactions,
      LeaseClosePublisher publisher,
      int partitions,
      InstantSource clock) {
    this.transactions = transactions;
    this.publisher = publisher;
    this.partitions = partitions;
    this.clock = clock;
    this.thread = new Thread(this::run, "billing-closer");
    thread.setDaemon(true);
  }

  /** Starts closing; returns at once. The publisher stays the caller's. */
  public static LeaseCloser start(
      Transactions transactions,
      LeaseClosePublisher publisher,
      int partitions,
      InstantSource clock) {
    LeaseCloser closer = new LeaseCloser(transactions, publisher, partitions, clock);
    closer.thread.start();
    return closer;
  }

  /**
   * A condition for {@code /readyz}.
   *
   * @return null while its thread runs
   */
  public String readiness() {
    return thread.isAlive() ? null : "the thread that closes leases has ended";
  }

  /** Ends the thread. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!closed) {
      try {
        beginClosing();
        send();
        prune();
        troubled = false;
      } catch (InterruptedException e) {
        closed = true;
      } catch (RuntimeException | Error | SQLException | ExecutionException | TimeoutException e) {
        // After an error too: out of memory now, closing is tried again rather than never.
        report(e);
      }
      if (!closed) {
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  /** Says it once, however often it is tried again. */
  private void report(Throwable e) {
    if (!troubled) {
      troubled = true;
      LOG.warn("Leases cannot be closed now; trying again: {}", e.toString());
    }
  }

  private void beginClosing() throws SQLException {
    int closing = MAX_BATCH;
    while (closing >= MAX_BATCH && !closed) {
      closing = transactions.forService(handle -> beginClosing(handle.getConnection(), partitions));
    }
  }

  /**
   * Marks leases that nothing can come on any more: a batch of each partition, and one of nodes
   * that were written off.
   *
   * @return how many the larger of the two were
   */
  static int beginClosing(Connection connection, int partitions) throws SQLException {
    long[] through = SettledMarks.settledThrough(connection, partitions);
    try (PreparedStatement expired = connection.prepareStatement(BEGIN_CLOSING_EXPIRED);
        PreparedStatement writtenOff = connection.prepareStatement(BEGIN_CLOSING_WRITTEN_OFF)) {
      expired.setArray(
          1, SqlArrays.integers(connection, IntStream.range(0, partitions).boxed().toList()));
      expired.setArray(
          2,
          SqlArrays.longs(
              connection,
              Arrays.stream(through).mapToObj(millis -> millis - MARGIN_MILLIS).toList()));
      expired.setInt(3, MAX_BATCH);
      writtenOff.setInt(1, MAX_BATCH);
      return Math.max(expired.executeUpdate(), writtenOff.executeUpdate());
    }
  }

  private void send()
      throws SQLException, InterruptedException, ExecutionException, TimeoutException {
    List<Long> unsent = unsent();
    while (!unsent.isEmpty() && !closed) {
      publisher.send(unsent, clock.millis());
      markSent(unsent);
      unsent = unsent.size() == MAX_BATCH ? unsent() : List.of();
    }
  }

  private List<Long> unsent() throws SQLException {
    return transactions.forService(handle -> unsent(handle.getConnection(), clock.millis()));
  }

  /** Leases whose closing was not sent yet, or not answered in time. */
  static List<Long> unsent(Connection connection, long nowMillis) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SELECT_UNSENT)) {
      statement.setLong(1, nowMillis - RESEND_MILLIS);
      statement.setLong(2, nowMillis + RESEND_MILLIS);
      statement.setInt(3, MAX_BATCH);
      List<Long> ids = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          ids.add(rows.getLong(1));
        }
      }
      return ids;
    }
  }

  private void markSent(List<Long> ids) throws SQLException {
    transactions.forService(
        handle -> {
          Connection connection = handle.getConnection();
          try (PreparedStatement statement =
              connection.prepareStatement(
                  "UPDATE lease SET close_sent_millis = ? WHERE state = 'CLOSING' AND id IN"
                      + " (SELECT id FROM lease WHERE id = ANY (?)"
                      + " ORDER BY id FOR NO KEY UPDATE)")) {
            statement.setLong(1, clock.millis());
            statement.setArray(2, SqlArrays.longs(connection, ids));
            return statement.executeUpdate();
          }
        });
  }

  /** Forgets buckets that every reader has seen and nothing can be added to, and old answers. */
  private void prune() throws SQLException {
    long now = System.nanoTime();
    if (pruned && now - prunedNanos < PRUNE_NANOS) {
      return;
    }
    pruned = true;
    prunedNanos = now;
    transactions.forService(
        handle -> {
          Connection connection = handle.getConnection();
          long through =
              Arrays.stream(SettledMarks.settledThrough(connection, partitions)).min().orElse(0);
          try (PreparedStatement statement = connection.prepareStatement(PRUNE)) {
            statement.setLong(1, through / 1_000 - BUCKET_KEPT_SECONDS);
            return statement.executeUpdate();
          }
        });
    transactions.forService(new IdempotencyStore()::forgetOld);
  }
}
