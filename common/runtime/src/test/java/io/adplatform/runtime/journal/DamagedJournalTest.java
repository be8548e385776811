package io.adplatform.runtime.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A recording whose files were damaged after it was written. */
@Timeout(180)
class DamagedJournalTest {
  private static final int MESSAGES = 200;
  private static final int LENGTH = 30_000;
  private static final int FRAME = 30_048;
  private static final int SEGMENT = 2 * 1024 * 1024;

  @TempDir Path data;

  private final List<Long> ends = new ArrayList<>();
  private long archiveId;

  @BeforeEach
  void write() {
    try (TestJournal test = TestJournal.start(data)) {
      for (long number = 0; number < MESSAGES; number++) {
        ends.add(test.offer(number, LENGTH));
      }
      test.awaitRecorded(ends.getLast());
      archiveId = test.driver.reader().recordings().getFirst().archiveId();
    }
  }

  @Test
  void shouldPassOverAFrameOfNoLength() throws IOException {
    put(begin(5), 0);
    assertEquals(allBut(5), read(1));
  }

  @Test
  void shouldPassOverAFrameOfNegativeLength() throws IOException {
    put(begin(5), -77);
    assertEquals(allBut(5), read(1));
  }

  @Test
  void shouldPassOverAFrameThatClaimsMoreThanThereIs() throws IOException {
    put(begin(5), Integer.MAX_VALUE - 3);
    put(begin(7), 900_000);
    assertEquals(allBut(5, 7), read(2));
  }

  @Test
  void shouldPassOverAFrameThatClaimsLessThanItHas() throws IOException {
    put(begin(5), 96);
    assertEquals(allBut(5), read(1));
  }

  @Test
  void shouldPassOverAFrameWhoseBytesAreOthers() throws IOException {
    put(begin(5) + 12_345, 4711);
    put(begin(MESSAGES - 1) + 100, 4711);
    assertEquals(allBut(5, MESSAGES - 1), read(2));
  }

  @Test
  void shouldCountAStretchOfZerosOnce() throws IOException {
    write(begin(10), new byte[(int) (begin(20) - begin(10))]);
    assertEquals(allBut(LongStream.range(10, 20).toArray()), read(1));
  }

  @Test
  void shouldGoOnInTheNextSegmentWhereOneIsGone() throws IOException {
    Files.delete(segment(SEGMENT));
    List<Long> left = read(1);
    assertEquals(sound(position -> position < SEGMENT || position >= 2L * SEGMENT), left);
  }

  @Test
  void shouldGoOnInTheNextSegmentWhereOneIsCutShort() throws IOException {
    int cut = SEGMENT / 2 + 1_001;
    try (FileChannel file = FileChannel.open(segment(0), StandardOpenOption.WRITE)) {
      file.truncate(cut);
    }
    assertEquals(sound(position -> position + FRAME <= cut || position >= SEGMENT), read(1));
  }

  @Test
  void shouldEndWhereTheLastSegmentIsGone() throws IOException {
    long last = ends.getLast() / SEGMENT * SEGMENT;
    Files.delete(segment(last));
    assertEquals(sound(position -> position < last), read(1));
  }

  @Test
  void shouldFindTheNextFrameFromAPlaceThatIsNone() throws IOException {
    assertEquals(LongStream.range(4, MESSAGES).boxed().toList(), read(begin(3) + 1_001, 1));
  }

  /** All that can be read, to the recording's end, with so many frames passed over. */
  private List<Long> read(int damaged) {
    return read(0, damaged);
  }

  private List<Long> read(long from, int damaged) {
    try (TestJournal test = TestJournal.start(data)) {
      JournalReader reader = test.driver.reader();
      JournalRecording recording = reader.recordings().getFirst();
      List<Long> numbers = new ArrayList<>();
      try (JournalCursor cursor = reader.open(recording, from)) {
        while (cursor.poll((buffer, offset, length, end) -> numbers.add(buffer.getLong(offset)), 7)
            > 0) {
          // To the end.
        }
        assertTrue(cursor.isDone());
        assertEquals(recording.stopPosition(), cursor.position());
        assertEquals(0, cursor.lagBytes());
        assertEquals(damaged, cursor.damagedFrames());
        assertTrue(cursor.damagedBytes() > 0);
      }
      return numbers;
    }
  }

  private long begin(long message) {
    return ends.get((int) message) - FRAME;
  }

  private static List<Long> allBut(long... gone) {
    TreeSet<Long> left = new TreeSet<>(LongStream.range(0, MESSAGES).boxed().toList());
    LongStream.of(gone).forEach(left::remove);
    return List.copyOf(left);
  }

  private List<Long> sound(java.util.function.LongPredicate begins) {
    return LongStream.range(0, MESSAGES).filter(i -> begins.test(begin(i))).boxed().toList();
  }

  private void put(long position, int value) throws IOException {
    write(position, ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  private void write(long position, byte[] bytes) throws IOException {
    long base = position / SEGMENT * SEGMENT;
    try (FileChannel file = FileChannel.open(segment(base), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(bytes), position - base);
    }
  }

  private Path segment(long base) {
    return EmbeddedDriver.archiveDir(data.resolve("journal"))
        .resolve(archiveId + "-" + base + ".rec");
  }
}
