package io.adplatform.decision.budget;

/**
 * Which share of what a line item bids is charged in the end, measured on bids that can no longer
 * be charged, with room for chance: what is reserved for a bid is its price by this rate. Starts at
 * 1. Owned by one lane.
 *
 * <p>With {@code p} charged of {@code n} bids, and room for {@code m} charges in the share of a
 * lease, it is {@code (p + 3·√(p(1−p)/n) + 3/n) · (1 + 3·√(1/m))}: three standard deviations for
 * what was measured, three for what is in flight, and the rule of three where nothing was charged.
 */
final class BidToChargeRate {
  /** The rate 1. */
  static final int ONE = 1 << 16;

  /** Never below: a line item that nobody shows must not bid hundreds of times what it has. */
  static final int LOWEST = ONE / 64;

  /** Bids it takes before they mean anything. */
  static final int MIN_BIDS = 200;

  /** Bids that are remembered; beyond, older ones count for half. */
  static final int MAX_BIDS = 100_000;

  private static final int BITS = 16;
  private static final int DEVIATIONS = 3;
  private static final long MILLION = 1_000_000;

  private long bidMicros;
  private long chargedMicros;
  private int rate = ONE;

  /** The same without a lowest, for what is rarely charged. */
  private int measured = ONE;

  /** The rate, in {@link #ONE}ths. */
  int rate() {
    return rate;
  }

  /** A price by the rate, rounded up. */
  long of(long priceMicros) {
    return priceMicros * rate + ONE - 1 >> BITS;
  }

  /**
   * What is reserved for a bid that is charged for few of its impressions: the expected charge, or
   * less where fewer of its bids were charged, with room for chance in what is left: few charges
   * scatter more than many.
   *
   * @param priceMicros of one charge, positive
   * @param chargesPerMillion for how many of a million impressions it is charged
   * @param leftMicros of the share of the lease: what is not charged yet
   */
  long of(long priceMicros, int chargesPerMillion, long leftMicros) {
    long expected = (priceMicros * chargesPerMillion + MILLION - 1) / MILLION;
    long room = ONE + DEVIATIONS * root(((long) ONE << BITS) / charges(leftMicros, priceMicros));
    long roomy = Math.min(priceMicros, (expected * room + ONE - 1) >> BITS);
    return Math.min(roomy, priceMicros * measured + ONE - 1 >> BITS);
  }

  private static long charges(long shareMicros, long priceMicros) {
    return Math.max(1, shareMicros / priceMicros);
  }

  /**
   * Counts bids whose time is over.
   *
   * @param priceMicros of one bid, positive
   * @param shareMicros of the lease they were made on
   */
  void sample(long bid, long charged, long priceMicros, long shareMicros) {
    bidMicros += bid;
    chargedMicros += Math.min(charged, bid);
    if (bidMicros / priceMicros > MAX_BIDS) {
      bidMicros >>= 1;
      chargedMicros >>= 1;
    }
    long bids = bidMicros / priceMicros;
    if (bids < MIN_BIDS) {
      return;
    }
    long share = fraction(chargedMicros, bidMicros);
    long likely =
        share + DEVIATIONS * root((share * (ONE - share)) / bids) + DEVIATIONS * ONE / bids;
    long charges = charges(shareMicros, priceMicros);
    long inFlight = ONE + DEVIATIONS * root(((long) ONE << BITS) / charges);
    measured = Math.clamp((likely * inFlight >> BITS) + 1, 1, ONE);
    rate = Math.clamp(likely * inFlight >> BITS, LOWEST, ONE);
  }

  /** {@code part / whole} in {@link #ONE}ths, for amounts up to 2^62. */
  private static long fraction(long part, long whole) {
    int shift = Math.max(0, BITS + 1 - Long.numberOfLeadingZeros(whole));
    return ((part >> shift) << BITS) / Math.max(1, whole >> shift);
  }

  /** The root of a number in {@link #ONE}² ths, in {@link #ONE}ths. */
  private static long root(long square) {
    return (long) Math.sqrt(square);
  }
}
