package io.adplatform.billing.funds;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** The rows of advertisers' funds. Every call is part of the caller's transaction. */
public final class FundsStore {
  private static final String ADD =
      """
      INSERT INTO advertiser_funds (advertiser_id) SELECT * FROM unnest(?::bigint[])
          ON CONFLICT (advertiser_id) DO NOTHING\
      """;

  private static final String LOCK =
      """
      SELECT advertiser_id FROM advertiser_funds WHERE advertiser_id = ANY (?)
       ORDER BY advertiser_id FOR NO KEY UPDATE\
      """;

  private static final String SELECT =
      """
      SELECT k.id, t.terms, t.credit_limit_micros, t.total_micros, t.daily_micros, t.version,
             t.currency IS DISTINCT FROM o.currency AS foreign_terms,
             coalesce(f.leased_micros, 0) AS leased,
             coalesce((SELECT -sum(b.balance_micros)
                         FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
                        WHERE a.owner_id = o.id AND a.currency = o.currency
                          AND a.kind IN ('FUNDS', 'RECEIVABLE')), 0)::bigint AS balance
        FROM unnest(?::bigint[]) AS k (id)
        LEFT JOIN advertiser o ON o.id = k.id
        LEFT JOIN advertiser_funds f ON f.advertiser_id = k.id
        LEFT JOIN payment_terms t
          ON t.advertiser_id = f.advertiser_id AND t.version = f.terms_version\
      """;

  private static final String CHANGE_LEASED =
      """
      UPDATE advertiser_funds f SET leased_micros = f.leased_micros + k.micros
        FROM unnest(?::bigint[], ?::bigint[]) AS k (id, micros)
       WHERE f.advertiser_id = k.id\
      """;

  private FundsStore() {}

  /** Makes missing rows, then locks all in the order of their ids until the transaction ends. */
  public static void lock(Connection connection, Collection<Long> advertiserIds)
      throws SQLException {
    if (advertiserIds.isEmpty()) {
      return;
    }
    Collection<Long> ordered = new TreeSet<>(advertiserIds);
    if (lockKnown(connection, ordered) < ordered.size()) {
      try (PreparedStatement add = connection.prepareStatement(ADD)) {
        add.setArray(1, longs(connection, ordered));
        add.executeUpdate();
      }
      lockKnown(connection, ordered);
    }
  }

  private static int lockKnown(Connection connection, Collection<Long> ids) throws SQLException {
    try (PreparedStatement lock = connection.prepareStatement(LOCK)) {
      lock.setArray(1, longs(connection, ids));
      int known = 0;
      try (ResultSet rows = lock.executeQuery()) {
        while (rows.next()) {
          known++;
        }
      }
      return known;
    }
  }

  /** The purses of advertisers by id, without what is committed of their own budgets. */
  public static Map<Long, Purse> read(Connection connection, Collection<Long> advertiserIds)
      throws SQLException {
    Map<Long, Purse> purses = new HashMap<>();
    try (PreparedStatement select = connection.prepareStatement(SELECT)) {
      select.setArray(1, longs(connection, new TreeSet<>(advertiserIds)));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Purse purse = purse(row, row.getLong("balance"), row.getLong("leased"));
          purses.put(row.getLong("id"), purse);
        }
      }
    }
    return purses;
  }

  /**
   * The purse in a row that says in {@code foreign_terms} whether its terms are of another currency
   * than the advertiser's: nothing is available then, as {@code available_micros} has it.
   */
  static Purse purse(ResultSet row, long balanceMicros, long leasedMicros) throws SQLException {
    PaymentTerms agreed = terms(row);
    boolean foreign = agreed.version() > 1 && row.getBoolean("foreign_terms");
    return foreign
        ? new Purse(agreed.ofAnotherCurrency(), 0, leasedMicros, 0, 0)
        : new Purse(agreed, balanceMicros, leasedMicros, 0, 0);
  }

  /** The terms in a row of {@code payment_terms}; all null is none. */
  static PaymentTerms terms(ResultSet row) throws SQLException {
    String kind = row.getString("terms");
    return kind == null
        ? PaymentTerms.NONE
        : new PaymentTerms(
            PaymentTerms.Kind.valueOf(kind),
            (Long) row.getObject("credit_limit_micros"),
            (Long) row.getObject("total_micros"),
            (Long) row.getObject("daily_micros"),
            row.getLong("version"));
  }

  /**
   * Adds to what is leased of advertisers, by id; their rows are locked.
   *
   * @throws SQLException with the constraint {@code leased_within_funds} where more would be leased
   *     than an advertiser has
   */
  public static void changeLeased(Connection connection, Map<Long, Long> micros)
      throws SQLException {
    if (micros.isEmpty()) {
      return;
    }
    try (PreparedStatement change = connection.prepareStatement(CHANGE_LEASED)) {
      change.setArray(1, longs(connection, micros.keySet()));
      change.setArray(2, longs(connection, micros.values()));
      change.executeUpdate();
    }
  }

  private static Array longs(Connection connection, Collection<Long> values) throws SQLException {
    return connection.createArrayOf("bigint", values.toArray());
  }
}
