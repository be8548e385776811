package io.adplatform.decision.query;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What the user agents met last tell: most requests come from few of them, and comparing one costs
 * a tenth of looking it over with a {@link UserAgentIndex}. An entry gives way to the next whose
 * hash falls on it. One lane; allocates nothing.
 */
final class UserAgentCache {
  /** A power of two; with {@link #MAX_LENGTH} it takes half a megabyte a lane. */
  static final int ENTRIES = 2_048;

  /** Longer ones are looked over each time: nine in ten have fewer than 200 bytes. */
  static final int MAX_LENGTH = 256;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  // A multiplier of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) and the golden ratio.
  private static final long FACTOR = 0xBF58476D1CE4E5B9L;
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final UserAgentIndex index;
  private final byte[] texts = new byte[ENTRIES * MAX_LENGTH];
  private final int[] lengths = new int[ENTRIES];
  private final int[] marks = new int[ENTRIES];

  UserAgentCache(UserAgentIndex index) {
    this.index = index;
    Arrays.fill(lengths, -1);
  }

  /** As {@link UserAgentIndex#marks}. */
  int marks(byte[] bytes, int offset, int length) {
    if (length > MAX_LENGTH || length < Long.BYTES) {
      return index.marks(bytes, offset, length);
    }
    int entry = (int) (hash(bytes, offset, length) >>> 32) & ENTRIES - 1;
    int at = entry * MAX_LENGTH;
    if (lengths[entry] != length
        || !Arrays.equals(texts, at, at + length, bytes, offset, offset + length)) {
      marks[entry] = index.marks(bytes, offset, length);
      lengths[entry] = length;
      System.arraycopy(bytes, offset, texts, at, length);
    }
    return marks[entry];
  }

  private static long hash(byte[] bytes, int offset, int length) {
    int last = offset + length - Long.BYTES;
    long hash = length * GOLDEN;
    for (int at = offset; at < last; at += Long.BYTES) {
      hash = (hash ^ (long) LONGS.get(bytes, at)) * FACTOR;
      hash ^= hash >>> 32;
    }
    return (hash ^ (long) LONGS.get(bytes, last)) * FACTOR;
  }
}
