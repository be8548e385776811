package io.adplatform.runtime.journal;

import io.aeron.archive.checksum.Checksum;
import org.agrona.UnsafeApi;

/**
 * The checksum that stands in each recorded frame, in place of its session id: tells a frame that
 * was written in part (the machine or the process died) from a whole one. It is not a cryptographic
 * one. Aeron's own need the module {@code java.base} opened; this one costs about a nanosecond per
 * 8 bytes and needs nothing. Public because the Archive's tool makes it by name.
 */
public final class FrameChecksum implements Checksum {
  static final FrameChecksum INSTANCE = new FrameChecksum();

  private static final long SEED = 0x9E3779B97F4A7C15L;
  private static final long MULTIPLIER = 0xC2B2AE3D27D4EB4FL;
  private static final int ROTATION = 31;

  /** As the Archive's tool makes it. */
  public FrameChecksum() {}

  /**
   * The checksum of a frame's payload.
   *
   * @param length a multiple of 8: frames are aligned to 32
   */
  @Override
  public int compute(long address, int offset, int length) {
    long hash = SEED ^ length;
    long at = address + offset;
    long end = at + length;
    while (at < end) {
      hash = Long.rotateLeft(hash ^ UnsafeApi.getLong(at), ROTATION) * MULTIPLIER;
      at += Long.BYTES;
    }
    hash ^= hash >>> 33;
    hash *= SEED;
    return (int) (hash >>> 32);
  }
}
