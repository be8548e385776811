package io.adplatform.loadtest.engine;

import io.adplatform.decision.budget.BudgetGate;
import io.adplatform.decision.budget.LeaseSource;
import io.adplatform.decision.budget.NodeLeases;
import io.adplatform.decision.catalogue.CatalogueCompiler;
import io.adplatform.decision.catalogue.CatalogueFeed;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.openrtb.CreativeTemplate;
import io.adplatform.wire.targeting.Daypart;
import io.adplatform.wire.targeting.Targeting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Line items as an exchange has them: most for one to three countries, half for a kind of device,
 * some for sites, categories, hours, key-values; bids from 0.20 to 8.00 per thousand. Each has a
 * lease that lasts. The same seed gives the same demand.
 */
final class AuctionDemand {
  /** When the benchmark takes place. */
  static final long NOW = 1_800_000_000_000L;

  static final List<String> COUNTRIES =
      List.of("USA", "GBR", "DEU", "FRA", "CAN", "ESP", "ITA", "BRA", "JPN", "IND", "AUS", "MEX");
  static final List<String> SYSTEMS = List.of("android", "ios", "windows", "macos");
  static final List<String> BROWSERS = List.of("chrome", "safari", "edge", "firefox");
  static final List<String> LANGUAGES = List.of("en", "de", "fr", "es", "pt", "ja");
  static final List<String> DEVICES = List.of("PHONE", "DESKTOP", "TABLET", "CONNECTED_TV");
  static final int[][] SIZES = {{300, 250}, {728, 90}, {320, 50}, {160, 600}, {970, 250}};
  static final int SITES = 400;
  static final int CATEGORIES = 23;
  static final int TOPICS = 20;

  /** Takes ten percent, and has no request recorded in full. */
  static final SupplyPartner PARTNER =
      new SupplyPartner(
          5,
          1,
          "load",
          "Load",
          Status.ACTIVE,
          300,
          BillableEvent.BEACON,
          1_000,
          1_000_000_000,
          1,
          0,
          false);

  private static final long ADVERTISER = 1;
  private static final long CAMPAIGN = 2;
  private static final long FIRST_CREATIVE = 10;
  private static final long FIRST_LINE_ITEM = 1_000;

  /** Fewer than a lane takes over in one poll. */
  private static final int GRANTED_PER_TURN = 32;

  private static final long LEASE_MICROS = 1L << 46;
  private static final long LEASE_MILLIS = 1_000_000_000;

  private final SplittableRandom random;
  private final CatalogueCompiler compiler =
      new CatalogueCompiler(creative -> CreativeTemplate.compile(creative, "https://ads.example"));
  private final int lineItems;
  private long version;

  /**
   * Demand that is drawn anew from a seed.
   *
   * @param participation in how many of a million auctions each line item takes part; with all of
   *     them none is paced
   */
  AuctionDemand(int lineItems, long seed, int participation) {
    this.lineItems = lineItems;
    random = new SplittableRandom(seed);
    apply(new Advertiser(ADVERTISER, 1, "Acme", "USD", "UTC"));
    apply(
        new Campaign(CAMPAIGN, 1, ADVERTISER, "Sale", Status.ACTIVE, null, null, Budget.UNBOUNDED));
    apply(PARTNER);
    for (int i = 0; i < SIZES.length; i++) {
      apply(creative(FIRST_CREATIVE + i, SIZES[i][0], SIZES[i][1]));
    }
    for (int i = 0; i < lineItems; i++) {
      LineItem lineItem = lineItem(FIRST_LINE_ITEM + i);
      if (participation == LineItem.Participation.ALL) {
        apply(lineItem);
      } else {
        apply(lineItem.paced(LineItem.Pacing.EVEN));
        apply(new LineItem.Participation(lineItem.id(), 1, participation));
      }
    }
  }

  CatalogueSnapshot compile() {
    return compiler.compile(NOW);
  }

  /** A gate of one lane that holds a lease for every line item. */
  BudgetGate gate(CatalogueFeed feed) {
    long[] now = {NOW};
    NodeLeases node = new NodeLeases(AuctionDemand::grantAll, feed, 1, () -> now[0]);
    BudgetGate gate = node.gate(0);
    for (int turn = 0; turn < lineItems / GRANTED_PER_TURN + 100; turn++) {
      now[0] += 500;
      node.doWork();
      gate.poll(NOW);
    }
    return gate;
  }

  private static LeaseSource.Answer grantAll(LeaseSource.Question question) {
    List<LeaseSource.Lease> leases = new ArrayList<>();
    for (LeaseSource.Want want : question.wants()) {
      long end = NOW + LEASE_MILLIS;
      leases.add(
          new LeaseSource.Lease(
              want.lineItemId(), want.lineItemId(), LEASE_MICROS, end, end + LEASE_MILLIS, false));
    }
    return new LeaseSource.Answer(0, leases, List.of(), List.of());
  }

  private LineItem lineItem(long id) {
    Map<String, List<String>> include = new HashMap<>();
    Map<String, List<String>> exclude = new HashMap<>();
    List<Daypart> dayparts = List.of();
    include(include, 92, "country", COUNTRIES, 2);
    include(include, 85, "deviceType", DEVICES, 1);
    include(include, 55, "operatingSystem", SYSTEMS, 1);
    include(include, 15, "browser", BROWSERS, 2);
    include(include, 20, "language", LANGUAGES, 1);
    include(include, 10, "connection", List.of("WIFI", "CELLULAR"), 1);
    if (isChosen(12)) {
      include.put("site", List.of(site(random.nextInt(SITES)), site(random.nextInt(SITES))));
    }
    if (isChosen(20)) {
      exclude.put("site", List.of(site(random.nextInt(SITES)), site(random.nextInt(SITES))));
    }
    if (isChosen(60)) {
      include.put("category", List.of(category(), category(), category()));
    }
    if (isChosen(10)) {
      include.put("keyValue", List.of(topic(), topic(), "tier=" + random.nextInt(3)));
    }
    if (isChosen(15)) {
      dayparts = List.of(new Daypart(List.of("MON", "TUE", "WED", "THU", "FRI"), "08:30", "18:00"));
    }
    List<Long> creatives = new ArrayList<>();
    creatives.add(FIRST_CREATIVE + random.nextInt(SIZES.length));
    if (isChosen(60)) {
      creatives.add(FIRST_CREATIVE + random.nextInt(SIZES.length));
    }
    return new LineItem(
        id,
        1,
        ADVERTISER,
        CAMPAIGN,
        "Line item " + id,
        Status.ACTIVE,
        (20 + random.nextInt(781)) * 10_000L,
        creatives,
        Budget.UNBOUNDED,
        null,
        null,
        new Targeting(include, exclude, dayparts));
  }

  static String site(int number) {
    return "site-" + number + ".example";
  }

  private String category() {
    int top = 1 + random.nextInt(CATEGORIES);
    return isChosen(50) ? "IAB" + top : "IAB" + top + "-" + (1 + random.nextInt(5));
  }

  private String topic() {
    return "topic=" + random.nextInt(TOPICS);
  }

  private void include(
      Map<String, List<String>> include, int percent, String name, List<String> values, int most) {
    if (isChosen(percent)) {
      List<String> chosen = new ArrayList<>();
      for (int i = 1 + random.nextInt(most); i > 0; i--) {
        chosen.add(values.get(random.nextInt(values.size())));
      }
      include.put(name, chosen);
    }
  }

  private boolean isChosen(int percent) {
    return random.nextInt(100) < percent;
  }

  private void apply(CatalogueEntity entity) {
    compiler.apply(CatalogueKey.of(entity), entity, ++version);
  }

  private static Creative creative(long id, int width, int height) {
    return new Creative(
        id,
        1,
        ADVERTISER,
        "Banner",
        Status.ACTIVE,
        Format.BANNER,
        width,
        height,
        "<a href=\"${CLICK_URL}\"><img src=\"https://cdn.acme.example/b.png\"></a>",
        "https://acme.example/",
        List.of("www.acme.example"),
        List.of("IAB1-2"),
        List.of(),
        true);
  }
}
