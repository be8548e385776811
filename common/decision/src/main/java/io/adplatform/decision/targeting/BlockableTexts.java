package io.adplatform.decision.targeting;

import org.agrona.collections.LongHashSet;

/**
 * All texts by which a request could block one of some creatives: their categories and domains,
 * with those above them. Most of what requests block is of nobody here, and need not be kept.
 * Immutable; any thread; answers without allocation.
 */
public final class BlockableTexts {
  /**
   * Bits for each text: of those that are not among the texts one in so many is looked up by its
   * whole hash, where a request has some thirty of them.
   */
  private static final int BITS_PER_TEXT = 32;

  private static final int LEAST_BITS = 1 << 12;

  private final LongHashSet hashes = new LongHashSet();

  /** By list, length and first bytes of a text: whether there may be such a one. */
  private final long[] bits;

  private final int shift;

  /** The texts of some creatives. */
  public BlockableTexts(CreativeTraits[] creatives) {
    for (CreativeTraits creative : creatives) {
      creative.forEachBlockable(
          (list, text) -> hashes.add(TextSet.hash(list, text, 0, text.length)));
    }
    int size = Integer.highestOneBit(Math.max(LEAST_BITS, hashes.size() * BITS_PER_TEXT));
    bits = new long[size / Long.SIZE];
    shift = Long.numberOfLeadingZeros(size) + 1;
    for (CreativeTraits creative : creatives) {
      creative.forEachBlockable(
          (list, text) -> {
            int bit = bit(list, text, 0, text.length);
            bits[bit >> 6] |= 1L << bit;
          });
    }
  }

  /** Whether a creative has a text, whatever the case of ASCII letters; seldom in error. */
  boolean mayContain(int list, byte[] buffer, int offset, int length) {
    int bit = bit(list, buffer, offset, length);
    return (bits[bit >> 6] & 1L << bit) != 0
        && hashes.contains(TextSet.hash(list, buffer, offset, length));
  }

  private int bit(int list, byte[] buffer, int offset, int length) {
    return (int) (TextHash.ofStart(buffer, offset, length) + list * Long.MIN_VALUE >>> shift);
  }

  /** Takes the texts of a creative. */
  @FunctionalInterface
  interface Listener {
    /** A category or a domain, in {@link AdQuery#CATEGORIES} or {@link AdQuery#ADVERTISERS}. */
    void onText(int list, byte[] text);
  }
}
