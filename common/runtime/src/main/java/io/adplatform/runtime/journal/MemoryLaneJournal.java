package io.adplatform.runtime.journal;

import io.adplatform.runtime.stream.StreamHandler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A journal in memory, for stepped tests: what was offered is recorded when the test says so. For
 * one thread.
 */
public final class MemoryLaneJournal implements LaneJournal {
  private static final int MAX_MESSAGE = 512 * 1024;
  private static final int HEADER = 32;

  private final List<byte[]> messages = new ArrayList<>();
  private final List<Long> positions = new ArrayList<>();
  private final Runnable wakeLane;
  private long recordingId;
  private long position;
  private long recorded;
  private long awaited = Long.MAX_VALUE;
  private long auctionAnswer;
  private long signalAnswer;

  /**
   * A journal without entries.
   *
   * @param recordingId what {@link #recordingId()} says
   * @param wakeLane called when what the lane waits for is recorded
   */
  public MemoryLaneJournal(long recordingId, Runnable wakeLane) {
    this.recordingId = recordingId;
    this.wakeLane = wakeLane;
  }

  /** Has auction records refused with a code from now on; 0 takes them again. */
  public void refuseAuctions(long code) {
    auctionAnswer = code;
  }

  /** Has signals refused with a code from now on; 0 takes them again. */
  public void refuseSignals(long code) {
    signalAnswer = code;
  }

  /** Records all that was offered. */
  public void record() {
    recorded = position;
    if (recorded >= awaited) {
      awaited = Long.MAX_VALUE;
      wakeLane.run();
    }
  }

  /** Begins another recording, as after a full disk; the former's messages are not shown more. */
  public void fail(long nextRecordingId) {
    positions.clear();
    messages.clear();
    recordingId = nextRecordingId;
    position = 0;
    recorded = 0;
    awaited = Long.MAX_VALUE;
  }

  /** Hands over all messages there are, with the position after each. */
  public void forEach(StreamHandler handler) {
    UnsafeBuffer buffer = new UnsafeBuffer();
    for (int i = 0; i < messages.size(); i++) {
      buffer.wrap(messages.get(i));
      handler.onMessage(buffer, 0, messages.get(i).length, positions.get(i));
    }
  }

  /**
   * Hands over what is recorded after a position, oldest first.
   *
   * @param afterPosition 0 is the beginning
   * @return the position after the last message that was handed over, or {@code afterPosition}
   */
  public long read(long afterPosition, StreamHandler handler) {
    UnsafeBuffer buffer = new UnsafeBuffer();
    long read = afterPosition;
    int found = Collections.binarySearch(positions, afterPosition);
    for (int i = found < 0 ? -found - 1 : found + 1; i < messages.size(); i++) {
      if (positions.get(i) > recorded) {
        break;
      }
      read = positions.get(i);
      buffer.wrap(messages.get(i));
      handler.onMessage(buffer, 0, messages.get(i).length, read);
    }
    return read;
  }

  /** Forgets messages up to a position, as when they are shipped and their segment is deleted. */
  public void purge(long upToPosition) {
    int found = Collections.binarySearch(positions, upToPosition);
    int count = found < 0 ? -found - 1 : found + 1;
    messages.subList(0, count).clear();
    positions.subList(0, count).clear();
  }

  /** How many messages there are. */
  public int size() {
    return messages.size();
  }

  @Override
  public long offerAuction(DirectBuffer buffer, int offset, int length) {
    return auctionAnswer != 0 ? auctionAnswer : append(buffer, offset, length);
  }

  @Override
  public long offerSignal(DirectBuffer buffer, int offset, int length) {
    return signalAnswer != 0 ? signalAnswer : append(buffer, offset, length);
  }

  private long append(DirectBuffer buffer, int offset, int length) {
    if (length > MAX_MESSAGE) {
      return TOO_LONG;
    }
    byte[] bytes = new byte[length];
    buffer.getBytes(offset, bytes);
    position += (length + HEADER + HEADER - 1L) & -HEADER;
    messages.add(bytes);
    positions.add(position);
    return position;
  }

  @Override
  public long recordedPosition() {
    return recorded;
  }

  @Override
  public void wakeWhenRecorded(long position) {
    if (position <= recorded) {
      wakeLane.run();
    } else {
      awaited = Math.min(awaited, position);
    }
  }

  @Override
  public long recordingId() {
    return recordingId;
  }

  @Override
  public boolean takesAuctions() {
    return auctionAnswer != JOURNAL_FULL;
  }

  @Override
  public int maxMessageLength() {
    return MAX_MESSAGE;
  }
}
