package io.adplatform.billing.settlement;

import io.adplatform.billing.budget.SpendStore;
import io.adplatform.billing.budget.SqlArrays;
import io.adplatform.wire.event.EventPartition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Rows of leases that were charged and are not known, because the database came back from a copy
 * that is older than they are: each is as large as what was charged on it, so that this is
 * committed of its line item's, campaign's and advertiser's budgets as of any other lease (ADR
 * 0089). Of one transaction.
 */
final class RecoveredLeaseStore {
  /**
   * It is closed when nothing can come on it any more. That it is late holds up nothing, for it
   * keeps no more than was charged: a day is longer than any token lives and any conversion counts.
   */
  private static final long LIFE_MILLIS = Duration.ofDays(1).toMillis();

  private static final String SELECT_OWNERS =
      """
      SELECT l.id, l.campaign_id, l.advertiser_id, l.account_id, a.currency, a.time_zone
        FROM line_item l
        JOIN campaign c ON c.id = l.campaign_id
        JOIN advertiser a ON a.id = l.advertiser_id
       WHERE l.id = ANY (?)\
      """;

  private static final String INSERT =
      """
      INSERT INTO lease (id, node_id, boot, line_item_id, campaign_id, advertiser_id, account_id,
             day, amount_micros, currency, partition, granted_millis, day_end_millis,
             bid_until_millis, last_expiry_millis, ended, revision, recovered)
      VALUES (?, ?, 0, ?, ?, ?, ?, ?::date, ?, ?, ?, ?, ?, ?, ?, true, 0, true)\
      """;

  private static final String GROW =
      """
      UPDATE lease l SET amount_micros = l.amount_micros + k.micros
        FROM unnest(?::bigint[], ?::bigint[]) AS k (id, micros)
       WHERE l.id = k.id\
      """;

  private record Owner(
      long campaignId, long advertiserId, long accountId, String currency, ZoneId zone) {}

  private final Connection connection;
  private final int partitions;

  RecoveredLeaseStore(Connection connection, int partitions) {
    this.connection = connection;
    this.partitions = partitions;
  }

  /**
   * Adds rows of the leases among these that are not known; to be called before anything is locked.
   * Of one whose line item is not known either, nothing can be counted.
   *
   * @param charged what was charged, by lease
   * @return where what was charged on those that were added is counted, by lease
   */
  Map<Long, SpendStore.Account> add(
      Map<Long, SettledBatch.Sums> charged, Set<Long> known, long nowMillis) throws SQLException {
    Map<Long, SettledBatch.Sums> unknown = new TreeMap<>();
    charged.forEach(
        (id, sums) -> {
          if (!known.contains(id) && sums.chargedMicros > 0 && sums.nodeId > 0) {
            unknown.put(id, sums);
          }
        });
    if (unknown.isEmpty()) {
      return Map.of();
    }
    Map<Long, Owner> owners = owners(unknown.values());
    unknown.values().removeIf(sums -> !owners.containsKey(sums.lineItemId));
    addNodes(unknown.values(), nowMillis);
    Map<Long, SpendStore.Account> added = new TreeMap<>();
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      for (Map.Entry<Long, SettledBatch.Sums> each : unknown.entrySet()) {
        SettledBatch.Sums sums = each.getValue();
        added.put(each.getKey(), bind(insert, each.getKey(), sums, owners.get(sums.lineItemId)));
        insert.addBatch();
      }
      insert.executeBatch();
    }
    return added;
  }

  private static SpendStore.Account account(SettledBatch.Sums sums, Owner owner) {
    LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(sums.timeMillis), owner.zone);
    return new SpendStore.Account(sums.lineItemId, owner.campaignId, owner.advertiserId, day);
  }

  private SpendStore.Account bind(
      PreparedStatement insert, long id, SettledBatch.Sums sums, Owner owner) throws SQLException {
    SpendStore.Account account = account(sums, owner);
    long dayEnd = account.day().plusDays(1).atStartOfDay(owner.zone).toInstant().toEpochMilli();
    insert.setLong(1, id);
    insert.setInt(2, sums.nodeId);
    insert.setLong(3, sums.lineItemId);
    insert.setLong(4, owner.campaignId);
    insert.setLong(5, owner.advertiserId);
    insert.setLong(6, owner.accountId);
    insert.setString(7, account.day().toString());
    insert.setLong(8, sums.chargedMicros);
    insert.setString(9, owner.currency);
    insert.setInt(10, EventPartition.of(id, partitions));
    insert.setLong(11, sums.timeMillis);
    insert.setLong(12, dayEnd);
    insert.setLong(13, sums.timeMillis);
    insert.setLong(14, sums.timeMillis + LIFE_MILLIS);
    return account;
  }

  private void addNodes(Collection<SettledBatch.Sums> of, long nowMillis) throws SQLException {
    Set<Integer> ids = new TreeSet<>();
    of.forEach(sums -> ids.add(sums.nodeId));
    new SettledStore(connection).addNodes(List.copyOf(ids), nowMillis);
  }

  private Map<Long, Owner> owners(Collection<SettledBatch.Sums> of) throws SQLException {
    Set<Long> lineItems = new TreeSet<>();
    of.forEach(sums -> lineItems.add(sums.lineItemId));
    Map<Long, Owner> owners = new HashMap<>();
    try (PreparedStatement select = connection.prepareStatement(SELECT_OWNERS)) {
      select.setArray(1, SqlArrays.longs(connection, lineItems));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          owners.put(
              row.getLong(1),
              new Owner(
                  row.getLong(2),
                  row.getLong(3),
                  row.getLong(4),
                  row.getString(5),
                  zone(row.getString(6))));
        }
      }
    }
    return owners;
  }

  /** As budgets are counted: a zone that this JVM does not know is UTC. */
  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      return ZoneOffset.UTC;
    }
  }

  /** Makes recovered leases so much larger, by id; their rows' surroundings are locked. */
  void grow(Map<Long, Long> micros) throws SQLException {
    if (micros.isEmpty()) {
      return;
    }
    try (PreparedStatement grow = connection.prepareStatement(GROW)) {
      grow.setArray(1, SqlArrays.longs(connection, micros.keySet()));
      grow.setArray(2, SqlArrays.longs(connection, micros.values()));
      grow.executeUpdate();
    }
  }
}
