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

  /** Leases in one transaction. */
  private static final int MAX_BATCH = 1_000;

  /** Buckets are kept this long after they are settled, for nodes that are behind. */
  private static final long BUCKET_KEPT_SECONDS = 600;

  private static final long PRUNE_MILLIS = 60_000;
  private static final long CLOSE_MILLIS = 10_000;

  private static final String BEGIN_CLOSING =
      """
      UPDATE lease SET state = 'CLOSING', ended = true
       WHERE id IN (
             SELECT l.id FROM lease l
               JOIN unnest(?::integer[], ?::bigint[]) AS p (partition, through)
                 ON p.partition = l.partition
               JOIN node n ON n.id = l.node_id
              WHERE l.state = 'OPEN'
                AND (l.last_expiry_millis < p.through
                     OR (n.written_off_millis IS NOT NULL AND l.ended))
              ORDER BY l.id LIMIT ? FOR NO KEY UPDATE OF l SKIP LOCKED)\
      """;

  private static final String SELECT_UNSENT =
      """
      SELECT id FROM lease WHERE state = 'CLOSING' AND close_sent_millis < ?
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
  private long prunedMillis;
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
      } catch (RuntimeException | SQLException | ExecutionException | TimeoutException e) {
        report(e);
      }
      if (!closed) {
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  /** Says it once, however often it is tried again. */
  private void report(Exception e) {
    if (!troubled) {
      troubled = true;
      LOG.warn("Leases cannot be closed now; trying again: {}", e.toString());
    }
  }

  private void beginClosing() throws SQLException {
    int closing = MAX_BATCH;
    while (closing == MAX_BATCH && !closed) {
      closing = transactions.forService(handle -> beginClosing(handle.getConnection(), partitions));
    }
  }

  /** Marks leases that nothing can come on any more, a batch at most; how many. */
  static int beginClosing(Connection connection, int partitions) throws SQLException {
    long[] through = SettledMarks.settledThrough(connection, partitions);
    try (PreparedStatement statement = connection.prepareStatement(BEGIN_CLOSING)) {
      statement.setArray(
          1, SqlArrays.integers(connection, IntStream.range(0, partitions).boxed().toList()));
      statement.setArray(
          2,
          SqlArrays.longs(
              connection,
              Arrays.stream(through).mapToObj(millis -> millis - MARGIN_MILLIS).toList()));
      statement.setInt(3, MAX_BATCH);
      return statement.executeUpdate();
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
    return transactions.forService(
        handle -> {
          try (PreparedStatement statement =
              handle.getConnection().prepareStatement(SELECT_UNSENT)) {
            statement.setLong(1, clock.millis() - RESEND_MILLIS);
            statement.setInt(2, MAX_BATCH);
            List<Long> ids = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                ids.add(rows.getLong(1));
              }
            }
            return ids;
          }
        });
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
    long now = clock.millis();
    if (now - prunedMillis < PRUNE_MILLIS) {
      return;
    }
    prunedMillis = now;
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
