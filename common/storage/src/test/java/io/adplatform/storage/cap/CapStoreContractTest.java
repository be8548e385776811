package io.adplatform.storage.cap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.decision.frequency.CapCounter;
import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.decision.frequency.CapScope;
import io.adplatform.decision.frequency.CapScope.Kind;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.frequency.FrequencyCap;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What counters promise, as two nodes see them. */
abstract class CapStoreContractTest {
  static final long START = 1_800_000_000_000L;
  static final long ACCOUNT = 7;
  private static final int TOKEN_SECONDS = 75;

  private static long nextUser = System.nanoTime();

  final long user = ++nextUser;
  long now = START;
  private long nextAuction = 1;

  /** Has a node ask and waits until the answer is there. */
  abstract void ask(int node, CapLookup lookup);

  /** Has both nodes ask at once, every other lookup each, and waits for all answers. */
  abstract void askAtOnce(List<CapLookup> lookups);

  /** Has a node ask, and give up before the answer can have come. */
  abstract void askAndGiveUp(int node, CapLookup lookup);

  abstract void settle(int node, CapLookup lookup);

  abstract CapCounter counter();

  /** Loses all counters. */
  abstract void empty();

  /** Lets time go on, for those that do not go by the time they are told. */
  void advance(long millis) {
    now += millis;
  }

  static CapScope scope(Kind kind, long id, FrequencyCap... caps) {
    return new CapScope(kind, id, ACCOUNT, List.of(caps));
  }

  static CapScope lineItem(long id, FrequencyCap... caps) {
    return scope(Kind.LINE_ITEM, id, caps);
  }

  static FrequencyCap cap(int impressions, int perSeconds) {
    return new FrequencyCap(impressions, perSeconds);
  }

  CapLookup lookup(int imps) {
    return lookup(imps, true);
  }

  CapLookup lookup(int imps, boolean reserve) {
    CapLookup lookup = new CapLookup();
    lookup.begin(now, 99, nextAuction, reserve);
    nextAuction += imps;
    lookup.user(user, 1);
    return lookup;
  }

  /** A request of one imp for which one line item is a candidate. */
  CapLookup asked(int node, CapScope... scopes) {
    CapLookup lookup = lookup(1);
    lookup.add(0, scopes[0].id(), scopes);
    ask(node, lookup);
    return lookup;
  }

  static boolean may(CapLookup lookup, int imp, CapScope lineItem) {
    return lookup.verdict(imp, lineItem.id()) == Reason.NONE;
  }

  /** Bids where it may, and returns whether it did. */
  boolean bid(int node, CapScope... scopes) {
    CapLookup lookup = asked(node, scopes);
    boolean may = may(lookup, 0, scopes[0]);
    if (may) {
      win(lookup, 0, scopes[0]);
    }
    settle(node, lookup);
    return may;
  }

  void win(CapLookup lookup, int imp, CapScope lineItem) {
    lookup.won(imp, lineItem.id(), lookup.firstLo() + imp, now / 1_000 + TOKEN_SECONDS);
  }

  /** Bids where it may, and has it seen at once. */
  boolean bidSeen(int node, CapScope... scopes) {
    boolean bid = bid(node, scopes);
    if (bid) {
      seen(nextAuction - 1, now, scopes);
    }
    return bid;
  }

  int seen(long auctionLo, long atMillis, CapScope... scopes) {
    counter().seen(scopes, 99, auctionLo, atMillis);
    return counter().flush();
  }

  @Test
  void shouldAllowAsManyAsTheCapOnTwoNodesInTurn() {
    CapScope item = lineItem(1, cap(3, 3_600));
    for (int i = 0; i < 3; i++) {
      assertTrue(bidSeen(i % 2, item));
      advance(1_000);
    }
    assertFalse(bidSeen(1, item));
    assertFalse(bidSeen(0, item));
  }

  @Test
  void shouldCountBidsThatAreOut() {
    CapScope item = lineItem(1, cap(2, 3_600));
    assertTrue(bid(0, item));
    assertTrue(bid(1, item));
    assertFalse(bid(0, item));
    assertFalse(bid(1, item));
  }

  @Test
  void shouldNeverAllowMoreOfRequestsAtOnce() {
    CapScope item = lineItem(1, cap(5, 3_600));
    CapScope campaign = scope(Kind.CAMPAIGN, 2, cap(3, 60));
    List<CapLookup> lookups = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      CapLookup lookup = lookup(1);
      lookup.add(0, item.id(), new CapScope[] {item, campaign});
      lookups.add(lookup);
    }
    askAtOnce(lookups);
    assertEquals(3, lookups.stream().filter(lookup -> may(lookup, 0, item)).count());
  }

  @Test
  void shouldFreeWhatDidNotWin() {
    CapScope item = lineItem(1, cap(1, 3_600));
    CapLookup lost = asked(0, item);
    assertTrue(may(lost, 0, item));
    assertFalse(may(asked(1, item), 0, item));
    settle(0, lost);
    assertTrue(bid(1, item));
  }

  @Test
  void shouldFreeWhatALossNoticeGivesBack() {
    CapScope item = lineItem(1, cap(1, 3_600));
    assertTrue(bid(0, item));
    counter().lost(new CapScope[] {item}, 99, nextAuction - 1);
    assertEquals(1, counter().flush());
    assertTrue(bid(1, item));
  }

  @Test
  void shouldFreeAReservationThatNobodySettles() {
    CapScope item = lineItem(1, cap(1, 3_600));
    assertTrue(may(asked(0, item), 0, item));
    advance(CapLookup.RESERVATION_MILLIS - 1);
    assertFalse(may(asked(1, item), 0, item));
    advance(1);
    assertTrue(may(asked(1, item), 0, item));
  }

  @Test
  void shouldFreeABidThatWasNotSeenOnceItCannotBeAnyMore() {
    CapScope item = lineItem(1, cap(1, 3_600));
    assertTrue(bid(0, item));
    advance(TOKEN_SECONDS * 1_000 + CapLookup.SETTLING_MILLIS - 1);
    assertFalse(bid(1, item));
    advance(1);
    assertTrue(bid(1, item));
  }

  @Test
  void shouldFreeWhatWasReservedForAnAnswerThatCameTooLate() {
    CapScope item = lineItem(1, cap(1, 3_600));
    CapLookup late = lookup(1);
    late.add(0, item.id(), new CapScope[] {item});
    askAndGiveUp(0, late);
    assertEquals(Reason.FREQUENCY_UNKNOWN, late.verdict(0, item.id()));
    settle(0, late);
    // Behind it on the same connection.
    assertTrue(bid(0, item));
  }

  @Test
  void shouldCountARepeatedImpressionOnce() {
    CapScope item = lineItem(1, cap(2, 3_600));
    assertTrue(bid(0, item));
    for (int i = 0; i < 5; i++) {
      assertEquals(1, seen(nextAuction - 1, now, item));
    }
    assertTrue(bidSeen(1, item));
    assertFalse(bid(0, item));
  }

  @Test
  void shouldCountImpressionsThatAreToldOutOfOrder() {
    CapScope item = lineItem(1, cap(3, 60));
    long first = nextAuction;
    for (int i = 0; i < 3; i++) {
      assertTrue(bid(0, item));
    }
    seen(first + 2, now + 20_000, item);
    seen(first, now, item);
    seen(first + 1, now + 10_000, item);
    advance(59_999);
    assertFalse(bid(1, item));
    advance(1);
    assertTrue(bidSeen(1, item));
    assertFalse(bid(1, item));
    advance(10_000);
    assertTrue(bid(1, item));
  }

  @Test
  void shouldHoldEveryWindow() {
    CapScope item = lineItem(1, cap(2, 60), cap(3, 3_600));
    assertTrue(bidSeen(0, item));
    assertTrue(bidSeen(1, item));
    assertFalse(bidSeen(0, item));
    advance(60_000);
    assertTrue(bidSeen(0, item));
    assertFalse(bidSeen(1, item));
    advance(3_539_999);
    assertFalse(bidSeen(1, item));
    advance(1);
    assertTrue(bidSeen(1, item));
  }

  @Test
  void shouldCountInLineItemCampaignAndAdvertiser() {
    CapScope advertiser = scope(Kind.ADVERTISER, 30, cap(3, 3_600));
    CapScope campaign = scope(Kind.CAMPAIGN, 20, cap(2, 3_600));
    CapScope first = lineItem(1, cap(1, 3_600));
    CapScope second = lineItem(2, cap(9, 3_600));
    CapScope elsewhere = lineItem(3, cap(9, 3_600));
    assertTrue(bidSeen(0, first, campaign, advertiser));
    assertFalse(bidSeen(1, first, campaign, advertiser));
    assertTrue(bidSeen(1, second, campaign, advertiser));
    assertFalse(bidSeen(0, second, campaign, advertiser));
    assertTrue(bidSeen(0, elsewhere, advertiser));
    assertFalse(bidSeen(1, elsewhere, advertiser));
  }

  @Test
  void shouldAllowSeveralImpsOfOneRequestNoMore() {
    CapScope item = lineItem(1, cap(2, 3_600));
    CapLookup lookup = lookup(3);
    for (int imp = 0; imp < 3; imp++) {
      lookup.add(imp, item.id(), new CapScope[] {item});
    }
    ask(0, lookup);
    assertTrue(may(lookup, 0, item));
    assertTrue(may(lookup, 1, item));
    assertFalse(may(lookup, 2, item));
    win(lookup, 0, item);
    settle(0, lookup);
    assertTrue(bid(1, item));
    assertFalse(bid(0, item));
  }

  @Test
  void shouldReserveOnceForCandidatesOfOneImp() {
    CapScope campaign = scope(Kind.CAMPAIGN, 20, cap(1, 3_600));
    CapScope first = lineItem(1, cap(5, 3_600));
    CapScope second = lineItem(2, cap(1, 3_600));
    CapLookup lookup = lookup(1);
    lookup.add(0, first.id(), new CapScope[] {first, campaign});
    lookup.add(0, second.id(), new CapScope[] {second, campaign});
    ask(0, lookup);
    assertTrue(may(lookup, 0, first));
    assertTrue(may(lookup, 0, second));
    win(lookup, 0, first);
    settle(0, lookup);
    assertFalse(bid(1, second, campaign));
    assertTrue(bid(1, second));
  }

  @Test
  void shouldAnswerForSeveralAccountsInOne() {
    CapScope ours = lineItem(1, cap(1, 3_600));
    CapScope theirs = new CapScope(Kind.LINE_ITEM, 2, ACCOUNT + 1, List.of(cap(1, 3_600)));
    assertTrue(bidSeen(0, theirs));
    CapLookup lookup = lookup(1);
    lookup.add(0, theirs.id(), new CapScope[] {theirs});
    lookup.add(0, ours.id(), new CapScope[] {ours});
    ask(1, lookup);
    assertFalse(may(lookup, 0, theirs));
    assertTrue(may(lookup, 0, ours));
    win(lookup, 0, ours);
    settle(1, lookup);
    assertFalse(bid(0, ours));
  }

  @Test
  void shouldTakeNothingForATest() {
    CapScope item = lineItem(1, cap(1, 3_600));
    CapLookup test = lookup(1, false);
    test.add(0, item.id(), new CapScope[] {item});
    ask(0, test);
    assertTrue(may(test, 0, item));
    win(test, 0, item);
    settle(0, test);
    assertTrue(bidSeen(1, item));
    CapLookup refused = lookup(1, false);
    refused.add(0, item.id(), new CapScope[] {item});
    ask(0, refused);
    assertFalse(may(refused, 0, item));
  }

  @Test
  void shouldCountUsersByThemselves() {
    CapScope item = lineItem(1, cap(1, 3_600));
    assertTrue(bidSeen(0, item));
    CapLookup other = lookup(1);
    other.user(user, 2);
    other.add(0, item.id(), new CapScope[] {item});
    ask(0, other);
    assertTrue(may(other, 0, item));
  }

  @Test
  void shouldBeginAnewWhereCountersWereLost() {
    CapScope item = lineItem(1, cap(1, 3_600));
    assertTrue(bid(0, item));
    empty();
    // What was out is seen, and nobody knows whose it was: the bound of docs/adr/0038.
    assertEquals(0, seen(nextAuction - 1, now, item));
    assertTrue(bidSeen(1, item));
    assertFalse(bid(0, item));
  }
}
