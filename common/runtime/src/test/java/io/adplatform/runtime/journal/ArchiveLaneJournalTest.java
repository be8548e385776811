package io.adplatform.runtime.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class ArchiveLaneJournalTest extends LaneJournalContractTest {
  @TempDir Path data;

  private TestJournal test;

  @BeforeEach
  void start() {
    // Terms of 1 MiB: the longest message is an eighth of it.
    test = TestJournal.start(data);
  }

  @AfterEach
  void close() {
    test.close();
  }

  @Override
  long onLane(ToLongFunction<LaneJournal> work) {
    return test.onLane(work);
  }

  @Override
  void record(long position) {
    test.awaitRecorded(position);
  }

  /** The next segment cannot be made where a folder stands. */
  @Override
  void fail() {
    JournalRecording failing = current();
    Path next =
        EmbeddedDriver.archiveDir(data.resolve("journal"))
            .resolve(failing.archiveId() + "-" + failing.segmentBytes() + ".rec");
    try {
      Files.createDirectory(next);
      TestJournal.await(
          () -> {
            offerToFail(failing.recordingId());
            return test.journal.recordingId() != failing.recordingId();
          });
      TestJournal.await(() -> test.journal.recordingId() != ArchiveLaneJournal.NO_RECORDING);
      Files.delete(next);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Nothing into the recording that follows, which may begin at any time. */
  private void offerToFail(long failing) {
    UnsafeBuffer message = new UnsafeBuffer(new byte[100_000]);
    test.onLane(
        journal ->
            journal.recordingId() == failing
                ? journal.offerSignal(message, 0, message.capacity())
                : 0);
  }

  @Override
  List<Message> read() {
    List<Message> all = new ArrayList<>();
    try (JournalCursor cursor = test.driver.reader().open(current(), 0)) {
      while (cursor.poll(
              (buffer, offset, length, position) -> {
                byte[] bytes = new byte[length];
                buffer.getBytes(offset, bytes);
                all.add(new Message(position, bytes));
              },
              100)
          > 0) {
        // Until nothing more is recorded.
      }
    }
    return all;
  }

  private JournalRecording current() {
    long id = test.journal.recordingId();
    return test.driver.reader().recordings().stream()
        .filter(recording -> recording.recordingId() == id)
        .findFirst()
        .orElseThrow();
  }
}
