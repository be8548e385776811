package io.adplatform.decision.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds a share of a lease against a ledger that keeps every bid as an object. */
class LaneLeaseModelTest {
  private static final int RUNS = 300;
  private static final int STEPS = 1_500;
  private static final long SHARE = 100_000;
  private static final long START_MILLIS = 1_700_000_000_000L;

  /** Lives of tokens on pages, in apps, of interstitials; each with the time for its beacon. */
  private static final int[] TTLS = {75, 315, 1_815};

  private static final int LAG_MILLIS = 30_000;

  @Test
  void shouldReserveExactlyWhereTheLedgerHasRoom() {
    long accepted = 0;
    long refused = 0;
    for (int seed = 0; seed < RUNS; seed++) {
      Run run = new Run(seed, TTLS[seed % TTLS.length]);
      run.run();
      accepted += run.accepted;
      refused += run.refused;
    }
    assertTrue(accepted > 20L * RUNS && refused > 20L * RUNS, accepted + " and " + refused);
  }

  @ParameterizedTest
  @CsvSource({"75, 5", "315, 5", "1815, 20"})
  void shouldFreeWhatExpiredUnchargedOnceSettledHoweverLongTokensLive(int ttl, int bucketSeconds) {
    LaneLease lease = lease(Long.MAX_VALUE / 2);
    long price = 1_000;
    for (int second = 0; second < 3 * ttl + 300; second++) {
      long now = START_MILLIS + second * 1_000L;
      lease.dropSettled(now - LAG_MILLIS);
      assertTrue(lease.tryReserve(price, price, now / 1_000 + ttl));
      int held = (int) (lease.outstandingMicros() / price);
      int most = ttl + LAG_MILLIS / 1_000 + bucketSeconds + 2;
      assertTrue(held <= most, "second " + second + ": " + held);
      assertTrue(held >= Math.min(second, ttl), "second " + second + ": " + held);
      assertTrue(lease.bucketSeconds() <= bucketSeconds, "second " + second);
    }
  }

  @Test
  void shouldFreeShortTokensSoonBesideLongOnes() {
    LaneLease lease = lease(Long.MAX_VALUE / 2);
    long webMicros = 1_000_000;
    for (int second = 0; second < 4_000; second++) {
      long now = START_MILLIS + second * 1_000L;
      lease.dropSettled(now - LAG_MILLIS);
      assertTrue(lease.tryReserve(webMicros, webMicros, now / 1_000 + 75));
      if (second % 10 == 0) {
        assertTrue(lease.tryReserve(1, 1, now / 1_000 + 1_815));
      }
      int most = 75 + LAG_MILLIS / 1_000 + 20 + 2;
      assertTrue(lease.outstandingMicros() / webMicros <= most, "second " + second);
    }
  }

  private record Bid(long reserveMicros, long priceMicros, long expirySecond) {}

  /** Reservations and charges of one bucket, as the ledger sums them. */
  private static final class Bucket {
    private long reserved;
    private long charged;
  }

  private static final class Run {
    private final int seed;
    private final int longestTtl;
    private final SplittableRandom random;
    private final LaneLease lease;
    private final List<Bid> inFlight = new ArrayList<>();
    private final Map<Long, Bucket> ledger = new HashMap<>();
    private final List<Bid> toldLate = new ArrayList<>();
    private long chargedMicros;
    private long nowMillis = START_MILLIS;
    private long settledMillis = START_MILLIS;
    private int accepted;
    private int refused;
    private int bucketSeconds = LaneLease.BUCKET_SECONDS;

    Run(int seed, int longestTtl) {
      this.seed = seed;
      this.longestTtl = longestTtl;
      random = new SplittableRandom(seed);
      long end = START_MILLIS + 10_000_000;
      lease = new LaneLease(new LeaseSource.Lease(1, 2, SHARE, end, end, false), SHARE);
    }

    void run() {
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(8)) {
          case 0, 1, 2, 3 -> bid(1 + random.nextInt(longestTtl));
          case 4 -> show();
          case 5 -> settle();
          default -> nowMillis += random.nextInt(2_000);
        }
        followBuckets();
        check(step);
      }
    }

    private void bid(int ttlSeconds) {
      long price = 1 + random.nextInt(4_000);
      long reserve = (price * (1 + random.nextInt(4)) + 3) / 4;
      long expiry = nowMillis / 1_000 + ttlSeconds;
      boolean fits =
          chargedMicros + outstanding() + reserve <= SHARE && chargedMicros + price <= SHARE;
      assertEquals(fits, lease.tryReserve(reserve, price, expiry), "seed " + seed);
      if (!fits) {
        refused++;
        return;
      }
      accepted++;
      ledger.computeIfAbsent(bucket(expiry), key -> new Bucket()).reserved += reserve;
      inFlight.add(new Bid(reserve, price, expiry));
    }

    /** A beacon for one of the bids in flight that has not expired; settling tells it later. */
    private void show() {
      if (!inFlight.isEmpty()) {
        Bid bid = inFlight.remove(random.nextInt(inFlight.size()));
        if (nowMillis <= bid.expirySecond * 1_000) {
          toldLate.add(bid);
        }
      }
    }

    /** Tells every charge received so far, then how far settling is; or stands still. */
    private void settle() {
      if (random.nextInt(3) == 0) {
        return;
      }
      for (Bid bid : toldLate) {
        lease.charge(bid.expirySecond, bid.priceMicros);
        chargedMicros += bid.priceMicros;
        ledger.get(bucket(bid.expirySecond)).charged += bid.priceMicros;
      }
      toldLate.clear();
      settledMillis = nowMillis;
      lease.dropSettled(settledMillis);
      long settled = settledMillis;
      ledger.keySet().removeIf(key -> (key * bucketSeconds + 1) * 1_000 <= settled);
    }

    /** Buckets grow two by two, and are small again once none is left. */
    private void followBuckets() {
      if (lease.bucketSeconds() < bucketSeconds) {
        assertTrue(ledger.isEmpty() || lease.isDrained(), "seed " + seed);
        bucketSeconds = lease.bucketSeconds();
      }
      while (lease.bucketSeconds() > bucketSeconds) {
        bucketSeconds *= 2;
        Map<Long, Bucket> old = new HashMap<>(ledger);
        ledger.clear();
        old.forEach(
            (key, bucket) -> {
              Bucket whole = ledger.computeIfAbsent(Math.ceilDiv(key, 2L), any -> new Bucket());
              whole.reserved += bucket.reserved;
              whole.charged += bucket.charged;
            });
      }
    }

    private long outstanding() {
      return ledger.values().stream()
          .mapToLong(bucket -> Math.max(0, bucket.reserved - bucket.charged))
          .sum();
    }

    /** The full prices of all bids whose charge is on its way or may yet come. */
    private long chargeableMicros() {
      return toldLate.stream().mapToLong(Bid::priceMicros).sum()
          + inFlight.stream()
              .filter(bid -> nowMillis <= bid.expirySecond * 1_000)
              .mapToLong(Bid::priceMicros)
              .sum();
    }

    private void check(int step) {
      String where = "seed " + seed + ", step " + step;
      assertEquals(chargedMicros, lease.chargedMicros(), where);
      assertEquals(outstanding(), lease.outstandingMicros(), where);
      assertEquals(SHARE - chargedMicros - outstanding(), lease.freeMicros(), where);
      assertTrue(chargedMicros + chargeableMicros() <= lease.mostChargedMicros(), where);
    }

    private long bucket(long expirySecond) {
      return Math.ceilDiv(expirySecond, bucketSeconds);
    }
  }

  @Test
  void shouldHoldEveryReservationWhileSettlingStandsStill() {
    LaneLease lease = lease(SHARE);
    long second = START_MILLIS / 1_000;
    for (int i = 0; i < 100; i++) {
      assertTrue(lease.tryReserve(1_000, 1_000, second + 60L * i), "bid " + i);
    }
    assertEquals(0, lease.freeMicros());
    lease.dropSettled((second - 10) * 1_000);
    assertEquals(0, lease.freeMicros());
    lease.charge(second, 1_000);
    assertEquals(0, lease.freeMicros());
    assertEquals(1_000, lease.chargedMicros());
    lease.dropSettled((second + 60L * 100 + lease.bucketSeconds()) * 1_000);
    assertEquals(SHARE - 1_000, lease.freeMicros());
    assertTrue(lease.isDrained());
  }

  @Test
  void shouldGiveBackWhatIsCancelled() {
    LaneLease lease = lease(SHARE);
    long expiry = START_MILLIS / 1_000 + 60;
    lease.tryReserve(700, 1_000, expiry);
    lease.tryReserve(300, 500, expiry);
    lease.cancel(700, 1_000, expiry);
    assertEquals(SHARE - 300, lease.freeMicros());
  }

  @Test
  void shouldNotBidAFullPriceBeyondWhatIsLeftUncharged() {
    LaneLease lease = lease(1_000);
    long expiry = START_MILLIS / 1_000 + 60;
    assertTrue(lease.tryReserve(100, 900, expiry));
    lease.charge(expiry, 900);
    assertEquals(false, lease.tryReserve(20, 200, expiry));
    assertTrue(lease.tryReserve(20, 100, expiry));
  }

  @Test
  void shouldEndTokensBeforeTheLeaseDoes() {
    LaneLease lease = lease(SHARE);
    long end = (START_MILLIS + 10_000_000) / 1_000;
    assertEquals(end - 1, lease.expirySecond(end + 500));
    assertEquals(end - 500, lease.expirySecond(end - 500));
  }

  private static LaneLease lease(long share) {
    long end = START_MILLIS + 10_000_000;
    return new LaneLease(new LeaseSource.Lease(1, 2, share, end, end, false), share);
  }
}
