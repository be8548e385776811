package io.adplatform.billing.reconcile;

import io.adplatform.billing.budget.SqlArrays;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What comparisons came to. Every call is part of the caller's transaction. */
final class ReconciliationStore {
  /** Comparisons that are kept of a day. */
  private static final int KEPT_RUNS = 10;

  private static final String NEWEST =
      "SELECT DISTINCT ON (day) * FROM reconciliation WHERE day >= ? ORDER BY day, id DESC";

  /** Days that were compared, and whose sources have moved since or were not settled. */
  private static final String MOVED =
      "SELECT n.day FROM ("
          + NEWEST
          + """
          ) AS n
           WHERE n.day < ? AND (NOT n.complete AND n.ran_millis < ?
              OR EXISTS (SELECT FROM partner_file f
                          WHERE f.day = n.day AND f.state = 'ACCEPTED'
                            AND f.received_millis >= n.ran_millis)
              OR EXISTS (SELECT FROM generate_series(0, 23) AS h,
                           LATERAL (SELECT 1 FROM ledger_entry e
                                     WHERE e.hour_millis =
                                           (n.day - date '1970-01-01') * 86400000::bigint
                                             + h * 3600000::bigint
                                       AND e.posted_millis >= n.ran_millis
                                     LIMIT 1) AS entry))
           ORDER BY n.day\
          """;

  private ReconciliationStore() {}

  /** Adds a comparison and forgets the oldest of its day; its id. */
  static long add(
      Connection connection,
      LocalDate day,
      long nowMillis,
      Author author,
      boolean complete,
      JsonObject document,
      List<Difference> differences)
      throws SQLException {
    long id;
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO reconciliation (day, ran_millis, author_key_id, author_account_id,"
                + " complete, document) VALUES (?, ?, ?, ?, ?, ?::jsonb) RETURNING id")) {
      insert.setObject(1, day);
      insert.setLong(2, nowMillis);
      insert.setObject(3, author == null ? null : author.keyId(), java.sql.Types.BIGINT);
      insert.setObject(4, author == null ? null : author.accountId(), java.sql.Types.BIGINT);
      insert.setBoolean(5, complete);
      insert.setString(6, document.encode());
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        id = row.getLong(1);
      }
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO reconciliation_difference (reconciliation_id, document)"
                + " SELECT ?, d::jsonb FROM unnest(?::text[]) WITH ORDINALITY AS t (d, n)"
                + " ORDER BY n")) {
      insert.setLong(1, id);
      insert.setArray(
          2,
          SqlArrays.texts(
              connection, differences.stream().map(one -> one.document().encode()).toList()));
      insert.executeUpdate();
    }
    try (PreparedStatement delete =
        connection.prepareStatement(
            "DELETE FROM reconciliation WHERE day = ? AND id NOT IN (SELECT id FROM reconciliation"
                + " WHERE day = ? ORDER BY id DESC LIMIT ?)")) {
      delete.setObject(1, day);
      delete.setObject(2, day);
      delete.setInt(3, KEPT_RUNS);
      delete.executeUpdate();
    }
    return id;
  }

  /** The newest comparison of a day, or null. */
  static JsonObject newest(Connection connection, LocalDate day) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT * FROM reconciliation WHERE day = ? ORDER BY id DESC LIMIT 1")) {
      select.setObject(1, day);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? document(row) : null;
      }
    }
  }

  /** Comparisons behind an id. */
  static List<JsonObject> list(Connection connection, long afterId, int limit) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT * FROM reconciliation WHERE id > ? ORDER BY id LIMIT ?")) {
      select.setLong(1, afterId);
      select.setInt(2, limit);
      List<JsonObject> runs = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          runs.add(document(row));
        }
      }
      return runs;
    }
  }

  /** Differences of a comparison behind an id. */
  static List<JsonObject> differences(
      Connection connection, long reconciliationId, long afterId, int limit) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT id, document FROM reconciliation_difference"
                + " WHERE reconciliation_id = ? AND id > ? ORDER BY id LIMIT ?")) {
      select.setLong(1, reconciliationId);
      select.setLong(2, afterId);
      select.setInt(3, limit);
      List<JsonObject> differences = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          JsonObject document = new JsonObject().put("id", Long.toString(row.getLong(1)));
          differences.add(document.mergeIn(new JsonObject(row.getString(2))));
        }
      }
      return differences;
    }
  }

  /** The newest comparison of each day from a day on. */
  static List<JsonObject> newestOfDays(Connection connection, LocalDate from) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(NEWEST)) {
      select.setObject(1, from);
      List<JsonObject> runs = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          runs.add(document(row));
        }
      }
      return runs;
    }
  }

  /**
   * Days to be compared again: something was posted or sent since, or they were not settled then.
   *
   * @param from first day looked at, {@code to} the first that is not
   * @param againBefore days that were not settled are left alone until so long ago, in milliseconds
   *     since 1970
   */
  static List<LocalDate> moved(
      Connection connection, LocalDate from, LocalDate to, long againBefore) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(MOVED)) {
      select.setObject(1, from);
      select.setObject(2, to);
      select.setLong(3, againBefore);
      List<LocalDate> days = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          days.add(row.getObject(1, LocalDate.class));
        }
      }
      return days;
    }
  }

  /** The first day that anything was settled on. */
  static Optional<LocalDate> firstDay(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement(
                "SELECT (to_timestamp(min(hour_millis) / 1000) AT TIME ZONE 'UTC')::date"
                    + " FROM ledger_entry WHERE hour_millis IS NOT NULL");
        ResultSet row = select.executeQuery()) {
      row.next();
      return Optional.ofNullable(row.getObject(1, LocalDate.class));
    }
  }

  private static JsonObject document(ResultSet row) throws SQLException {
    Long key = SqlArrays.nullableLong(row, "author_key_id");
    JsonObject document =
        new JsonObject()
            .put("id", Long.toString(row.getLong("id")))
            .put("date", row.getObject("day", LocalDate.class).toString())
            .put("ranAt", Instant.ofEpochMilli(row.getLong("ran_millis")).toString())
            .put(
                "author",
                key == null ? null : new Author(key, row.getLong("author_account_id")).document())
            .put("complete", row.getBoolean("complete"));
    return document.mergeIn(new JsonObject(row.getString("document")));
  }
}
