package io.adplatform.billing.budget;

import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Page;
import io.adplatform.storage.postgres.Transactions;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code GET /api/v1/billing/nodes} (operators): every node that was ever heard of, and how far its
 * journal is settled: the one that is behind all others holds up the closing of leases.
 * Thread-safe.
 */
public final class NodesHandler implements ApiHandler {
  private static final String SELECT =
      """
      SELECT n.id, n.seen_millis, n.written_off_millis, coalesce(l.unclosed, 0),
             (SELECT min(coalesce(m.settled_up_to_millis, 0))
                FROM generate_series(0, ? - 1) AS p (partition)
                LEFT JOIN settled_mark m ON m.node_id = n.id AND m.partition = p.partition)
        FROM node n
        LEFT JOIN (SELECT node_id, count(*) AS unclosed
                     FROM lease WHERE state <> 'CLOSED' GROUP BY node_id) AS l ON l.node_id = n.id
       WHERE n.id > ? ORDER BY n.id LIMIT ?\
      """;

  private final Transactions transactions;
  private final int partitions;

  /** Reads nodes, and their marks in so many partitions. */
  public NodesHandler(Transactions transactions, int partitions) {
    this.transactions = transactions;
    this.partitions = partitions;
  }

  @Override
  public ApiResponse handle(ApiRequest request) throws Exception {
    request.caller().require();
    Page page = Page.of(request);
    return page.answer(
        transactions.forService(handle -> read(handle.getConnection(), page)).iterator());
  }

  private List<JsonObject> read(Connection connection, Page page) throws SQLException {
    List<JsonObject> nodes = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(SELECT)) {
      statement.setInt(1, partitions);
      statement.setLong(2, page.afterId());
      statement.setInt(3, page.fetch());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          nodes.add(
              new JsonObject()
                  .put("id", Integer.toString(row.getInt(1)))
                  .put("lastAskedAt", time(row.getLong(2)))
                  .put("settledUpTo", time(row.getLong(5)))
                  .put("unclosedLeases", row.getLong(4))
                  .put("writtenOffAt", time(row.getLong(3))));
        }
      }
    }
    return nodes;
  }

  /** 0 and null are never. */
  private static String time(long millis) {
    return millis == 0 ? null : Instant.ofEpochMilli(millis).toString();
  }
}
