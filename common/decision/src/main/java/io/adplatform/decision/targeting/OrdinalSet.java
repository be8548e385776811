package io.adplatform.decision.targeting;

import java.util.Arrays;

/**
 * An immutable set of line item ordinals, cut into blocks of {@value #BLOCK}: a block is absent, a
 * list of members where there are few, {@value #WORDS} words of bits where there are many, or full.
 * It therefore takes space, and its blocks take time, by what is in it. (The layout follows Roaring
 * bitmaps, Lemire et al., 2016, with smaller blocks.) Any thread.
 */
public final class OrdinalSet {
  /**
   * Words of a block: so few that most auctions are decided in the first, and the loops over them
   * are still worth their setting up.
   */
  static final int WORDS = 32;

  /** Ordinals of a block. */
  static final int BLOCK = WORDS * Long.SIZE;

  /** Shift from an ordinal to its block. */
  static final int BLOCK_SHIFT = 11;

  /**
   * Up to this many members are listed: setting so many bits costs no more than a pass over words.
   */
  static final int MAX_LISTED = 8;

  /** The content of a block that holds all of its ordinals. */
  static final Object FULL = new Object();

  static final OrdinalSet EMPTY = new OrdinalSet(0, new long[0], new Object[0]);

  private final int count;

  /** A bit for each block that is not absent. */
  private final long[] blocks;

  /**
   * Of each block that is not absent, in order: {@code long[]} of bits, {@code char[]} of members
   * as offsets in the block, or {@link #FULL}. Bits are an array of their own for each block: loops
   * over arrays at one index are what the compiler makes vector instructions of.
   */
  private final Object[] contents;

  /**
   * The content of the first block, in which most auctions are decided; null where it is absent.
   */
  private final Object first;

  /** Of {@link #blocks}, the first. */
  private final long firstBlocks;

  private OrdinalSet(int count, long[] blocks, Object[] contents) {
    this.count = count;
    this.blocks = blocks;
    this.contents = contents;
    this.firstBlocks = blocks.length > 0 ? blocks[0] : 0;
    this.first = blocks.length > 0 && (blocks[0] & 1) != 0 ? contents[0] : null;
  }

  /**
   * The set of some ordinals.
   *
   * @param ordinals ascending, each once, below {@code universe}; only the first {@code count} are
   *     taken
   */
  static OrdinalSet of(int[] ordinals, int count, int universe) {
    if (count == 0) {
      return EMPTY;
    }
    long[] blocks = new long[((universe - 1 >> BLOCK_SHIFT) >> 6) + 1];
    Object[] contents = new Object[(ordinals[count - 1] >> BLOCK_SHIFT) + 1];
    int contentCount = 0;
    int from = 0;
    while (from < count) {
      int block = ordinals[from] >> BLOCK_SHIFT;
      int to = from;
      while (to < count && ordinals[to] >> BLOCK_SHIFT == block) {
        to++;
      }
      int blockSize = Math.min(BLOCK, universe - (block << BLOCK_SHIFT));
      blocks[block >> 6] |= 1L << block;
      contents[contentCount++] = content(ordinals, from, to, blockSize);
      from = to;
    }
    return new OrdinalSet(count, blocks, Arrays.copyOf(contents, contentCount));
  }

  private static Object content(int[] ordinals, int from, int to, int blockSize) {
    if (to - from == blockSize) {
      return FULL;
    }
    if (to - from <= MAX_LISTED) {
      char[] list = new char[to - from];
      for (int i = from; i < to; i++) {
        list[i - from] = (char) (ordinals[i] & BLOCK - 1);
      }
      return list;
    }
    long[] bits = new long[WORDS];
    for (int i = from; i < to; i++) {
      int member = ordinals[i] & BLOCK - 1;
      bits[member >> 6] |= 1L << member;
    }
    return bits;
  }

  /** How many ordinals there are. */
  int count() {
    return count;
  }

  /** Which of the blocks {@code 64 * index} to {@code 64 * index + 63} are not absent. */
  long blocks(int index) {
    if (index == 0) {
      return firstBlocks;
    }
    return index < blocks.length ? blocks[index] : 0;
  }

  /** A block's bits, its listed members, {@link #FULL}, or null where it is absent. */
  Object content(int block) {
    if (block == 0) {
      return first;
    }
    int index = block >> 6;
    if (index >= blocks.length || (blocks[index] & 1L << block) == 0) {
      return null;
    }
    int rank = Long.bitCount(blocks[index] & (1L << block) - 1);
    for (int before = 0; before < index; before++) {
      rank += Long.bitCount(blocks[before]);
    }
    return contents[rank];
  }

  /** Whether an ordinal is in the set. For tests and rare checks. */
  boolean contains(int ordinal) {
    int member = ordinal & BLOCK - 1;
    return switch (content(ordinal >> BLOCK_SHIFT)) {
      case null -> false;
      case long[] bits -> (bits[member >> 6] & 1L << member) != 0;
      case char[] list -> Arrays.binarySearch(list, (char) member) >= 0;
      default -> true;
    };
  }
}
