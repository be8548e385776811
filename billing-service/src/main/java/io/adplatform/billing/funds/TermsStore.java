package io.adplatform.billing.funds;

import io.adplatform.runtime.api.Caller;
import io.adplatform.runtime.api.Page;
import io.adplatform.runtime.api.Problem;
import io.adplatform.runtime.api.Role;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** Reads and adds terms of payment. Every call is part of the caller's transaction. */
final class TermsStore {
  private static final String INSERT =
      """
      INSERT INTO payment_terms (advertiser_id, version, terms, credit_limit_micros, total_micros,
             daily_micros, currency, reason, author_key_id, author_account_id, set_millis)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
      """;

  /** In one statement, so that what was charged is neither leased still nor missing. */
  private static final String SELECT =
      """
      SELECT t.*, t.currency IS DISTINCT FROM ? AS foreign_terms,
             coalesce(f.leased_micros, 0) AS leased, l.funds, l.receivable,
             coalesce(s.charged_micros, 0) AS charged_total,
             coalesce(d.charged_micros, 0) AS charged_today,
             coalesce(s.committed_micros, 0) AS committed_total,
             coalesce(d.committed_micros, 0) AS committed_today
        FROM unnest(ARRAY[?]::bigint[]) AS k (id)
        LEFT JOIN advertiser_funds f ON f.advertiser_id = k.id
        LEFT JOIN payment_terms t
          ON t.advertiser_id = f.advertiser_id AND t.version = f.terms_version
        LEFT JOIN spend_total s ON s.scope = 'A' AND s.id = k.id
        LEFT JOIN spend_day d ON d.scope = 'A' AND d.id = k.id AND d.day = ?::date
       CROSS JOIN (
             SELECT coalesce(-sum(b.balance_micros) FILTER (WHERE a.kind = 'FUNDS'), 0) AS funds,
                    coalesce(sum(b.balance_micros) FILTER (WHERE a.kind = 'RECEIVABLE'), 0)
                      AS receivable
               FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
              WHERE a.owner_id = ? AND a.currency = ? AND a.kind IN ('FUNDS', 'RECEIVABLE')) AS l\
      """;

  private static final String HISTORY =
      """
      SELECT * FROM payment_terms WHERE advertiser_id = ? AND version > ?
       ORDER BY version LIMIT ?\
      """;

  private TermsStore() {}

  /** In what an advertiser pays, and where its days begin. */
  record Advertiser(long id, String currency, ZoneId zone) {
    LocalDate day(long nowMillis) {
      return LocalDate.ofInstant(Instant.ofEpochMilli(nowMillis), zone);
    }
  }

  /** What an advertiser's purse holds, and what was charged in total and today. */
  record State(
      Purse purse, long fundsMicros, long receivableMicros, long chargedMicros, long todayMicros) {}

  /**
   * Looks an advertiser up.
   *
   * @throws Problem 404 where there is none, or it is another account's
   */
  static Advertiser advertiser(Connection connection, long id, Caller caller) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT account_id, currency, time_zone FROM advertiser WHERE id = ?")) {
      select.setLong(1, id);
      try (ResultSet row = select.executeQuery()) {
        boolean sees = row.next();
        if (sees && !caller.isOperator()) {
          sees = caller.role() == Role.ADVERTISER && caller.accountId() == row.getLong(1);
        }
        if (!sees) {
          throw Problem.notFound("advertiser");
        }
        return new Advertiser(id, row.getString(2), zone(row.getString(3)));
      }
    }
  }

  /** As budgets are counted: a zone that this JVM does not know is UTC. */
  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      return ZoneOffset.UTC;
    }
  }

  /** What there is of an advertiser's money on a day. */
  static State state(Connection connection, Advertiser advertiser, LocalDate day)
      throws SQLException {
    try (PreparedStatement select = prepare(connection, advertiser, day);
        ResultSet row = select.executeQuery()) {
      row.next();
      return state(row);
    }
  }

  private static PreparedStatement prepare(
      Connection connection, Advertiser advertiser, LocalDate day) throws SQLException {
    PreparedStatement select = connection.prepareStatement(SELECT);
    select.setString(1, advertiser.currency());
    select.setLong(2, advertiser.id());
    select.setString(3, day.toString());
    select.setLong(4, advertiser.id());
    select.setString(5, advertiser.currency());
    return select;
  }

  private static State state(ResultSet row) throws SQLException {
    long funds = row.getLong("funds");
    long receivable = row.getLong("receivable");
    Purse purse =
        FundsStore.purse(row, funds - receivable, row.getLong("leased"))
            .committed(row.getLong("committed_total"), row.getLong("committed_today"));
    return new State(
        purse, funds, receivable, row.getLong("charged_total"), row.getLong("charged_today"));
  }

  /** The document of an advertiser's terms and what there is of its money now. */
  static JsonObject document(
      Connection connection, Advertiser advertiser, long nowMillis, Caller caller)
      throws SQLException {
    LocalDate day = advertiser.day(nowMillis);
    try (PreparedStatement select = prepare(connection, advertiser, day);
        ResultSet row = select.executeQuery()) {
      row.next();
      State state = state(row);
      Purse purse = state.purse();
      long available = purse.terms().availableMicros(purse.balanceMicros());
      long free = purse.freeMicros();
      return agreed(row, purse.terms(), caller)
          .put("advertiserId", Long.toString(advertiser.id()))
          .put("currency", advertiser.currency())
          .put("fundsMicros", state.fundsMicros())
          .put("receivableMicros", state.receivableMicros())
          .put("availableMicros", available == Long.MAX_VALUE ? null : (Long) available)
          .put("leasedMicros", purse.leasedMicros())
          .put("freeMicros", free == Long.MAX_VALUE ? null : (Long) Math.max(0, free))
          .put("day", day.toString())
          .put("chargedTotalMicros", state.chargedMicros())
          .put("chargedTodayMicros", state.todayMicros());
    }
  }

  /** Agreements with an advertiser, oldest first. */
  static List<JsonObject> history(Connection connection, long id, Page page, Caller caller)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(HISTORY)) {
      select.setLong(1, id);
      select.setLong(2, page.afterId());
      select.setInt(3, page.fetch());
      List<JsonObject> all = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          PaymentTerms terms = FundsStore.terms(row);
          all.add(agreed(row, terms, caller).put("id", Long.toString(terms.version())));
        }
      }
      return all;
    }
  }

  private static JsonObject agreed(ResultSet row, PaymentTerms terms, Caller caller)
      throws SQLException {
    JsonObject json =
        new JsonObject()
            .put("version", terms.version())
            .put("terms", terms.kind().name())
            .put("creditLimitMicros", terms.creditLimitMicros())
            .put(
                "budget",
                new JsonObject()
                    .put("totalMicros", terms.totalMicros())
                    .put("dailyMicros", terms.dailyMicros()));
    String reason = row.getString("reason");
    if (reason != null) {
      json.put("reason", reason)
          .put("setAt", Instant.ofEpochMilli(row.getLong("set_millis")).toString());
    }
    if (reason != null && caller.isOperator()) {
      json.put(
          "author",
          new JsonObject()
              .put("apiKeyId", Long.toString(row.getLong("author_key_id")))
              .put("accountId", Long.toString(row.getLong("author_account_id"))));
    }
    return json;
  }

  /**
   * Adds terms, in the advertiser's currency, which are in force from then on; its funds are
   * locked.
   */
  static void add(
      Connection connection,
      Advertiser advertiser,
      PaymentTerms terms,
      String reason,
      Caller author,
      long nowMillis)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setLong(1, advertiser.id());
      insert.setLong(2, terms.version());
      insert.setString(3, terms.kind().name());
      insert.setObject(4, terms.creditLimitMicros(), java.sql.Types.BIGINT);
      insert.setObject(5, terms.totalMicros(), java.sql.Types.BIGINT);
      insert.setObject(6, terms.dailyMicros(), java.sql.Types.BIGINT);
      insert.setString(7, advertiser.currency());
      insert.setString(8, reason);
      insert.setLong(9, author.keyId());
      insert.setLong(10, author.accountId());
      insert.setLong(11, nowMillis);
      insert.executeUpdate();
    }
  }
}
