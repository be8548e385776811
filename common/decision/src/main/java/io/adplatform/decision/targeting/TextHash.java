package io.adplatform.decision.targeting;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A 64-bit hash of short texts, eight bytes at a time, blind to the case of ASCII letters. It finds
 * entries in tables, which compare the bytes as well; it does not resist an attacker who chooses
 * the table's contents. Pure functions without allocation; any thread.
 */
final class TextHash {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Longest text that three words cover. */
  private static final int MAX_STRAIGHT = 3 * Long.BYTES;

  /** Sets the bit in which ASCII letters of either case differ, in every byte. */
  private static final long FOLD = 0x2020202020202020L;

  // The first two multipliers of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) and the golden ratio.
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final long FIRST = 0xBF58476D1CE4E5B9L;
  private static final long SECOND = 0x94D049BB133111EBL;

  private TextHash() {}

  /**
   * The hash of a span: up to {@value #MAX_STRAIGHT} bytes are three reads that overlap, so that
   * texts of all usual lengths take the same way, and their products wait for none of the others.
   */
  static long of(byte[] text, int offset, int length) {
    long hash = length * GOLDEN;
    if (length < Long.BYTES) {
      return finish(hash ^ word(few(text, offset, length)) * FIRST);
    }
    int last = offset + length - Long.BYTES;
    long ends = word((long) LONGS.get(text, offset)) * FIRST;
    ends = Long.rotateLeft(ends, 23) ^ word((long) LONGS.get(text, last)) * SECOND;
    if (length <= MAX_STRAIGHT) {
      long middle = (long) LONGS.get(text, offset + (length - Long.BYTES >> 1));
      return finish(hash ^ ends ^ Long.rotateLeft(word(middle) * GOLDEN, 41));
    }
    for (int at = offset + Long.BYTES; at < last; at += Long.BYTES) {
      hash = (hash ^ word((long) LONGS.get(text, at))) * FIRST;
      hash ^= hash >>> 32;
    }
    return finish(hash ^ ends);
  }

  /**
   * A number from the length and the first eight bytes of a text, in the upper bits well spread: a
   * third of the work of {@link #of}, for tables that most texts are not in.
   */
  static long ofStart(byte[] text, int offset, int length) {
    long start = length < Long.BYTES ? few(text, offset, length) : (long) LONGS.get(text, offset);
    return (word(start) ^ length * SECOND) * GOLDEN;
  }

  /** The hash of a number: a bijection whose lower bits depend on all of them. */
  static long of(long number) {
    long z = number * GOLDEN;
    return z ^ z >>> 32;
  }

  /** Whether two texts of a length are the same; short ones without a loop. */
  static boolean equals(byte[] a, int aOffset, byte[] b, int bOffset, int length) {
    if (length < Long.BYTES) {
      return few(a, aOffset, length) == few(b, bOffset, length);
    }
    int last = length - Long.BYTES;
    for (int i = 0; i < last; i += Long.BYTES) {
      if ((long) LONGS.get(a, aOffset + i) != (long) LONGS.get(b, bOffset + i)) {
        return false;
      }
    }
    return (long) LONGS.get(a, aOffset + last) == (long) LONGS.get(b, bOffset + last);
  }

  /** Whether two texts of a length are the same but for the case of ASCII letters. */
  static boolean equalsFolded(byte[] a, int aOffset, byte[] b, int bOffset, int length) {
    if (equals(a, aOffset, b, bOffset, length)) {
      return true;
    }
    for (int i = 0; i < length; i++) {
      if (fold(a[aOffset + i]) != fold(b[bOffset + i])) {
        return false;
      }
    }
    return true;
  }

  /** The lower-case form of an ASCII byte. */
  static byte fold(byte b) {
    return b >= 'A' && b <= 'Z' ? (byte) (b | 0x20) : b;
  }

  private static long word(long bytes) {
    return bytes | FOLD;
  }

  /** Spreads what has been multiplied once over all bits. */
  private static long finish(long value) {
    long z = (value ^ value >>> 32) * SECOND;
    return z ^ z >>> 29;
  }

  /** Up to seven bytes as a number: read as eight and cut off, where there are so many. */
  private static long few(byte[] text, int at, int count) {
    if (at + Long.BYTES <= text.length) {
      return (long) LONGS.get(text, at) & (1L << count * Byte.SIZE) - 1;
    }
    long number = 0;
    for (int i = count - 1; i >= 0; i--) {
      number = number << Byte.SIZE | text[at + i] & 0xFFL;
    }
    return number;
  }
}
