package io.adplatform.runtime.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ToLongFunction;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every journal of a lane promises. */
@Timeout(180)
abstract class LaneJournalContractTest {
  private static final int FRAME_ALIGNMENT = 32;

  /** A message as it can be read again. */
  record Message(long position, byte[] bytes) {}

  /** Does something as the lane and gives what came of it. */
  abstract long onLane(ToLongFunction<LaneJournal> work);

  /** Has all that was offered recorded. */
  abstract void record(long position);

  /** Ends the recording in a failure and begins another. */
  abstract void fail();

  /** All that is recorded of the recording that goes on. */
  abstract List<Message> read();

  private long offer(byte[] bytes) {
    return onLane(journal -> journal.offerSignal(new UnsafeBuffer(bytes), 0, bytes.length));
  }

  private long recorded() {
    return onLane(LaneJournal::recordedPosition);
  }

  @Test
  void shouldGiveBackWhatWasRecordedWithItsPositions() {
    Random random = new Random(11);
    List<Message> offered = new ArrayList<>();
    long last = 0;
    for (int length : new int[] {0, 1, 31, 32, 33, 1_000, 60_000, 100_000, 128 * 1024, 5}) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      long position = offer(bytes);
      assertTrue(position > last, position + " after " + last);
      assertEquals(0, position % FRAME_ALIGNMENT);
      offered.add(new Message(position, bytes));
      last = position;
    }
    record(last);
    assertEquals(last, recorded());
    List<Message> read = read();
    assertEquals(offered.size(), read.size());
    for (int i = 0; i < read.size(); i++) {
      assertEquals(offered.get(i).position(), read.get(i).position());
      assertArrayEquals(offered.get(i).bytes(), read.get(i).bytes());
    }
  }

  @Test
  void shouldTakeTheLongestMessageAndNoLonger() {
    int longest = (int) onLane(LaneJournal::maxMessageLength);
    assertTrue(longest >= 128 * 1024);
    assertEquals(LaneJournal.TOO_LONG, offer(new byte[longest + 1]));
    long position = offer(new byte[longest]);
    assertTrue(position > 0);
    record(position);
    assertEquals(1, read().size());
  }

  @Test
  void shouldTakeAuctionsAndSignalsInOneOrder() {
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);
    assertTrue(onLane(LaneJournal::takesAuctions, true));
    long first = onLane(journal -> journal.offerAuction(buffer, 0, 64));
    long second = onLane(journal -> journal.offerSignal(buffer, 0, 64));
    assertTrue(first > 0 && second > first);
    record(second);
    assertEquals(2, read().size());
  }

  private boolean onLane(java.util.function.Predicate<LaneJournal> question, boolean expected) {
    return onLane(journal -> question.test(journal) == expected ? 1 : 0) == 1;
  }

  @Test
  void shouldNotTakeAnUnfinishedRecordForARecordedOne() {
    assertEquals(0, recorded());
    long first = offer(new byte[100]);
    record(first);
    onLane(
        journal -> {
          journal.wakeWhenRecorded(first);
          return 0;
        });
    assertEquals(first, recorded());
  }

  @Test
  void shouldBeginAnotherRecordingWhereOneFailed() {
    long before = onLane(LaneJournal::recordingId);
    assertNotEquals(0, before);
    long first = offer(new byte[100]);
    record(first);
    fail();
    long after = onLane(LaneJournal::recordingId);
    assertTrue(after > before, after + " after " + before);
    assertEquals(0, recorded());
    long position = offer(new byte[100]);
    assertEquals(first, position);
    record(position);
    assertEquals(position, recorded());
    assertEquals(1, read().size());
  }
}
