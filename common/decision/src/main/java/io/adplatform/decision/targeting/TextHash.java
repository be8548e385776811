package io.adplatform.decision.targeting;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A 64-bit hash of short texts, eight bytes at a time, blind to the case of ASCII letters. It finds
 * entries in tables, which compare the bytes as well; it does not resist an attacker who chooses
 * the table's contents. Pure functions without allocation; any thread.
 */
final class TextHash {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** Sets the bit in which ASCII letters of either case differ, in every byte. */
  private static final long FOLD = 0x2020202020202020L;

  // The first two multipliers of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) and the golden ratio.
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final long FIRST = 0xBF58476D1CE4E5B9L;
  private static final long SECOND = 0x94D049BB133111EBL;

  private TextHash() {}

  /** The hash of a span. */
  static long of(byte[] text, int offset, int length) {
    long hash = length * GOLDEN;
    int at = offset;
    int end = offset + length;
    while (at <= end - Long.BYTES) {
      hash = round(hash, (long) LONGS.get(text, at));
      at += Long.BYTES;
    }
    int rest = end - at;
    if (rest > 0) {
      hash =
          round(
              hash,
              length >= Long.BYTES
                  ? (long) LONGS.get(text, end - Long.BYTES)
                  : few(text, at, rest));
    }
    return mix(hash);
  }

  /** The hash of two texts in order. */
  static long ofPair(long first, long second) {
    return mix(first * GOLDEN + second);
  }

  /** Spreads every bit of a value over all of them; a bijection (the finisher of SplitMix64). */
  static long mix(long value) {
    long z = (value ^ value >>> 30) * FIRST;
    z = (z ^ z >>> 27) * SECOND;
    return z ^ z >>> 31;
  }

  /** Whether two texts of a length are the same but for the case of ASCII letters. */
  static boolean equalsFolded(byte[] a, int aOffset, byte[] b, int bOffset, int length) {
    if (Arrays.equals(a, aOffset, aOffset + length, b, bOffset, bOffset + length)) {
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

  private static long round(long hash, long word) {
    long mixed = (hash ^ (word | FOLD)) * FIRST;
    return mixed ^ mixed >>> 32;
  }

  /** One to seven bytes as a number; overlapping reads cover those in the middle twice. */
  private static long few(byte[] text, int at, int count) {
    if (count >= Integer.BYTES) {
      long low = (int) INTS.get(text, at) & 0xFFFF_FFFFL;
      long high = (int) INTS.get(text, at + count - Integer.BYTES) & 0xFFFF_FFFFL;
      return low | high << 32;
    }
    long first = text[at] & 0xFFL;
    long middle = text[at + (count >> 1)] & 0xFFL;
    long last = text[at + count - 1] & 0xFFL;
    return first | middle << 8 | last << 16;
  }
}
