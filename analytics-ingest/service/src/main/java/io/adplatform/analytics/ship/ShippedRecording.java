package io.adplatform.analytics.ship;

import io.adplatform.runtime.journal.JournalCursor;
import io.adplatform.runtime.journal.JournalReader;
import io.adplatform.runtime.journal.JournalRecording;
import io.adplatform.runtime.metrics.EnumCounters;
import io.adplatform.runtime.stream.StreamHandler;
import org.agrona.DirectBuffer;

/** One recording on its way to Kafka. Owned by the shipper's thread. */
final class ShippedRecording implements StreamHandler, AutoCloseable {
  private final JournalCursor cursor;
  private JournalRecording recording;
  private EventPublisher publisher;
  private EnumCounters<ShipOutcome> counters;

  private ShippedRecording(JournalRecording recording, JournalCursor cursor) {
    this.recording = recording;
    this.cursor = cursor;
  }

  /** Goes on after an acknowledged position, or where the recording begins now. */
  static ShippedRecording open(JournalReader reader, JournalRecording recording, long position) {
    long from = Math.max(position, recording.startPosition());
    return new ShippedRecording(recording, reader.open(recording, from));
  }

  void update(JournalRecording newer) {
    recording = newer;
  }

  /** Sends what is recorded, up to a number of records. */
  int ship(EventPublisher to, EnumCounters<ShipOutcome> counts, int limit) {
    publisher = to;
    counters = counts;
    return cursor.poll(this, limit);
  }

  @Override
  public void onMessage(DirectBuffer buffer, int offset, int length, long position) {
    counters.increment(
        publisher.send(
            buffer, offset, length, recording.nodeId(), recording.recordingId(), position));
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
