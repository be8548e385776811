package io.adplatform.loadtest.smoke;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.loadtest.exchange.ApiClient;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the smoke run creates over REST: an account of its own, an advertiser, a campaign, creatives
 * and line items that outbid the sample.
 */
final class Demand {
  /** What {@code any} bids; high enough to win against the sample data. */
  private static final long ANY_CPM_MICROS = 9_500_000;

  /** What {@code german} bids: phones in Germany. */
  private static final long GERMAN_CPM_MICROS = 12_000_000;

  /** What {@code small} bids; its budget buys {@link #SMALL_IMPRESSIONS}. */
  private static final long SMALL_CPM_MICROS = 20_000_000;

  static final int SMALL_IMPRESSIONS = 10;

  /** What the budget of a line item buys that does not pay for impressions. */
  private static final int PAYING_CHARGES = 10;

  static final String DOMAIN = "smoke.example";
  static final String CATEGORY = "IAB3";
  static final String LANDING_PAGE = "https://smoke.example/landing?from=banner";
  static final String THANKS_PAGE = "https://smoke.example/thanks?t=";
  static final int ATTRIBUTE = 10;
  private static final List<String> SIZES =
      List.of("300x250", "728x90", "320x50", "160x600", "300x600", "970x250");

  final ApiClient api;
  final String apiKey;
  final String advertiserId;
  final String campaignId;
  private final Map<String, String> creativeBySize = new HashMap<>();
  private final Map<String, LineItem> lineItems = new LinkedHashMap<>();

  /**
   * What was created, or typed at the command line, and what it bids.
   *
   * @param paidFor null where what bills is what is charged
   * @param chargeMicros for what it pays for, where that is not what bills
   */
  record LineItem(
      String name,
      String id,
      String campaignId,
      long cpmMicros,
      Signal paidFor,
      long chargeMicros) {
    LineItem(String name, String id, String campaignId, long cpmMicros) {
      this(name, id, campaignId, cpmMicros, null, 0);
    }

    /** As reports know it. */
    Subject subject() {
      return new Subject(name, "lineItem", id);
    }
  }

  /** Creates the account with the operator's key, all else with a key of that account. */
  Demand(String apiAddress, String operatorKey) throws IOException, InterruptedException {
    ApiClient operator = new ApiClient(apiAddress, operatorKey);
    String account =
        operator.create("/accounts", "{\"name\":\"Smoke Agency\"}").path("id").textValue();
    JsonNode key =
        operator.create(
            "/accounts/" + account + "/api-keys", "{\"role\":\"advertiser\",\"name\":\"smoke\"}");
    apiKey = key.path("key").textValue();
    api = new ApiClient(apiAddress, apiKey);
    advertiserId =
        id(
            api.create(
                "/advertisers",
                "{\"name\":\"Smoke\",\"currency\":\"USD\",\"timeZone\":\"%s\"}"
                    .formatted(Hours.zoneByDay())));
    campaignId =
        id(
            api.create(
                "/advertisers/" + advertiserId + "/campaigns",
                "{\"name\":\"Smoke campaign\",\"budget\":{\"totalMicros\":9000000000}}"));
    for (String size : SIZES) {
      creativeBySize.put(size, creative(size));
    }
    lineItem("any", ANY_CPM_MICROS, 500_000_000L, "{}");
    lineItem(
        "german",
        GERMAN_CPM_MICROS,
        100_000_000L,
        "{\"include\":{\"country\":[\"DEU\"],\"deviceType\":[\"PHONE\"]}}");
  }

  /** A line item whose budget buys {@link #SMALL_IMPRESSIONS}, for requests of one site. */
  LineItem small(String site) throws IOException, InterruptedException {
    return lineItem(
        "small",
        SMALL_CPM_MICROS,
        SMALL_IMPRESSIONS * SMALL_CPM_MICROS / 1000,
        "{\"include\":{\"site\":[\"" + site + "\"]}}");
  }

  /**
   * A line item that does not pay for impressions, for requests of one site with a banner of
   * 300x250.
   *
   * @param amountMicros its bid
   * @param cpmMicros what that is worth per thousand while nothing is measured
   */
  LineItem paying(
      String model,
      Signal paidFor,
      long amountMicros,
      long chargeMicros,
      long cpmMicros,
      String site)
      throws IOException, InterruptedException {
    String creative =
        id(
            api.create(
                "/advertisers/" + advertiserId + "/creatives",
                """
                {"name":"%s","format":"banner","width":300,"height":250,"landingPage":"%s",
                 "markup":"<a href=\\"${CLICK_URL}\\">x</a><img src=\\"${VIEW_URL}\\">",
                 "advertiserDomains":["%s"],"categories":["%s"]}\
                """
                    .formatted(model, THANKS_PAGE + "${TOKEN}", DOMAIN, CATEGORY)));
    String id =
        id(
            api.create(
                "/campaigns/" + campaignId + "/line-items",
                """
                {"name":"%s","bid":{"model":"%s","amountMicros":%d},"creativeIds":["%s"],
                 "budget":{"totalMicros":%d},"targeting":{"include":{"site":["%s"]}},
                 "status":"ACTIVE"}\
                """
                    .formatted(
                        model,
                        model,
                        amountMicros,
                        creative,
                        PAYING_CHARGES * chargeMicros,
                        site)));
    return add(new LineItem(model, id, campaignId, cpmMicros, paidFor, chargeMicros));
  }

  /** A line item by its name. */
  LineItem lineItem(String name) {
    return lineItems.get(name);
  }

  /** Knows a line item that was made elsewhere. */
  LineItem add(LineItem lineItem) {
    lineItems.put(lineItem.name(), lineItem);
    return lineItem;
  }

  /** Which line item made a bid, by campaign and price; null where it is none of ours. */
  LineItem lineItemOf(JsonNode bid) {
    String campaign = bid.path("cid").asText();
    BigDecimal price = bid.path("price").decimalValue();
    boolean ours = false;
    for (LineItem one : lineItems.values()) {
      if (one.campaignId().equals(campaign)) {
        ours = true;
        if (BigDecimal.valueOf(one.cpmMicros(), 6).compareTo(price) == 0) {
          return one;
        }
      }
    }
    if (ours) {
      throw new IllegalStateException(
          "a bid of our campaign at a price of none of its line items: " + bid);
    }
    return null;
  }

  /** All line items, in the order in which they were made. */
  List<Subject> subjects() {
    return lineItems.values().stream().map(LineItem::subject).toList();
  }

  /** The creative of a size. */
  String creativeId(String size) {
    return creativeBySize.get(size);
  }

  /** The markup of a size, as it is uploaded. */
  static String markup(String size) {
    return "<a href=\"${CLICK_URL}\"><img src=\"https://cdn.smoke.example/"
        + size
        + ".png\" alt=\"Ünï\"></a>";
  }

  private String creative(String size) throws IOException, InterruptedException {
    String[] sides = size.split("x");
    return id(
        api.create(
            "/advertisers/" + advertiserId + "/creatives",
            "{\"name\":\"Banner "
                + size
                + "\",\"format\":\"banner\",\"width\":"
                + sides[0]
                + ",\"height\":"
                + sides[1]
                + ",\"markup\":\""
                + markup(size).replace("\"", "\\\"")
                + "\",\"landingPage\":\""
                + LANDING_PAGE
                + "\",\"advertiserDomains\":[\""
                + DOMAIN
                + "\"],\"categories\":[\""
                + CATEGORY
                + "\"],\"attributes\":["
                + ATTRIBUTE
                + "]}"));
  }

  private LineItem lineItem(String name, long cpmMicros, long totalMicros, String targeting)
      throws IOException, InterruptedException {
    StringBuilder creatives = new StringBuilder();
    for (String creative : creativeBySize.values()) {
      creatives.append(creatives.isEmpty() ? "\"" : ",\"").append(creative).append('"');
    }
    String id =
        id(
            api.create(
                "/campaigns/" + campaignId + "/line-items",
                "{\"name\":\""
                    + name
                    + "\",\"bid\":{\"model\":\"CPM\",\"amountMicros\":"
                    + cpmMicros
                    + "},\"creativeIds\":["
                    + creatives
                    + "],\"budget\":{\"totalMicros\":"
                    + totalMicros
                    + "},\"targeting\":"
                    + targeting
                    + ",\"status\":\"ACTIVE\"}"));
    return add(new LineItem(name, id, campaignId, cpmMicros));
  }

  private static String id(JsonNode created) {
    return created.path("id").textValue();
  }
}
