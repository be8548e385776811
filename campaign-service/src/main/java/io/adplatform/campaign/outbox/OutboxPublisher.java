package io.adplatform.campaign.outbox;

import io.adplatform.storage.postgres.IdempotencyStore;
import io.adplatform.storage.postgres.PostgresDatabase;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the outbox in version order and publishes it, on a thread of its own. Of all publishers of
 * an exchange the one with the advisory lock works, the others stand by. It notes how far it came
 * only when both topics have taken everything up to there. What fails is tried again for ever.
 */
public final class OutboxPublisher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OutboxPublisher.class);

  /** Any number that nobody else locks. */
  private static final long LOCK = 0x6164_706c_6174_0001L;

  /** Rows sent at once: some megabytes at most, and one round trip. */
  private static final int BATCH = 200;

  /** A notification that was missed costs no more than this. */
  private static final int POLL_MILLIS = 250;

  private static final Duration RETRY = Duration.ofMillis(500);

  /** A batch under way is finished; a Kafka that is away is not waited for. */
  private static final Duration END_ASKED = Duration.ofSeconds(2);

  /** How long a stand-by waits before it asks for the lock again. */
  private static final Duration STAND_BY = Duration.ofSeconds(1);

  /** As long as the log topic keeps them. */
  private static final String FORGET =
      "DELETE FROM outbox WHERE created_at < now() - interval '7 days' AND version <= "
          + "(SELECT version FROM publication)";

  /** Shares change every few seconds, and the table of participations has the newest. */
  private static final String FORGET_PARTICIPATIONS =
      "DELETE FROM outbox WHERE key LIKE 'participation/%' AND document IS NOT NULL"
          + " AND version <= (SELECT version FROM publication)";

  private static final long FORGET_EVERY_NANOS = Duration.ofHours(1).toNanos();

  private final PostgresDatabase database;
  private final CatalogueTopicsConfig topicsConfig;
  private final Outbox outbox;
  private final Thread thread =
      Thread.ofPlatform().name("catalogue-publisher").unstarted(this::run);
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile long publishedVersion;
  private volatile String trouble = "has not begun";
  private boolean reported;
  private long forgottenAtNanos = System.nanoTime();

  private OutboxPublisher(
      PostgresDatabase database, CatalogueTopicsConfig topicsConfig, Outbox outbox) {
    this.database = database;
    this.topicsConfig = topicsConfig;
    this.outbox = outbox;
  }

  /** Starts publishing. */
  public static OutboxPublisher start(
      PostgresDatabase database,
      CatalogueTopicsConfig topicsConfig,
      Outbox outbox,
      MeterRegistry metrics) {
    OutboxPublisher publisher = new OutboxPublisher(database, topicsConfig, outbox);
    metrics.gauge("adplatform.catalogue.published.version", publisher, p -> p.publishedVersion);
    metrics.gauge(
        "adplatform.catalogue.publisher.troubled", publisher, p -> p.trouble == null ? 0 : 1);
    publisher.thread.start();
    return publisher;
  }

  /** The newest version that this publisher has seen taken by both topics; 0 before the first. */
  public long publishedVersion() {
    return publishedVersion;
  }

  /** What keeps it from publishing; null when nothing does, or when another publisher works. */
  public String trouble() {
    return trouble;
  }

  private void run() {
    while (!isClosed()) {
      try (Connection connection = database.connect()) {
        if (lock(connection)) {
          publishAll(connection);
        } else {
          trouble = null;
          pause(STAND_BY);
        }
      } catch (InterruptedException e) {
        return;
      } catch (SQLException | RuntimeException e) {
        report(e);
        rest();
      }
    }
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  /** Says it once, however often it is tried again. */
  private void report(Exception e) {
    trouble = "the catalogue is not being published: " + e.getMessage();
    if (!reported) {
      reported = true;
      LOG.warn("Trying again: {}", trouble);
    }
  }

  private void rest() {
    try {
      pause(RETRY);
    } catch (InterruptedException e) {
      closed.countDown();
    }
  }

  private void pause(Duration duration) throws InterruptedException {
    closed.await(duration.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static boolean lock(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT set_config('adplatform.role', 'service', false)");
      try (ResultSet row = statement.executeQuery("SELECT pg_try_advisory_lock(" + LOCK + ")")) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  private void publishAll(Connection connection) throws SQLException, InterruptedException {
    try (Statement statement = connection.createStatement();
        CatalogueTopics topics = CatalogueTopics.open(topicsConfig)) {
      statement.execute("LISTEN " + Outbox.CHANNEL);
      publishedVersion = noted(statement);
      long newest = database.transactions().forService(outbox::currentVersion);
      if (topics.newestVersion() > newest) {
        LOG.error(
            "{} are at version {}, the database at {} only: was it restored or made anew?",
            topicsConfig,
            topics.newestVersion(),
            newest);
        republish(topics.newestVersion(), topics.readKeys());
      } else if (topics.lastVersion() < publishedVersion) {
        LOG.warn(
            "Topic {} ends at version {} but had been told {}",
            topicsConfig.catalogue(),
            topics.lastVersion(),
            publishedVersion);
        republish(newest, Set.of());
      }
      LOG.info("The catalogue is published to {} from version {}", topicsConfig, publishedVersion);
      trouble = null;
      reported = false;
      while (!isClosed()) {
        if (!publishBatch(connection, topics)) {
          connection.unwrap(PGConnection.class).getNotifications(POLL_MILLIS);
          forgetOld(statement);
        }
      }
    }
  }

  private void republish(long above, Set<CatalogueKey> told) {
    int count =
        database
            .transactions()
            .forService(handle -> Republication.append(handle, outbox, above, told));
    LOG.warn("Everything is told anew, {} messages above version {}", count, above);
  }

  private static long noted(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery("SELECT version FROM publication")) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Publishes what comes next; answers whether there was anything. */
  private boolean publishBatch(Connection connection, CatalogueTopics topics)
      throws SQLException, InterruptedException {
    List<OutboxRow> rows = next(connection);
    if (rows.isEmpty()) {
      return false;
    }
    topics.send(rows);
    long version = rows.getLast().version();
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE publication SET version = ? WHERE version < ?")) {
      update.setLong(1, version);
      update.setLong(2, version);
      update.executeUpdate();
    }
    publishedVersion = version;
    return true;
  }

  private List<OutboxRow> next(Connection connection) throws SQLException {
    List<OutboxRow> rows = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT version, key, document, last FROM outbox WHERE version > ?"
                + " ORDER BY version LIMIT ?")) {
      query.setLong(1, publishedVersion);
      query.setInt(2, BATCH);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          rows.add(
              new OutboxRow(row.getLong(1), row.getString(2), row.getBytes(3), row.getBoolean(4)));
        }
      }
    }
    return rows;
  }

  private void forgetOld(Statement statement) throws SQLException {
    if (System.nanoTime() - forgottenAtNanos > FORGET_EVERY_NANOS) {
      forgottenAtNanos = System.nanoTime();
      statement.executeUpdate(FORGET);
      statement.executeUpdate(FORGET_PARTICIPATIONS);
      database.transactions().forService(new IdempotencyStore()::forgetOld);
    }
  }

  /** Ends publishing; what was not noted yet is published by the next publisher. */
  @Override
  public void close() {
    closed.countDown();
    try {
      if (!thread.join(END_ASKED)) {
        thread.interrupt();
        thread.join(END_ASKED);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
