package io.adplatform.loadtest.smoke;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What was delivered in an hour, as tallied by the client or as reported; amounts in micros.
 *
 * @param auctions imps decided; of a line item, those in which its bid was sent
 * @param bids bids received
 * @param wins win notices sent, repeats not counted
 * @param impressions billable events, repeats not counted
 * @param clicks clicks, repeats not counted
 * @param views impressions told to be viewable, repeats not counted
 * @param conversions conversions, repeats not counted
 * @param spendMicros what the advertiser pays
 * @param supplyCostMicros what supply gets
 * @param overDeliveryMicros what was beyond the leases
 * @param repeats beacons and notices sent again
 * @param invalid beacons and notices refused by a traffic verdict
 */
record Delivery(
    long auctions,
    long bids,
    long wins,
    long impressions,
    long clicks,
    long views,
    long conversions,
    long spendMicros,
    long supplyCostMicros,
    long overDeliveryMicros,
    long repeats,
    long invalid) {
  static final Delivery NOTHING = new Delivery(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  static final Delivery BID = new Delivery(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  static final Delivery WIN = new Delivery(0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  static final Delivery CLICK = new Delivery(0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0);
  static final Delivery VIEW = new Delivery(0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0);
  static final Delivery CONVERSION = new Delivery(0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0);

  /** Imps that were decided. */
  static Delivery auctions(long number) {
    return new Delivery(number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  /** Beacons and notices sent again. */
  static Delivery repeats(long number) {
    return new Delivery(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number, 0);
  }

  /** A billable event. */
  static Delivery impression(long spendMicros, long supplyCostMicros) {
    return new Delivery(0, 0, 0, 1, 0, 0, 0, spendMicros, supplyCostMicros, 0, 0, 0);
  }

  /** A charge without an event: what an alteration adds. */
  static Delivery spend(long micros) {
    return new Delivery(0, 0, 0, 0, 0, 0, 0, micros, 0, 0, 0, 0);
  }

  /** A report's row; margin must be what lies between spend and cost. */
  static Delivery ofRow(JsonNode row) {
    long spend = figure(row, "spendMicros");
    long cost = figure(row, "supplyCostMicros");
    if (figure(row, "marginMicros") != spend - cost) {
      throw new IllegalStateException("margin is not spend less cost in " + row);
    }
    return new Delivery(
        figure(row, "auctions"),
        figure(row, "bids"),
        figure(row, "wins"),
        figure(row, "impressions"),
        figure(row, "clicks"),
        figure(row, "views"),
        figure(row, "conversions"),
        spend,
        cost,
        figure(row, "overDeliveryMicros"),
        figure(row, "repeats"),
        figure(row, "invalid"));
  }

  private static long figure(JsonNode row, String name) {
    JsonNode value = row.path(name);
    if (!value.isIntegralNumber()) {
      throw new IllegalStateException("no whole number " + name + " in " + row);
    }
    return value.longValue();
  }

  /** The same as an account is told it: without what supply gets. */
  Delivery withoutSupplyCost() {
    return new Delivery(
        auctions,
        bids,
        wins,
        impressions,
        clicks,
        views,
        conversions,
        spendMicros,
        0,
        overDeliveryMicros,
        repeats,
        invalid);
  }

  Delivery plus(Delivery other) {
    return new Delivery(
        auctions + other.auctions,
        bids + other.bids,
        wins + other.wins,
        impressions + other.impressions,
        clicks + other.clicks,
        views + other.views,
        conversions + other.conversions,
        spendMicros + other.spendMicros,
        supplyCostMicros + other.supplyCostMicros,
        overDeliveryMicros + other.overDeliveryMicros,
        repeats + other.repeats,
        invalid + other.invalid);
  }

  Delivery minus(Delivery other) {
    return new Delivery(
        auctions - other.auctions,
        bids - other.bids,
        wins - other.wins,
        impressions - other.impressions,
        clicks - other.clicks,
        views - other.views,
        conversions - other.conversions,
        spendMicros - other.spendMicros,
        supplyCostMicros - other.supplyCostMicros,
        overDeliveryMicros - other.overDeliveryMicros,
        repeats - other.repeats,
        invalid - other.invalid);
  }

  /**
   * Each figure in which the report differs from this tally; empty where they are equal to the
   * micro.
   */
  List<String> differences(Delivery reported) {
    List<String> found = new ArrayList<>();
    compare("auctions", auctions, reported.auctions, found);
    compare("bids", bids, reported.bids, found);
    compare("wins", wins, reported.wins, found);
    compare("impressions", impressions, reported.impressions, found);
    compare("clicks", clicks, reported.clicks, found);
    compare("views", views, reported.views, found);
    compare("conversions", conversions, reported.conversions, found);
    compare("spendMicros", spendMicros, reported.spendMicros, found);
    compare("supplyCostMicros", supplyCostMicros, reported.supplyCostMicros, found);
    compare("overDeliveryMicros", overDeliveryMicros, reported.overDeliveryMicros, found);
    compare("repeats", repeats, reported.repeats, found);
    compare("invalid", invalid, reported.invalid, found);
    return found;
  }

  private static void compare(String name, long tallied, long reported, List<String> found) {
    if (tallied != reported) {
      found.add(name + ": tallied " + tallied + ", reported " + reported);
    }
  }
}
