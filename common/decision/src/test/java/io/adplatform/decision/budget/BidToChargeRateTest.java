package io.adplatform.decision.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BidToChargeRateTest {
  private static final long PRICE = 2_500;
  private static final long SHARE = 10_000_000;

  @Test
  void shouldReserveFullPricesUntilItHasSeenEnough() {
    BidToChargeRate rate = new BidToChargeRate();
    assertEquals(PRICE, rate.of(PRICE));
    rate.sample((BidToChargeRate.MIN_BIDS - 1) * PRICE, 0, PRICE, SHARE);
    assertEquals(PRICE, rate.of(PRICE));
  }

  @Test
  void shouldComeDownToWhatIsChargedAndNeverBelow() {
    BidToChargeRate rate = new BidToChargeRate();
    rate.sample(100_000 * PRICE, 10_000 * PRICE, PRICE, SHARE);
    long reserved = rate.of(1_000_000);
    assertTrue(reserved > 100_000 && reserved < 115_000, "reserved " + reserved);
  }

  @Test
  void shouldStayAtFullPricesWhereAllIsCharged() {
    BidToChargeRate rate = new BidToChargeRate();
    rate.sample(5_000 * PRICE, 5_000 * PRICE, PRICE, SHARE);
    assertEquals(PRICE, rate.of(PRICE));
  }

  @Test
  void shouldNotFallBelowTheFloorWhereNothingIsCharged() {
    BidToChargeRate rate = new BidToChargeRate();
    rate.sample(10_000_000 * PRICE, 0, PRICE, SHARE);
    assertEquals(BidToChargeRate.LOWEST, rate.rate());
  }

  @Test
  void shouldRoundReservationsUp() {
    BidToChargeRate rate = new BidToChargeRate();
    rate.sample(10_000_000 * PRICE, 0, PRICE, SHARE);
    assertEquals(1, rate.of(1));
    assertEquals(0, rate.of(0));
  }

  @Test
  void shouldForgetHowItWasLongAgo() {
    BidToChargeRate rate = new BidToChargeRate();
    rate.sample(90_000 * PRICE, 0, PRICE, SHARE);
    for (int i = 0; i < 40; i++) {
      rate.sample(50_000 * PRICE, 25_000 * PRICE, PRICE, SHARE);
    }
    long reserved = rate.of(1_000_000);
    assertTrue(reserved > 495_000 && reserved < 560_000, "reserved " + reserved);
  }

  /** What a lease's worth of bids at the measured rate would be charged in all. */
  @Test
  void shouldRarelyReserveLessThanIsCharged() {
    SplittableRandom random = new SplittableRandom(11);
    int over = 0;
    for (int trial = 0; trial < 1_000; trial++) {
      int winPercent = 2 + random.nextInt(60);
      BidToChargeRate rate = new BidToChargeRate();
      rate.sample(2_000 * PRICE, wins(random, 2_000, winPercent) * PRICE, PRICE, SHARE);
      int bids = (int) (SHARE / rate.of(PRICE));
      over += wins(random, bids, winPercent) * PRICE > SHARE ? 1 : 0;
    }
    assertTrue(over <= 5, over + " of 1,000 leases over-delivered");
  }

  private static long wins(SplittableRandom random, int bids, int percent) {
    long wins = 0;
    for (int i = 0; i < bids; i++) {
      wins += random.nextInt(100) < percent ? 1 : 0;
    }
    return wins;
  }
}
