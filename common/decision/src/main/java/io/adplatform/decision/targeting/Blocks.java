package io.adplatform.decision.targeting;

/**
 * The loops over the words of a block, alone and of a fixed length so that the compiler makes
 * vector instructions of them. Pure functions; any thread.
 */
final class Blocks {
  private Blocks() {}

  /** {@code words &= a}. */
  static void and(long[] words, long[] a, int count) {
    for (int i = 0; i < count; i++) {
      words[i] &= a[i];
    }
  }

  /** {@code words &= a | b}. */
  static void andUnion(long[] words, long[] a, long[] b, int count) {
    for (int i = 0; i < count; i++) {
      words[i] &= a[i] | b[i];
    }
  }

  /** {@code words &= a | b | c}. */
  static void andUnion(long[] words, long[] a, long[] b, long[] c, int count) {
    for (int i = 0; i < count; i++) {
      words[i] &= a[i] | b[i] | c[i];
    }
  }

  /** {@code words |= a}. */
  static void or(long[] words, long[] a, int count) {
    for (int i = 0; i < count; i++) {
      words[i] |= a[i];
    }
  }

  /** {@code words &= ~a}. */
  static void andNot(long[] words, long[] a, int count) {
    for (int i = 0; i < count; i++) {
      words[i] &= ~a[i];
    }
  }

  /** {@code words |= a & b}. */
  static void orAnd(long[] words, long[] a, long[] b, int count) {
    for (int i = 0; i < count; i++) {
      words[i] |= a[i] & b[i];
    }
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
