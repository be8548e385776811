package io.adplatform.decision.budget;

/**
 * A lane's share of one lease: what of it is charged, and what bids in flight may yet be charged,
 * by the time at which their tokens expire. Made by the node's thread, owned by the lane from the
 * handing over; allocates nothing from then on.
 *
 * <p>Used of the share is {@code charged + Σ over buckets max(0, reserved − charged in it)}; a
 * bucket counts until everything received up to its expiry has been settled.
 */
final class LaneLease {
  /** Expiries are rounded up to this, so that a reservation lasts at most so much longer. */
  static final int BUCKET_SECONDS = 5;

  /** A power of two; with {@link #BUCKET_SECONDS} more than any banner's time to live. */
  static final int BUCKETS = 64;

  private static final int MASK = BUCKETS - 1;
  private static final int NO_KEY = 0;
  private static final long MILLIS = 1_000;

  final long leaseId;
  final long lineItemId;

  /** What the whole lease amounts to, micros. */
  final long amountMicros;

  /** The next lease of the same line item in this lane, granted later; or null. */
  LaneLease next;

  long bidUntilMillis;
  long lastReservedMillis;

  /** When the extension may be asked for again. */
  long nextExtendMillis;

  boolean released;
  private long shareMicros;
  private long lastExpirySecond;

  /** The latest expiry of a token on it; 0 without one. */
  private long lastTokenSecond;

  private long chargedMicros;
  private long outstandingMicros;

  /** Of each bucket: its expiry divided by {@link #BUCKET_SECONDS}; {@link #NO_KEY} where free. */
  private final int[] keys = new int[BUCKETS];

  private final long[] reserved = new long[BUCKETS];
  private final long[] charged = new long[BUCKETS];

  /** What the bids of the bucket would charge if all were charged. */
  private final long[] bid = new long[BUCKETS];

  private int oldestKey = Integer.MAX_VALUE;

  // Buckets that had to make room while settlement stood still, as one that ends with the last.
  private long foldedMicros;
  private long foldedBidMicros;
  private long foldedChargedMicros;
  private int foldedKey;

  // What dropped buckets say about the rate, until it is taken.
  private long sampleBidMicros;
  private long sampleChargedMicros;

  LaneLease(LeaseSource.Lease lease, long shareMicros) {
    leaseId = lease.leaseId();
    lineItemId = lease.lineItemId();
    amountMicros = lease.amountMicros();
    this.shareMicros = shareMicros;
    update(lease.bidUntilMillis(), lease.lastExpiryMillis());
  }

  /** Takes over new times of the lease. */
  void update(long bidUntil, long lastExpiryMillis) {
    bidUntilMillis = bidUntil;
    // A token is good to the end of its second.
    lastExpirySecond = lastExpiryMillis / MILLIS - 1;
  }

  /** Whether bids may be made on it. */
  boolean isOpen(long nowMillis) {
    return nowMillis < bidUntilMillis && !released;
  }

  /**
   * What of the share is neither charged nor reserved; below zero where bids were charged above the
   * rate.
   */
  long freeMicros() {
    return shareMicros - chargedMicros - outstandingMicros;
  }

  long shareMicros() {
    return shareMicros;
  }

  long chargedMicros() {
    return chargedMicros;
  }

  long outstandingMicros() {
    return outstandingMicros;
  }

  long lastTokenSecond() {
    return lastTokenSecond;
  }

  /** When a token that should live until a second does expire: the lease may shorten it. */
  long expirySecond(long wanted) {
    return Math.min(wanted, lastExpirySecond);
  }

  /**
   * Reserves where it fits.
   *
   * @param reserveMicros what is set aside: the price by the rate
   * @param priceMicros what would be charged; what is charged already leaves room for it in any
   *     case
   */
  boolean tryReserve(long reserveMicros, long priceMicros, long expirySecond) {
    if (reserveMicros > freeMicros() || priceMicros > shareMicros - chargedMicros) {
      return false;
    }
    if (priceMicros > 0) {
      add(key(expirySecond), reserveMicros, priceMicros);
    }
    lastTokenSecond = Math.max(lastTokenSecond, expirySecond);
    return true;
  }

  /** Takes a reservation back that was made a moment ago. */
  void cancel(long reserveMicros, long priceMicros, long expirySecond) {
    int slot = key(expirySecond) & MASK;
    if (keys[slot] == key(expirySecond)) {
      outstandingMicros -= open(slot);
      reserved[slot] = Math.max(0, reserved[slot] - reserveMicros);
      bid[slot] = Math.max(0, bid[slot] - priceMicros);
      outstandingMicros += open(slot);
    }
  }

  /** Takes note of a charge, whether its bucket is still there or not. */
  void charge(long expirySecond, long micros) {
    chargedMicros += micros;
    int key = key(expirySecond);
    int slot = key & MASK;
    if (keys[slot] == key) {
      outstandingMicros -= open(slot);
      charged[slot] += micros;
      outstandingMicros += open(slot);
    } else if (key <= foldedKey) {
      long covered = Math.min(micros, foldedMicros);
      foldedMicros -= covered;
      outstandingMicros -= covered;
      foldedChargedMicros += micros;
    }
  }

  /** Drops the buckets that have expired before everything up to a time was settled. */
  void dropSettled(long settledThroughMillis) {
    int settledKey = (int) ((settledThroughMillis / MILLIS - 1) / BUCKET_SECONDS);
    if (oldestKey <= settledKey) {
      oldestKey = Integer.MAX_VALUE;
      for (int slot = 0; slot < BUCKETS; slot++) {
        if (keys[slot] != NO_KEY && keys[slot] <= settledKey) {
          outstandingMicros -= open(slot);
          sampleBidMicros += bid[slot];
          sampleChargedMicros += charged[slot];
          free(slot);
        } else if (keys[slot] != NO_KEY) {
          oldestKey = Math.min(oldestKey, keys[slot]);
        }
      }
    }
    if (foldedKey != NO_KEY && foldedKey <= settledKey) {
      outstandingMicros -= foldedMicros;
      sampleBidMicros += foldedBidMicros;
      sampleChargedMicros += foldedChargedMicros;
      foldedMicros = 0;
      foldedBidMicros = 0;
      foldedChargedMicros = 0;
      foldedKey = NO_KEY;
    }
  }

  /** Adds to the share what another lane gave, or takes away what this one gives. */
  void addShare(long micros) {
    shareMicros += micros;
  }

  /** Whether nothing that was bid on it can be charged any more. */
  boolean isDrained() {
    return oldestKey == Integer.MAX_VALUE && foldedKey == NO_KEY;
  }

  /** Takes what dropped buckets bid, since it was last taken. */
  long takeSampleBidMicros() {
    long sample = sampleBidMicros;
    sampleBidMicros = 0;
    return sample;
  }

  /** Takes what dropped buckets were charged, since it was last taken. */
  long takeSampleChargedMicros() {
    long sample = sampleChargedMicros;
    sampleChargedMicros = 0;
    return sample;
  }

  private void add(int key, long reserveMicros, long priceMicros) {
    int slot = key & MASK;
    if (keys[slot] != key) {
      if (keys[slot] > key) {
        foldedMicros += reserveMicros;
        foldedBidMicros += priceMicros;
        foldedKey = Math.max(foldedKey, key);
        outstandingMicros += reserveMicros;
        return;
      }
      fold(slot);
      keys[slot] = key;
    }
    outstandingMicros -= open(slot);
    reserved[slot] += reserveMicros;
    bid[slot] += priceMicros;
    outstandingMicros += open(slot);
    oldestKey = Math.min(oldestKey, key);
  }

  private void fold(int slot) {
    if (keys[slot] != NO_KEY) {
      foldedMicros += open(slot);
      foldedBidMicros += bid[slot];
      foldedChargedMicros += charged[slot];
      foldedKey = Math.max(foldedKey, keys[slot]);
      free(slot);
    }
  }

  private void free(int slot) {
    keys[slot] = NO_KEY;
    reserved[slot] = 0;
    charged[slot] = 0;
    bid[slot] = 0;
  }

  private long open(int slot) {
    return Math.max(0, reserved[slot] - charged[slot]);
  }

  private static int key(long expirySecond) {
    return (int) ((expirySecond + BUCKET_SECONDS - 1) / BUCKET_SECONDS);
  }
}
