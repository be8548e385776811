package io.adplatform.wire.token;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * SipHash-2-4 with a result of 128 bits (Aumasson and Bernstein, "SipHash: a fast short-input PRF",
 * 2012), a keyed MAC for short messages. Holds its last result: one instance per thread. Allocates
 * nothing.
 */
public final class SipHash {
  /** Bytes of a key. */
  public static final int KEY_LENGTH = 16;

  /** Bytes of a result. */
  public static final int MAC_LENGTH = 16;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int FINAL_ROUNDS = 4;

  private final long k0;
  private final long k1;
  private long v0;
  private long v1;
  private long v2;
  private long v3;
  private long low;
  private long high;

  /** Keyed by {@link #KEY_LENGTH} bytes. */
  public SipHash(byte[] key) {
    if (key.length != KEY_LENGTH) {
      throw new IllegalArgumentException("a key has " + KEY_LENGTH + " bytes, not " + key.length);
    }
    k0 = (long) LONGS.get(key, 0);
    k1 = (long) LONGS.get(key, 8);
  }

  /** Hashes bytes; {@link #low()} and {@link #high()} are the result. */
  public void hash(byte[] message, int offset, int length) {
    v0 = k0 ^ 0x736f6d6570736575L;
    v1 = k1 ^ 0x646f72616e646f6dL ^ 0xee;
    v2 = k0 ^ 0x6c7967656e657261L;
    v3 = k1 ^ 0x7465646279746573L;
    int whole = length & ~7;
    for (int i = 0; i < whole; i += 8) {
      compress((long) LONGS.get(message, offset + i));
    }
    long last = (long) length << 56;
    for (int i = whole; i < length; i++) {
      last |= (message[offset + i] & 0xffL) << ((i - whole) * 8);
    }
    compress(last);
    v2 ^= 0xee;
    rounds();
    low = v0 ^ v1 ^ v2 ^ v3;
    v1 ^= 0xdd;
    rounds();
    high = v0 ^ v1 ^ v2 ^ v3;
  }

  /** The first eight bytes of the last result, little endian. */
  public long low() {
    return low;
  }

  /** The last eight bytes of the last result, little endian. */
  public long high() {
    return high;
  }

  /** Writes the last result, {@link #MAC_LENGTH} bytes. */
  public void write(byte[] into, int offset) {
    LONGS.set(into, offset, low);
    LONGS.set(into, offset + 8, high);
  }

  /**
   * Whether the last result equals {@link #MAC_LENGTH} bytes; takes the same time for any of them.
   */
  public boolean matches(byte[] mac, int offset) {
    return ((low ^ (long) LONGS.get(mac, offset)) | (high ^ (long) LONGS.get(mac, offset + 8)))
        == 0;
  }

  private void compress(long word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }

  private void rounds() {
    for (int i = 0; i < FINAL_ROUNDS; i++) {
      round();
    }
  }

  private void round() {
    v0 += v1;
    v2 += v3;
    v1 = Long.rotateLeft(v1, 13) ^ v0;
    v3 = Long.rotateLeft(v3, 16) ^ v2;
    v0 = Long.rotateLeft(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = Long.rotateLeft(v1, 17) ^ v2;
    v3 = Long.rotateLeft(v3, 21) ^ v0;
    v2 = Long.rotateLeft(v2, 32);
  }
}
