package io.adplatform.decision.choice;

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
import io.adplatform.wire.targeting.Targeting;
import java.time.Instant;
import java.util.List;

/** One advertiser in US dollars with one running campaign, to which tests add line items. */
final class Demand {
  static final long NOW = 1_700_000_000_000L;
  static final long MPU = 20;
  static final long LEADERBOARD = 21;
  private static final long ADVERTISER = 10;
  private static final long CAMPAIGN = 11;

  private final CatalogueCompiler compiler = new CatalogueCompiler(CreativeCompiler.NONE);
  private long version;

  Demand() {
    add(new Advertiser(ADVERTISER, 1, "Acme", "USD", "UTC"));
    add(new Campaign(CAMPAIGN, 1, ADVERTISER, "Sale", Status.ACTIVE, null, null, Budget.UNBOUNDED));
    add(creative(MPU, 300, 250, List.of("acme.example"), List.of("IAB1-2"), List.of(), true));
    add(creative(LEADERBOARD, 728, 90, List.of("acme.example"), List.of(), List.of(), true));
  }

  static Creative creative(
      long id,
      int width,
      int height,
      List<String> domains,
      List<String> categories,
      List<Integer> attributes,
      boolean secure) {
    return new Creative(
        id,
        1,
        ADVERTISER,
        "Banner " + id,
        Status.ACTIVE,
        Format.BANNER,
        width,
        height,
        "<a></a>",
        "https://acme.example/",
        domains,
        categories,
        attributes,
        secure);
  }

  static LineItem lineItem(long id, long bidCpmMicros, Targeting targeting, Long... creatives) {
    return flight(id, bidCpmMicros, null, null, targeting, creatives);
  }

  static LineItem flight(
      long id,
      long bidCpmMicros,
      Instant start,
      Instant end,
      Targeting targeting,
      Long... creatives) {
    return new LineItem(
        id,
        1,
        ADVERTISER,
        CAMPAIGN,
        "Line item " + id,
        Status.ACTIVE,
        bidCpmMicros,
        List.of(creatives),
        Budget.UNBOUNDED,
        start,
        end,
        targeting);
  }

  Demand add(CatalogueEntity entity) {
    compiler.apply(CatalogueKey.of(entity), entity, ++version);
    return this;
  }

  CatalogueSnapshot compile() {
    return compiler.compile(NOW);
  }
}
