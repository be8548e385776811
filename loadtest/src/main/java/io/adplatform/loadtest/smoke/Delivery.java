package io.adplatform.loadtest.smoke;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What a line item delivered, as tallied by the client or as reported; amounts in micros.
 *
 * @param bids bids received for it
 * @param wins win notices sent, repeats not counted
 * @param impressions billable events, repeats not counted
 * @param clicks clicks, repeats not counted
 * @param spendMicros what the advertiser pays
 * @param supplyCostMicros what supply gets
 * @param repeats beacons and notices sent again
 */
record Delivery(
    long bids,
    long wins,
    long impressions,
    long clicks,
    long spendMicros,
    long supplyCostMicros,
    long repeats) {
  static final Delivery NOTHING = new Delivery(0, 0, 0, 0, 0, 0, 0);

  /** The sum of a report's rows; margin must be what lies between spend and cost in each. */
  static Delivery ofReport(JsonNode report) {
    Delivery sum = NOTHING;
    for (JsonNode row : report.path("items")) {
      long spend = row.path("spendMicros").longValue();
      long cost = row.path("supplyCostMicros").longValue();
      if (row.path("marginMicros").longValue() != spend - cost) {
        throw new IllegalStateException("margin is not spend less cost in " + row);
      }
      sum =
          sum.plus(
              new Delivery(
                  row.path("bids").longValue(),
                  row.path("wins").longValue(),
                  row.path("impressions").longValue(),
                  row.path("clicks").longValue(),
                  spend,
                  cost,
                  row.path("repeats").longValue()));
    }
    return sum;
  }

  Delivery plus(Delivery other) {
    return new Delivery(
        bids + other.bids,
        wins + other.wins,
        impressions + other.impressions,
        clicks + other.clicks,
        spendMicros + other.spendMicros,
        supplyCostMicros + other.supplyCostMicros,
        repeats + other.repeats);
  }

  /**
   * Each figure in which the report differs from this tally; empty where they are equal to the
   * micro.
   */
  List<String> differences(Delivery reported) {
    List<String> found = new ArrayList<>();
    compare("bids", bids, reported.bids, found);
    compare("wins", wins, reported.wins, found);
    compare("impressions", impressions, reported.impressions, found);
    compare("clicks", clicks, reported.clicks, found);
    compare("spendMicros", spendMicros, reported.spendMicros, found);
    compare("supplyCostMicros", supplyCostMicros, reported.supplyCostMicros, found);
    compare("repeats", repeats, reported.repeats, found);
    return found;
  }

  private static void compare(String name, long tallied, long reported, List<String> found) {
    if (tallied != reported) {
      found.add(name + ": tallied " + tallied + ", reported " + reported);
    }
  }
}
