package io.adplatform.decision.query;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * What the user agents met last tell: most requests come from few of them, and finding one costs a
 * tenth of looking it over with a {@link UserAgentIndex}. They are known by a 64-bit hash over
 * secrets, so that nobody can make two that share one; by chance two of a day's traffic do so once
 * in millions of years. Of two neighbouring entries the one used before the other gives way. One
 * lane; allocates nothing.
 */
final class UserAgentCache {
  /** A power of two; it takes 96 kB a lane, and a tenth of them would hold nine requests in ten. */
  static final int ENTRIES = 8_192;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final UserAgentIndex index;
  private final long first;
  private final long second;

  /** 0 is none: a hash of 0 is never found. */
  private final long[] hashes = new long[ENTRIES];

  private final int[] marks = new int[ENTRIES];

  UserAgentCache(UserAgentIndex index) {
    this.index = index;
    SecureRandom secrets = new SecureRandom();
    first = secrets.nextLong();
    second = secrets.nextLong();
  }

  /** As {@link UserAgentIndex#marks}. */
  int marks(byte[] bytes, int offset, int length) {
    if (length < Long.BYTES) {
      return index.marks(bytes, offset, length);
    }
    long hash = hash(bytes, offset, length);
    int entry = (int) hash & ENTRIES - 1;
    if (hashes[entry] == hash && hash != 0) {
      return marks[entry];
    }
    int other = entry ^ 1;
    if (hashes[other] == hash && hash != 0) {
      return marks[other];
    }
    hashes[other] = hashes[entry];
    marks[other] = marks[entry];
    marks[entry] = index.marks(bytes, offset, length);
    hashes[entry] = hash;
    return marks[entry];
  }

  /** Multiplies pairs of words that secrets hide, and folds the products (as wyhash does). */
  private long hash(byte[] bytes, int offset, int length) {
    int last = offset + length - Long.BYTES;
    long hash = length;
    int at = offset;
    for (; at < last - Long.BYTES; at += 2 * Long.BYTES) {
      hash = fold(word(bytes, at) ^ first, word(bytes, at + Long.BYTES) ^ second ^ hash);
    }
    return fold(word(bytes, Math.min(at, last)) ^ second, word(bytes, last) ^ first ^ hash);
  }

  private static long word(byte[] bytes, int at) {
    return (long) LONGS.get(bytes, at);
  }

  private static long fold(long a, long b) {
    return a * b ^ Math.unsignedMultiplyHigh(a, b);
  }
}
