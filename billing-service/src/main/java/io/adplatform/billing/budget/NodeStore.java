package io.adplatform.billing.budget;

import io.adplatform.runtime.api.Problem;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The rows of nodes. Every call is part of the caller's transaction. */
final class NodeStore {
  private static final String ADD =
      """
      INSERT INTO node (id, first_seen_millis) VALUES (?, ?) ON CONFLICT (id) DO NOTHING\
      """;
  private static final String REGISTER =
      """
      INSERT INTO node AS n (id, first_seen_millis) VALUES (?, ?)
          ON CONFLICT (id) DO UPDATE SET written_off_millis = NULL\
      """;
  private static final String SELECT =
      "SELECT boot, sequence, revision FROM node WHERE id = ? FOR NO KEY UPDATE";
  private static final String UPDATE =
      """
      UPDATE node SET boot = ?, sequence = ?, revision = ?, acknowledged = ?, seen_millis = ?,
             written_off_millis = NULL
       WHERE id = ?\
      """;
  private static final String WRITE_OFF =
      """
      UPDATE node SET written_off_millis = ?, revision = revision + 1
       WHERE id = ? RETURNING revision\
      """;
  private static final String END_ALL =
      """
      UPDATE lease SET ended = true, bid_until_millis = least(bid_until_millis, ?), revision = ?
       WHERE node_id = ? AND state = 'OPEN'\
      """;

  private NodeStore() {}

  /**
   * What is known of a node.
   *
   * @param boot of its newest process
   * @param sequence of the newest request of that boot that was granted
   * @param revision of the newest change that the node has to hear of
   */
  record NodeRow(int id, long boot, long sequence, long revision) {}

  /** Locks the node's row, made if it is new, until the transaction ends. */
  static NodeRow lock(Connection connection, int id, long nowMillis) throws SQLException {
    try (PreparedStatement add = connection.prepareStatement(ADD);
        PreparedStatement select = connection.prepareStatement(SELECT)) {
      add.setInt(1, id);
      add.setLong(2, nowMillis);
      add.executeUpdate();
      select.setInt(1, id);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return new NodeRow(id, row.getLong(1), row.getLong(2), row.getLong(3));
      }
    }
  }

  /** Its journal is awaited from now on, whether it is new or was written off. */
  static void register(Connection connection, int id, long nowMillis) throws SQLException {
    try (PreparedStatement register = connection.prepareStatement(REGISTER)) {
      register.setInt(1, id);
      register.setLong(2, nowMillis);
      register.executeUpdate();
    }
  }

  /** Writes a node that was heard of; it is not written off then. */
  static void update(Connection connection, NodeRow node, long acknowledged, long nowMillis)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(UPDATE)) {
      statement.setLong(1, node.boot());
      statement.setLong(2, node.sequence());
      statement.setLong(3, node.revision());
      statement.setLong(4, acknowledged);
      statement.setLong(5, nowMillis);
      statement.setInt(6, node.id());
      statement.executeUpdate();
    }
  }

  /**
   * Waits for the node's journal no more, and ends its leases, which then close.
   *
   * @return how many leases it held
   * @throws Problem 404 where there is no such node
   */
  static int writeOff(Connection connection, int id, long nowMillis) throws SQLException {
    try (PreparedStatement writeOff = connection.prepareStatement(WRITE_OFF);
        PreparedStatement end = connection.prepareStatement(END_ALL)) {
      writeOff.setLong(1, nowMillis);
      writeOff.setInt(2, id);
      try (ResultSet row = writeOff.executeQuery()) {
        if (!row.next()) {
          throw Problem.notFound("node");
        }
        end.setLong(1, nowMillis);
        end.setLong(2, row.getLong(1));
        end.setInt(3, id);
        return end.executeUpdate();
      }
    }
  }
}
