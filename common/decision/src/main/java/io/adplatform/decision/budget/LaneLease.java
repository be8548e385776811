package io.adplatform.decision.budget;

import java.util.Arrays;

/**
 * A lane's share of one lease: what of it is charged, and what bids in flight may yet be charged,
 * by the time at which their tokens expire. Made by the node's thread, owned by the lane from the
 * handing over; allocates nothing from then on.
 *
 * <p>Used of the share is {@code charged + Σ over buckets max(0, reserved − charged in it)}; a
 * bucket counts until everything received up to its expiry has been settled.
 *
 * <p>The buckets stand side by side from the oldest that is not settled to the newest. Where they
 * are too few for the longest token and for how far settling is behind, each two become one of
 * twice the length, until all have expired: so none has to make room for another, whatever stands
 * still. A lease takes 2.4 KB in each lane, 10,000 line items 24 MB.
 */
final class LaneLease {
  /** Expiries are rounded up to this, so that a reservation lasts at most so much longer. */
  static final int BUCKET_SECONDS = 5;

  /**
   * Enough for a banner in an app (315 s) with settling 160 s behind; and at 20 s each for an
   * interstitial (1,815 s) with settling 80 s behind.
   */
  static final int BUCKETS = 96;

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

  private int bucketSeconds = BUCKET_SECONDS;

  /** The expiry of the first bucket divided by {@link #bucketSeconds}, rounded up. */
  private int firstKey;

  /** How many buckets are in use; those after are zero. */
  private int size;

  /** Nothing is to be dropped before settling has come to here. */
  private long dropAtMillis = Long.MAX_VALUE;

  private final long[] reserved = new long[BUCKETS];
  private final long[] charged = new long[BUCKETS];

  /** What the bids of the bucket would charge if all were charged. */
  private final long[] bid = new long[BUCKETS];

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

  /** How many seconds of expiries a bucket holds now. */
  int bucketSeconds() {
    return bucketSeconds;
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
      int place = makePlace(expirySecond);
      outstandingMicros -= open(place);
      reserved[place] += reserveMicros;
      bid[place] += priceMicros;
      outstandingMicros += open(place);
    }
    lastTokenSecond = Math.max(lastTokenSecond, expirySecond);
    return true;
  }

  /** Takes a reservation back that was made a moment ago. */
  void cancel(long reserveMicros, long priceMicros, long expirySecond) {
    int place = key(expirySecond) - firstKey;
    if (place >= 0 && place < size) {
      outstandingMicros -= open(place);
      reserved[place] = Math.max(0, reserved[place] - reserveMicros);
      bid[place] = Math.max(0, bid[place] - priceMicros);
      outstandingMicros += open(place);
    }
  }

  /** Takes note of a charge, whether its bucket is still there or not. */
  void charge(long expirySecond, long micros) {
    chargedMicros += micros;
    int place = key(expirySecond) - firstKey;
    if (place >= 0 && place < size) {
      outstandingMicros -= open(place);
      charged[place] += micros;
      outstandingMicros += open(place);
    }
  }

  /** Drops the buckets that have expired before everything up to a time was settled. */
  void dropSettled(long settledThroughMillis) {
    if (settledThroughMillis < dropAtMillis) {
      return;
    }
    long settledKey = (settledThroughMillis / MILLIS - 1) / bucketSeconds;
    int gone = (int) Math.min(size, settledKey - firstKey + 1);
    for (int place = 0; place < gone; place++) {
      outstandingMicros -= open(place);
      sampleBidMicros += bid[place];
      sampleChargedMicros += charged[place];
    }
    while (gone < size && bid[gone] == 0 && reserved[gone] == 0 && charged[gone] == 0) {
      gone++;
    }
    removeFirst(gone);
  }

  /** Adds to the share what another lane gave, or takes away what this one gives. */
  void addShare(long micros) {
    shareMicros += micros;
  }

  /**
   * The most that can ever be charged for the bids made so far: all that was, and the full price of
   * every bid whose charge is still to come, however few of them are expected to be charged.
   */
  long mostChargedMicros() {
    long most = chargedMicros;
    for (int place = 0; place < size; place++) {
      most += Math.max(0, bid[place] - charged[place]);
    }
    return most;
  }

  /** Whether nothing that was bid on it can be charged any more. */
  boolean isDrained() {
    return size == 0;
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

  /** The place of the bucket of an expiry, with all others where they must be for it. */
  private int makePlace(long expirySecond) {
    int key = key(expirySecond);
    if (size == 0) {
      startAt(key);
      size = 1;
      return 0;
    }
    while (Math.max(firstKey + size - 1, key) - Math.min(firstKey, key) >= BUCKETS) {
      widen();
      key = key(expirySecond);
    }
    if (key < firstKey) {
      insertFirst(firstKey - key);
    }
    size = Math.max(size, key - firstKey + 1);
    return key - firstKey;
  }

  /** Makes one bucket of each two; a key {@code k} becomes {@code ⌈k / 2⌉}. */
  private void widen() {
    int newFirst = firstKey + 1 >> 1;
    int newSize = (firstKey + size >> 1) - newFirst + 1;
    outstandingMicros = 0;
    for (int place = 0; place < size; place++) {
      int into = (firstKey + place + 1 >> 1) - newFirst;
      if (into < place) {
        reserved[into] += reserved[place];
        charged[into] += charged[place];
        bid[into] += bid[place];
        clear(place, place + 1);
      }
    }
    for (int place = 0; place < newSize; place++) {
      outstandingMicros += open(place);
    }
    bucketSeconds *= 2;
    size = newSize;
    startAt(newFirst);
  }

  private void insertFirst(int count) {
    System.arraycopy(reserved, 0, reserved, count, size);
    System.arraycopy(charged, 0, charged, count, size);
    System.arraycopy(bid, 0, bid, count, size);
    clear(0, count);
    size += count;
    startAt(firstKey - count);
  }

  private void removeFirst(int count) {
    System.arraycopy(reserved, count, reserved, 0, size - count);
    System.arraycopy(charged, count, charged, 0, size - count);
    System.arraycopy(bid, count, bid, 0, size - count);
    clear(size - count, size);
    size -= count;
    if (size > 0) {
      startAt(firstKey + count);
    } else {
      bucketSeconds = BUCKET_SECONDS;
      dropAtMillis = Long.MAX_VALUE;
    }
  }

  private void clear(int from, int to) {
    Arrays.fill(reserved, from, to, 0);
    Arrays.fill(charged, from, to, 0);
    Arrays.fill(bid, from, to, 0);
  }

  private void startAt(int key) {
    firstKey = key;
    dropAtMillis = ((long) key * bucketSeconds + 1) * MILLIS;
  }

  private long open(int place) {
    return Math.max(0, reserved[place] - charged[place]);
  }

  private int key(long expirySecond) {
    return (int) ((expirySecond + bucketSeconds - 1) / bucketSeconds);
  }
}
