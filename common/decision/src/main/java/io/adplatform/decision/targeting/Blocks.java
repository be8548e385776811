package io.adplatform.decision.targeting;

/**
 * The loops over the words of a block, alone and of a fixed length so that the compiler makes
 * vector instructions of them. Pure functions; any thread.
 */
final class Blocks {
  private static final int WORDS = OrdinalSet.WORDS;

  private Blocks() {}

  /** {@code words &= a}. */
  static void and(long[] words, long[] a, int aFrom) {
    for (int i = 0; i < WORDS; i++) {
      words[i] &= a[aFrom + i];
    }
  }

  /** {@code words &= a | b}. */
  static void andEither(long[] words, long[] a, int aFrom, long[] b, int bFrom) {
    for (int i = 0; i < WORDS; i++) {
      words[i] &= a[aFrom + i] | b[bFrom + i];
    }
  }

  /** {@code words |= a}. */
  static void or(long[] words, long[] a, int aFrom) {
    for (int i = 0; i < WORDS; i++) {
      words[i] |= a[aFrom + i];
    }
  }

  /** {@code words &= ~a}. */
  static void andNot(long[] words, long[] a, int aFrom) {
    for (int i = 0; i < WORDS; i++) {
      words[i] &= ~a[aFrom + i];
    }
  }

  /** Whether no bit is set. */
  static boolean isEmpty(long[] words) {
    long any = 0;
    for (int i = 0; i < WORDS; i++) {
      any |= words[i];
    }
    return any == 0;
  }

  /** Sets the members of a list: its length, then offsets in the block. */
  static void setListed(long[] words, char[] lists, int offset) {
    int end = offset + lists[offset];
    for (int i = offset + 1; i <= end; i++) {
      words[lists[i] >> 6] |= 1L << lists[i];
    }
  }

  /** Clears the members of a list. */
  static void clearListed(long[] words, char[] lists, int offset) {
    int end = offset + lists[offset];
    for (int i = offset + 1; i <= end; i++) {
      words[lists[i] >> 6] &= ~(1L << lists[i]);
    }
  }
}
