package io.adplatform.analytics.report;

import io.adplatform.runtime.api.Caller;
import io.adplatform.runtime.api.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The statement of a report. Its text is put together from constants of the code alone; everything
 * that came with the request is a parameter.
 *
 * @param text the statement
 * @param parameters by name
 */
record ReportSql(String text, Map<String, String> parameters) {
  private static final String FIGURES =
      """
      sum(d.auctions) AS auctions, sum(d.bids) AS bids, sum(d.wins) AS wins,
      sum(d.impressions) AS impressions, sum(d.clicks) AS clicks, sum(d.views) AS views,
      sum(d.conversions) AS conversions, sum(d.spend_micros) AS spend,
      sum(d.supply_cost_micros) AS cost, sum(d.over_delivery_micros) AS over_delivery,
      sum(d.repeats) AS repeats, sum(d.invalid) AS invalid
      FROM (SELECT * FROM delivery FINAL
        WHERE bucket >= fromUnixTimestamp({from:Int64}) AND bucket < fromUnixTimestamp({to:Int64})) AS d
      """;
  private static final String JOIN_LINE_ITEMS =
      " LEFT ANY JOIN (SELECT id, account_id, advertiser_id, campaign_id FROM entities FINAL"
          + " WHERE kind = 'line-item') AS l ON d.line_item_id = l.id";
  private static final String JOIN_SUPPLY =
      " LEFT ANY JOIN (SELECT id, account_id FROM entities FINAL WHERE kind = 'supply-partner')"
          + " AS s ON d.supply_partner_id = s.id";
  private static final String JOIN_DEMAND =
      " LEFT ANY JOIN (SELECT id, account_id FROM entities FINAL WHERE kind = 'demand-partner')"
          + " AS p ON d.demand_partner_id = p.id";

  /** The statement for what a caller may see of a report. */
  static ReportSql of(ReportQuery query, Caller caller) {
    boolean buyer = caller.role() == Role.ADVERTISER;
    boolean partner = caller.role() == Role.PARTNER;
    boolean bidder = partner && query.isOfDemandPartners();
    boolean seller = partner && !bidder;
    Map<String, String> parameters = new HashMap<>();
    parameters.put("from", Long.toString(query.fromSeconds()));
    parameters.put("to", Long.toString(query.toSeconds()));
    parameters.put("tz", query.zone().getId());
    parameters.put("account", Long.toString(caller.accountId()));
    parameters.put("limit", Integer.toString(query.page().fetch()));
    parameters.put("offset", Long.toString(query.page().afterId()));
    List<String> conditions = new ArrayList<>();
    if (buyer) {
      conditions.add("l.account_id = {account:Int64}");
    }
    if (seller) {
      conditions.add("s.account_id = {account:Int64}");
    }
    if (bidder) {
      conditions.add("p.account_id = {account:Int64}");
    }
    List<String> demand = new ArrayList<>();
    if (query.isOfLineItems() || buyer) {
      demand.add("d.line_item_id != 0");
    }
    if (query.isOfDemandPartners()) {
      demand.add("d.demand_partner_id != 0");
    }
    if (!demand.isEmpty()) {
      conditions.add("(" + String.join(" OR ", demand) + ")");
    }
    for (Map.Entry<Grouping, Set<Long>> filter : query.filters().entrySet()) {
      String name = "filter" + filter.getKey().ordinal();
      parameters.put(
          name,
          filter.getValue().stream()
              .map(String::valueOf)
              .collect(Collectors.joining(",", "[", "]")));
      conditions.add(filter.getKey().sql() + " IN {" + name + ":Array(Int64)}");
    }
    StringBuilder sql = new StringBuilder("SELECT ");
    StringBuilder keys = new StringBuilder();
    for (int i = 0; i < query.groupings().size(); i++) {
      sql.append(query.groupings().get(i).sql()).append(" AS g").append(i).append(", ");
      keys.append('g').append(i).append(", ");
    }
    sql.append("d.currency AS currency, ").append(FIGURES);
    if (buyer || query.uses(Grouping.ADVERTISER) || query.uses(Grouping.CAMPAIGN)) {
      sql.append(JOIN_LINE_ITEMS);
    }
    if (seller) {
      sql.append(JOIN_SUPPLY);
    }
    if (bidder) {
      sql.append(JOIN_DEMAND);
    }
    if (!conditions.isEmpty()) {
      sql.append(" WHERE ").append(String.join(" AND ", conditions));
    }
    sql.append(" GROUP BY ").append(keys).append("currency ORDER BY ").append(keys);
    sql.append("currency LIMIT {limit:UInt32} OFFSET {offset:UInt64}");
    return new ReportSql(sql.toString(), parameters);
  }
}
