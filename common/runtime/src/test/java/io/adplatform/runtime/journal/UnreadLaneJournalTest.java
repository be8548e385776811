package io.adplatform.runtime.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** It gives nothing back, so of the contract only what is said of positions holds. */
class UnreadLaneJournalTest {
  private final UnreadLaneJournal journal = new UnreadLaneJournal();

  @Test
  void shouldTakeMessagesForEverAsRecordedAtOnce() {
    UnsafeBuffer message = new UnsafeBuffer(new byte[journal.maxMessageLength()]);
    long last = 0;
    for (int i = 0; i < 200; i++) {
      long position = journal.offerSignal(message, 0, i % 2 == 0 ? message.capacity() : i);
      assertTrue(position > last, position + " after " + last);
      assertEquals(position, journal.recordedPosition());
      last = position;
    }
    assertTrue(journal.takesAuctions());
  }

  @Test
  void shouldRefuseWhatIsTooLong() {
    int length = journal.maxMessageLength() + 1;
    assertEquals(
        LaneJournal.TOO_LONG, journal.offerAuction(new UnsafeBuffer(new byte[length]), 0, length));
  }
}
