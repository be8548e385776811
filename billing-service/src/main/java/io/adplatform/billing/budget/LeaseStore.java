package io.adplatform.billing.budget;

import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseRequest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rows of leases, as nodes ask for them. Every call is part of the caller's transaction. */
final class LeaseStore {
  /** One answer holds at most this many leases, and as many charges: a few megabytes. */
  static final int MAX_ROWS = 20_000;

  private static final String INSERT =
      """
      INSERT INTO lease (id, node_id, boot, line_item_id, campaign_id, advertiser_id, account_id,
             day, amount_micros, currency, partition, granted_millis, day_end_millis,
             bid_until_millis, last_expiry_millis, revision, charge_after_millis)
      SELECT ?, ?, ?, l.id, ?, ?, ?, ?::date, ?, ?, ?, ?, ?, ?, ? + l.charge_after_millis, ?,
             l.charge_after_millis
        FROM line_item l WHERE l.id = ?\
      """;

  /** Down to now, and as far after it as its tokens live: never up. */
  private static final String END_FORMER_BOOTS =
      """
      UPDATE lease
         SET ended = true, bid_until_millis = least(bid_until_millis, ?),
             last_expiry_millis = least(last_expiry_millis, ? + charge_after_millis)
       WHERE node_id = ? AND boot < ? AND state = 'OPEN' AND NOT ended\
      """;

  private static final String END =
      """
      UPDATE lease l
         SET ended = true, revision = ?,
             last_expiry_millis = CASE WHEN k.expiry > 0
               THEN least(l.last_expiry_millis, greatest(k.expiry, ?))
               ELSE least(l.last_expiry_millis, ? + l.charge_after_millis) END,
             bid_until_millis = least(l.bid_until_millis, ?)
        FROM unnest(?::bigint[], ?::bigint[]) AS k (id, expiry)
       WHERE l.id = k.id AND l.node_id = ? AND l.boot = ? AND l.state = 'OPEN'\
      """;

  /** What billing has seen charged is never free, whatever the node says; nor twice the same. */
  private static final String SELECT_GIVEN_BACK =
      """
      SELECT id, line_item_id, campaign_id, advertiser_id, day, more
        FROM (SELECT l.id, l.line_item_id, l.campaign_id, l.advertiser_id, l.day,
                     least(k.free, l.amount_micros - l.charged_micros) - l.given_back_micros AS more
                FROM lease l
                JOIN unnest(?::bigint[], ?::bigint[]) AS k (id, free) ON k.id = l.id
               WHERE l.node_id = ? AND l.boot = ? AND l.state <> 'CLOSED') AS returned
       WHERE more > 0 ORDER BY id\
      """;

  private static final String GIVE_BACK =
      """
      UPDATE lease l SET given_back_micros = l.given_back_micros + k.more
        FROM unnest(?::bigint[], ?::bigint[]) AS k (id, more)
       WHERE l.id = k.id\
      """;

  private static final String SELECT_EXTENDABLE =
      """
      SELECT id, line_item_id, day_end_millis FROM lease
       WHERE id = ANY (?) AND node_id = ? AND boot = ? AND state = 'OPEN' AND NOT ended
       ORDER BY id FOR NO KEY UPDATE\
      """;

  private static final String EXTEND =
      """
      UPDATE lease l
         SET bid_until_millis = k.until,
             last_expiry_millis = k.until + ? + l.charge_after_millis, revision = ?
        FROM unnest(?::bigint[], ?::bigint[]) AS k (id, until)
       WHERE l.id = k.id AND l.bid_until_millis < k.until\
      """;

  private static final String COUNT_OPEN =
      """
      SELECT line_item_id, count(*) FROM lease
       WHERE line_item_id = ANY (?) AND node_id = ? AND state = 'OPEN' AND NOT ended
         AND bid_until_millis > ?
       GROUP BY line_item_id\
      """;

  private static final String ANY_OPEN =
      """
      SELECT EXISTS (
        SELECT 1 FROM lease
         WHERE line_item_id = ? AND state = 'OPEN' AND NOT ended AND bid_until_millis > ?
           AND amount_micros - charged_micros >= ?)\
      """;

  private static final String SELECT_CHANGED =
      """
      SELECT id, line_item_id, amount_micros, currency, bid_until_millis, last_expiry_millis,
             state = 'CLOSED' AS closed, revision
        FROM lease WHERE node_id = ? AND boot = ? AND revision > ?
       ORDER BY revision LIMIT ?\
      """;

  private static final String SELECT_CHARGES =
      """
      SELECT lease_id, lane, expiry_second, charged_micros, revision
        FROM lease_charge WHERE node_id = ? AND boot = ? AND revision > ?
       ORDER BY revision LIMIT ?\
      """;

  private LeaseStore() {}

  /** A lease about to be granted. */
  record Grant(long id, LineItemBudget budget, long amountMicros, int partition, long untilMillis) {
    LocalDate day() {
      return budget.day();
    }
  }

  /** What is no longer committed of a lease that its node gave back, positive. */
  record GivenBack(long id, SpendStore.Account of, long micros) {}

  /** A lease that may run on. */
  record Extendable(long id, long lineItemId, long dayEndMillis) {}

  /** Something with the revision that brought it. */
  record Revised<T>(T value, long revision) {}

  /** Fresh ids. */
  static List<Long> nextIds(Connection connection, int count) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT nextval('lease_id') FROM generate_series(1, ?)")) {
      statement.setInt(1, count);
      List<Long> ids = new ArrayList<>(count);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          ids.add(rows.getLong(1));
        }
      }
      return ids;
    }
  }

  /** Writes granted leases. */
  static void insert(
      Connection connection,
      NodeStore.NodeRow node,
      List<Grant> grants,
      long nowMillis,
      long tokenMillis,
      long revision)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      for (Grant grant : grants) {
        LineItemBudget budget = grant.budget();
        statement.setLong(1, grant.id());
        statement.setInt(2, node.id());
        statement.setLong(3, node.boot());
        statement.setLong(4, budget.campaign().id());
        statement.setLong(5, budget.owner().advertiserId());
        statement.setLong(6, budget.owner().accountId());
        statement.setString(7, grant.day().toString());
        statement.setLong(8, grant.amountMicros());
        statement.setString(9, budget.owner().currency());
        statement.setInt(10, grant.partition());
        statement.setLong(11, nowMillis);
        statement.setLong(12, budget.dayEndMillis());
        statement.setLong(13, grant.untilMillis());
        statement.setLong(14, grant.untilMillis() + tokenMillis);
        statement.setLong(15, revision);
        statement.setLong(16, budget.lineItem().id());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** Nobody bids any more on what former processes of a node held. */
  static void endFormerBoots(
      Connection connection, int nodeId, long boot, long nowMillis, long tokenMillis)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(END_FORMER_BOOTS)) {
      statement.setLong(1, nowMillis);
      statement.setLong(2, nowMillis + tokenMillis);
      statement.setInt(3, nodeId);
      statement.setLong(4, boot);
      statement.executeUpdate();
    }
  }

  /** Ends leases that their node gave back. */
  static void end(
      Connection connection,
      NodeStore.NodeRow node,
      List<LeaseRequest.Return> returns,
      long nowMillis,
      long tokenMillis,
      long revision)
      throws SQLException {
    List<Long> ids = new ArrayList<>();
    List<Long> expiries = new ArrayList<>();
    for (LeaseRequest.Return returned : returns) {
      ids.add(returned.leaseId());
      expiries.add(returned.lastExpirySecond() * 1_000);
    }
    try (PreparedStatement statement = connection.prepareStatement(END)) {
      statement.setLong(1, revision);
      statement.setLong(2, nowMillis);
      statement.setLong(3, nowMillis + tokenMillis);
      statement.setLong(4, nowMillis);
      statement.setArray(5, SqlArrays.longs(connection, ids));
      statement.setArray(6, SqlArrays.longs(connection, expiries));
      statement.setInt(7, node.id());
      statement.setLong(8, node.boot());
      statement.executeUpdate();
    }
  }

  /** What its returns free of the node's leases, beyond what earlier ones did. */
  static List<GivenBack> givenBack(
      Connection connection, NodeStore.NodeRow node, List<LeaseRequest.Return> returns)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SELECT_GIVEN_BACK)) {
      statement.setArray(
          1,
          SqlArrays.longs(connection, returns.stream().map(LeaseRequest.Return::leaseId).toList()));
      statement.setArray(
          2,
          SqlArrays.longs(
              connection, returns.stream().map(LeaseRequest.Return::freeMicros).toList()));
      statement.setInt(3, node.id());
      statement.setLong(4, node.boot());
      List<GivenBack> givenBack = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          givenBack.add(
              new GivenBack(
                  row.getLong(1),
                  new SpendStore.Account(
                      row.getLong(2),
                      row.getLong(3),
                      row.getLong(4),
                      row.getObject(5, LocalDate.class)),
                  row.getLong(6)));
        }
      }
      return givenBack;
    }
  }

  /** Writes that the leases keep so much less. */
  static void giveBack(Connection connection, List<GivenBack> givenBack) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(GIVE_BACK)) {
      statement.setArray(
          1, SqlArrays.longs(connection, givenBack.stream().map(GivenBack::id).toList()));
      statement.setArray(
          2, SqlArrays.longs(connection, givenBack.stream().map(GivenBack::micros).toList()));
      statement.executeUpdate();
    }
  }

  /** Those of the leases that are the node's and may run on; their rows are locked. */
  static List<Extendable> extendable(
      Connection connection, NodeStore.NodeRow node, Collection<Long> ids) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SELECT_EXTENDABLE)) {
      statement.setArray(1, SqlArrays.longs(connection, ids));
      statement.setInt(2, node.id());
      statement.setLong(3, node.boot());
      List<Extendable> leases = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          leases.add(new Extendable(rows.getLong(1), rows.getLong(2), rows.getLong(3)));
        }
      }
      return leases;
    }
  }

  /** Lets leases run until later; one that runs that long already stays as it is. */
  static void extend(
      Connection connection, Map<Long, Long> untilMillis, long tokenMillis, long revision)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(EXTEND)) {
      statement.setLong(1, tokenMillis);
      statement.setLong(2, revision);
      statement.setArray(3, SqlArrays.longs(connection, untilMillis.keySet()));
      statement.setArray(4, SqlArrays.longs(connection, untilMillis.values()));
      statement.executeUpdate();
    }
  }

  /**
   * How many leases the node may bid on by line item; none is left out. Those that it gave back, or
   * held before it was restarted, or no longer extends, wait for settlement and are not counted.
   */
  static Map<Long, Integer> countOpen(
      Connection connection, int nodeId, Collection<Long> lineItemIds, long nowMillis)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COUNT_OPEN)) {
      statement.setArray(1, SqlArrays.longs(connection, lineItemIds));
      statement.setInt(2, nodeId);
      statement.setLong(3, nowMillis);
      Map<Long, Integer> counts = new HashMap<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          counts.put(rows.getLong(1), rows.getInt(2));
        }
      }
      return counts;
    }
  }

  /** Whether some node may bid on a lease of the line item that has money for an impression. */
  static boolean anyOpen(Connection connection, long lineItemId, long priceMicros, long nowMillis)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ANY_OPEN)) {
      statement.setLong(1, lineItemId);
      statement.setLong(2, nowMillis);
      statement.setLong(3, priceMicros);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  /** Leases of a boot that changed after a revision, oldest change first. */
  static List<Revised<LeaseAnswer.State>> changedAfter(
      Connection connection, NodeStore.NodeRow node, long revision) throws SQLException {
    List<Revised<LeaseAnswer.State>> changed = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(SELECT_CHANGED)) {
      bindAfter(statement, node, revision);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          LeaseAnswer.State state =
              new LeaseAnswer.State(
                  row.getLong(1),
                  row.getLong(2),
                  row.getLong(3),
                  row.getString(4),
                  row.getLong(5),
                  row.getLong(6),
                  row.getBoolean(7));
          changed.add(new Revised<>(state, row.getLong(8)));
        }
      }
    }
    return changed;
  }

  /** Charges on leases of a boot that changed after a revision, oldest change first. */
  static List<Revised<LeaseAnswer.Charge>> chargesAfter(
      Connection connection, NodeStore.NodeRow node, long revision) throws SQLException {
    List<Revised<LeaseAnswer.Charge>> changed = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(SELECT_CHARGES)) {
      bindAfter(statement, node, revision);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          LeaseAnswer.Charge charge =
              new LeaseAnswer.Charge(row.getLong(1), row.getInt(2), row.getLong(3), row.getLong(4));
          changed.add(new Revised<>(charge, row.getLong(5)));
        }
      }
    }
    return changed;
  }

  private static void bindAfter(PreparedStatement statement, NodeStore.NodeRow node, long revision)
      throws SQLException {
    statement.setInt(1, node.id());
    statement.setLong(2, node.boot());
    statement.setLong(3, revision);
    statement.setInt(4, MAX_ROWS + 1);
  }
}
