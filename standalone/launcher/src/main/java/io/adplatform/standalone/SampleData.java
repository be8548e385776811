package io.adplatform.standalone;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * The sample: two advertisers with four campaigns, a dozen line items and creatives, and a supply
 * partner. Loaded over the REST API; loading it again, after a start that was killed half-way,
 * creates nothing twice.
 */
final class SampleData {
  static final String SUPPLY_PARTNER = "demo-ssp";
  static final String DESCRIPTION =
      "2 advertisers, 4 campaigns, 12 line items, supply partner " + SUPPLY_PARTNER;

  private static final long DOLLAR = 1_000_000;
  private static final int FLIGHT_DAYS = 180;

  private final RestClient client;
  private final Instant startAt = Instant.now().truncatedTo(ChronoUnit.DAYS);
  private int step;

  SampleData(RestClient client) {
    this.client = client;
  }

  /** Loads it, the supply partner first and the line items last. */
  void load() throws InterruptedException {
    create(
        "/supply-partners",
        new JsonObject()
            .put("key", SUPPLY_PARTNER)
            .put("name", "Demo SSP")
            .put("status", "ACTIVE")
            .put("defaultTmaxMillis", 300)
            .put("billableEvent", "BEACON")
            .put("marginPercent", 0)
            .put("queriesPerSecond", 100_000)
            .put("maxBidsPerImp", 1)
            .put("recordShare", 1.0)
            .put("debug", false));
    loadOutdoor();
    loadCoffee();
  }

  private void loadOutdoor() throws InterruptedException {
    Shop shop = advertiser("Alpine Outdoor", "America/New_York", "alpine-outdoor.example", "IAB20");
    String jackets = shop.creative("Storm jackets", 300, 250);
    String boots = shop.creative("Winter boots", 728, 90);
    String tents = shop.creative("Tents, wide", 970, 250);
    String app = shop.creative("Trail app", 320, 50);
    String winter = shop.campaign("Winter collection", 5_000 * DOLLAR, 500 * DOLLAR);
    lineItem(winter, "US desktop", 2_500_000, List.of(jackets, boots), devices("USA", "DESKTOP"));
    lineItem(winter, "US tablets", 2_100_000, List.of(jackets), devices("USA", "TABLET"));
    lineItem(winter, "Canada, all devices", 1_800_000, List.of(jackets, boots), country("CAN"));
    lineItem(winter, "Run of network", 600_000, List.of(jackets, boots, tents), new JsonObject());
    String trail = shop.campaign("Trail app launch", 2_000 * DOLLAR, 200 * DOLLAR);
    lineItem(trail, "US phones", 3_200_000, List.of(app), devices("USA", "PHONE"));
    lineItem(
        trail,
        "Phones in the evening",
        1_900_000,
        List.of(app, jackets),
        include("deviceType", "PHONE").put("dayparts", evenings()));
  }

  private void loadCoffee() throws InterruptedException {
    Shop shop = advertiser("Northwind Coffee", "Europe/Berlin", "northwind-coffee.example", "IAB8");
    String beans = shop.creative("Beans of the month", 300, 250);
    String machines = shop.creative("Espresso machines", 300, 600);
    String mugs = shop.creative("Mugs, skyscraper", 160, 600);
    String banner = shop.creative("Subscription", 728, 90);
    String wake = shop.campaign("Wake up Europe", 3_000 * DOLLAR, 300 * DOLLAR);
    lineItem(wake, "Germany", 2_800_000, List.of(beans, banner), country("DEU"));
    lineItem(
        wake, "Austria and Switzerland", 2_600_000, List.of(beans, mugs), country("AUT", "CHE"));
    lineItem(
        wake,
        "Mornings in France",
        2_200_000,
        List.of(beans, machines),
        country("FRA").put("dayparts", mornings()));
    String office = shop.campaign("Office machines", 4_000 * DOLLAR, 250 * DOLLAR);
    lineItem(office, "UK desktop", 3_000_000, List.of(machines, banner), devices("GBR", "DESKTOP"));
    lineItem(
        office,
        "US business sites",
        4_100_000,
        List.of(beans, machines),
        new JsonObject()
            .put(
                "include",
                new JsonObject()
                    .put("country", new JsonArray().add("USA"))
                    .put("category", new JsonArray().add("IAB3"))));
    lineItem(
        office,
        "Elsewhere, without one site",
        900_000,
        List.of(beans, mugs, banner),
        new JsonObject()
            .put("exclude", new JsonObject().put("site", new JsonArray().add("bad.example"))));
  }

  private Shop advertiser(String name, String timeZone, String domain, String category)
      throws InterruptedException {
    String id =
        create(
            "/advertisers",
            new JsonObject().put("name", name).put("currency", "USD").put("timeZone", timeZone));
    return new Shop(id, domain, category);
  }

  /** An advertiser, with what its creatives have in common. */
  private final class Shop {
    private final String id;
    private final String domain;
    private final String category;

    Shop(String id, String domain, String category) {
      this.id = id;
      this.domain = domain;
      this.category = category;
    }

    String creative(String name, int width, int height) throws InterruptedException {
      String markup =
          "<a href=\"${CLICK_URL}\" target=\"_blank\" style=\"display:block;width:%dpx;height:%dpx;background:#2b6cb0;color:#fff;font:16px sans-serif;text-align:center\">%s</a>"
              .formatted(width, height, name);
      return create(
          "/advertisers/" + id + "/creatives",
          new JsonObject()
              .put("name", name)
              .put("format", "banner")
              .put("width", width)
              .put("height", height)
              .put("markup", markup)
              .put("landingPage", "https://" + domain + "/")
              .put("advertiserDomains", new JsonArray().add(domain))
              .put("categories", new JsonArray().add(category)));
    }

    String campaign(String name, long totalMicros, long dailyMicros) throws InterruptedException {
      return create(
          "/advertisers/" + id + "/campaigns",
          new JsonObject()
              .put("name", name)
              .put("startAt", startAt.toString())
              .put("endAt", startAt.plus(FLIGHT_DAYS, ChronoUnit.DAYS).toString())
              .put("budget", budget(totalMicros, dailyMicros)));
    }
  }

  private void lineItem(
      String campaign, String name, long cpmMicros, List<String> creatives, JsonObject targeting)
      throws InterruptedException {
    create(
        "/campaigns/" + campaign + "/line-items",
        new JsonObject()
            .put("name", name)
            .put("bid", new JsonObject().put("model", "CPM").put("amountMicros", cpmMicros))
            .put("creativeIds", new JsonArray(new ArrayList<>(creatives)))
            .put("budget", budget(1_000 * DOLLAR, 100 * DOLLAR))
            .put("targeting", targeting)
            .put("status", "ACTIVE"));
  }

  /** The step's number is the key under which a repeated load finds what it made before. */
  private String create(String path, JsonObject body) throws InterruptedException {
    step++;
    return client.create(path, "sample-" + step, body);
  }

  private static JsonObject budget(long totalMicros, long dailyMicros) {
    return new JsonObject().put("totalMicros", totalMicros).put("dailyMicros", dailyMicros);
  }

  private static JsonObject country(String... codes) {
    return new JsonObject()
        .put("include", new JsonObject().put("country", new JsonArray(List.of((Object[]) codes))));
  }

  private static JsonObject devices(String country, String device) {
    JsonObject targeting = country(country);
    targeting.getJsonObject("include").put("deviceType", new JsonArray().add(device));
    return targeting;
  }

  private static JsonObject include(String attribute, String value) {
    return new JsonObject()
        .put("include", new JsonObject().put(attribute, new JsonArray().add(value)));
  }

  private static JsonArray evenings() {
    return dayparts("17:00", "23:00");
  }

  private static JsonArray mornings() {
    return dayparts("06:00", "11:00");
  }

  private static JsonArray dayparts(String from, String to) {
    return new JsonArray()
        .add(
            new JsonObject()
                .put(
                    "days", new JsonArray(List.of("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")))
                .put("from", from)
                .put("to", to));
  }
}
