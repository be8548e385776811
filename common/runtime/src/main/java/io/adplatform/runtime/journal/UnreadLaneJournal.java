package io.adplatform.runtime.journal;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A journal that takes everything and keeps nothing, for benchmarks and allocation tests: what a
 * lane pays for a record and no more. The message is copied behind the one before it in a ring of
 * 16 MiB, as a claim of an Aeron publication does, and nobody reads it; it counts as recorded at
 * once. For one thread.
 */
public final class UnreadLaneJournal implements LaneJournal {
  private static final int CAPACITY = 16 * 1024 * 1024;
  private static final int MAX_MESSAGE = 512 * 1024;
  private static final int FRAME = 32;

  private final UnsafeBuffer ring = new UnsafeBuffer(new byte[CAPACITY]);
  private long position;

  @Override
  public long offerAuction(DirectBuffer buffer, int offset, int length) {
    if (length > MAX_MESSAGE) {
      return TOO_LONG;
    }
    int aligned = length + 2 * FRAME - 1 & -FRAME;
    int at = (int) (position & CAPACITY - 1);
    if (at + aligned > CAPACITY) {
      position += CAPACITY - at;
      at = 0;
    }
    ring.putBytes(at + FRAME, buffer, offset, length);
    ring.putIntRelease(at, length + FRAME);
    position += aligned;
    return position;
  }

  @Override
  public long offerSignal(DirectBuffer buffer, int offset, int length) {
    return offerAuction(buffer, offset, length);
  }

  @Override
  public long recordedPosition() {
    return position;
  }

  @Override
  public void wakeWhenRecorded(long awaited) {
    // Everything is recorded at once.
  }

  @Override
  public long recordingId() {
    return 1;
  }

  @Override
  public boolean takesAuctions() {
    return true;
  }

  @Override
  public int maxMessageLength() {
    return MAX_MESSAGE;
  }
}
