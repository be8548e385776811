package io.adplatform.decision.targeting;

/**
 * The loops over the words of a block, alone and of a fixed length so that the compiler makes
 * vector instructions of them. Pure functions; any thread.
 */
final class Blocks {
  private Blocks() {}

  /** {@code words = a & b & c & d}. */
  static void setAnd(long[] words, long[] a, long[] b, long[] c, long[] d) {
    for (int i = 0; i < OrdinalSet.WORDS; i++) {
      words[i] = a[i] & b[i] & c[i] & d[i];
    }
  }

  /** {@code words &= a & b & c & d}. */
  static void and(long[] words, long[] a, long[] b, long[] c, long[] d) {
    for (int i = 0; i < OrdinalSet.WORDS; i++) {
      words[i] &= a[i] & b[i] & c[i] & d[i];
    }
  }

  /** {@code words &= a | b}. */
  static void andUnion(long[] words, long[] a, long[] b) {
    for (int i = 0; i < OrdinalSet.WORDS; i++) {
      words[i] &= a[i] | b[i];
    }
  }

  /** {@code words &= a | b | c | d}. */
  static void andUnion(long[] words, long[] a, long[] b, long[] c, long[] d) {
    for (int i = 0; i < OrdinalSet.WORDS; i++) {
      words[i] &= a[i] | b[i] | c[i] | d[i];
    }
  }

  /** {@code words |= a}. */
  static void or(long[] words, long[] a) {
    for (int i = 0; i < OrdinalSet.WORDS; i++) {
      words[i] |= a[i];
    }
  }

  /** {@code words |= a | b | c}. */
  static void or(long[] words, long[] a, long[] b, long[] c) {
    for (int i = 0; i < OrdinalSet.WORDS; i++) {
      words[i] |= a[i] | b[i] | c[i];
    }
  }

  /** {@code words &= ~a}. */
  static void andNot(long[] words, long[] a) {
    for (int i = 0; i < OrdinalSet.WORDS; i++) {
      words[i] &= ~a[i];
    }
  }

  /** {@code words = 0}. */
  static void clear(long[] words) {
    for (int i = 0; i < OrdinalSet.WORDS; i++) {
      words[i] = 0;
    }
  }

  /** Sets the members of a list: offsets in the block. */
  static void setListed(long[] words, char[] list) {
    for (char member : list) {
      words[member >> 6] |= 1L << member;
    }
  }

  /** Clears the members of a list. */
  static void clearListed(long[] words, char[] list) {
    for (char member : list) {
      words[member >> 6] &= ~(1L << member);
    }
  }
}
