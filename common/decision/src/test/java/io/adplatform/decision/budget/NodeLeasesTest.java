package io.adplatform.decision.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.testkit.check.AllocationCheck;
import io.adplatform.wire.event.Reason;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Gates of two lanes and the node's thread, stepped by hand against a lease source in memory. */
class NodeLeasesTest {
  private static final long LINE_ITEM = 42;
  private static final int TTL = 60;
  private static final long NO_LEASE = -Reason.NO_LEASE.code();
  private static final long EXHAUSTED = -Reason.BUDGET_EXHAUSTED.code();

  private final FakeLeaseSource source = new FakeLeaseSource();
  private long now = 1_700_000_000_000L;
  private final NodeLeases node = new NodeLeases(source, null, 2, () -> now);
  private final BudgetGate first = node.gate(0);
  private final BudgetGate second = node.gate(1);

  NodeLeasesTest() {
    source.bidUntilMillis = now + 90_000;
    source.settledThroughMillis = now;
  }

  @Test
  void shouldReserveOnceALeaseWasGranted() {
    source.budgets.put(LINE_ITEM, 10_000L);
    assertEquals(NO_LEASE, reserve(first, 2_500));
    turn();
    long lease = reserve(first, 2_500);
    assertEquals(source.granted.getFirst().leaseId(), lease);
    assertEquals(10_000, first.grantedLeaseAmountMicros());
    assertEquals(now / 1_000 + TTL, first.grantedExpirySecond());
    assertEquals(2_500, source.questions.getFirst().wants().getFirst().priceMicros());
  }

  @Test
  void shouldNotReserveMoreThanTheBudgetInAllLanes() {
    source.budgets.put(LINE_ITEM, 25_000L);
    int bids = 0;
    for (int i = 0; i < 200; i++) {
      bids += reserve(i % 2 == 0 ? first : second, 2_500) > 0 ? 1 : 0;
      turn();
    }
    assertEquals(10, bids);
    assertEquals(EXHAUSTED, reserve(first, 2_500));
  }

  @Test
  void shouldMoveSharesToTheLaneThatNeedsThem() {
    source.budgets.put(LINE_ITEM, 100_000L);
    reserve(first, 2_500);
    reserve(second, 2_500);
    turn();
    int bids = 0;
    for (int i = 0; i < 200; i++) {
      bids += reserve(first, 2_500) > 0 ? 1 : 0;
      turn();
    }
    assertEquals(40, bids);
  }

  @Test
  void shouldReserveAgainWhatExpiredUnchargedOnceThatIsSettled() {
    source.budgets.put(LINE_ITEM, 5_000L);
    source.bidUntilMillis = now + 600_000;
    useUp();
    now += (TTL + 2 * LaneLease.BUCKET_SECONDS) * 1_000;
    turn();
    assertTrue(reserve(first, 2_500) < 0);
    source.settledThroughMillis = now;
    turn();
    turn();
    assertTrue(reserve(first, 2_500) > 0);
  }

  @Test
  void shouldCountCumulativeChargesOnce() {
    source.budgets.put(LINE_ITEM, 10_000L);
    reserve(first, 2_500);
    turn();
    long leaseId = reserve(first, 2_500);
    long expiry = first.grantedExpirySecond();
    reserve(first, 2_500);
    for (long charged : new long[] {2_500, 2_500, 5_000, 5_000}) {
      source.charges.add(new LeaseSource.Charge(leaseId, 0, expiry, charged));
      turn();
    }
    LaneLease lease = first.lease(LINE_ITEM, leaseId);
    assertEquals(5_000, lease.chargedMicros());
    assertEquals(0, lease.outstandingMicros());
  }

  @Test
  void shouldGiveBackLeasesOfWhatServesNoMore() {
    source.budgets.put(LINE_ITEM, 10_000L);
    reserve(first, 2_500);
    turn();
    assertTrue(reserve(first, 2_500) > 0);
    long expiry = first.grantedExpirySecond();
    first.serving(id -> false);
    second.serving(id -> false);
    turn();
    assertEquals(List.of(), returned());
    now += 2_000;
    turn();
    turn();
    assertEquals(
        List.of(new LeaseSource.Return(source.granted.getFirst().leaseId(), expiry, 7_500)),
        returned());
  }

  private List<LeaseSource.Return> returned() {
    return source.questions.stream().flatMap(one -> one.returns().stream()).distinct().toList();
  }

  @Test
  void shouldStopOnALeaseThatWasEndedEarly() {
    source.budgets.put(LINE_ITEM, 10_000L);
    reserve(first, 2_500);
    turn();
    assertTrue(reserve(first, 2_500) > 0);
    LeaseSource.Lease lease = source.granted.getFirst();
    source.changed.add(
        new LeaseSource.Lease(
            lease.leaseId(), LINE_ITEM, 10_000, now, lease.lastExpiryMillis(), false));
    turn();
    assertTrue(reserve(first, 2_500) < 0);
  }

  @Test
  void shouldExtendALeaseInUseAndReturnAnIdleOne() {
    source.budgets.put(LINE_ITEM, 1_000_000L);
    reserve(first, 2_500);
    turn();
    long leaseId = reserve(first, 2_500);
    long lastToken = first.grantedExpirySecond();
    now = source.granted.getFirst().bidUntilMillis() - 20_000;
    reserve(first, 2_500);
    lastToken = Math.max(lastToken, first.grantedExpirySecond());
    turn();
    turn();
    assertTrue(source.questions.stream().anyMatch(asked -> asked.extend().contains(leaseId)));
    now = source.granted.getFirst().bidUntilMillis() + 1;
    turn();
    turn();
    LeaseSource.Return expected = new LeaseSource.Return(leaseId, lastToken, 1_000_000 - 2 * 2_500);
    assertTrue(
        source.questions.stream().anyMatch(asked -> asked.returns().contains(expected)),
        source.lastQuestion().toString());
  }

  @Test
  void shouldGoOnWithTheLeasesInHandWhileTheSourceIsAway() {
    source.budgets.put(LINE_ITEM, 10_000L);
    reserve(first, 2_500);
    turn();
    source.away = true;
    assertTrue(reserve(first, 2_500) > 0);
    turn();
    turn();
    assertTrue(reserve(first, 2_500) > 0);
    assertTrue(node.failures() > 0);
  }

  @Test
  void shouldAskAgainForWhatTheSourceWasNotThereToGrant() {
    source.budgets.put(LINE_ITEM, 10_000L);
    source.away = true;
    reserve(first, 2_500);
    turn();
    source.away = false;
    turn();
    turn();
    assertTrue(reserve(first, 2_500) > 0);
  }

  @Test
  void shouldAskForTheBestOfAColdStartFirst() {
    for (long id = 100; id < 150; id++) {
      source.budgets.put(id, 100_000L);
    }
    for (int auction = 0; auction < 3; auction++) {
      assertTrue(auction(100, 150) < 0);
      first.poll(now);
    }
    node.doWork();
    now += 500;
    node.doWork();
    List<Long> asked =
        source.questions.getFirst().wants().stream().map(LeaseSource.Want::lineItemId).toList();
    assertEquals(List.of(100L, 101L, 102L, 103L), asked);
    turn();
    assertTrue(auction(100, 150) > 0);
    turn();
    assertEquals(BudgetGate.MAX_AWAITED, source.granted.size());
  }

  @Test
  void shouldNotWaitForThoseThatAreRefusedOrNeverAnswered() {
    long last = 150;
    source.budgets.put(last, 100_000L);
    int seconds = 0;
    while (auction(100, last + 1) < 0) {
      turn();
      seconds++;
      assertTrue(seconds < 30);
    }
    // The same line items want again, all at once, and hold nothing back any more.
    source.budgets.put(last + 1, 100_000L);
    now += 10_000;
    auction(100, last);
    assertTrue(first.tryReserve(last + 1, 2_500, TTL, now) < 0);
    turn();
    assertTrue(first.tryReserve(last + 1, 2_500, TTL, now) > 0);
  }

  /** One auction of line items, best first; the lease that pays, or below zero. */
  private long auction(long fromId, long toId) {
    long lease = 0;
    for (long id = fromId; id < toId && lease <= 0; id++) {
      lease = first.tryReserve(id, 2_500, TTL, now);
    }
    return lease;
  }

  @Test
  void shouldGiveBackAllButWhatIsBidWhenTheNodeStops() {
    source.budgets.put(LINE_ITEM, 100_000L);
    reserve(first, 2_500);
    reserve(second, 2_500);
    turn();
    long leaseId = reserve(first, 2_500);
    reserve(first, 2_500);
    long expiry = first.grantedExpirySecond();
    assertEquals(leaseId, reserve(second, 2_500));
    source.charges.add(new LeaseSource.Charge(leaseId, 0, expiry, 2_500));
    turn();

    stop();

    assertEquals(NO_LEASE, reserve(first, 2_500));
    assertEquals(NO_LEASE, reserve(second, 2_500));
    assertEquals(
        List.of(new LeaseSource.Return(leaseId, expiry, 100_000 - 3 * 2_500)),
        source.lastQuestion().returns());
    assertEquals(new NodeLeases.Retirement(true, 1, 92_500, 0), node.retirement());
    int questions = source.questions.size();
    turn();
    assertEquals(questions, source.questions.size(), "nothing is asked any more");
  }

  @Test
  void shouldKeepTheFullPriceOfBidsThatAreReservedAtARate() {
    LaneLease lease =
        new LaneLease(
            new LeaseSource.Lease(7, LINE_ITEM, 10_000, now, now + 90_000, false), 10_000);
    long expiry = now / 1_000 + TTL;
    assertTrue(lease.tryReserve(100, 2_500, expiry));
    assertTrue(lease.tryReserve(100, 2_500, expiry));
    lease.charge(expiry, 2_500);
    assertEquals(7_500, lease.freeMicros());
    assertEquals(5_000, lease.mostChargedMicros());
    lease.dropSettled((expiry + 2 * LaneLease.BUCKET_SECONDS) * 1_000);
    assertEquals(2_500, lease.mostChargedMicros());
  }

  @Test
  void shouldGiveBackLeasesThatNoLaneHasTakenYet() {
    source.budgets.put(LINE_ITEM, 100_000L);
    reserve(first, 2_500);
    now += 500;
    node.doWork();
    now += 500;
    node.doWork();
    assertEquals(1, source.granted.size());

    stop();

    assertEquals(new NodeLeases.Retirement(true, 1, 100_000, 0), node.retirement());
  }

  @Test
  void shouldGiveBackALeaseWhoseGrantWasLost() {
    source.budgets.put(LINE_ITEM, 100_000L);
    source.loseAnswers = true;
    reserve(first, 2_500);
    turn();
    source.loseAnswers = false;

    stop();

    assertEquals(new NodeLeases.Retirement(true, 1, 100_000, 0), node.retirement());
    assertEquals(100_000, source.lastQuestion().returns().getFirst().freeMicros());
  }

  @Test
  void shouldSayThatNobodyTookItsLeasesBack() {
    source.budgets.put(LINE_ITEM, 100_000L);
    reserve(first, 2_500);
    turn();
    source.away = true;

    stop();

    assertEquals(new NodeLeases.Retirement(false, 0, 0, 1), node.retirement());
    assertEquals(NO_LEASE, reserve(first, 2_500));
    source.away = false;
    turn();
    assertEquals(new NodeLeases.Retirement(true, 1, 100_000, 0), node.retirement());
  }

  @Test
  void shouldGiveBackMoreLeasesThanTheQueueOfALaneHolds() {
    int lineItems = 6_000;
    source.bidUntilMillis = now + 100_000_000;
    for (long id = 100; id < 100 + lineItems; id++) {
      source.budgets.put(id, 10_000L);
      first.tryReserve(id, 2_500, TTL, now);
      if (id % 4 == 0) {
        turn();
      }
    }
    turn();
    assertEquals(lineItems, source.granted.size());

    stop();
    for (int i = 0; i < 20 && !node.retirement().done(); i++) {
      turn();
    }

    assertEquals(
        new NodeLeases.Retirement(true, lineItems, lineItems * 10_000L, 0), node.retirement());
  }

  private void stop() {
    node.retire();
    turn();
    turn();
  }

  @Test
  void shouldReserveNothingForATest() {
    source.budgets.put(LINE_ITEM, 10_000L);
    reserve(first, 2_500);
    turn();
    long leaseId = first.tryReserve(LINE_ITEM, 0, TTL, now);
    assertTrue(leaseId > 0);
    assertEquals(0, first.lease(LINE_ITEM, leaseId).outstandingMicros());
  }

  @Test
  void shouldSplitAGrantWithoutLosingAMicro() {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 10_000; i++) {
      LaneWants wants = new LaneWants(1 + random.nextInt(8));
      Set<Integer> asking = new HashSet<>();
      for (int asked = random.nextInt(4); asked > 0; asked--) {
        int lane = random.nextInt(8) % wants.split(1, 1, 0).length;
        asking.add(lane);
        wants.add(lane, 1 + random.nextInt(5_000), random.nextLong(1_000_000_000));
      }
      long amount = 1 + random.nextLong(10_000_000);
      long[] shares = wants.split(amount, 1 + random.nextInt(10_000), random.nextInt(100));
      long sum = 0;
      for (int lane = 0; lane < shares.length; lane++) {
        sum += shares[lane];
        assertTrue(
            shares[lane] >= 0 && (shares[lane] == 0 || asking.isEmpty() || asking.contains(lane)));
      }
      assertEquals(amount, sum);
    }
  }

  @Test
  void shouldAllocateNothingToReserve() {
    source.leaseMicros = Long.MAX_VALUE >> 16;
    source.budgets.put(LINE_ITEM, source.leaseMicros);
    source.bidUntilMillis = now + 1_000_000_000;
    reserve(first, 2_500);
    turn();
    AllocationCheck.assertNoAllocation(
        20_000,
        () -> {
          now += 3;
          first.tryReserve(LINE_ITEM, 2_500, TTL, now);
          first.tryReserve(LINE_ITEM + 1, 2_500, TTL, now);
          first.poll(now);
        });
    assertTrue(reserve(first, 2_500) > 0);
  }

  private void useUp() {
    reserve(first, 2_500);
    turn();
    for (int i = 0; i < 50; i++) {
      reserve(first, 2_500);
      turn();
    }
    assertEquals(
        List.of(5_000L), source.granted.stream().map(LeaseSource.Lease::amountMicros).toList());
  }

  private long reserve(BudgetGate gate, long price) {
    return gate.tryReserve(LINE_ITEM, price, TTL, now);
  }

  /** What happens in a second: the node asks, the lanes take over and answer, twice. */
  private void turn() {
    for (int i = 0; i < 2; i++) {
      now += 500;
      node.doWork();
      first.poll(now);
      second.poll(now);
    }
  }
}
