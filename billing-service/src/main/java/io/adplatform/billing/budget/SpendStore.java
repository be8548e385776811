package io.adplatform.billing.budget;

import io.adplatform.billing.funds.FundsStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Changes to what is committed and charged, gathered by line item, campaign, advertiser and day,
 * and written together. Every change is made to the sums of the day and to those in total. Not
 * thread-safe; the caller holds the locks of {@link RowLocks}.
 */
public final class SpendStore {
  private static final String ADD_TO_TOTALS =
      """
      INSERT INTO spend_total (scope, id)
      SELECT scope, id
        FROM unnest(?::text[], ?::bigint[]) AS k (scope, id)
       GROUP BY scope, id ORDER BY scope, id
          ON CONFLICT (scope, id) DO NOTHING\
      """;

  private static final String CHANGE_TOTALS =
      """
      UPDATE spend_total s
         SET committed_micros = s.committed_micros + k.committed,
             charged_micros = s.charged_micros + k.charged,
             over_delivery_micros = s.over_delivery_micros + k.over
        FROM (SELECT scope, id, sum(committed)::bigint AS committed,
                     sum(charged)::bigint AS charged, sum(over)::bigint AS over
                FROM unnest(?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
                     AS u (scope, id, committed, charged, over)
               GROUP BY scope, id) k
       WHERE s.scope = k.scope AND s.id = k.id\
      """;

  private static final String ADD_TO_DAYS =
      """
      INSERT INTO spend_day (scope, id, day)
      SELECT scope, id, day
        FROM unnest(?::text[], ?::bigint[], ?::date[]) AS k (scope, id, day)
       ORDER BY scope, id, day
          ON CONFLICT (scope, id, day) DO NOTHING\
      """;

  private static final String CHANGE_DAYS =
      """
      UPDATE spend_day s
         SET committed_micros = s.committed_micros + k.committed,
             charged_micros = s.charged_micros + k.charged,
             over_delivery_micros = s.over_delivery_micros + k.over
        FROM unnest(?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::date[])
             AS k (scope, id, committed, charged, over, day)
       WHERE s.scope = k.scope AND s.id = k.id AND s.day = k.day\
      """;

  private record Key(String scope, long id, LocalDate day) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byScope = scope.compareTo(other.scope);
      int byId = byScope != 0 ? byScope : Long.compare(id, other.id);
      return byId != 0 ? byId : day.compareTo(other.day);
    }
  }

  private static final class Change {
    long committed;
    long charged;
    long overDelivery;
  }

  private final Map<Key, Change> changes = new TreeMap<>();
  private final Map<Long, Long> leased = new TreeMap<>();

  /** For what a lease is: where its money is counted. */
  public record Account(long lineItemId, long campaignId, long advertiserId, LocalDate day) {}

  /** Commits more (a grant) or less (what a closed lease did not use). */
  public void commit(Account of, long micros) {
    change("L", of.lineItemId, of.day).committed += micros;
    change("C", of.campaignId, of.day).committed += micros;
    change("A", of.advertiserId, of.day).committed += micros;
    leased.merge(of.advertiserId, micros, Long::sum);
  }

  /**
   * Adds to what was charged, and to what was delivered beyond that.
   *
   * @param open whether the lease was open to it: what was charged is no longer leased then, but
   *     posted
   */
  public void charge(Account of, long chargedMicros, long overMicros, boolean open) {
    charge(change("L", of.lineItemId, of.day), chargedMicros, overMicros);
    charge(change("C", of.campaignId, of.day), chargedMicros, overMicros);
    charge(change("A", of.advertiserId, of.day), chargedMicros, overMicros);
    if (open) {
      leased.merge(of.advertiserId, -chargedMicros, Long::sum);
    }
  }

  private static void charge(Change change, long chargedMicros, long overMicros) {
    change.charged += chargedMicros;
    change.overDelivery += overMicros;
  }

  private Change change(String scope, long id, LocalDate day) {
    return changes.computeIfAbsent(new Key(scope, id, day), key -> new Change());
  }

  /**
   * Writes what was gathered, as part of the caller's transaction, and forgets it.
   *
   * @throws SQLException with the constraint {@code committed_within_budget} where more would be
   *     committed than a budget allows, {@code leased_within_funds} than its advertiser has
   */
  public void write(Connection connection) throws SQLException {
    if (changes.isEmpty()) {
      return;
    }
    List<String> scopes = new ArrayList<>();
    List<Long> ids = new ArrayList<>();
    List<LocalDate> days = new ArrayList<>();
    List<Long> committed = new ArrayList<>();
    List<Long> charged = new ArrayList<>();
    List<Long> over = new ArrayList<>();
    changes.forEach(
        (key, change) -> {
          scopes.add(key.scope);
          ids.add(key.id);
          days.add(key.day);
          committed.add(change.committed);
          charged.add(change.charged);
          over.add(change.overDelivery);
        });
    try (PreparedStatement addToTotals = connection.prepareStatement(ADD_TO_TOTALS);
        PreparedStatement addToDays = connection.prepareStatement(ADD_TO_DAYS);
        PreparedStatement changeTotals = connection.prepareStatement(CHANGE_TOTALS);
        PreparedStatement changeDays = connection.prepareStatement(CHANGE_DAYS)) {
      setKeys(connection, addToTotals, scopes, ids);
      addToTotals.executeUpdate();
      setKeys(connection, addToDays, scopes, ids);
      addToDays.setArray(3, SqlArrays.texts(connection, days));
      addToDays.executeUpdate();
      for (PreparedStatement statement : List.of(changeTotals, changeDays)) {
        setKeys(connection, statement, scopes, ids);
        statement.setArray(3, SqlArrays.longs(connection, committed));
        statement.setArray(4, SqlArrays.longs(connection, charged));
        statement.setArray(5, SqlArrays.longs(connection, over));
      }
      changeTotals.executeUpdate();
      changeDays.setArray(6, SqlArrays.texts(connection, days));
      changeDays.executeUpdate();
    }
    FundsStore.changeLeased(connection, leased);
    changes.clear();
    leased.clear();
  }

  private static void setKeys(
      Connection connection, PreparedStatement statement, List<String> scopes, List<Long> ids)
      throws SQLException {
    statement.setArray(1, SqlArrays.texts(connection, scopes));
    statement.setArray(2, SqlArrays.longs(connection, ids));
  }
}
