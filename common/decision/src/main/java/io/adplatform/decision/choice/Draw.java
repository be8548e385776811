package io.adplatform.decision.choice;

import io.adplatform.wire.catalogue.LineItem;

/**
 * Random numbers that anyone can draw again from the auction's id. Pure functions; any thread.
 *
 * @see <a href="https://doi.org/10.1145/2660193.2660195">SplitMix64 (Steele, Lea, Flood, 2014)</a>
 */
public final class Draw {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /** Sets its draw apart from the others (a constant of xxHash64). */
  private static final long PARTICIPATION = 0xC2B2AE3D27D4EB4FL;

  private Draw() {}

  /** The seed of an auction: a mix of both halves of its id. */
  public static long seed(long auctionHi, long auctionLo) {
    return mix(mix(auctionHi) + auctionLo);
  }

  /**
   * A line item's or demand partner's number in the draw: the highest wins; no two share one, as
   * their ids come from one sequence.
   */
  public static long ticket(long seed, long lineItemId) {
    return mix(seed + lineItemId * GOLDEN);
  }

  /** A line item's number in the rotation of its creatives, independent of its {@link #ticket}. */
  static long rotation(long seed, long lineItemId) {
    return mix(ticket(seed, lineItemId) + GOLDEN);
  }

  /**
   * Whether a line item takes part in an auction, independent of its {@link #ticket}.
   *
   * @param partsPerMillion of all auctions it takes part in
   */
  static boolean participates(long seed, long lineItemId, int partsPerMillion) {
    long number = mix(ticket(seed, lineItemId) ^ PARTICIPATION);
    return below(number, LineItem.Participation.ALL) < partsPerMillion;
  }

  /** A number from 0 to below {@code bound}. */
  static int below(long ticket, int bound) {
    return (int) ((ticket >>> 32) * bound >>> 32);
  }

  private static long mix(long value) {
    long z = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
