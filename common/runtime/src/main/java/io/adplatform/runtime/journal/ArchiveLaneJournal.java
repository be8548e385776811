package io.adplatform.runtime.journal;

import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.metrics.EnumCounters;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.archive.status.RecordingPos;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.status.CountersReader;

/**
 * The journal of a lane on an Aeron Archive: an exclusive IPC publication that is recorded from its
 * start. The lane offers; the housekeeping thread records and wakes the lane; the keeper tells how
 * much room there is and hands over another recording by a task on the lane.
 */
final class ArchiveLaneJournal implements LaneJournal {
  /** No recording goes on. */
  static final long NO_RECORDING = 0;

  /**
   * Records that nothing waits for are left to the housekeeping thread's own time until there are
   * so many bytes of them: a small part of the publication's window of half a term.
   */
  private static final long WAKE_BYTES = 128 * 1024;

  private static final long NOTHING = Long.MAX_VALUE;

  /** What the free space allows. */
  enum Room {
    /** Everything is taken. */
    ALL,
    /** Signals alone are taken. */
    SIGNALS,
    /** Nothing is taken. */
    NOTHING
  }

  /**
   * A recording that goes on.
   *
   * @param id the one of the event's envelope
   * @param archiveId the Archive's
   * @param counterId where the Archive tells the recorded position
   */
  record Recording(
      ExclusivePublication publication,
      CountersReader counters,
      long id,
      long archiveId,
      int counterId) {
    boolean isActive() {
      return RecordingPos.isActive(counters, counterId, archiveId);
    }

    /** Any thread. */
    long unrecordedBytes() {
      return Math.max(0, publication.position() - counters.getCounterValue(counterId));
    }
  }

  private final Lane lane;
  private final Housekeeper housekeeper;
  private final int maxMessageLength;
  private final EnumCounters<JournalCount> counters;
  private final AtomicLong awaited = new AtomicLong(NOTHING);
  private volatile Room room = Room.ALL;
  private volatile Recording recording;
  private long recordedPosition;
  private long wokenPosition;

  ArchiveLaneJournal(
      Lane lane,
      Housekeeper housekeeper,
      int maxMessageLength,
      EnumCounters<JournalCount> counters) {
    this.lane = lane;
    this.housekeeper = housekeeper;
    this.maxMessageLength = maxMessageLength;
    this.counters = counters;
  }

  @Override
  public long offerAuction(DirectBuffer buffer, int offset, int length) {
    if (room != Room.ALL) {
      counters.increment(JournalCount.REFUSED);
      return JOURNAL_FULL;
    }
    return offer(buffer, offset, length);
  }

  @Override
  public long offerSignal(DirectBuffer buffer, int offset, int length) {
    if (room == Room.NOTHING) {
      counters.increment(JournalCount.REFUSED);
      return JOURNAL_FULL;
    }
    return offer(buffer, offset, length);
  }

  private long offer(DirectBuffer buffer, int offset, int length) {
    if (length > maxMessageLength) {
      return TOO_LONG;
    }
    Recording into = recording;
    if (into == null) {
      counters.increment(JournalCount.REFUSED);
      return JOURNAL_FULL;
    }
    long position = into.publication.offer(buffer, offset, length);
    if (position == Publication.ADMIN_ACTION) {
      // The log was turned over; the next offer finds the new term.
      position = into.publication.offer(buffer, offset, length);
    }
    if (position > 0) {
      if (position - wokenPosition > WAKE_BYTES) {
        wokenPosition = position;
        housekeeper.wake();
      }
      counters.increment(JournalCount.TAKEN);
      return position;
    }
    return refuse(position);
  }

  private long refuse(long code) {
    housekeeper.wake();
    if (code == Publication.CLOSED || code == Publication.MAX_POSITION_EXCEEDED) {
      counters.increment(JournalCount.REFUSED);
      return CLOSED;
    }
    counters.increment(JournalCount.BACK_PRESSURED);
    return BACK_PRESSURED;
  }

  @Override
  public long recordedPosition() {
    Recording from = recording;
    if (from != null) {
      long position = from.counters.getCounterValue(from.counterId);
      // Read before it is known to be this recording's: a freed counter may become another's.
      if (position > recordedPosition && from.isActive()) {
        recordedPosition = position;
      }
    }
    return recordedPosition;
  }

  @Override
  public void wakeWhenRecorded(long position) {
    if (position < awaited.get()) {
      awaited.set(position);
    }
    housekeeper.wake();
  }

  @Override
  public long recordingId() {
    Recording from = recording;
    return from == null ? NO_RECORDING : from.id;
  }

  @Override
  public boolean takesAuctions() {
    return room == Room.ALL && recording != null;
  }

  @Override
  public int maxMessageLength() {
    return maxMessageLength;
  }

  /** Takes another recording, or none. On the lane, between two of its calls. */
  void adopt(Recording next) {
    recordedPosition = 0;
    wokenPosition = 0;
    awaited.set(NOTHING);
    recording = next;
    lane.wakeup();
  }

  /** What free space allows from now on. Any thread. */
  void room(Room value) {
    room = value;
  }

  Room room() {
    return room;
  }

  /** The recording that goes on, or null. Any thread. */
  Recording recording() {
    return recording;
  }

  Lane lane() {
    return lane;
  }

  /** Whether the lane waits for a position. Any thread. */
  boolean isAwaited() {
    return awaited.get() != NOTHING;
  }

  /** Wakes the lane if what it waits for is recorded. On the housekeeping thread. */
  int wakeLaneIfRecorded() {
    long position = awaited.get();
    Recording from = recording;
    if (position == NOTHING || from == null) {
      return 0;
    }
    if (from.counters.getCounterValue(from.counterId) < position && from.isActive()) {
      return 0;
    }
    // The lane may have begun to wait for a later position in between; it asks again when woken.
    if (awaited.compareAndSet(position, NOTHING)) {
      lane.wakeup();
      return 1;
    }
    return 0;
  }
}
