package io.adplatform.loadtest.traffic;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.loadtest.exchange.ApiClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is sold in a chaos run: a line item for each of some countries, each at a price of its own.
 * The last two have budgets that the run uses up, and a campaign of their own whose budget is less
 * than these together.
 */
public final class Market {
  /** The supply partner; apps, so that a beacon may come five minutes late. */
  public static final String PARTNER = "chaos";

  private static final List<String> COUNTRIES = List.of("USA", "DEU", "FRA", "GBR", "JPN", "BRA");
  private static final long LEAST_CPM_MICROS = 21_000_000;
  private static final long STEP_CPM_MICROS = 1_234_567;
  private static final int TIGHT = 2;

  /** Impressions that a tight budget buys. */
  private static final long TIGHT_IMPRESSIONS = 400;

  /** And the budget of their campaign: less than twice as many, more than one. */
  private static final long TIGHT_CAMPAIGN_IMPRESSIONS = 600;

  private static final long CAMPAIGN_MICROS = 1_000_000_000_000L;

  private final Map<String, LineItem> lineItems = new TreeMap<>();
  private final Map<LineItem, AtomicLong> refused = new ConcurrentHashMap<>();

  /** The budget of the campaign of the tight line items. */
  final long tightCampaignMicros;

  /** That campaign. */
  final String tightCampaignId;

  /** The one advertiser. */
  final String advertiserId;

  /** {@link #PARTNER} as the API knows it. */
  final String partnerId;

  /**
   * A line item that takes the requests of one country.
   *
   * @param budgetMicros 0 where only the campaign's bounds it
   */
  public record LineItem(String id, String country, long cpmMicros, long budgetMicros) {}

  /** Creates it all over REST with the operator's key. */
  public Market(ApiClient operator) throws IOException, InterruptedException {
    partnerId =
        id(
            operator.create(
                "/supply-partners",
                "{\"key\":\"%s\",\"name\":\"Chaos\",\"billableEvent\":\"BEACON\",\"queriesPerSecond\":100000,\"recordShare\":0.01}"
                    .formatted(PARTNER)));
    advertiserId =
        id(
            operator.create(
                "/advertisers", "{\"name\":\"Chaos\",\"currency\":\"USD\",\"timeZone\":\"UTC\"}"));
    String campaign = campaign(operator, "Chaos", CAMPAIGN_MICROS);
    tightCampaignMicros =
        TIGHT_CAMPAIGN_IMPRESSIONS
            * (LEAST_CPM_MICROS + (COUNTRIES.size() - TIGHT) * STEP_CPM_MICROS)
            / 1_000;
    tightCampaignId = campaign(operator, "Tight", tightCampaignMicros);
    String creative =
        id(
            operator.create(
                "/advertisers/" + advertiserId + "/creatives",
                "{\"name\":\"Banner\",\"format\":\"banner\",\"width\":320,\"height\":50,\"markup\":\"<a"
                    + " href=\\\"${CLICK_URL}\\\">x</a>\",\"landingPage\":\"https://chaos.example/\","
                    + "\"advertiserDomains\":[\"chaos.example\"],\"categories\":[\"IAB3\"]}"));
    for (int i = 0; i < COUNTRIES.size(); i++) {
      long cpm = LEAST_CPM_MICROS + i * STEP_CPM_MICROS;
      boolean tight = i >= COUNTRIES.size() - TIGHT;
      long budget = tight ? TIGHT_IMPRESSIONS * cpm / 1_000 : 0;
      JsonNode created =
          operator.create(
              "/campaigns/" + (tight ? tightCampaignId : campaign) + "/line-items",
              body(COUNTRIES.get(i), cpm, budget, creative));
      lineItems.put(COUNTRIES.get(i), new LineItem(id(created), COUNTRIES.get(i), cpm, budget));
    }
  }

  private String campaign(ApiClient operator, String name, long totalMicros)
      throws IOException, InterruptedException {
    return id(
        operator.create(
            "/advertisers/" + advertiserId + "/campaigns",
            "{\"name\":\"%s\",\"budget\":{\"totalMicros\":%d}}".formatted(name, totalMicros)));
  }

  private static String body(String country, long cpm, long budget, String creative) {
    return """
    {"name":"%s","bid":{"model":"CPM","amountMicros":%d},"creativeIds":["%s"],%s\
    "targeting":{"include":{"country":["%s"]}},"status":"ACTIVE"}\
    """
        .formatted(
            country,
            cpm,
            creative,
            budget == 0 ? "" : "\"budget\":{\"totalMicros\":" + budget + "},",
            country);
  }

  /** A line item did not bid on a request that it is for. */
  void refused(LineItem lineItem) {
    refused.computeIfAbsent(lineItem, key -> new AtomicLong()).incrementAndGet();
  }

  /** How often that was so. */
  public long refusals(LineItem lineItem) {
    AtomicLong count = refused.get(lineItem);
    return count == null ? 0 : count.get();
  }

  /** The line items of the campaign whose budget is less than theirs together. */
  public List<LineItem> tight() {
    return lineItems().stream().filter(lineItem -> lineItem.budgetMicros() > 0).toList();
  }

  /** All line items. */
  List<LineItem> lineItems() {
    return new ArrayList<>(lineItems.values());
  }

  /** Request number so-and-so: the countries in turn. */
  byte[] request(long number) {
    return """
    {"id":"chaos-%d","at":1,"tmax":500,"imp":[{"id":"1","banner":{"w":320,"h":50},"bidfloor":0.5}],\
    "app":{"id":"a","bundle":"com.chaos","publisher":{"id":"p"}},"device":{"ua":"Mozilla/5.0 (Linux; Android 14; K)\
     AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36","ip":"203.0.113.9",\
    "devicetype":4,"os":"Android","geo":{"country":"%s"}}}\
    """
        .formatted(number, country(number))
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The line item that a bid for a request must be of. */
  LineItem lineItem(long number) {
    return lineItems.get(country(number));
  }

  private static String country(long number) {
    return COUNTRIES.get((int) (number % COUNTRIES.size()));
  }

  private static String id(JsonNode created) {
    return created.path("id").textValue();
  }
}
