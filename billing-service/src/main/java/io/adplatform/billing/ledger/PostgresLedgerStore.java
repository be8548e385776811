package io.adplatform.billing.ledger;

import io.adplatform.billing.budget.SqlArrays;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** The tables of the ledger. Of one transaction. */
final class PostgresLedgerStore implements LedgerStore {
  private static final String SELECT_ACCOUNTS =
      """
      SELECT a.id, a.kind, a.owner_id, a.currency
        FROM unnest(?::text[], ?::bigint[], ?::text[]) AS k (kind, owner_id, currency)
        JOIN ledger_account a USING (kind, owner_id, currency)\
      """;

  private static final String ADD_ACCOUNTS =
      """
      INSERT INTO ledger_account (kind, owner_id, currency)
      SELECT * FROM unnest(?::text[], ?::bigint[], ?::text[])
          ON CONFLICT ON CONSTRAINT ledger_account_key DO NOTHING\
      """;

  private static final String ADD_RANGES =
      """
      INSERT INTO ledger_range (topic_id, generation, partition, from_offset, next_offset)
      SELECT o.topic_id, o.generation, k.partition, k.from_offset, k.next_offset
        FROM unnest(?::integer[], ?::bigint[], ?::bigint[])
             AS k (partition, from_offset, next_offset)
        JOIN settled_offset o USING (partition)
      RETURNING partition, id\
      """;

  private static final String ADD_ENTRIES =
      """
      INSERT INTO ledger_entry (kind, currency, posted_millis, advertiser_id, line_item_id,
             supply_partner_id, hour_millis, range_id, impressions, charged_micros, cost_micros,
             over_delivery_micros, corrects_entry_id, author_key_id, author_account_id,
             demand_partner_id, reason)
      SELECT k.kind, k.currency, ?, k.advertiser_id, k.line_item_id, k.supply_partner_id,
             k.hour_millis, k.range_id, k.impressions, k.charged, k.cost, k.over_delivery,
             k.corrects, k.key_id, k.account_id, k.demand_partner_id, k.reason
        FROM unnest(?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[],
                    ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
                    ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
             WITH ORDINALITY AS k (kind, currency, reason, advertiser_id, line_item_id,
                  supply_partner_id, hour_millis, range_id, impressions, charged, cost,
                  over_delivery, corrects, key_id, account_id, demand_partner_id, position)
       ORDER BY k.position
      RETURNING id\
      """;

  private static final String ADD_POSTINGS =
      """
      INSERT INTO ledger_posting (entry_id, account_id, currency, amount_micros, posted_millis)
      SELECT k.entry_id, k.account_id, k.currency, k.amount_micros, ?
        FROM unnest(?::bigint[], ?::bigint[], ?::text[], ?::bigint[])
             AS k (entry_id, account_id, currency, amount_micros)\
      """;

  private final Connection connection;

  PostgresLedgerStore(Connection connection) {
    this.connection = connection;
  }

  /** Locks the balances in the order of the accounts' ids. */
  @Override
  public Map<BookAccount, Held> hold(Set<BookAccount> accounts) throws SQLException {
    Map<BookAccount, Held> held = find(connection, accounts);
    if (held.size() < accounts.size()) {
      add(connection, accounts);
      held = find(connection, accounts);
    }
    Map<Long, Held> byId = new HashMap<>();
    held.values().forEach(one -> byId.put(one.id, one));
    try (PreparedStatement lock =
        connection.prepareStatement("SELECT account, balance FROM lock_balances(?)")) {
      lock.setArray(1, SqlArrays.longs(connection, byId.keySet()));
      try (ResultSet row = lock.executeQuery()) {
        while (row.next()) {
          byId.get(row.getLong(1)).balanceMicros = row.getLong(2);
        }
      }
    }
    return held;
  }

  private static Map<BookAccount, Held> find(Connection connection, Set<BookAccount> accounts)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SELECT_ACCOUNTS)) {
      bind(connection, select, accounts);
      Map<BookAccount, Held> found = new HashMap<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.put(
              new BookAccount(
                  AccountKind.valueOf(row.getString(2)), row.getLong(3), row.getString(4)),
              new Held(row.getLong(1), 0));
        }
      }
      return found;
    }
  }

  private static void add(Connection connection, Set<BookAccount> accounts) throws SQLException {
    try (PreparedStatement add = connection.prepareStatement(ADD_ACCOUNTS)) {
      bind(connection, add, accounts);
      add.executeUpdate();
    }
  }

  private static void bind(
      Connection connection, PreparedStatement statement, Set<BookAccount> accounts)
      throws SQLException {
    Collection<BookAccount> ordered = new TreeSet<>(accounts);
    statement.setArray(1, texts(connection, ordered, BookAccount::kind));
    statement.setArray(
        2, SqlArrays.longs(connection, ordered.stream().map(BookAccount::ownerId).toList()));
    statement.setArray(3, texts(connection, ordered, BookAccount::currency));
  }

  private static java.sql.Array texts(
      Connection connection, Collection<BookAccount> accounts, Function<BookAccount, Object> text)
      throws SQLException {
    return SqlArrays.texts(connection, accounts.stream().map(text).toList());
  }

  @Override
  public Map<Integer, Long> addRanges(Map<Integer, OffsetRange> ranges) throws SQLException {
    List<Integer> partitions = List.copyOf(ranges.keySet());
    try (PreparedStatement add = connection.prepareStatement(ADD_RANGES)) {
      add.setArray(1, SqlArrays.integers(connection, partitions));
      add.setArray(
          2,
          SqlArrays.longs(
              connection, partitions.stream().map(p -> ranges.get(p).fromOffset()).toList()));
      add.setArray(
          3,
          SqlArrays.longs(
              connection, partitions.stream().map(p -> ranges.get(p).nextOffset()).toList()));
      Map<Integer, Long> ids = new HashMap<>();
      try (ResultSet row = add.executeQuery()) {
        while (row.next()) {
          ids.put(row.getInt(1), row.getLong(2));
        }
      }
      return ids;
    }
  }

  @Override
  public Map<Long, Long> advertisers(Collection<Long> lineItemIds) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT id, advertiser_id FROM line_item WHERE id = ANY (?)")) {
      select.setArray(1, SqlArrays.longs(connection, lineItemIds));
      Map<Long, Long> advertisers = new HashMap<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          advertisers.put(row.getLong(1), row.getLong(2));
        }
      }
      return advertisers;
    }
  }

  @Override
  public List<Long> add(List<Entry> entries, Balances balances, long nowMillis)
      throws SQLException {
    List<Long> ids = addEntries(connection, entries, nowMillis);
    List<Long> entryIds = new ArrayList<>();
    List<Long> accountIds = new ArrayList<>();
    List<String> currencies = new ArrayList<>();
    List<Long> amounts = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      for (Map.Entry<BookAccount, Long> posting : entry.postings.entrySet()) {
        entryIds.add(ids.get(i));
        accountIds.add(balances.id(posting.getKey()));
        currencies.add(entry.currency);
        amounts.add(posting.getValue());
      }
    }
    try (PreparedStatement add = connection.prepareStatement(ADD_POSTINGS)) {
      add.setLong(1, nowMillis);
      add.setArray(2, SqlArrays.longs(connection, entryIds));
      add.setArray(3, SqlArrays.longs(connection, accountIds));
      add.setArray(4, SqlArrays.texts(connection, currencies));
      add.setArray(5, SqlArrays.longs(connection, amounts));
      add.executeUpdate();
    }
    return ids;
  }

  /** Ids are given in the order in which rows are added, which is that of the entries. */
  private static List<Long> addEntries(Connection connection, List<Entry> entries, long nowMillis)
      throws SQLException {
    List<Function<Entry, Object>> texts =
        List.of(
            entry -> entry.kind,
            entry -> entry.currency,
            entry -> entry.authorship == null ? null : entry.authorship.reason());
    List<Function<Entry, Long>> numbers =
        List.of(
            entry -> entry.advertiserId,
            entry -> entry.lineItemId,
            entry -> entry.supplyPartnerId,
            entry -> entry.hourMillis,
            entry -> entry.rangeId,
            entry -> entry.impressions,
            entry -> entry.chargedMicros,
            entry -> entry.costMicros,
            entry -> entry.overDeliveryMicros,
            entry -> entry.correctsEntryId,
            entry -> entry.authorship == null ? null : (Long) entry.authorship.keyId(),
            entry -> entry.authorship == null ? null : (Long) entry.authorship.accountId(),
            entry -> entry.demandPartnerId);
    try (PreparedStatement add = connection.prepareStatement(ADD_ENTRIES)) {
      add.setLong(1, nowMillis);
      int next = 2;
      for (Function<Entry, Object> text : texts) {
        List<Object> column = new ArrayList<>();
        entries.forEach(entry -> column.add(text.apply(entry)));
        add.setArray(next++, SqlArrays.texts(connection, column));
      }
      for (Function<Entry, Long> number : numbers) {
        List<Long> column = new ArrayList<>();
        entries.forEach(entry -> column.add(number.apply(entry)));
        add.setArray(next++, SqlArrays.longs(connection, column));
      }
      List<Long> ids = new ArrayList<>();
      try (ResultSet row = add.executeQuery()) {
        while (row.next()) {
          ids.add(row.getLong(1));
        }
      }
      ids.sort(null);
      return ids;
    }
  }
}
