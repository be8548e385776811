package io.adplatform.decision.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** What is set aside for bids that are charged for few of their impressions. */
class ExpectedChargeTest {
  private static final int MILLION = 1_000_000;
  private static final int TTL = 75 + 1_800;

  @Test
  void shouldSetTheExpectedChargeAsideWithRoomForChance() {
    BidToChargeRate rate = new BidToChargeRate();
    // 400 expected of 400,000, by 1 + 3 ÷ √100.
    assertEquals(520, rate.of(400_000, 1_000, 40_000_000), 1);
    assertEquals(400_000, rate.of(400_000, MILLION, 400_000), "never more than the price");
    assertEquals(1, rate.of(501, 1, Long.MAX_VALUE / 2), "never nothing");
  }

  @Property(seed = "2026")
  void shouldSetAsideMoreThanIsExpectedAndNoMoreThanThePrice(
      @ForAll @LongRange(min = 1, max = 10_000_000_000L) long price,
      @ForAll @IntRange(min = 1, max = MILLION) int perMillion,
      @ForAll @LongRange(min = 1, max = 1_000_000_000_000L) long share) {
    long reserved = new BidToChargeRate().of(price, perMillion, share);
    assertTrue(reserved >= Math.ceilDiv(price * perMillion, MILLION), "reserved " + reserved);
    assertTrue(reserved <= price, "reserved " + reserved);
  }

  /** Where few bids are shown at all, less is set aside once that is measured. */
  @Test
  void shouldLearnThatFewBidsAreShown() {
    BidToChargeRate rate = new BidToChargeRate();
    long before = rate.of(400_000, 10_000, 400_000_000);
    rate.sample(400_000L * 50_000, 400_000L * 50, 400_000, 400_000_000);
    long after = rate.of(400_000, 10_000, 400_000_000);
    assertTrue(after < before / 4, before + " and " + after);
    assertTrue(after >= 400, "still what is charged: " + after);
  }

  /**
   * A lease that is spent to its end on clicks: charged is never above it, and what comes beyond is
   * little.
   */
  @Property(seed = "2026", tries = 40)
  void shouldSpendALeaseOnClicksWithLittleOverDelivery(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long click = 100_000;
    long share = click * (20 + random.nextInt(400));
    int perMillion = 2_000 + random.nextInt(20_000);
    long start = 1_700_000_000L;
    long end = (start + 1_000_000) * 1_000;
    LaneLease lease = new LaneLease(new LeaseSource.Lease(1, 2, share, end, end, false), share);
    BidToChargeRate rate = new BidToChargeRate();
    Deque<long[]> coming = new ArrayDeque<>();
    long charged = 0;
    long over = 0;
    for (int second = 0; second < 20_000; second++) {
      long now = start + second;
      while (!coming.isEmpty() && coming.peekFirst()[0] <= now) {
        long left = Math.min(click, share - charged);
        charged += left;
        over += click - left;
        lease.charge(coming.removeFirst()[1], left);
      }
      lease.dropSettled((now - 5) * 1_000);
      for (int bid = 0; bid < 20; bid++) {
        if (lease.tryReserve(rate.of(click, perMillion, share - charged), click, now + TTL)
            && random.nextInt(MILLION) < perMillion) {
          coming.addLast(new long[] {now + 60, now + TTL});
        }
      }
      assertTrue(charged <= share);
      assertTrue(lease.mostChargedMicros() >= charged);
    }
    assertTrue(charged > share * 9 / 10, charged + " of " + share);
    assertTrue(over <= 2 * click, over / click + " clicks beyond " + share / click);
  }
}
