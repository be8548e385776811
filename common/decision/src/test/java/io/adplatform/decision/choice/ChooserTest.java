package io.adplatform.decision.choice;

import static io.adplatform.decision.choice.Demand.LEADERBOARD;
import static io.adplatform.decision.choice.Demand.MPU;
import static io.adplatform.decision.choice.Demand.NOW;
import static io.adplatform.decision.choice.Demand.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.decision.budget.NodeLeases;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.testkit.check.AllocationCheck;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.targeting.Country;
import io.adplatform.wire.targeting.Targeting;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChooserTest {
  private static final Targeting IN_USA =
      new Targeting(Map.of("country", List.of("USA")), Map.of(), List.of());

  private final Demand demand = new Demand();
  private final AdQuery query = new AdQuery();
  private final Chooser chooser = new Chooser();
  private final Candidates candidates = new Candidates();

  ChooserTest() {
    query.addSize(300, 250);
    query.country(Country.pack("USA"));
    query.ttlSeconds(60);
  }

  @Test
  void shouldBidTheHighestAndKeepTheLosersByPrice() {
    for (long id = 100; id < 120; id++) {
      demand.add(lineItem(id, id * 10_000, IN_USA, MPU));
    }
    assertEquals(1, choose());
    assertEquals(119, candidates.lineItemId(candidates.winner(0)));
    assertEquals(1_190_000, candidates.priceCpmMicros(0));
    assertEquals(Candidates.MAX, candidates.count());
    for (int loser = 1; loser < Candidates.MAX; loser++) {
      assertEquals(119 - loser, candidates.lineItemId(loser));
      assertEquals(Reason.OUTBID, candidates.reason(loser));
    }
    // The one behind the seven shows that the best losers are known.
    assertEquals(Candidates.MAX + 1, candidates.matched());
    assertEquals(Reason.NONE, candidates.reason());
  }

  @Test
  void shouldSayThatNothingMatched() {
    demand.add(lineItem(100, 1_000_000, IN_USA, MPU));
    query.country(Country.pack("DEU"));
    assertEquals(0, choose());
    assertEquals(Reason.NO_MATCH, candidates.reason());
    assertEquals(0, candidates.matched());
  }

  @Test
  void shouldTakeABidEqualToTheFloorAndRejectOneBelow() {
    demand.add(lineItem(100, 1_000_000, IN_USA, MPU));
    query.floorCpmMicros(1_000_000);
    assertEquals(1, choose());
    query.floorCpmMicros(1_000_001);
    assertEquals(0, choose());
    assertEquals(Reason.BELOW_FLOOR, candidates.reason());
  }

  @Test
  void shouldMeetTheFloorAfterTheMargin() {
    demand.add(lineItem(100, 1_000_000, IN_USA, MPU));
    query.marginBasisPoints(1_500);
    query.floorCpmMicros(850_000);
    assertEquals(1, choose());
    query.floorCpmMicros(850_001);
    assertEquals(0, choose());
  }

  @Test
  void shouldMakeSeveralBidsOfDifferentLineItems() {
    for (long id = 100; id < 105; id++) {
      demand.add(lineItem(id, id * 10_000, IN_USA, MPU));
    }
    query.maxBids(3);
    assertEquals(3, choose());
    assertEquals(104, candidates.lineItemId(candidates.winner(0)));
    assertEquals(103, candidates.lineItemId(candidates.winner(1)));
    assertEquals(102, candidates.lineItemId(candidates.winner(2)));
    assertEquals(Reason.OUTBID, candidates.reason(3));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void shouldRotateTheCreativesOfThoseThatWinTiesFairly(int creatives) {
    Long[] ids = new Long[creatives];
    for (int i = 0; i < creatives; i++) {
      ids[i] = 30L + i;
      demand.add(
          Demand.creative(ids[i], 300, 250, List.of("acme.example"), List.of(), List.of(), true));
    }
    int lineItems = 5;
    for (long id = 100; id < 100 + lineItems; id++) {
      demand.add(lineItem(id, 1_000_000, IN_USA, ids));
    }
    CatalogueSnapshot snapshot = demand.compile();
    int[][] shown = new int[lineItems][creatives];
    int auctions = 30_000;
    for (int auction = 0; auction < auctions; auction++) {
      chooser.choose(snapshot, query, null, NOW, 7, auction, candidates);
      int winner = candidates.winner(0);
      long creative = snapshot.creatives().id(candidates.creativeOrdinal(winner));
      shown[(int) candidates.lineItemId(winner) - 100][(int) creative - 30]++;
    }
    int expected = auctions / lineItems / creatives;
    for (int[] ofLineItem : shown) {
      for (int count : ofLineItem) {
        // Four standard deviations of a fair draw, at most.
        assertEquals(expected, count, 4 * Math.sqrt(expected));
      }
    }
  }

  @Test
  void shouldDrawTiesFairlyAndAgainTheSameFromTheAuctionId() {
    int lineItems = 4;
    for (long id = 100; id < 100 + lineItems; id++) {
      demand.add(lineItem(id, 1_000_000, IN_USA, MPU));
    }
    CatalogueSnapshot snapshot = demand.compile();
    int[] wins = new int[lineItems];
    int auctions = 8_000;
    for (int auction = 0; auction < auctions; auction++) {
      chooser.choose(snapshot, query, null, NOW, 7, auction, candidates);
      long winner = candidates.lineItemId(candidates.winner(0));
      assertEquals(Reason.LOST_TIE, candidates.reason(1));
      wins[(int) winner - 100]++;
      chooser.choose(snapshot, query, null, NOW, 7, auction, candidates);
      assertEquals(winner, candidates.lineItemId(candidates.winner(0)));
    }
    for (int count : wins) {
      // Four standard deviations of a fair draw.
      assertEquals(auctions / lineItems, count, 155);
    }
  }

  @Test
  void shouldShowACreativeOfAnOfferedSize() {
    demand.add(lineItem(100, 1_000_000, IN_USA, LEADERBOARD, MPU));
    CatalogueSnapshot snapshot = demand.compile();
    Set<Integer> widths = new HashSet<>();
    for (int auction = 0; auction < 50; auction++) {
      assertEquals(1, chooser.choose(snapshot, query, null, NOW, 7, auction, candidates));
      widths.add(snapshot.creatives().width(candidates.creativeOrdinal(0)));
    }
    assertEquals(Set.of(300), widths);
    query.addSize(728, 90);
    for (int auction = 0; auction < 50; auction++) {
      chooser.choose(snapshot, query, null, NOW, 7, auction, candidates);
      widths.add(snapshot.creatives().width(candidates.creativeOrdinal(0)));
    }
    assertEquals(Set.of(300, 728), widths);
  }

  @Test
  void shouldNotShowWhatTheSellerBlocks() {
    demand.add(
        Demand.creative(
            30, 300, 250, List.of("shop.Ford.example"), List.of("IAB7-3"), List.of(3), false));
    demand.add(lineItem(100, 1_000_000, IN_USA, 30L));
    assertEquals(1, choose());
    block("IAB7", query::addBlockedCategory);
    assertRefused(Reason.BLOCKED_CATEGORY);
    query.reset();
    assertQueryAgain();
    block("IAB7-30", query::addBlockedCategory);
    block("other.example", query::addBlockedAdvertiser);
    query.addBlockedAttribute(4);
    assertEquals(1, choose());
    query.secureRequired(true);
    assertRefused(Reason.CREATIVE_INSECURE);
    query.addBlockedAttribute(3);
    assertRefused(Reason.BLOCKED_ATTRIBUTE);
    block("www.ford.EXAMPLE", query::addBlockedAdvertiser);
    assertRefused(Reason.BLOCKED_ADVERTISER);
  }

  @Test
  void shouldFindBlocksInLongLists() {
    demand.add(
        Demand.creative(30, 300, 250, List.of("ford.example"), List.of("IAB7"), List.of(), true));
    demand.add(lineItem(100, 1_000_000, IN_USA, 30L));
    for (int i = 0; i < 5_000; i++) {
      block("blocked-" + i + ".example", query::addBlockedAdvertiser);
    }
    assertEquals(1, choose());
    block("ford.example", query::addBlockedAdvertiser);
    assertRefused(Reason.BLOCKED_ADVERTISER);
  }

  @Test
  void shouldServeOnlyDuringTheFlight() {
    Instant now = Instant.ofEpochMilli(NOW);
    demand.add(Demand.flight(100, 1_000_000, now.plusMillis(1), now.plusMillis(10), IN_USA, MPU));
    CatalogueSnapshot snapshot = demand.compile();
    assertEquals(0, chooser.choose(snapshot, query, null, NOW, 1, 1, candidates));
    assertEquals(Reason.SCHEDULE, candidates.reason());
    assertEquals(1, chooser.choose(snapshot, query, null, NOW + 1, 1, 1, candidates));
    assertEquals(1, chooser.choose(snapshot, query, null, NOW + 9, 1, 1, candidates));
    assertEquals(0, chooser.choose(snapshot, query, null, NOW + 10, 1, 1, candidates));
  }

  @Test
  void shouldBidInTheCurrencyAskedForAlone() {
    demand.add(lineItem(100, 1_000_000, IN_USA, MPU));
    query.currency(978);
    assertEquals(0, choose());
    assertEquals(Reason.NO_MATCH, candidates.reason());
  }

  @Test
  void shouldPassOverLineItemsWithoutALeaseAndKeepTheWinnerAmongTheCandidates() {
    for (long id = 100; id < 120; id++) {
      demand.add(lineItem(id, id * 10_000, IN_USA, MPU));
    }
    CatalogueSnapshot snapshot = demand.compile();
    Leases leases = new Leases(NOW);
    leases.grant(105);
    assertEquals(1, chooser.choose(snapshot, query, leases.gate(), NOW, 1, 1, candidates));
    int winner = candidates.winner(0);
    assertEquals(105, candidates.lineItemId(winner));
    assertEquals(Candidates.MAX - 1, winner);
    assertEquals(119, candidates.lineItemId(0));
    assertEquals(Reason.NO_LEASE, candidates.reason(0));
    assertTrue(candidates.leaseId(winner) > 0);
    assertEquals(Leases.AMOUNT, candidates.leaseAmountMicros(winner));
    assertEquals(NOW / 1_000 + 60, candidates.expirySecond(winner));
  }

  @Test
  void shouldFindTheOneWithABudgetBehindAHundredWithout() {
    demand.add(lineItem(50, 500_000, IN_USA, MPU));
    for (long id = 100; id < 200; id++) {
      demand.add(lineItem(id, id * 10_000, IN_USA, MPU));
    }
    CatalogueSnapshot snapshot = demand.compile();
    Leases leases = new Leases(NOW);
    for (long id = 100; id < 200; id++) {
      leases.exhaust(id);
    }
    leases.grant(50);
    int won = chooser.choose(snapshot, query, leases.gate(), NOW, 1, 1, candidates);
    assertEquals(1, won, () -> candidates.reason(0) + " " + candidates.reason(6));
    assertEquals(50, candidates.lineItemId(candidates.winner(0)));
    assertEquals(Reason.BUDGET_EXHAUSTED, candidates.reason(0));
  }

  @Test
  void shouldLookNoFurtherThanTheBestLosersBelowTheFloor() {
    for (long id = 100; id < 200; id++) {
      demand.add(lineItem(id, id * 10_000, IN_USA, MPU));
    }
    query.floorCpmMicros(9_000_000);
    assertEquals(0, choose());
    assertEquals(Candidates.MAX, candidates.count());
    assertEquals(Reason.BELOW_FLOOR, candidates.reason());
    assertTrue(candidates.matched() < 100, "matched " + candidates.matched());
  }

  @Test
  void shouldGiveBackWhatABidReservedThatWasNotSent() {
    demand.add(lineItem(100, 1_000_000_000, IN_USA, MPU));
    CatalogueSnapshot snapshot = demand.compile();
    Leases leases = new Leases(NOW);
    leases.grant(100);
    int bids = 0;
    for (int auction = 0; auction < 50; auction++) {
      if (chooser.choose(snapshot, query, leases.gate(), NOW, 1, auction, candidates) == 1) {
        bids++;
        Chooser.cancel(candidates, 0, leases.gate());
      }
    }
    assertEquals(50, bids);
    for (int auction = 0; auction < 50; auction++) {
      bids += chooser.choose(snapshot, query, leases.gate(), NOW, 1, auction, candidates);
    }
    assertEquals(50 + Leases.AMOUNT / 1_000_000, bids);
  }

  @Test
  void shouldGiveNothingBackOfATest() {
    demand.add(lineItem(100, 1_000_000_000, IN_USA, MPU));
    CatalogueSnapshot snapshot = demand.compile();
    Leases leases = new Leases(NOW);
    leases.grant(100);
    for (long left = Leases.AMOUNT / 1_000_000; left > 0; left--) {
      assertEquals(1, chooser.choose(snapshot, query, leases.gate(), NOW, 1, left, candidates));
    }
    query.test(true);
    assertEquals(1, chooser.choose(snapshot, query, leases.gate(), NOW, 1, 0, candidates));
    Chooser.cancel(candidates, 0, leases.gate());
    query.test(false);
    assertEquals(0, chooser.choose(snapshot, query, leases.gate(), NOW, 1, 0, candidates));
  }

  @Test
  void shouldAllocateNothing() {
    for (long id = 100; id < 1_100; id++) {
      LineItem lineItem = lineItem(id, 1_000_000 + id % 7 * 10_000, IN_USA, MPU, LEADERBOARD);
      demand.add(id % 2 == 0 ? lineItem : lineItem.paced(LineItem.Pacing.EVEN));
      demand.add(new LineItem.Participation(id, 1, 500_000));
    }
    CatalogueSnapshot snapshot = demand.compile();
    Leases leases = new Leases(NOW);
    leases.grant(104);
    NodeLeases unused = leases.node();
    byte[] site = "www.news.example.com".getBytes(StandardCharsets.US_ASCII);
    byte[] category = "IAB1-2".getBytes(StandardCharsets.US_ASCII);
    long[] auction = {0};
    AllocationCheck.assertNoAllocation(
        5_000,
        () -> {
          query.reset();
          query.addSize(300, 250);
          query.country(Country.pack("USA"));
          query.site(site, 0, site.length);
          query.addCategory(category, 0, category.length);
          query.addBlockedAdvertiser(site, 4, site.length - 4);
          query.ttlSeconds(60);
          chooser.choose(snapshot, query, leases.gate(), NOW, 1, auction[0]++, candidates);
        });
    assertTrue(candidates.matched() > Candidates.MAX);
    assertEquals(0, unused.failures());
  }

  private int choose() {
    return chooser.choose(demand.compile(), query, null, NOW, 1, 1, candidates);
  }

  private void assertRefused(Reason reason) {
    assertEquals(0, choose());
    assertEquals(reason, candidates.reason());
  }

  private void assertQueryAgain() {
    query.addSize(300, 250);
    query.country(Country.pack("USA"));
    assertEquals(1, choose());
  }

  private static void block(String text, Setter setter) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    setter.set(bytes, 0, bytes.length);
  }

  private interface Setter {
    void set(byte[] buffer, int offset, int length);
  }
}
