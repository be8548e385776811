package io.adplatform.billing.reconcile;

import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The files of supply partners. Every call is part of the caller's transaction. */
final class PartnerFileStore {
  /** Refusals that are kept of a partner: one that sends nonsense fills no table. */
  private static final int KEPT_REFUSALS = 100;

  /**
   * Accepted files of a partner and day that are kept as they came, the one in force and those that
   * it took the place of: up to 1 MiB each.
   */
  static final int KEPT_CONTENTS = 3;

  /** And those of which it is kept that they came. */
  static final int KEPT_ACCEPTED = 50;

  private static final String COLUMNS =
      "id, supply_partner_id, day, state, received_millis, author_key_id, author_account_id,"
          + " summary";

  private PartnerFileStore() {}

  /** Whether the caller sees the supply partner. */
  static boolean isVisible(Connection connection, long supplyPartnerId) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT 1 FROM supply_partner WHERE id = ?")) {
      select.setLong(1, supplyPartnerId);
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }

  /** Lets nobody else change the partner's files until the transaction ends. */
  static void hold(Connection connection, long supplyPartnerId) throws SQLException {
    try (PreparedStatement lock =
        connection.prepareStatement(
            "SELECT pg_advisory_xact_lock(hashtextextended('partner.file', ?))")) {
      lock.setLong(1, supplyPartnerId);
      lock.executeQuery();
    }
  }

  /** The document of the file in force, where it has the hash; else null. */
  static JsonObject sameInForce(
      Connection connection, long supplyPartnerId, LocalDate day, byte[] sha256)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT "
                + COLUMNS
                + ", sha256 = ? AS same FROM partner_file WHERE supply_partner_id = ? AND day = ?"
                + " AND state = 'ACCEPTED' ORDER BY id DESC LIMIT 1")) {
      select.setBytes(1, sha256);
      select.setLong(2, supplyPartnerId);
      select.setObject(3, day);
      try (ResultSet row = select.executeQuery()) {
        return row.next() && row.getBoolean("same") ? document(row) : null;
      }
    }
  }

  /**
   * Adds a file.
   *
   * @param content null where it was refused
   * @param summary what is told of it
   * @return its document
   */
  static JsonObject add(
      Connection connection,
      long supplyPartnerId,
      LocalDate day,
      byte[] content,
      byte[] sha256,
      JsonObject summary,
      Author author,
      long nowMillis)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO partner_file (supply_partner_id, day, state, received_millis,"
                + " author_key_id, author_account_id, sha256, content, summary)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb) RETURNING "
                + COLUMNS)) {
      insert.setLong(1, supplyPartnerId);
      insert.setObject(2, day);
      insert.setString(3, content == null ? "REFUSED" : "ACCEPTED");
      insert.setLong(4, nowMillis);
      insert.setLong(5, author.keyId());
      insert.setLong(6, author.accountId());
      insert.setBytes(7, sha256);
      insert.setBytes(8, content);
      insert.setString(9, summary.encode());
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        return document(row);
      }
    }
  }

  /** Forgets the oldest refusals of a partner. */
  static void forgetRefusals(Connection connection, long supplyPartnerId) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            """
            DELETE FROM partner_file WHERE supply_partner_id = ? AND state = 'REFUSED'
               AND id NOT IN (SELECT id FROM partner_file
                               WHERE supply_partner_id = ? AND state = 'REFUSED'
                               ORDER BY id DESC LIMIT ?)\
            """)) {
      delete.setLong(1, supplyPartnerId);
      delete.setLong(2, supplyPartnerId);
      delete.setInt(3, KEPT_REFUSALS);
      delete.executeUpdate();
    }
  }

  /**
   * Forgets the content of a day's older accepted files, which are in force no more, and of the
   * oldest that they came.
   */
  static void forgetReplaced(Connection connection, long supplyPartnerId, LocalDate day)
      throws SQLException {
    String older =
        """
         WHERE supply_partner_id = ? AND day = ? AND state = 'ACCEPTED'
           AND id NOT IN (SELECT id FROM partner_file
                           WHERE supply_partner_id = ? AND day = ? AND state = 'ACCEPTED'
                           ORDER BY id DESC LIMIT ?)\
        """;
    forget(
        connection,
        "UPDATE partner_file SET content = NULL" + older + " AND content IS NOT NULL",
        supplyPartnerId,
        day,
        KEPT_CONTENTS);
    forget(connection, "DELETE FROM partner_file" + older, supplyPartnerId, day, KEPT_ACCEPTED);
  }

  /**
   * Forgets some.
   *
   * @param sql written in this class
   */
  private static void forget(
      Connection connection, String sql, long supplyPartnerId, LocalDate day, int kept)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, supplyPartnerId);
      statement.setObject(2, day);
      statement.setLong(3, supplyPartnerId);
      statement.setObject(4, day);
      statement.setInt(5, kept);
      statement.executeUpdate();
    }
  }

  /** Files of a partner, oldest first, behind an id. */
  static List<JsonObject> list(
      Connection connection, long supplyPartnerId, LocalDate day, long afterId, int limit)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT "
                + COLUMNS
                + " FROM partner_file WHERE supply_partner_id = ? AND id > ?"
                + " AND (?::date IS NULL OR day = ?) ORDER BY id LIMIT ?")) {
      select.setLong(1, supplyPartnerId);
      select.setLong(2, afterId);
      select.setObject(3, day);
      select.setObject(4, day);
      select.setInt(5, limit);
      List<JsonObject> files = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          files.add(document(row));
        }
      }
      return files;
    }
  }

  /** A file in force. */
  record InForce(long id, long supplyPartnerId, byte[] content) {}

  /** The files in force of a day. */
  static List<InForce> inForce(Connection connection, LocalDate day) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT DISTINCT ON (supply_partner_id) id, supply_partner_id, content"
                + " FROM partner_file WHERE day = ? AND state = 'ACCEPTED'"
                + " ORDER BY supply_partner_id, id DESC")) {
      select.setObject(1, day);
      List<InForce> files = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          files.add(new InForce(row.getLong(1), row.getLong(2), row.getBytes(3)));
        }
      }
      return files;
    }
  }

  /** A line item of what a file names: itself, or one of the campaign. */
  record Named(long id, long lineItemId, String currency) {}

  /** The line items of what a file names; those that are not known are left out. */
  static List<Named> named(
      Connection connection, PartnerFile.Key key, java.util.Collection<Long> ids)
      throws SQLException {
    String id = key == PartnerFile.Key.CAMPAIGN ? "campaign_id" : "id";
    List<Named> named = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            ("SELECT l.%s, l.id, a.currency FROM line_item l"
                    + " JOIN advertiser a ON a.id = l.advertiser_id WHERE l.%s = ANY (?)")
                .formatted(id, id))) {
      select.setArray(1, io.adplatform.billing.budget.SqlArrays.longs(connection, ids));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          named.add(new Named(row.getLong(1), row.getLong(2), row.getString(3)));
        }
      }
    }
    return named;
  }

  /** Campaigns of line items. */
  static Map<Long, Long> campaigns(Connection connection) throws SQLException {
    Map<Long, Long> campaigns = new TreeMap<>();
    try (PreparedStatement select =
            connection.prepareStatement("SELECT id, campaign_id FROM line_item");
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        campaigns.put(row.getLong(1), row.getLong(2));
      }
    }
    return campaigns;
  }

  private static JsonObject document(ResultSet row) throws SQLException {
    JsonObject document =
        new JsonObject()
            .put("id", Long.toString(row.getLong("id")))
            .put("supplyPartnerId", Long.toString(row.getLong("supply_partner_id")))
            .put("date", row.getObject("day", LocalDate.class).toString())
            .put("state", row.getString("state"))
            .put("receivedAt", Instant.ofEpochMilli(row.getLong("received_millis")).toString())
            .put(
                "author",
                new Author(row.getLong("author_key_id"), row.getLong("author_account_id"))
                    .document());
    return document.mergeIn(new JsonObject(row.getString("summary")));
  }
}
