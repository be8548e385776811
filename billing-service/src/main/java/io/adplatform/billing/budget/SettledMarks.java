package io.adplatform.billing.budget;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * How far the journals of all nodes are settled: the least of the marks of every node that is
 * awaited. A node is awaited from its first mark or its first lease, until it is written off.
 */
public final class SettledMarks {
  private static final String SELECT =
      """
      SELECT p.partition, min(coalesce(m.settled_up_to_millis, 0))
        FROM generate_series(0, ? - 1) AS p (partition)
       CROSS JOIN node n
        LEFT JOIN settled_mark m ON m.node_id = n.id AND m.partition = p.partition
       WHERE n.written_off_millis IS NULL
       GROUP BY p.partition\
      """;

  private SettledMarks() {}

  /**
   * By partition, the time up to which every awaited node's events are settled, in milliseconds
   * since 1970; 0 is unknown.
   */
  public static long[] settledThrough(Connection connection, int partitions) throws SQLException {
    long[] through = new long[partitions];
    try (PreparedStatement statement = connection.prepareStatement(SELECT)) {
      statement.setInt(1, partitions);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          through[rows.getInt(1)] = rows.getLong(2);
        }
      }
    }
    return through;
  }
}
