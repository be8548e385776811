package io.adplatform.decision.targeting;

import java.util.Arrays;

/**
 * An immutable set of line item ordinals, cut into blocks of {@value #BLOCK}: a block is absent, a
 * list of members where there are few, {@value #WORDS} words of bits where there are many, or full.
 * It therefore takes space, and its blocks take time, by what is in it. (The layout follows Roaring
 * bitmaps, Lemire et al., 2016, with smaller blocks.) Any thread.
 */
final class OrdinalSet {
  /** Words of a block. */
  static final int WORDS = 256;

  /** Ordinals of a block. */
  static final int BLOCK = WORDS * Long.SIZE;

  /** Shift from an ordinal to its block. */
  static final int BLOCK_SHIFT = 14;

  /**
   * Up to this many members are listed: setting so many bits costs no more than a pass over words.
   */
  static final int MAX_LISTED = 128;

  static final OrdinalSet EMPTY =
      new OrdinalSet(0, new long[0], new int[0], new long[0][], new char[0]);

  static final int BITS = 0;
  static final int LIST = 1;
  static final int FULL = 2;
  static final int ABSENT = 3;
  private static final int KIND_BITS = 2;
  private static final int KIND_MASK = 3;

  private final int count;

  /** A bit for each block that is not absent. */
  private final long[] blocks;

  /** Of each block that is not absent, in order: where its content begins, and its kind. */
  private final int[] containers;

  /**
   * Each an array of its own: loops over arrays at one index are what the compiler makes vector
   * instructions of.
   */
  final long[][] words;

  /** The length of a list, then its members as offsets in their block. */
  final char[] lists;

  private OrdinalSet(int count, long[] blocks, int[] containers, long[][] words, char[] lists) {
    this.count = count;
    this.blocks = blocks;
    this.containers = containers;
    this.words = words;
    this.lists = lists;
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
    int[] containers = new int[(ordinals[count - 1] >> BLOCK_SHIFT) + 1];
    int containerCount = 0;
    Contents contents = new Contents();
    int from = 0;
    while (from < count) {
      int block = ordinals[from] >> BLOCK_SHIFT;
      int to = from;
      while (to < count && ordinals[to] >> BLOCK_SHIFT == block) {
        to++;
      }
      int blockSize = Math.min(BLOCK, universe - (block << BLOCK_SHIFT));
      blocks[block >> 6] |= 1L << block;
      containers[containerCount++] = contents.add(ordinals, from, to, blockSize);
      from = to;
    }
    return new OrdinalSet(
        count,
        blocks,
        Arrays.copyOf(containers, containerCount),
        Arrays.copyOf(contents.words, contents.wordCount),
        Arrays.copyOf(contents.lists, contents.listSize));
  }

  /** How many ordinals there are. */
  int count() {
    return count;
  }

  /** Which of the blocks {@code 64 * index} to {@code 64 * index + 63} are not absent. */
  long blocks(int index) {
    return index < blocks.length ? blocks[index] : 0;
  }

  /** A block's kind and, for {@link #offset}, where its content is. */
  int container(int block) {
    int index = block >> 6;
    if (index >= blocks.length || (blocks[index] & 1L << block) == 0) {
      return ABSENT;
    }
    int rank = Long.bitCount(blocks[index] & (1L << block) - 1);
    for (int before = 0; before < index; before++) {
      rank += Long.bitCount(blocks[before]);
    }
    return containers[rank];
  }

  /** {@link #BITS}, {@link #LIST}, {@link #FULL} or {@link #ABSENT}. */
  static int kind(int container) {
    return container & KIND_MASK;
  }

  /** Which of {@link #words} a container is, or where it begins in {@link #lists}. */
  static int offset(int container) {
    return container >>> KIND_BITS;
  }

  /** Whether an ordinal is in the set. For tests and rare checks. */
  boolean contains(int ordinal) {
    int container = container(ordinal >> BLOCK_SHIFT);
    int offset = offset(container);
    int member = ordinal & BLOCK - 1;
    return switch (kind(container)) {
      case BITS -> (words[offset][member >> 6] & 1L << member) != 0;
      case LIST ->
          Arrays.binarySearch(lists, offset + 1, offset + 1 + lists[offset], (char) member) >= 0;
      case FULL -> true;
      default -> false;
    };
  }

  /** What the blocks of a set in the making hold. */
  private static final class Contents {
    private long[][] words = new long[0][];
    private char[] lists = new char[0];
    private int wordCount;
    private int listSize;

    int add(int[] ordinals, int from, int to, int blockSize) {
      int size = to - from;
      if (size == blockSize) {
        return FULL;
      }
      return size <= MAX_LISTED ? addList(ordinals, from, to) : addBits(ordinals, from, to);
    }

    private int addList(int[] ordinals, int from, int to) {
      int offset = listSize;
      int needed = offset + 1 + to - from;
      if (needed > lists.length) {
        lists = Arrays.copyOf(lists, Math.max(needed, 2 * lists.length));
      }
      lists[listSize++] = (char) (to - from);
      for (int i = from; i < to; i++) {
        lists[listSize++] = (char) (ordinals[i] & BLOCK - 1);
      }
      return offset << KIND_BITS | LIST;
    }

    private int addBits(int[] ordinals, int from, int to) {
      int offset = wordCount++;
      if (wordCount > words.length) {
        words = Arrays.copyOf(words, Math.max(wordCount, 2 * words.length));
      }
      long[] bits = new long[WORDS];
      for (int i = from; i < to; i++) {
        int member = ordinals[i] & BLOCK - 1;
        bits[member >> 6] |= 1L << member;
      }
      words[offset] = bits;
      return offset << KIND_BITS | BITS;
    }
  }
}
