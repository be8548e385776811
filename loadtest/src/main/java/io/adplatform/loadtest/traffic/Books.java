package io.adplatform.loadtest.traffic;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.loadtest.exchange.ApiClient;
import io.adplatform.loadtest.exchange.ClickHouse;
import io.adplatform.loadtest.traffic.Beacons.Due;
import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the exchange has settled and reports, held against the client's own books, id by id. */
public final class Books {
  /** Longest list of differences that is printed. */
  private static final int MOST_SAID = 20;

  /** Impressions that were counted, charged or owed: not repeats, not late, not refused. */
  private static final String IMPRESSIONS =
      " FROM settled_events FINAL WHERE kind = 2 AND disposition IN (0, 4)";

  private final ClickHouse clickHouse;
  private final ApiClient operator;
  private final Market market;
  private final LocalDate fromDay;

  /** Reads from the day on which the run began: it may go on past midnight. */
  public Books(ClickHouse clickHouse, ApiClient operator, Market market) {
    this.fromDay = LocalDate.now(ZoneOffset.UTC);
    this.clickHouse = clickHouse;
    this.operator = operator;
    this.market = market;
  }

  /** An impression as it was settled. */
  record Settled(String lineItemId, long chargedMicros, long overDeliveryMicros, long costMicros) {}

  /** How many impressions of the market's line items are in ClickHouse. */
  public long count() throws IOException, InterruptedException {
    return Long.parseLong(clickHouse.execute("SELECT count()" + ofMarket()).strip());
  }

  /** All of them by auction id; an id that is there twice is said in {@code wrong}. */
  Map<String, Settled> settled(List<String> wrong) throws IOException, InterruptedException {
    Map<String, Settled> all = new HashMap<>();
    String rows =
        clickHouse.execute(
            "SELECT auction_hi, auction_lo, line_item_id, charged_micros, over_delivery_micros,"
                + " cost_micros"
                + ofMarket());
    for (String row : rows.split("\n")) {
      if (!row.isEmpty()) {
        String[] columns = row.split("\t");
        Settled one =
            new Settled(
                columns[2],
                Long.parseLong(columns[3]),
                Long.parseLong(columns[4]),
                Long.parseLong(columns[5]));
        String id = "%016x%016x".formatted(Long.parseLong(columns[0]), Long.parseLong(columns[1]));
        if (all.put(id, one) != null) {
          wrong.add(id + " is settled twice");
        }
      }
    }
    return all;
  }

  private String ofMarket() {
    List<String> ids = market.lineItems().stream().map(Market.LineItem::id).toList();
    return IMPRESSIONS + " AND line_item_id IN (" + String.join(",", ids) + ")";
  }

  /** In what the books differ from what is settled and reported; empty where in nothing. */
  public List<String> differences(Beacons beacons) throws IOException, InterruptedException {
    List<String> wrong = new ArrayList<>();
    Map<String, Settled> settled = settled(wrong);
    wrong.addAll(differences(beacons.due(settled), settled));
    compareReport(settled, wrong);
    compareLedger(settled, wrong);
    return wrong.size() <= MOST_SAID ? wrong : shortened(wrong);
  }

  /** What is wrong with what is settled, id by id. */
  static List<String> differences(Map<String, Due> due, Map<String, Settled> settled) {
    List<String> wrong = new ArrayList<>();
    due.forEach((id, one) -> compare(id, one, settled.get(id), wrong));
    settled.keySet().stream()
        .filter(id -> !due.containsKey(id))
        .forEach(id -> wrong.add(id + " is settled, and was never sent"));
    return wrong;
  }

  private static List<String> shortened(List<String> wrong) {
    List<String> some = new ArrayList<>(wrong.subList(0, MOST_SAID));
    some.add("and " + (wrong.size() - MOST_SAID) + " more");
    return some;
  }

  private static void compare(String id, Due due, Settled settled, List<String> wrong) {
    if (settled == null) {
      wrong.add(id + " was answered, and is not settled");
    } else if (settled.chargedMicros() + settled.overDeliveryMicros() != due.chargeMicros()
        || settled.costMicros() != due.costMicros()
        || !settled.lineItemId().equals(due.lineItemId())) {
      wrong.add(id + " should be " + due + ", and is " + settled);
    }
  }

  /** The report shows the sums of what is settled, and no budget is exceeded. */
  private void compareReport(Map<String, Settled> settled, List<String> wrong)
      throws IOException, InterruptedException {
    Map<String, long[]> sums = new TreeMap<>();
    settled
        .values()
        .forEach(
            one -> {
              long[] sum = sums.computeIfAbsent(one.lineItemId(), id -> new long[3]);
              sum[0]++;
              sum[1] += one.chargedMicros();
              sum[2] += one.costMicros();
            });
    for (Market.LineItem lineItem : market.lineItems()) {
      long[] sum = sums.getOrDefault(lineItem.id(), new long[3]);
      JsonNode row = report("lineItem", lineItem.id());
      equal(lineItem, "impressions", sum[0], row, wrong);
      equal(lineItem, "spendMicros", sum[1], row, wrong);
      equal(lineItem, "supplyCostMicros", sum[2], row, wrong);
      if (lineItem.budgetMicros() > 0 && sum[1] > lineItem.budgetMicros()) {
        wrong.add(lineItem + " was charged " + sum[1] + ", above its budget");
      }
    }
    compareCampaign(sums, wrong);
  }

  private void compareCampaign(Map<String, long[]> sums, List<String> wrong)
      throws IOException, InterruptedException {
    long charged =
        market.tight().stream().mapToLong(one -> sums.getOrDefault(one.id(), new long[3])[1]).sum();
    if (charged > market.tightCampaignMicros) {
      wrong.add("the campaign was charged " + charged + " of " + market.tightCampaignMicros);
    }
    long reported = report("campaign", market.tightCampaignId).path("spendMicros").asLong();
    if (reported != charged) {
      wrong.add("the campaign: %d in the report, %d settled".formatted(reported, charged));
    }
  }

  /** The advertiser owes what was charged, supply is owed what it cost, and the books balance. */
  private void compareLedger(Map<String, Settled> settled, List<String> wrong)
      throws IOException, InterruptedException {
    long charged = settled.values().stream().mapToLong(Settled::chargedMicros).sum();
    long cost = settled.values().stream().mapToLong(Settled::costMicros).sum();
    equal(
        "the advertiser's accounts", charged, balance("advertiserId", market.advertiserId), wrong);
    equal(
        "the supply partner's accounts", cost, balance("supplyPartnerId", market.partnerId), wrong);
    for (JsonNode currency : operator.get("/billing/trial-balance").path("items")) {
      equal("the trial balance", 0, currency.path("differenceMicros").asLong(), wrong);
    }
  }

  private long balance(String owner, String id) throws IOException, InterruptedException {
    long sum = 0;
    for (JsonNode account : operator.get("/billing/balances?" + owner + "=" + id).path("items")) {
      sum += account.path("balanceMicros").asLong();
    }
    return sum;
  }

  private static void equal(String what, long settled, long ledger, List<String> wrong) {
    if (settled != ledger) {
      wrong.add("%s: %d in the ledger, %d settled".formatted(what, ledger, settled));
    }
  }

  private static void equal(
      Market.LineItem lineItem, String figure, long sum, JsonNode row, List<String> wrong) {
    if (row.path(figure).asLong() != sum) {
      wrong.add(
          "%s of %s: %s in the report, %d in settled events"
              .formatted(figure, lineItem, row.path(figure), sum));
    }
  }

  private JsonNode report(String grouping, String id) throws IOException, InterruptedException {
    return operator
        .get(
            "/reports/delivery?from=%s&groupBy=%s&filter=%sId:%s"
                .formatted(fromDay, grouping, grouping, id))
        .path("items")
        .path(0);
  }

  /** What was charged above leases, of all that was due; 0 to 1. */
  public double overDelivery() throws IOException, InterruptedException {
    return Double.parseDouble(
        clickHouse
            .execute(
                "SELECT if(count() = 0, 0, sum(over_delivery_micros) / sum(charged_micros +"
                    + " over_delivery_micros))"
                    + ofMarket())
            .strip());
  }
}
