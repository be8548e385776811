package io.adplatform.analytics.ship;

import io.adplatform.runtime.journal.JournalCursor;
import io.adplatform.runtime.journal.JournalReader;
import io.adplatform.runtime.journal.JournalRecording;
import io.adplatform.runtime.metrics.EnumCounters;
import io.adplatform.runtime.stream.StreamHandler;
import org.agrona.DirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One recording on its way to Kafka. Owned by the shipper's thread. */
final class ShippedRecording implements StreamHandler, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ShippedRecording.class);

  private static final long FIRST_PAUSE_NANOS = 1_000_000_000;
  private static final long LONGEST_PAUSE_NANOS = 30_000_000_000L;

  private final JournalCursor cursor;
  private final EnumCounters<ShipOutcome> counters;
  private JournalRecording recording;
  private EventPublisher publisher;
  private long damaged;
  private long pauseNanos;
  private long resumeNanos;

  private ShippedRecording(
      JournalRecording recording, JournalCursor cursor, EnumCounters<ShipOutcome> counters) {
    this.recording = recording;
    this.cursor = cursor;
    this.counters = counters;
  }

  /** Goes on after an acknowledged position, or where the recording begins now. */
  static ShippedRecording open(
      JournalReader reader,
      JournalRecording recording,
      long position,
      EnumCounters<ShipOutcome> counters) {
    long from = Math.max(position, recording.startPosition());
    return new ShippedRecording(recording, reader.open(recording, from), counters);
  }

  void update(JournalRecording newer) {
    recording = newer;
  }

  /**
   * Sends what is recorded, up to a number of records, as long as the publisher takes it.
   *
   * @throws RuntimeException where the recording cannot be read now; {@link #pause} it
   */
  int ship(EventPublisher to, int limit) {
    publisher = to;
    int sent = 0;
    try {
      // One by one: records are of any size, and what the publisher holds is bounded.
      while (sent < limit && to.hasRoom() && !to.hasFailed() && cursor.poll(this, 1) > 0) {
        sent++;
      }
    } finally {
      countDamage();
    }
    pauseNanos = 0;
    return sent;
  }

  private void countDamage() {
    long found = cursor.damagedFrames();
    if (found > damaged) {
      counters.add(ShipOutcome.DAMAGED, found - damaged);
      damaged = found;
      LOG.error(
          "{} has damaged frames, {} so far, of {} bytes: passed over up to {}",
          recording,
          found,
          cursor.damagedBytes(),
          cursor.position());
    }
  }

  @Override
  public void onMessage(DirectBuffer buffer, int offset, int length, long position) {
    ShipOutcome outcome;
    try {
      outcome =
          publisher.send(
              buffer, offset, length, recording.nodeId(), recording.recordingId(), position);
    } catch (IndexOutOfBoundsException e) {
      outcome = ShipOutcome.UNREADABLE;
    }
    counters.increment(outcome);
  }

  /** Leaves it alone for a while, longer each time, because it could not be read. */
  void pause(long nowNanos) {
    pauseNanos = Math.clamp(2 * pauseNanos, FIRST_PAUSE_NANOS, LONGEST_PAUSE_NANOS);
    resumeNanos = nowNanos + pauseNanos;
  }

  /** Whether it could not be read when it was tried last, and is not to be tried now. */
  boolean isPaused(long nowNanos) {
    return pauseNanos > 0 && nowNanos - resumeNanos < 0;
  }

  /** Whether it could not be read when it was tried last. */
  boolean isFaulty() {
    return pauseNanos > 0;
  }

  /** Position after the last record sent; the recording's end once it is all sent. */
  long position() {
    return cursor.isDone() && !recording.isLive() ? recording.stopPosition() : cursor.position();
  }

  /** Recorded bytes not sent yet. */
  long lagBytes() {
    return cursor.lagBytes();
  }

  @Override
  public void close() {
    cursor.close();
  }
}
