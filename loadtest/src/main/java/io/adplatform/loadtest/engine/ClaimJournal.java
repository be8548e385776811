package io.adplatform.loadtest.engine;

import io.adplatform.runtime.journal.LaneJournal;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a lane pays for a record and no more: the message is copied behind the one before it in a
 * ring, as a claim of an Aeron publication does, and nobody reads it.
 */
final class ClaimJournal implements LaneJournal {
  private static final int CAPACITY = 16 * 1024 * 1024;
  private static final int MAX_MESSAGE = 512 * 1024;
  private static final int FRAME = 32;

  private final UnsafeBuffer ring = new UnsafeBuffer(new byte[CAPACITY]);
  private long position;

  @Override
  public long offerAuction(DirectBuffer buffer, int offset, int length) {
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
