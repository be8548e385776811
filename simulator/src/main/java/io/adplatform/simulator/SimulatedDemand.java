package io.adplatform.simulator;

import io.adplatform.decision.catalogue.CatalogueCompiler;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.CreativeCompiler;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.Targeting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A small catalogue drawn from a seed: one advertiser, some campaigns and line items, whose budgets
 * are of every size between nothing much and more than the traffic can spend.
 */
final class SimulatedDemand {
  static final String[] COUNTRIES = {"USA", "DEU", "FRA", "JPN"};
  private static final long ADVERTISER = 10;
  private static final long CREATIVE = 20;
  private static final long FIRST_CAMPAIGN = 100;
  private static final long FIRST_LINE_ITEM = 1_000;
  private static final int CAMPAIGNS = 3;
  private static final int LINE_ITEMS = 9;
  private static final long MILLIS_PER_DAY = 86_400_000;
  private static final long CAMPAIGN_MICROS = 300;
  private static final long MICROS_PER_CPM_STEP = 100_000;

  final List<CatalogueEntity> entities = new ArrayList<>();
  final List<Campaign> campaigns = new ArrayList<>();
  final List<LineItem> lineItems = new ArrayList<>();
  private final SplittableRandom random;

  SimulatedDemand(SimulationConfig config) {
    random = new SplittableRandom(config.seed() * 31 + 1);
    long ofDay = Math.min(config.durationMillis(), MILLIS_PER_DAY) / 1_000;
    long requests = Math.max(1_000, ofDay * config.requestsPerSecond());
    long days = 1 + config.durationMillis() / MILLIS_PER_DAY;
    entities.add(new Advertiser(ADVERTISER, 1, "Acme", "USD", "UTC"));
    entities.add(creative());
    for (int i = 0; i < CAMPAIGNS; i++) {
      campaigns.add(campaign(FIRST_CAMPAIGN + i, requests, days));
    }
    for (int i = 0; i < LINE_ITEMS; i++) {
      lineItems.add(lineItem(FIRST_LINE_ITEM + i, requests, days));
    }
    entities.addAll(campaigns);
    entities.addAll(lineItems);
  }

  /** What the nodes choose from, as of a time in milliseconds since 1970. */
  CatalogueSnapshot compile(long nowMillis) {
    CatalogueCompiler compiler = new CatalogueCompiler(CreativeCompiler.NONE);
    long version = 0;
    for (CatalogueEntity entity : entities) {
      compiler.apply(CatalogueKey.of(entity), entity, ++version);
    }
    return compiler.compile(nowMillis);
  }

  private static Creative creative() {
    return new Creative(
        CREATIVE,
        1,
        ADVERTISER,
        "Banner",
        Status.ACTIVE,
        Format.BANNER,
        300,
        250,
        "<a></a>",
        "https://acme.example/",
        List.of("acme.example"),
        List.of(),
        List.of(),
        true);
  }

  private Campaign campaign(long id, long requests, long days) {
    // Mostly more than its line items have, for it stops all of them.
    long daily = requests * (1 + random.nextInt(10)) * CAMPAIGN_MICROS + random.nextInt(5_000);
    long total = daily * days * (20 + random.nextInt(80)) / 100;
    Budget budget =
        new Budget(random.nextInt(3) == 0 ? null : total, random.nextInt(3) == 0 ? null : daily);
    return new Campaign(id, 1, ADVERTISER, "Campaign", Status.ACTIVE, null, null, budget);
  }

  private LineItem lineItem(long id, long requests, long days) {
    long cpmMicros = MICROS_PER_CPM_STEP * (10 + random.nextInt(91));
    boolean everywhere = random.nextInt(3) == 0;
    Targeting targeting =
        everywhere
            ? Targeting.ANY
            : new Targeting(
                Map.of("country", List.of(COUNTRIES[random.nextInt(COUNTRIES.length)])),
                Map.of(),
                List.of());
    return new LineItem(
        id,
        1,
        ADVERTISER,
        campaigns.get(random.nextInt(CAMPAIGNS)).id(),
        "Line item",
        Status.ACTIVE,
        cpmMicros,
        List.of(CREATIVE),
        budget(requests, days, cpmMicros / 1_000),
        null,
        null,
        targeting);
  }

  /** Each bound is there in three of four; some are a few impressions alone. */
  private Budget budget(long requests, long days, long priceMicros) {
    long daily = (1 + random.nextLong(requests)) * priceMicros / 3 + random.nextInt(5_000);
    daily = random.nextInt(8) == 0 ? priceMicros * (1 + random.nextInt(60)) : daily;
    long total = daily * days * (20 + random.nextInt(80)) / 100;
    return new Budget(random.nextInt(4) == 0 ? null : total, random.nextInt(4) == 0 ? null : daily);
  }
}
