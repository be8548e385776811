package io.adplatform.runtime.journal;

import org.agrona.DirectBuffer;

/**
 * What one lane writes its events to. For the lane's thread alone; allocates nothing, never blocks.
 *
 * <p>Positions go up while {@link #recordingId()} stays the same. When a recording failed (a full
 * disk) and a new one was begun, the id changes and positions start again: what waits for a
 * position of an older recording waits for nothing any more and must be answered as not recorded.
 */
public interface LaneJournal {
  /** The disk is nearly full or the recording has failed: not taken. */
  long JOURNAL_FULL = -10;

  /** Recording is behind by a whole window: not taken; later it may be. */
  long BACK_PRESSURED = -2;

  /** The message is longer than {@link #maxMessageLength()}: not taken. */
  long TOO_LONG = -5;

  /** The node is closing, or its driver is gone: not taken. */
  long CLOSED = -4;

  /**
   * Offers an auction record: the first to be refused when the disk fills up, so that bidding stops
   * before recording stops.
   *
   * @return the position after it, positive, or a negative code of this interface
   */
  long offerAuction(DirectBuffer buffer, int offset, int length);

  /**
   * Offers a signal: a beacon or notice, which is taken as long as there is any room.
   *
   * @return the position after it, positive, or a negative code of this interface
   */
  long offerSignal(DirectBuffer buffer, int offset, int length);

  /**
   * Up to which position everything is recorded, as the setting has it in page cache or on disk.
   */
  long recordedPosition();

  /**
   * Asks that the lane be woken once everything up to this position is recorded. The lane is woken
   * once: as long as something waits, ask again in each duty cycle (it costs nothing).
   */
  void wakeWhenRecorded(long position);

  /**
   * Which recording the positions are of: unique among all recordings of the node, of all its
   * boots; it is the id in the event's envelope. 0 while nothing is recorded (the recording failed
   * and there is no other yet).
   */
  long recordingId();

  /** Whether {@link #offerAuction} would take a record as far as free space goes. */
  boolean takesAuctions();

  /** The longest message in bytes: at least 128 KiB. */
  int maxMessageLength();
}
