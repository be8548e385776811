package io.adplatform.runtime.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class MemoryLaneJournalTest extends LaneJournalContractTest {
  private int woken;
  private final MemoryLaneJournal journal = new MemoryLaneJournal(1, () -> woken++);

  @Override
  long onLane(ToLongFunction<LaneJournal> work) {
    return work.applyAsLong(journal);
  }

  @Override
  void record(long position) {
    journal.record();
  }

  @Override
  void fail() {
    journal.fail(journal.recordingId() + 1);
  }

  @Override
  List<Message> read() {
    List<Message> all = new ArrayList<>();
    journal.forEach(
        (buffer, offset, length, position) -> {
          byte[] bytes = new byte[length];
          buffer.getBytes(offset, bytes);
          all.add(new Message(position, bytes));
        });
    return all;
  }

  @Test
  void shouldWakeTheLaneOnceForWhatIsRecordedBeforeOrAfterItAsks() {
    long first = journal.offerSignal(new UnsafeBuffer(new byte[8]), 0, 8);
    journal.wakeWhenRecorded(first);
    assertEquals(0, woken);
    journal.record();
    journal.record();
    assertEquals(1, woken);
    journal.wakeWhenRecorded(first);
    assertEquals(2, woken);
  }

  @Test
  void shouldReadWhatIsRecordedBehindAPositionAndForgetWhatIsPurged() {
    UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
    long first = journal.offerSignal(message, 0, 8);
    long second = journal.offerSignal(message, 0, 8);
    journal.record();
    long unrecorded = journal.offerSignal(message, 0, 8);
    List<Long> read = new ArrayList<>();
    assertEquals(second, journal.read(0, (buffer, offset, length, at) -> read.add(at)));
    assertEquals(List.of(first, second), read);
    journal.purge(first);
    read.clear();
    assertEquals(second, journal.read(0, (buffer, offset, length, at) -> read.add(at)));
    assertEquals(List.of(second), read);
    journal.purge(second);
    assertEquals(second, journal.read(second, (buffer, offset, length, at) -> read.add(at)));
    journal.record();
    assertEquals(unrecorded, journal.read(second, (buffer, offset, length, at) -> {}));
  }
}
