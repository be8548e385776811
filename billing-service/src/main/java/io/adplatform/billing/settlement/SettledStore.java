package io.adplatform.billing.settlement;

import io.adplatform.billing.budget.RowLocks;
import io.adplatform.billing.budget.SpendStore;
import io.adplatform.billing.budget.SqlArrays;
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
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The rows that a batch of {@code settled} changes. Of one transaction. */
final class SettledStore {
  private static final String ADD_OFFSETS =
      """
      INSERT INTO settled_offset (partition, next_offset)
      SELECT p, 0 FROM generate_series(0, ? - 1) AS p
          ON CONFLICT (partition) DO NOTHING\
      """;

  private static final String SELECT_LEASES =
      """
      SELECT id, node_id, boot, line_item_id, campaign_id, advertiser_id, day,
             amount_micros - given_back_micros AS kept_micros, charged_micros, state, recovered
        FROM lease WHERE id = ANY (?)\
      """;

  private static final String NEXT_REVISIONS =
      "UPDATE node SET revision = revision + 1 WHERE id = ANY (?) RETURNING id, revision";

  private static final String CHARGE_LEASES =
      """
      UPDATE lease l SET charged_micros = l.charged_micros + k.charged
        FROM unnest(?::bigint[], ?::bigint[]) AS k (id, charged)
       WHERE l.id = k.id\
      """;

  private static final String CHARGE_BUCKETS =
      """
      INSERT INTO lease_charge AS c
             (lease_id, lane, expiry_second, node_id, boot, charged_micros, revision)
      SELECT * FROM unnest(?::bigint[], ?::integer[], ?::bigint[], ?::integer[], ?::bigint[],
                           ?::bigint[], ?::bigint[])
          ON CONFLICT (lease_id, lane, expiry_second) DO UPDATE
         SET charged_micros = c.charged_micros + excluded.charged_micros,
             revision = excluded.revision\
      """;

  private static final String CLOSE =
      """
      UPDATE lease l
         SET state = 'CLOSED', ended = true, closed_millis = ?, revision = k.revision
        FROM unnest(?::bigint[], ?::bigint[]) AS k (id, revision)
       WHERE l.id = k.id\
      """;

  private static final String DROP_BUCKETS = "DELETE FROM lease_charge WHERE lease_id = ANY (?)";

  private static final String ADD_NODES =
      """
      INSERT INTO node (id, first_seen_millis)
      SELECT DISTINCT u, ?::bigint FROM unnest(?::integer[]) AS u ORDER BY u
          ON CONFLICT (id) DO NOTHING\
      """;

  private static final String MARK =
      """
      INSERT INTO settled_mark AS m (node_id, partition, settled_up_to_millis)
      SELECT * FROM unnest(?::integer[], ?::integer[], ?::bigint[])
          ON CONFLICT (node_id, partition) DO UPDATE
         SET settled_up_to_millis =
             greatest(m.settled_up_to_millis, excluded.settled_up_to_millis)\
      """;

  /** A node that was written off and records again is awaited again. */
  private static final String REINSTATE =
      """
      UPDATE node n SET written_off_millis = NULL
        FROM unnest(?::integer[], ?::bigint[]) AS k (id, millis)
       WHERE n.id = k.id AND n.written_off_millis < k.millis\
      """;

  private final Connection connection;

  SettledStore(Connection connection) {
    this.connection = connection;
  }

  /**
   * A lease that a batch is about.
   *
   * @param keptMicros what may be charged to it: its amount less what its node gave back
   * @param recovered whether it is known by what was charged on it alone
   */
  record LeaseRow(
      long id,
      long nodeId,
      long boot,
      SpendStore.Account of,
      long keptMicros,
      long chargedMicros,
      boolean closed,
      boolean recovered) {}

  /** The next offset of each partition, from 0; the rows are locked until the transaction ends. */
  long[] lockOffsets(int partitions) throws SQLException {
    try (PreparedStatement add = connection.prepareStatement(ADD_OFFSETS);
        PreparedStatement select =
            connection.prepareStatement(
                "SELECT partition, next_offset FROM settled_offset ORDER BY partition FOR"
                    + " UPDATE")) {
      add.setInt(1, partitions);
      add.executeUpdate();
      long[] offsets = new long[partitions];
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          if (rows.getInt(1) < partitions) {
            offsets[rows.getInt(1)] = rows.getLong(2);
          }
        }
      }
      return offsets;
    }
  }

  /** The id of the topic that the offsets are of, by partition; null is not known. */
  String[] topicIds(int partitions) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement("SELECT partition, topic_id FROM settled_offset");
        ResultSet rows = select.executeQuery()) {
      String[] ids = new String[partitions];
      while (rows.next()) {
        if (rows.getInt(1) < partitions) {
          ids[rows.getInt(1)] = rows.getString(2);
        }
      }
      return ids;
    }
  }

  /** The offsets are of this topic from now on. */
  void writeTopicId(String topicId) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("UPDATE settled_offset SET topic_id = ?")) {
      statement.setString(1, topicId);
      statement.executeUpdate();
    }
  }

  void writeOffsets(Map<Integer, Long> nextOffsets) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE settled_offset SET next_offset = ? WHERE partition = ?")) {
      for (Map.Entry<Integer, Long> next : nextOffsets.entrySet()) {
        statement.setLong(1, next.getValue());
        statement.setInt(2, next.getKey());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** What comes at the offsets of these partitions from now on is not what was there before. */
  void beginGeneration(Collection<Integer> partitions) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE settled_offset SET generation = generation + 1 WHERE partition = ANY (?)")) {
      statement.setArray(1, SqlArrays.integers(connection, partitions));
      statement.executeUpdate();
    }
  }

  /** The leases as they are; unknown ones are left out. */
  Map<Long, LeaseRow> leases(Collection<Long> ids) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SELECT_LEASES)) {
      statement.setArray(1, SqlArrays.longs(connection, ids));
      Map<Long, LeaseRow> leases = new HashMap<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          LeaseRow lease =
              new LeaseRow(
                  row.getLong("id"),
                  row.getLong("node_id"),
                  row.getLong("boot"),
                  new SpendStore.Account(
                      row.getLong("line_item_id"),
                      row.getLong("campaign_id"),
                      row.getLong("advertiser_id"),
                      row.getObject("day", LocalDate.class)),
                  row.getLong("kept_micros"),
                  row.getLong("charged_micros"),
                  row.getString("state").equals("CLOSED"),
                  row.getBoolean("recovered"));
          leases.put(lease.id(), lease);
        }
      }
      return leases;
    }
  }

  /** Locks all that changes with these leases: see {@link RowLocks}. */
  void lockAround(Collection<LeaseRow> leases) throws SQLException {
    RowLocks.lockNodes(connection, collect(leases, LeaseRow::nodeId));
    RowLocks.lockBudgets(
        connection,
        collect(leases, lease -> lease.of().campaignId()),
        collect(leases, lease -> lease.of().lineItemId()));
    RowLocks.lockFunds(connection, collect(leases, lease -> lease.of().advertiserId()));
  }

  private static TreeSet<Long> collect(
      Collection<LeaseRow> leases, java.util.function.Function<LeaseRow, Long> id) {
    return leases.stream().map(id).collect(Collectors.toCollection(TreeSet::new));
  }

  /** Gives each node of these leases its next revision. */
  Map<Long, Long> nextRevisions(Collection<LeaseRow> leases) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(NEXT_REVISIONS)) {
      statement.setArray(1, SqlArrays.longs(connection, collect(leases, LeaseRow::nodeId)));
      Map<Long, Long> revisions = new HashMap<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          revisions.put(rows.getLong(1), rows.getLong(2));
        }
      }
      return revisions;
    }
  }

  /** Adds charges to leases and their line items, campaigns and advertisers. */
  void charge(Collection<LeaseRow> leases, Map<Long, SettledBatch.Sums> sums, SpendStore spend)
      throws SQLException {
    List<Long> ids = new ArrayList<>();
    List<Long> charged = new ArrayList<>();
    for (LeaseRow lease : leases) {
      SettledBatch.Sums of = sums.get(lease.id());
      if (of != null) {
        ids.add(lease.id());
        charged.add(of.chargedMicros);
        spend.charge(lease.of(), of.chargedMicros, of.overDeliveryMicros, !lease.closed());
      }
    }
    try (PreparedStatement statement = connection.prepareStatement(CHARGE_LEASES)) {
      statement.setArray(1, SqlArrays.longs(connection, ids));
      statement.setArray(2, SqlArrays.longs(connection, charged));
      statement.executeUpdate();
    }
  }

  /** Adds charges to the buckets of unclosed leases. */
  void chargeBuckets(
      Map<SettledBatch.Bucket, Long> buckets, Map<Long, LeaseRow> leases, Map<Long, Long> revisions)
      throws SQLException {
    List<Long> leaseIds = new ArrayList<>();
    List<Integer> lanes = new ArrayList<>();
    List<Long> expiries = new ArrayList<>();
    List<Integer> nodes = new ArrayList<>();
    List<Long> boots = new ArrayList<>();
    List<Long> charged = new ArrayList<>();
    List<Long> changedIn = new ArrayList<>();
    buckets.forEach(
        (bucket, micros) -> {
          LeaseRow lease = leases.get(bucket.leaseId());
          if (lease != null && !lease.closed()) {
            leaseIds.add(bucket.leaseId());
            lanes.add(bucket.lane());
            expiries.add(bucket.expirySecond());
            nodes.add((int) lease.nodeId());
            boots.add(lease.boot());
            charged.add(micros);
            changedIn.add(revisions.get(lease.nodeId()));
          }
        });
    if (leaseIds.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(CHARGE_BUCKETS)) {
      statement.setArray(1, SqlArrays.longs(connection, leaseIds));
      statement.setArray(2, SqlArrays.integers(connection, lanes));
      statement.setArray(3, SqlArrays.longs(connection, expiries));
      statement.setArray(4, SqlArrays.integers(connection, nodes));
      statement.setArray(5, SqlArrays.longs(connection, boots));
      statement.setArray(6, SqlArrays.longs(connection, charged));
      statement.setArray(7, SqlArrays.longs(connection, changedIn));
      statement.executeUpdate();
    }
  }

  /** Closes leases and forgets their buckets. */
  void close(Collection<LeaseRow> leases, Map<Long, Long> revisions, long nowMillis)
      throws SQLException {
    List<Long> ids = leases.stream().map(LeaseRow::id).toList();
    List<Long> changedIn = leases.stream().map(lease -> revisions.get(lease.nodeId())).toList();
    try (PreparedStatement close = connection.prepareStatement(CLOSE);
        PreparedStatement drop = connection.prepareStatement(DROP_BUCKETS)) {
      close.setLong(1, nowMillis);
      close.setArray(2, SqlArrays.longs(connection, ids));
      close.setArray(3, SqlArrays.longs(connection, changedIn));
      close.executeUpdate();
      drop.setArray(1, SqlArrays.longs(connection, ids));
      drop.executeUpdate();
    }
  }

  /**
   * Adds the nodes of these marks where they are new, and awaits those again that were written off
   * before them. These are nodes' rows: to be called before {@link #lockAround}.
   */
  void await(Map<SettledBatch.Journal, Long> marks, long nowMillis) throws SQLException {
    if (marks.isEmpty()) {
      return;
    }
    Marks columns = Marks.of(marks);
    addNodes(columns.nodes, nowMillis);
    try (PreparedStatement reinstate = connection.prepareStatement(REINSTATE)) {
      reinstate.setArray(1, SqlArrays.integers(connection, columns.nodes));
      reinstate.setArray(2, SqlArrays.longs(connection, columns.millis));
      reinstate.executeUpdate();
    }
  }

  /** Adds nodes where they are new. */
  void addNodes(List<Integer> ids, long nowMillis) throws SQLException {
    try (PreparedStatement add = connection.prepareStatement(ADD_NODES)) {
      add.setLong(1, nowMillis);
      add.setArray(2, SqlArrays.integers(connection, ids));
      add.executeUpdate();
    }
  }

  /** Ids of leases go on above this one, and some way above those given out before. */
  void raiseLeaseIds(long above, long margin) throws SQLException {
    try (PreparedStatement raise = connection.prepareStatement("SELECT raise_lease_ids(?, ?)")) {
      raise.setLong(1, above);
      raise.setLong(2, margin);
      raise.executeQuery();
    }
  }

  /** Moves marks on; they never go back. */
  void mark(Map<SettledBatch.Journal, Long> marks) throws SQLException {
    if (marks.isEmpty()) {
      return;
    }
    Marks columns = Marks.of(marks);
    try (PreparedStatement mark = connection.prepareStatement(MARK)) {
      mark.setArray(1, SqlArrays.integers(connection, columns.nodes));
      mark.setArray(2, SqlArrays.integers(connection, columns.partitions));
      mark.setArray(3, SqlArrays.longs(connection, columns.millis));
      mark.executeUpdate();
    }
  }

  private record Marks(List<Integer> nodes, List<Integer> partitions, List<Long> millis) {
    static Marks of(Map<SettledBatch.Journal, Long> marks) {
      Marks columns = new Marks(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      marks.forEach(
          (journal, upTo) -> {
            columns.nodes.add(journal.nodeId());
            columns.partitions.add(journal.partition());
            columns.millis.add(upTo);
          });
      return columns;
    }
  }
}
