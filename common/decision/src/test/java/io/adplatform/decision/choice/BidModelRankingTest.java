package io.adplatform.decision.choice;

import static io.adplatform.decision.choice.Demand.MPU;
import static io.adplatform.decision.choice.Demand.NOW;
import static io.adplatform.decision.choice.Demand.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.LineItem.Participation;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.targeting.Targeting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Line items that pay for different things are one order of prices. */
class BidModelRankingTest {
  private static final int LINE_ITEMS = 12;

  private final AdQuery query = query();
  private final Chooser chooser = new Chooser();
  private final Candidates candidates = new Candidates();

  private static AdQuery query() {
    AdQuery query = new AdQuery();
    query.addSize(300, 250);
    query.ttlSeconds(75);
    query.floorCpmMicros(1);
    return query;
  }

  /** A price as plainly as it can be computed. */
  private static long naiveCpm(LineItem item, Integer measured) {
    int prior = item.model().priorPerMillion();
    double unmeasured =
        item.model() == BidModel.CPM
            ? prior
            : Math.min(prior, Math.floor(20_000_000_000.0 / item.chargeMicros()));
    double share = (measured == null ? unmeasured : (double) measured) / 1_000_000;
    double cpm =
        switch (item.model()) {
          case CPM -> item.amountMicros();
          case VCPM -> item.amountMicros() * share;
          case CPC, CPA -> item.amountMicros() * share * 1_000;
        };
    return (long) Math.min(BidModel.MAX_CPM_MICROS, Math.floor(cpm + 1e-6));
  }

  private record Priced(long id, long cpmMicros) {}

  @Property(seed = "2026", tries = 200)
  void shouldRankAllModelsAsTheNaiveComputationDoes(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Demand demand = new Demand();
    List<Priced> naive = new ArrayList<>();
    Map<Long, Integer> rates = new HashMap<>();
    List<LineItem> items = new ArrayList<>();
    for (long id = 100; id < 100 + LINE_ITEMS; id++) {
      BidModel model = BidModel.values()[random.nextInt(4)];
      items.add(
          lineItem(id, 1, Targeting.ANY, MPU).priced(model, 501 + random.nextInt(50_000_000)));
    }
    items.forEach(demand::add);
    // What is measured comes behind the line items, some of it several times.
    demand.compile();
    for (int i = 0; i < LINE_ITEMS; i++) {
      long id = 100 + random.nextInt(LINE_ITEMS);
      int rate = 1 + random.nextInt(random.nextBoolean() ? 1_000_000 : 3_000);
      demand.add(new Participation(id, 1, Participation.START, rate));
      rates.put(id, rate);
      if (random.nextBoolean()) {
        demand.compile();
      }
    }
    for (LineItem item : items) {
      naive.add(new Priced(item.id(), naiveCpm(item, rates.get(item.id()))));
    }
    naive.sort(Comparator.comparingLong(Priced::cpmMicros).reversed());
    CatalogueSnapshot snapshot = demand.compile();
    assertEquals(1, chooser.choose(snapshot, query, null, NOW, 7, seed, candidates));
    for (int place = 0; place < Candidates.MAX; place++) {
      assertEquals(naive.get(place).cpmMicros(), candidates.priceCpmMicros(place));
    }
    List<Priced> explained = new ArrayList<>();
    Explanation.explain(
        snapshot,
        query,
        NOW,
        7,
        seed,
        (item, reason, part) ->
            explained.add(new Priced(item.id(), naiveCpm(item, rates.get(item.id())))));
    assertEquals(candidates.lineItemId(candidates.winner(0)), explained.getFirst().id());
  }

  @Test
  void shouldReorderWhenWhatIsMeasuredChanges() {
    Demand demand = new Demand();
    demand.add(lineItem(100, 1_000_000, Targeting.ANY, MPU));
    demand.add(lineItem(101, 1, Targeting.ANY, MPU).priced(BidModel.CPC, 900_000));
    assertEquals(100, winner(demand));
    demand.add(new Participation(101, 1, Participation.START, 2_000));
    assertEquals(101, winner(demand));
    assertEquals(1_800_000, candidates.priceCpmMicros(0));
    demand.add(new Participation(101, 1, 250_000, 2_000));
    assertEquals(101, winner(demand), "a share alone changes no price");
    demand.add(new Participation(101, 1, 250_000, 100));
    assertEquals(100, winner(demand));
    assertEquals(90_000, candidates.priceCpmMicros(1));
  }

  private long winner(Demand demand) {
    assertEquals(1, chooser.choose(demand.compile(), query, null, NOW, 1, 1, candidates));
    return candidates.lineItemId(candidates.winner(0));
  }

  @Test
  void shouldNotBidWhatIsWorthNothing() {
    Demand demand = new Demand();
    demand.add(lineItem(100, 1, Targeting.ANY, MPU).priced(BidModel.CPA, 501));
    demand.add(new Participation(100, 1, Participation.START, 1));
    assertEquals(0, chooser.choose(demand.compile(), query, null, NOW, 1, 1, candidates));
    assertEquals(Reason.BELOW_FLOOR, candidates.reason());
    // Nor where nothing is the floor, and the charge is dear.
    query.floorCpmMicros(0);
    demand.add(lineItem(100, 1, Targeting.ANY, MPU).priced(BidModel.CPA, 10_000_000_000L));
    demand.add(new Participation(100, 1, Participation.START, 0));
    assertEquals(0, chooser.choose(demand.compile(), query, null, NOW, 1, 1, candidates));
    assertEquals(Reason.BELOW_FLOOR, candidates.reason());
  }

  /** Documents of line items and of what is measured of them come one after the other. */
  @Test
  void shouldExpectNoMoreOfAnImpressionWhereTheChargeIsRaised() {
    Demand demand = new Demand();
    demand.add(lineItem(100, 1, Targeting.ANY, MPU).priced(BidModel.CPC, 400_000));
    demand.add(new Participation(100, 1, Participation.START, 5_000, 400_000L));
    winner(demand);
    assertEquals(2_000_000, candidates.priceCpmMicros(0));
    demand.add(lineItem(100, 1, Targeting.ANY, MPU).priced(BidModel.CPC, 40_000_000));
    winner(demand);
    assertEquals(2_000_000, candidates.priceCpmMicros(0));
    demand.add(lineItem(100, 1, Targeting.ANY, MPU).priced(BidModel.CPC, 200_000));
    winner(demand);
    assertEquals(1_000_000, candidates.priceCpmMicros(0));
    // Paid at the price by now.
    demand.add(lineItem(100, 1, Targeting.ANY, MPU).priced(BidModel.CPC, 40_000_000));
    demand.add(new Participation(100, 1, Participation.START, 5_000, 40_000_000L));
    winner(demand);
    assertEquals(200_000_000, candidates.priceCpmMicros(0));
  }

  /** The lease pays a click, of which few are expected: it holds far more bids than clicks. */
  @Test
  void shouldReserveTheExpectedChargeUntilItCanNoLongerCome() {
    long click = Leases.AMOUNT / 20;
    Demand demand = new Demand();
    demand.add(lineItem(100, 1, Targeting.ANY, MPU).priced(BidModel.CPC, click));
    CatalogueSnapshot snapshot = demand.compile();
    Leases leases = new Leases(NOW);
    leases.grant(100);
    int bids = 0;
    while (chooser.choose(snapshot, query, leases.gate(), NOW, 1, bids, candidates) == 1) {
      assertEquals(NOW / 1_000 + 75, candidates.expirySecond(0), "the token is the impression's");
      bids++;
    }
    // A thousandth of the price each, and room for chance: 1 + 3 ÷ √20 = 1.67.
    assertEquals(20_000 / 1.67, bids, 100);
  }

  @Test
  void shouldGiveBackExactlyWhatWasReserved() {
    long click = Leases.AMOUNT / 4;
    Demand demand = new Demand();
    demand.add(lineItem(100, 1, Targeting.ANY, MPU).priced(BidModel.CPC, click));
    CatalogueSnapshot snapshot = demand.compile();
    Leases leases = new Leases(NOW);
    leases.grant(100);
    for (int auction = 0; auction < 50_000; auction++) {
      int won = chooser.choose(snapshot, query, leases.gate(), NOW, 1, auction, candidates);
      assertTrue(won == 1, "auction " + auction);
      Chooser.cancel(candidates, 0, leases.gate());
    }
  }
}
