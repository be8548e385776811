package io.adplatform.decision.choice;

import static io.adplatform.decision.choice.Demand.MPU;
import static io.adplatform.decision.choice.Demand.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.wire.catalogue.Deal;
import io.adplatform.wire.catalogue.Deal.AuctionType;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.money.Cpm;
import io.adplatform.wire.targeting.Country;
import io.adplatform.wire.targeting.Targeting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Bids on deals and beside them, as one who looks at every line item in turn would choose them. */
class DealChoicePropertyTest {
  private static final long PARTNER = 33;
  private static final long FIRST_ITEM = 100;
  private static final Targeting ABROAD =
      new Targeting(Map.of("country", List.of("DEU")), Map.of(), List.of());

  private final List<LineItem> items = new ArrayList<>();
  private final List<Deal> deals = new ArrayList<>();
  private final AdQuery query = new AdQuery();
  private final DealOffers offers = new DealOffers();
  private final Candidates open = new Candidates();

  @Property(seed = "2026", tries = 2_000)
  void shouldChooseAsANaiveChooserDoes(@ForAll Random random) {
    CatalogueSnapshot snapshot = catalogue(random);
    ask(random, snapshot);
    long lo = random.nextLong();

    Chooser chooser = new Chooser();
    chooser.chooseOnDeals(snapshot, query, offers, null, NOW, 7, lo);
    chooser.choose(snapshot, query, offers, null, NOW, 7, lo, open);

    assertEquals(naive(lo), chosen());
    checkExplanation(snapshot, lo);
  }

  /** Every line item is told of once, and those that bid are the ones that were chosen. */
  private void checkExplanation(CatalogueSnapshot snapshot, long lo) {
    Set<Long> chosen = new HashSet<>();
    for (int i = 0; i < offers.count(); i++) {
      if (offers.get(i).hasBid()) {
        chosen.add(offers.get(i).candidates().lineItemId(offers.get(i).candidates().winner(0)));
      }
    }
    for (int place = 0; place < open.winnerCount(); place++) {
      chosen.add(open.lineItemId(open.winner(place)));
    }
    Set<Long> told = new HashSet<>();
    Set<Long> bidders = new HashSet<>();
    Explanation.explain(
        snapshot,
        query,
        offers,
        Reason.NONE,
        NOW,
        7,
        lo,
        (item, reason, part) -> {
          assertTrue(told.add(item.id()));
          if (reason == Reason.NONE) {
            bidders.add(item.id());
          }
        });
    assertEquals(items.size(), told.size());
    assertEquals(chosen, bidders);
  }

  private CatalogueSnapshot catalogue(Random random) {
    items.clear();
    deals.clear();
    Demand demand = new Demand();
    int count = 1 + random.nextInt(12);
    for (int i = 0; i < count; i++) {
      LineItem item =
          Demand.lineItem(
                  FIRST_ITEM + i,
                  // Few prices, so that there are ties.
                  1_000 * (1 + random.nextInt(6)),
                  random.nextInt(4) == 0 ? ABROAD : Targeting.ANY,
                  MPU)
              .onDealsAlone(random.nextInt(3) == 0);
      items.add(item);
      demand.add(item);
    }
    for (int i = 0; i < 4; i++) {
      Deal deal = deal(random, i);
      deals.add(deal);
      demand.add(deal);
    }
    return demand.compile();
  }

  private Deal deal(Random random, int index) {
    List<Long> lineItems =
        items.stream().map(LineItem::id).filter(id -> random.nextInt(3) > 0).toList();
    return new Deal(
        50 + index,
        1,
        "D-" + index,
        "Deal",
        Status.ACTIVE,
        PARTNER,
        new Deal.Price(1, "USD", AuctionType.FIRST_PRICE),
        List.of(),
        random.nextInt(6) == 0 ? List.of("other.example") : List.of(),
        false,
        lineItems,
        null,
        null);
  }

  private void ask(Random random, CatalogueSnapshot snapshot) {
    query.reset();
    query.addSize(300, 250);
    query.country(Country.pack("USA"));
    query.ttlSeconds(60);
    query.maxBids(1 + random.nextInt(3));
    query.marginBasisPoints(random.nextInt(2) * 1_500);
    query.floorCpmMicros(1 + random.nextInt(4_000));
    offers.clear();
    for (int i = 0; i < 4; i++) {
      DealOffer offer =
          random.nextInt(3) == 0
              ? null
              : offers.add(snapshot.deals().find(PARTNER, "D-" + i), 3 - i);
      if (offer != null) {
        offer.floor(1 + random.nextInt(6_000), random.nextBoolean());
        offer.refuse(random.nextInt(6) == 0 ? Reason.STATUS : Reason.NONE);
      }
    }
  }

  private List<String> chosen() {
    List<String> bids = new ArrayList<>();
    for (int i = 0; i < offers.count(); i++) {
      Candidates candidates = offers.get(i).candidates();
      for (int place = 0; place < candidates.winnerCount(); place++) {
        bids.add(bid(offers.get(i).terms().deal().dealId(), candidates, candidates.winner(place)));
      }
    }
    for (int place = 0; place < open.winnerCount(); place++) {
      bids.add(bid("open", open, open.winner(place)));
    }
    return bids;
  }

  private static String bid(String on, Candidates candidates, int winner) {
    return bid(
        on,
        candidates.lineItemId(winner),
        candidates.priceCpmMicros(winner),
        candidates.chargeMicros(winner));
  }

  private static String bid(String on, long lineItem, long price, long charge) {
    return on + ": " + lineItem + " at " + price + " for " + charge;
  }

  private List<String> naive(long lo) {
    List<String> bids = new ArrayList<>();
    Set<Long> bidders = new HashSet<>();
    for (int i = 0; i < offers.count(); i++) {
      DealOffer offer = offers.get(i);
      Deal deal =
          deals.stream().filter(d -> d.id() == offer.terms().id()).findFirst().orElseThrow();
      boolean allowed = offer.refused() == Reason.NONE && deal.wadomain().isEmpty();
      LineItem best =
          items.stream()
              .filter(item -> allowed && deal.lineItemIds().contains(item.id()))
              .filter(item -> !bidders.contains(item.id()))
              .filter(item -> mayBid(item, offer.floorCpmMicros()))
              .max(byRank(lo))
              .orElse(null);
      if (best != null) {
        bidders.add(best.id());
        long price =
            offer.isFixed()
                ? Cpm.beforeMargin(offer.floorCpmMicros(), query.marginBasisPoints())
                : best.bidCpmMicros();
        bids.add(bid(deal.dealId(), best.id(), price, Cpm.perImpression(price)));
        // The SSP sees just the fixed price.
        long sent = Cpm.lessMargin(price, query.marginBasisPoints());
        assertTrue(
            offer.isFixed() ? sent == offer.floorCpmMicros() : sent >= offer.floorCpmMicros());
      }
    }
    items.stream()
        .filter(item -> !item.dealOnly() && !bidders.contains(item.id()))
        .filter(item -> mayBid(item, query.floorCpmMicros()))
        .sorted(byRank(lo).reversed())
        .limit(query.maxBids())
        .forEach(
            item ->
                bids.add(
                    bid(
                        "open",
                        item.id(),
                        item.bidCpmMicros(),
                        Cpm.perImpression(item.bidCpmMicros()))));
    return bids;
  }

  private boolean mayBid(LineItem item, long floor) {
    return item.targeting() != ABROAD
        && Cpm.lessMargin(item.bidCpmMicros(), query.marginBasisPoints()) >= floor;
  }

  private static Comparator<LineItem> byRank(long lo) {
    long seed = Draw.seed(7, lo);
    return Comparator.comparingLong(LineItem::bidCpmMicros)
        .thenComparingLong(item -> Draw.ticket(seed, item.id()));
  }
}
