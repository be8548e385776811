package io.adplatform.analytics.report;

import java.util.Set;

/** What the rows of a report can be told apart by. */
enum Grouping {
  ADVERTISER("advertiser", "advertiserId", "l.advertiser_id", Form.ID, true),
  CAMPAIGN("campaign", "campaignId", "l.campaign_id", Form.ID, true),
  LINE_ITEM("lineItem", "lineItemId", "d.line_item_id", Form.ID, true),
  CREATIVE("creative", "creativeId", "d.creative_id", Form.ID, true),
  SUPPLY_PARTNER("supplyPartner", "supplyPartnerId", "d.supply_partner_id", Form.ID, false),
  DEMAND_PARTNER("demandPartner", "demandPartnerId", "d.demand_partner_id", Form.ID, false),
  DEAL("deal", "dealId", "d.deal_id", Form.ID, false),
  COUNTRY("country", "country", "d.country", Form.COUNTRY, false),
  DEVICE_TYPE("deviceType", "deviceType", "d.device_type", Form.DEVICE_TYPE, false),
  HOUR(
      "hour",
      "hour",
      "toUnixTimestamp(toStartOfHour(toTimeZone(d.bucket, {tz:String})))",
      Form.HOUR,
      false),
  DAY(
      "day",
      "day",
      "toUnixTimestamp(toStartOfDay(toTimeZone(d.bucket, {tz:String})))",
      Form.DAY,
      false);

  /** How a value stands in JSON. */
  enum Form {
    ID,
    COUNTRY,
    DEVICE_TYPE,
    HOUR,
    DAY
  }

  /** Groupings of later releases: refused, never ignored. */
  static final Set<String> NOT_IN_FORCE = Set.of("publisher", "site", "placement");

  private final String text;
  private final String field;
  private final String sql;
  private final Form form;
  private final boolean demand;

  Grouping(String text, String field, String sql, Form form, boolean demand) {
    this.text = text;
    this.field = field;
    this.sql = sql;
    this.form = form;
    this.demand = demand;
  }

  /** The name in {@code groupBy}. */
  String text() {
    return text;
  }

  /** The name in a row, and in {@code filter}. */
  String field() {
    return field;
  }

  /** The expression over the roll-up {@code d} and its line item {@code l}. */
  String sql() {
    return sql;
  }

  Form form() {
    return form;
  }

  /** Whether it tells line items apart: then only auctions in which one bid count. */
  boolean isDemand() {
    return demand;
  }

  /** Whether a filter can name its values. */
  boolean isFilter() {
    return form != Form.HOUR && form != Form.DAY;
  }

  /** The grouping of a name, or null. */
  static Grouping of(String name) {
    for (Grouping grouping : values()) {
      if (grouping.text.equals(name)) {
        return grouping;
      }
    }
    return null;
  }

  /** The grouping that a filter names, by its name or its field, or null. */
  static Grouping ofFilter(String name) {
    for (Grouping grouping : values()) {
      if (grouping.isFilter() && (grouping.text.equals(name) || grouping.field.equals(name))) {
        return grouping;
      }
    }
    return null;
  }
}
