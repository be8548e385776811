package io.adplatform.decision.budget;

import java.util.HashMap;
import java.util.Map;

/** One lease as the node's thread sees it: its lanes' shares, and the charges told so far. */
final class NodeLease {
  /** As the source last described it. */
  LeaseSource.Lease lease;

  /** When a lane may be asked again to give of its share. */
  long nextGiveMillis;

  private final long[] shares;
  private final boolean[] holders;
  private final boolean[] released;
  private long lastTokenSecond;
  private long mostChargedMicros;

  /**
   * By lane and expiry second: what was charged in all; as many as the tokens' lives have seconds.
   */
  private final Map<Long, Long> charged = new HashMap<>();

  NodeLease(LeaseSource.Lease lease, int lanes) {
    this.lease = lease;
    shares = new long[lanes];
    holders = new boolean[lanes];
    released = new boolean[lanes];
  }

  /** Counts what is added to a lane's share, or taken from it. */
  void addShare(int lane, long micros) {
    shares[lane] += micros;
    holders[lane] = true;
  }

  boolean isHeldBy(int lane) {
    return holders[lane];
  }

  boolean isReleasedBy(int lane) {
    return released[lane];
  }

  /** The lane with the largest share beside one, or -1. */
  int richestBeside(int lane) {
    int richest = -1;
    for (int other = 0; other < shares.length; other++) {
      boolean has = other != lane && holders[other] && !released[other] && shares[other] > 0;
      if (has && (richest < 0 || shares[other] > shares[richest])) {
        richest = other;
      }
    }
    return richest;
  }

  /**
   * Notes that a lane bids on it no more, which each lane says once; true where none does now.
   *
   * @param mostMicros the most that can be charged for the lane's bids
   */
  boolean release(int lane, long lastToken, long mostMicros) {
    released[lane] = true;
    lastTokenSecond = Math.max(lastTokenSecond, lastToken);
    mostChargedMicros += mostMicros;
    for (int other = 0; other < holders.length; other++) {
      if (holders[other] && !released[other]) {
        return false;
      }
    }
    return true;
  }

  /** The latest expiry of a token on it that a lane told; 0 without one. */
  long lastTokenSecond() {
    return lastTokenSecond;
  }

  /** What of it can no longer be charged, once no lane bids on it any more. */
  long freeMicros() {
    return Math.max(0, lease.amountMicros() - mostChargedMicros);
  }

  /** What a charge adds to what was told before; 0 where nothing. */
  long added(LeaseSource.Charge charge) {
    long key = charge.expirySecond() * shares.length + charge.lane();
    Long before = charged.put(key, charge.chargedMicros());
    return charge.chargedMicros() - (before == null ? 0 : before);
  }
}
