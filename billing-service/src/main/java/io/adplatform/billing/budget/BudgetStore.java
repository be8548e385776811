package io.adplatform.billing.budget;

import io.adplatform.billing.funds.FundsStore;
import io.adplatform.billing.funds.Purse;
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
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads budgets and what is used of them. Every call is part of the caller's transaction. */
final class BudgetStore {
  private static final String SELECT_BUDGETS =
      """
      SELECT li.id, li.campaign_id, li.advertiser_id, li.account_id,
             li.active AND NOT li.deleted AS active, li.start_millis, li.end_millis,
             li.total_micros, li.daily_micros,
             c.active AND NOT c.deleted AS campaign_active,
             c.start_millis AS campaign_start, c.end_millis AS campaign_end,
             c.total_micros AS campaign_total, c.daily_micros AS campaign_daily,
             a.currency, a.time_zone
        FROM line_item li
        JOIN campaign c ON c.id = li.campaign_id
        JOIN advertiser a ON a.id = li.advertiser_id
       WHERE li.id = ANY (?)\
      """;

  private static final String SELECT_SPEND =
      """
      SELECT k.scope, k.id, coalesce(t.committed_micros, 0), coalesce(t.charged_micros, 0),
             coalesce(d.committed_micros, 0), coalesce(d.charged_micros, 0)
        FROM unnest(?::text[], ?::bigint[], ?::date[]) AS k (scope, id, day)
        LEFT JOIN spend_total t ON t.scope = k.scope AND t.id = k.id
        LEFT JOIN spend_day d ON d.scope = k.scope AND d.id = k.id AND d.day = k.day\
      """;

  private BudgetStore() {}

  /**
   * Adds the campaigns and the advertisers of line items; those that are not known are left out.
   */
  static void addOwners(
      Connection connection,
      Collection<Long> lineItemIds,
      Set<Long> campaignIds,
      Set<Long> advertiserIds)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT DISTINCT campaign_id, advertiser_id FROM line_item WHERE id = ANY (?)")) {
      statement.setArray(1, SqlArrays.longs(connection, lineItemIds));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          campaignIds.add(rows.getLong(1));
          advertiserIds.add(rows.getLong(2));
        }
      }
    }
  }

  /** One of a campaign's line items, deleted or not; none where it never had any. */
  static List<Long> anyOf(Connection connection, long campaignId) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT id FROM line_item WHERE campaign_id = ? LIMIT 1")) {
      statement.setLong(1, campaignId);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? List.of(row.getLong(1)) : List.of();
      }
    }
  }

  /** The budgets of line items at a time, by id; those that are not known are left out. */
  static Map<Long, LineItemBudget> read(
      Connection connection, Collection<Long> lineItemIds, long nowMillis) throws SQLException {
    List<LineItemBudget> unspent = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(SELECT_BUDGETS)) {
      statement.setArray(1, SqlArrays.longs(connection, lineItemIds));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          unspent.add(readBudget(rows, nowMillis));
        }
      }
    }
    Map<String, Spend> spend = readSpend(connection, unspent);
    Map<Long, Purse> purses =
        FundsStore.read(connection, unspent.stream().map(b -> b.owner().advertiserId()).toList());
    Map<Long, LineItemBudget> budgets = new HashMap<>();
    for (LineItemBudget b : unspent) {
      LineItemBudget.Owner owner = b.owner();
      Spend ofAdvertiser = spend.getOrDefault("A" + owner.advertiserId(), Spend.NONE);
      Purse purse =
          purses
              .get(owner.advertiserId())
              .committed(ofAdvertiser.totalCommitted(), ofAdvertiser.dayCommitted());
      budgets.put(
          b.lineItem().id(),
          new LineItemBudget(
              b.lineItem(),
              b.campaign(),
              new LineItemBudget.Owner(
                  owner.advertiserId(), owner.accountId(), owner.currency(), purse),
              b.day(),
              b.dayEndMillis(),
              spend.getOrDefault("L" + b.lineItem().id(), Spend.NONE),
              spend.getOrDefault("C" + b.campaign().id(), Spend.NONE)));
    }
    return budgets;
  }

  private static LineItemBudget readBudget(ResultSet row, long nowMillis) throws SQLException {
    ZoneId zone = zone(row.getString("time_zone"));
    LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(nowMillis), zone);
    return new LineItemBudget(
        new Flight(
            row.getLong("id"),
            row.getBoolean("active"),
            SqlArrays.nullableLong(row, "start_millis"),
            SqlArrays.nullableLong(row, "end_millis"),
            SqlArrays.nullableLong(row, "total_micros"),
            SqlArrays.nullableLong(row, "daily_micros")),
        new Flight(
            row.getLong("campaign_id"),
            row.getBoolean("campaign_active"),
            SqlArrays.nullableLong(row, "campaign_start"),
            SqlArrays.nullableLong(row, "campaign_end"),
            SqlArrays.nullableLong(row, "campaign_total"),
            SqlArrays.nullableLong(row, "campaign_daily")),
        new LineItemBudget.Owner(
            row.getLong("advertiser_id"),
            row.getLong("account_id"),
            row.getString("currency"),
            Purse.NONE),
        day,
        day.plusDays(1).atStartOfDay(zone).toInstant().toEpochMilli(),
        Spend.NONE,
        Spend.NONE);
  }

  /** The catalogue's zones were checked where they came in; one this JVM does not know is UTC. */
  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      return ZoneOffset.UTC;
    }
  }

  private static Map<String, Spend> readSpend(Connection connection, List<LineItemBudget> budgets)
      throws SQLException {
    List<String> scopes = new ArrayList<>();
    List<Long> ids = new ArrayList<>();
    List<LocalDate> days = new ArrayList<>();
    for (LineItemBudget budget : budgets) {
      scopes.add("L");
      ids.add(budget.lineItem().id());
      days.add(budget.day());
      scopes.add("C");
      ids.add(budget.campaign().id());
      days.add(budget.day());
      scopes.add("A");
      ids.add(budget.owner().advertiserId());
      days.add(budget.day());
    }
    Map<String, Spend> spend = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(SELECT_SPEND)) {
      statement.setArray(1, SqlArrays.texts(connection, scopes));
      statement.setArray(2, SqlArrays.longs(connection, ids));
      statement.setArray(3, SqlArrays.texts(connection, days));
      try (ResultSet rows = statement.executeQuery()) {
        // All that is read has one advertiser, so it has one day, which needs no key.
        while (rows.next()) {
          spend.put(
              rows.getString(1) + rows.getLong(2),
              new Spend(rows.getLong(3), rows.getLong(4), rows.getLong(5), rows.getLong(6)));
        }
      }
    }
    return spend;
  }
}
