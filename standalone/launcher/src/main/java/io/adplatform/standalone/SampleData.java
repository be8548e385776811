package io.adplatform.standalone;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

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

  /** In the data folder, once it is decided whether it has the sample. */
  private static final String DECIDED = "sample-loaded";

  /** What the file of that name holds where the folder was begun without the sample. */
  private static final String WITHOUT = "without";

  /** In the data folder, from before the first call: when loading began. */
  private static final String BEGUN = "sample-begun";

  /** Loading is taken up again while the API still knows the keys of what was made: a day. */
  private static final Duration REPEATABLE = Duration.ofHours(23);

  private final RestClient client;
  private final Instant startAt;
  private final ExecutorService threads;
  private final List<Future<String>> all = new ArrayList<>();

  private SampleData(RestClient client, Instant begun, ExecutorService threads) {
    this.client = client;
    this.startAt = begun.truncatedTo(ChronoUnit.DAYS);
    this.threads = threads;
  }

  /**
   * Loads it into a folder that was begun with it and does not have it yet.
   *
   * @param wanted whether a new folder is to have it
   * @return whether the folder has it
   */
  static boolean ensure(Path folder, boolean wanted, RestClient client, Console console)
      throws IOException, InterruptedException {
    Path decided = folder.resolve(DECIDED);
    if (Files.exists(decided)) {
      return !Files.readString(decided).strip().equals(WITHOUT);
    }
    Path begun = folder.resolve(BEGUN);
    if (!wanted && !Files.exists(begun)) {
      Files.writeString(decided, WITHOUT);
      return false;
    }
    Instant since = begun(begun);
    if (since.plus(REPEATABLE).isBefore(Instant.now())) {
      console.event(
          "the sample data was cut off while it was loaded, on " + since + ": it stays as");
      console.event("it is. A new data folder gets all of it.");
    } else {
      load(client, since);
      console.done("sample data", DESCRIPTION);
    }
    Files.createFile(decided);
    return true;
  }

  /** When loading began: now where that was not written down yet, or cannot be read. */
  private static Instant begun(Path file) throws IOException {
    if (Files.exists(file)) {
      try {
        return Instant.parse(Files.readString(file).strip());
      } catch (DateTimeParseException e) {
        // cut off while it was written
      }
    }
    Instant now = Instant.now();
    Path whole = file.resolveSibling(BEGUN + ".new");
    Files.writeString(whole, now.toString());
    Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return now;
  }

  /** Loads it, side by side what does not need one another. */
  private static void load(RestClient client, Instant begun) throws InterruptedException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      SampleData sample = new SampleData(client, begun, threads);
      sample.loadSupplyPartner();
      sample.loadOutdoor();
      sample.loadCoffee();
      for (Future<String> made : sample.all) {
        id(made);
      }
    }
  }

  private void loadSupplyPartner() {
    create(
        SUPPLY_PARTNER,
        () -> "/supply-partners",
        () ->
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
  }

  private void loadOutdoor() {
    Shop shop = advertiser("Alpine Outdoor", "America/New_York", "alpine-outdoor.example", "IAB20");
    var jackets = shop.creative("Storm jackets", 300, 250);
    var boots = shop.creative("Winter boots", 728, 90);
    var tents = shop.creative("Tents, wide", 970, 250);
    var app = shop.creative("Trail app", 320, 50);
    var winter = shop.campaign("Winter collection", 5_000 * DOLLAR, 500 * DOLLAR);
    lineItem(winter, "US desktop", 2_500_000, List.of(jackets, boots), devices("USA", "DESKTOP"));
    lineItem(winter, "US tablets", 2_100_000, List.of(jackets), devices("USA", "TABLET"));
    lineItem(winter, "Canada, all devices", 1_800_000, List.of(jackets, boots), country("CAN"));
    lineItem(winter, "Run of network", 600_000, List.of(jackets, boots, tents), new JsonObject());
    var trail = shop.campaign("Trail app launch", 2_000 * DOLLAR, 200 * DOLLAR);
    lineItem(trail, "US phones", 3_200_000, List.of(app), devices("USA", "PHONE"));
    lineItem(
        trail,
        "Phones in the evening",
        1_900_000,
        List.of(app, jackets),
        include("deviceType", "PHONE").put("dayparts", evenings()));
  }

  private void loadCoffee() {
    Shop shop = advertiser("Northwind Coffee", "Europe/Berlin", "northwind-coffee.example", "IAB8");
    var beans = shop.creative("Beans of the month", 300, 250);
    var machines = shop.creative("Espresso machines", 300, 600);
    var mugs = shop.creative("Mugs, skyscraper", 160, 600);
    var banner = shop.creative("Subscription", 728, 90);
    var wake = shop.campaign("Wake up Europe", 3_000 * DOLLAR, 300 * DOLLAR);
    lineItem(wake, "Germany", 2_800_000, List.of(beans, banner), country("DEU"));
    lineItem(
        wake, "Austria and Switzerland", 2_600_000, List.of(beans, mugs), country("AUT", "CHE"));
    lineItem(
        wake,
        "Mornings in France",
        2_200_000,
        List.of(beans, machines),
        country("FRA").put("dayparts", mornings()));
    var office = shop.campaign("Office machines", 4_000 * DOLLAR, 250 * DOLLAR);
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

  private Shop advertiser(String name, String timeZone, String domain, String category) {
    Future<String> id =
        create(
            name,
            () -> "/advertisers",
            () ->
                new JsonObject()
                    .put("name", name)
                    .put("currency", "USD")
                    .put("timeZone", timeZone));
    return new Shop(id, domain, category);
  }

  /** An advertiser, with what its creatives have in common. */
  private final class Shop {
    private final Future<String> id;
    private final String domain;
    private final String category;

    Shop(Future<String> id, String domain, String category) {
      this.id = id;
      this.domain = domain;
      this.category = category;
    }

    Future<String> creative(String name, int width, int height) {
      String markup =
          "<a href=\"${CLICK_URL}\" target=\"_blank\" style=\"display:block;width:%dpx;height:%dpx;background:#2b6cb0;color:#fff;font:16px sans-serif;text-align:center\">%s</a>"
              .formatted(width, height, name);
      return create(
          name,
          () -> "/advertisers/" + id(id) + "/creatives",
          () ->
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

    Future<String> campaign(String name, long totalMicros, long dailyMicros) {
      return create(
          name,
          () -> "/advertisers/" + id(id) + "/campaigns",
          () ->
              new JsonObject()
                  .put("name", name)
                  .put("startAt", startAt.toString())
                  .put("endAt", startAt.plus(FLIGHT_DAYS, ChronoUnit.DAYS).toString())
                  .put("budget", budget(totalMicros, dailyMicros)));
    }
  }

  private void lineItem(
      Future<String> campaign,
      String name,
      long cpmMicros,
      List<Future<String>> creatives,
      JsonObject targeting) {
    create(
        name,
        () -> "/campaigns/" + id(campaign) + "/line-items",
        () -> {
          JsonArray ids = new JsonArray();
          for (Future<String> creative : creatives) {
            ids.add(id(creative));
          }
          return new JsonObject()
              .put("name", name)
              .put("bid", new JsonObject().put("model", "CPM").put("amountMicros", cpmMicros))
              .put("creativeIds", ids)
              .put("budget", budget(1_000 * DOLLAR, 100 * DOLLAR))
              .put("targeting", targeting)
              .put("status", "ACTIVE");
        });
  }

  /**
   * Creates something once what its path and body name is there. Its name, which nothing else of
   * the sample has, is the key under which a repeated load finds what it made before.
   */
  private Future<String> create(String name, Callable<String> path, Callable<JsonObject> body) {
    String key = "sample-" + name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    Future<String> made = threads.submit(() -> client.create(path.call(), key, body.call()));
    all.add(made);
    return made;
  }

  private static String id(Future<String> made) throws InterruptedException {
    try {
      return made.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof LaunchException known) {
        throw known;
      }
      throw new LaunchException("The sample data could not be loaded: " + e.getCause(), e);
    }
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
