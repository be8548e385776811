package io.adplatform.runtime.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.runtime.config.LanePreset;
import io.adplatform.runtime.config.SettingsException;
import io.adplatform.testkit.check.AllocationCheck;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class LaneJournalTest {
  private static final int MIB = 1024 * 1024;

  @TempDir Path data;

  @Test
  void shouldGiveBackWhatWasRecordedWithThePositionsItAnswered() {
    try (TestJournal test = TestJournal.start(data)) {
      List<Long> positions = new ArrayList<>();
      for (long number = 0; number < 200; number++) {
        positions.add(
            test.offer(number, 100 + (int) (number * 997 % test.journal.maxMessageLength())));
      }
      test.awaitRecorded(positions.getLast());
      JournalReader reader = test.driver.reader();
      JournalRecording recording = reader.recordings().getFirst();
      assertEquals(test.journal.recordingId(), recording.recordingId());
      assertEquals(7, recording.nodeId());
      assertEquals(0, recording.lane());
      assertTrue(recording.isLive());
      List<Long> readPositions = new ArrayList<>();
      List<Long> numbers = new ArrayList<>();
      try (JournalCursor cursor = reader.open(recording, 0)) {
        assertEquals(positions.getLast(), cursor.lagBytes());
        while (numbers.size() < 200) {
          cursor.poll(
              (buffer, offset, length, position) -> {
                numbers.add(buffer.getLong(offset));
                readPositions.add(position);
              },
              50);
        }
        assertEquals(0, cursor.lagBytes());
        assertEquals(positions.getLast(), cursor.position());
      }
      assertEquals(positions, readPositions);
      assertEquals(LongStream.range(0, 200).boxed().toList(), numbers);
    }
  }

  @Test
  void shouldReadOnFromAPositionAfterAMessage() {
    try (TestJournal test = TestJournal.start(data)) {
      test.offer(1, 500);
      long second = test.offer(2, 200_000 > test.journal.maxMessageLength() ? 100_000 : 200_000);
      test.awaitRecorded(test.offer(3, 500));
      JournalReader reader = test.driver.reader();
      JournalRecording recording = reader.recordings().getFirst();
      assertEquals(List.of(3L), TestJournal.read(reader, recording, second));
    }
  }

  @Test
  void shouldWakeTheLaneWhenWhatItWaitsForIsRecorded() {
    try (TestJournal test = TestJournal.start(data)) {
      for (long number = 0; number < 50; number++) {
        AtomicLong recorded = new AtomicLong();
        long waited = number;
        test.onLane(
            journal -> {
              UnsafeBuffer message = new UnsafeBuffer(new byte[64]);
              message.putLong(0, waited);
              long position = journal.offerSignal(message, 0, 64);
              test.lanes.lane(0).add(new WaitingAgent(journal, position, recorded));
              return position;
            });
        TestJournal.await(() -> recorded.get() > 0);
      }
    }
  }

  @Test
  void shouldKeepTheRecordingsOfFormerBootsInOrder() {
    List<Long> ids = new ArrayList<>();
    for (long boot = 0; boot < 3; boot++) {
      try (TestJournal test = TestJournal.start(data)) {
        ids.add(test.journal.recordingId());
        test.offer(boot, 100);
      }
    }
    try (TestJournal test = TestJournal.start(data)) {
      JournalReader reader = test.driver.reader();
      List<JournalRecording> recordings = reader.recordings();
      assertEquals(ids, recordings.stream().map(JournalRecording::recordingId).limit(3).toList());
      assertEquals(ids.stream().sorted().distinct().toList(), ids);
      for (int boot = 0; boot < 3; boot++) {
        assertEquals(List.of((long) boot), TestJournal.read(reader, recordings.get(boot), 0));
      }
    }
  }

  @Test
  void shouldGiveBackAllThatAKilledProcessHadRecorded() throws Exception {
    long answered = -1;
    Process writer = startWriter();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
      String line;
      while (answered < 150 && (line = lines.readLine()) != null) {
        answered = Long.parseLong(line);
      }
      // By its handle: what it had printed can still be read.
      writer.toHandle().destroyForcibly();
      while ((line = lines.readLine()) != null) {
        answered = Long.parseLong(line);
      }
    }
    writer.waitFor();
    try (TestJournal test = TestJournal.start(data)) {
      JournalReader reader = test.driver.reader();
      JournalRecording killed = reader.recordings().getFirst();
      List<Long> numbers = TestJournal.read(reader, killed, 0);
      assertTrue(numbers.size() > answered, numbers.size() + " of " + answered);
      assertEquals(LongStream.range(0, numbers.size()).boxed().toList(), numbers);
      test.awaitRecorded(test.offer(1, 100));
    }
  }

  /** Longer than Aeron waits for a client of another process that is not turned. */
  @Test
  @Timeout(180)
  void shouldGoOnRecordingWhenItsProcessWasStoppedForAWhile() throws Exception {
    Process writer = startWriter();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
      long before = -1;
      while (before < 150) {
        before = Long.parseLong(lines.readLine());
      }
      signal("STOP", writer);
      Thread.sleep(TimeUnit.NANOSECONDS.toMillis(EmbeddedDriver.OTHERS_ALIVE_NANOS) + 1_500);
      signal("CONT", writer);
      // More than it wrote before it was stopped.
      long after = before;
      while (after < before + 2_000) {
        String line = lines.readLine();
        assertNotNull(line, "it ended after " + after);
        after = Long.parseLong(line);
      }
    } finally {
      writer.destroyForcibly().waitFor();
    }
  }

  private static void signal(String name, Process process) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  private Process startWriter() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.add("-Xmx256m");
    command.addAll(List.of(System.getProperty("adplatform.jvm.flags").split(" ")));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), JournalWriterMain.class.getName()));
    command.add(data.toString());
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  @Test
  void shouldDeleteWhatWasShippedAndKeepTheRest() throws IOException {
    long last = 0;
    try (TestJournal test = TestJournal.start(data)) {
      for (long number = 0; number < 80; number++) {
        last = test.offer(number, 100_000);
      }
      test.awaitRecorded(last);
      JournalReader reader = test.driver.reader();
      JournalRecording live = reader.recordings().getFirst();
      long before = segmentFiles();
      assertEquals(false, reader.purge(live, last));
      JournalRecording purged = reader.recordings().getFirst();
      assertTrue(purged.startPosition() > 0);
      TestJournal.await(() -> segmentFilesQuietly() < before);
      List<Long> rest = TestJournal.read(reader, purged, 0);
      assertEquals(79, rest.getLast());
      assertTrue(rest.size() < 80);
    }
    try (TestJournal test = TestJournal.start(data)) {
      JournalReader reader = test.driver.reader();
      JournalRecording ended = reader.recordings().getFirst();
      assertEquals(last, ended.stopPosition());
      assertTrue(reader.purge(ended, last));
      assertEquals(
          List.of(test.journal.recordingId()),
          reader.recordings().stream().map(JournalRecording::recordingId).toList());
    }
  }

  private long segmentFilesQuietly() {
    try {
      return segmentFiles();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private long segmentFiles() throws IOException {
    try (Stream<Path> files = Files.list(EmbeddedDriver.archiveDir(data.resolve("journal")))) {
      return files.filter(file -> file.toString().endsWith(".rec")).count();
    }
  }

  @Test
  void shouldRefuseAuctionsBeforeSignalsWhenTheDiskFillsUpAndTakeThemAgain() {
    AtomicLong free = new AtomicLong(Long.MAX_VALUE);
    UnsafeBuffer message = new UnsafeBuffer(new byte[64]);
    try (TestJournal test = TestJournal.start(data, free::get)) {
      assertTrue(test.onLane(journal -> journal.offerAuction(message, 0, 64)) > 0);
      free.set(2 * MIB - 1);
      TestJournal.await(() -> !test.journal.takesAuctions());
      assertEquals(
          LaneJournal.JOURNAL_FULL, test.onLane(journal -> journal.offerAuction(message, 0, 64)));
      assertTrue(test.onLane(journal -> journal.offerSignal(message, 0, 64)) > 0);
      free.set(MIB - 1);
      TestJournal.await(() -> test.tryOffer(1, 64) == LaneJournal.JOURNAL_FULL);
      free.set(Long.MAX_VALUE);
      TestJournal.await(() -> test.journal.takesAuctions());
      assertTrue(test.onLane(journal -> journal.offerAuction(message, 0, 64)) > 0);
      assertTrue(test.counters.get(JournalCount.REFUSED) >= 2);
    }
  }

  @Test
  void shouldGoOnLookingAtTheFreeSpaceAfterAnError() {
    AtomicLong free = new AtomicLong(Long.MAX_VALUE);
    AtomicBoolean fails = new AtomicBoolean();
    LongSupplier disk =
        () -> {
          if (fails.compareAndSet(true, false)) {
            throw new OutOfMemoryError("planted");
          }
          return free.get();
        };
    try (TestJournal test = TestJournal.start(data, disk)) {
      fails.set(true);
      TestJournal.await(() -> !fails.get());
      free.set(2 * MIB - 1);
      TestJournal.await(() -> !test.journal.takesAuctions());
      assertTrue(test.driver.isKept());
    }
  }

  @Test
  void shouldBeginAnotherRecordingWhenOneFailed() throws IOException {
    try (TestJournal test = TestJournal.start(data)) {
      test.awaitRecorded(test.offer(1, 100));
      long failing = test.journal.recordingId();
      // The next segment cannot be made where a folder stands: the recording fails as on a full
      // disk.
      JournalRecording recording = test.driver.reader().recordings().getFirst();
      Path next =
          EmbeddedDriver.archiveDir(data.resolve("journal"))
              .resolve(recording.archiveId() + "-" + recording.segmentBytes() + ".rec");
      Files.createDirectory(next);
      TestJournal.await(
          () -> {
            test.tryOffer(2, 100_000);
            return test.journal.recordingId() != failing;
          });
      TestJournal.await(() -> test.journal.recordingId() != ArchiveLaneJournal.NO_RECORDING);
      assertNotEquals(failing, test.journal.recordingId());
      test.awaitRecorded(test.offer(3, 100));
      Files.delete(next);
      JournalReader reader = test.driver.reader();
      assertEquals(1L, TestJournal.read(reader, reader.recordings().getFirst(), 0).getFirst());
    }
  }

  @Test
  void shouldRefuseADataFolderInUse() {
    try (TestJournal test = TestJournal.start(data)) {
      SettingsException error =
          assertThrows(
              SettingsException.class,
              () -> JournalDriver.start(TestJournal.config(data, false), LanePreset.LAPTOP));
      assertTrue(error.getMessage().contains("in use"), error.getMessage());
      assertTrue(test.journal.takesAuctions());
    }
  }

  @Test
  void shouldRecordOnTheDriverOfAnotherProcessAndComeBackWhenItIsReplaced() {
    DriverMain driver = DriverMain.start(TestJournal.config(data, false), LanePreset.LAPTOP);
    try (TestJournal test = TestJournal.connect(data)) {
      test.awaitRecorded(test.offer(1, 100));
      long former = test.journal.recordingId();
      driver.close();
      driver = DriverMain.start(TestJournal.config(data, false), LanePreset.LAPTOP);
      TestJournal.await(() -> test.journal.recordingId() != former && test.journal.takesAuctions());
      test.awaitRecorded(test.offer(2, 100));
      JournalReader reader = test.driver.reader();
      List<JournalRecording> recordings = reader.recordings();
      assertEquals(List.of(1L), TestJournal.read(reader, recordings.getFirst(), 0));
      assertEquals(List.of(2L), TestJournal.read(reader, recordings.getLast(), 0));
    } finally {
      driver.close();
    }
  }

  @Test
  void shouldTellApartTheRecordingsOfNodesThatBeganInTheSameSecond() throws IOException {
    Files.createDirectories(data.resolve("journal"));
    // both go on from the same second, which is yet to come
    Files.writeString(data.resolve("journal/node-1.sequence"), "2000000000\n");
    Files.writeString(data.resolve("journal/node-2.sequence"), "2000000000\n");
    DriverMain driver = DriverMain.start(TestJournal.config(data, false), LanePreset.LAPTOP);
    try (TestJournal one = TestJournal.connect(1, data);
        TestJournal other = TestJournal.connect(2, data)) {
      assertNotEquals(one.journal.recordingId(), other.journal.recordingId());
      assertEquals(Set.of(1, 2), one.driver.reader().nodes());
    } finally {
      driver.close();
    }
  }

  @Test
  void shouldAllocateNothingWhenItOffersAndLooksWhatIsRecorded() {
    UnsafeBuffer message = new UnsafeBuffer(new byte[256]);
    try (TestJournal test = TestJournal.start(data)) {
      test.onLane(
          journal -> {
            AllocationCheck.assertNoAllocation(
                10_000,
                () -> {
                  long position = journal.offerSignal(message, 0, 256);
                  if (position > 0) {
                    journal.wakeWhenRecorded(position);
                  }
                  journal.recordedPosition();
                });
            return 0;
          });
      assertTrue(test.counters.get(JournalCount.TAKEN) > 1_000);
    }
  }

  private record WaitingAgent(LaneJournal journal, long position, AtomicLong recorded)
      implements org.agrona.concurrent.Agent {
    @Override
    public int doWork() {
      if (recorded.get() > 0) {
        throw new org.agrona.concurrent.AgentTerminationException();
      }
      if (journal.recordedPosition() >= position) {
        recorded.set(position);
        return 1;
      }
      journal.wakeWhenRecorded(position);
      return 0;
    }

    @Override
    public String roleName() {
      return "waiting";
    }
  }
}
