package io.adplatform.analytics.ship;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.runtime.journal.JournalRecording;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class ShipperAgentTest {
  private static final int NODE = 2;
  private static final int OTHER = 1;

  @TempDir Path data;

  private ShipFixture ship;

  @BeforeEach
  void prepare() {
    ship = new ShipFixture(data);
  }

  @Test
  void shouldShipTwoNodesThatBeganInTheSameSecond() throws IOException {
    ShippedNode.sequence(data, OTHER, 2_000_000_000);
    ShippedNode.sequence(data, NODE, 2_000_000_000);
    try (ShippedNode other = ShippedNode.start(data, OTHER)) {
      try (ShippedNode node = ShippedNode.join(data, NODE)) {
        List<JournalRecording> both = node.reader().recordings();
        assertEquals(2, both.size());
        assertNotEquals(both.getFirst().recordingId(), both.getLast().recordingId());
        for (long auction = 0; auction < 50; auction++) {
          ship.signal(other, auction);
          ship.signal(node, 100 + auction);
        }
        ship.start(node);
        ship.turnUntil(() -> ship.broker.markOf(NODE) > 0);
        ship.signal(other, 50);
        ship.turnUntil(() -> ship.broker.auctionsOf(OTHER).contains(50L));
      }
      ship.agent.onClose();
      try (ShippedNode node = ShippedNode.join(data, NODE)) {
        ship.start(node);
        ship.turnUntil(() -> node.reader().recordings().size() == 2);
      }
    }
    assertEquals(LongStream.rangeClosed(0, 50).boxed().toList(), ship.broker.auctionsOf(OTHER));
    assertEquals(LongStream.range(100, 150).boxed().toList(), ship.broker.auctionsOf(NODE));
    assertTrue(ship.broker.markOf(OTHER) > 0);
  }

  @Test
  void shouldMarkNothingBeforeTheOtherNodesRecordingIsShipped() throws IOException {
    ShippedNode.sequence(data, OTHER, 2_000_000_000);
    ShippedNode.sequence(data, NODE, 2_000_000_000);
    try (ShippedNode other = ShippedNode.start(data, OTHER);
        ShippedNode node = ShippedNode.join(data, NODE)) {
      for (long auction = 0; auction < 5_000; auction++) {
        ship.signal(other, auction);
      }
      ship.signal(node, 9_999);
      ship.start(node);
      ship.turnUntil(() -> ship.broker.markOf(OTHER) > 0);
      int firstMark =
          ship.broker
              .log()
              .indexOf(
                  ship.broker.log().stream()
                      .filter(FakeBroker.Taken::isMark)
                      .findFirst()
                      .orElseThrow());
      assertEquals(
          5_001, ship.broker.log().subList(0, firstMark).stream().filter(t -> !t.isMark()).count());
    }
  }

  @Test
  void shouldSendAgainWhatWasOutstandingWhenItStartsOver() {
    try (ShippedNode node = ShippedNode.start(data, NODE)) {
      ship.start(node);
      signals(node, 0, 10);
      ship.turn(100);
      ship.broker.take(4);
      ship.broker.fail(true);
      signals(node, 10, 20);
      ship.turnUntil(() -> ship.broker.auctionsOf(NODE).contains(19L));
      assertTrue(ship.counters.get(ShipOutcome.FAILURE) > 0);
      assertEquals(
          LongStream.range(0, 20).boxed().toList(),
          ship.broker.auctionsOf(NODE).stream().distinct().toList());
    }
  }

  @Test
  void shouldLoseNothingWhereItDiesBetweenAcknowledgementAndSaving() {
    try (ShippedNode node = ShippedNode.start(data, NODE)) {
      ship.start(node);
      signals(node, 0, 10);
      ship.turnUntil(() -> ship.broker.auctionsOf(NODE).size() == 10);
      // Never closed: what it knew beyond the file is gone.
      ship.start(node);
      signals(node, 10, 20);
      ship.turnUntil(() -> ship.broker.auctionsOf(NODE).contains(19L));
      assertEquals(
          LongStream.range(0, 20).boxed().toList(),
          ship.broker.auctionsOf(NODE).stream().distinct().toList());
    }
  }

  @Test
  void shouldDeleteShippedSegmentsWhileItReadsOn() throws IOException {
    try (ShippedNode node = ShippedNode.start(data, NODE)) {
      ship.start(node);
      for (long auction = 0; auction < 300; auction++) {
        ship.signal(node, auction);
        node.noise(100_000);
        ship.turn(10);
        ship.broker.takeAll();
      }
      ship.turnUntil(() -> ship.broker.auctionsOf(NODE).size() == 300);
      ship.turnUntil(() -> node.reader().recordings().getFirst().startPosition() > 0);
      assertEquals(LongStream.range(0, 300).boxed().toList(), ship.broker.auctionsOf(NODE));
      assertEquals(300, ship.counters.get(ShipOutcome.UNREADABLE));
    }
  }

  @Test
  void shouldPassOverDamageAndCountIt() throws IOException {
    try (ShippedNode node = ShippedNode.start(data, NODE)) {
      signals(node, 0, 100);
      JournalRecording recording = node.reader().recordings().getFirst();
      try (FileChannel file = FileChannel.open(segment(recording), StandardOpenOption.WRITE)) {
        // Somewhere amid the fifth: no frame of a signal is longer than 256 bytes.
        file.write(ByteBuffer.wrap(new byte[64]), 1_024);
      }
      ship.start(node);
      ship.turnUntil(() -> ship.broker.markOf(NODE) > 0);
      List<Long> shipped = ship.broker.auctionsOf(NODE);
      assertTrue(shipped.size() >= 98 && shipped.size() < 100, shipped.toString());
      assertEquals(1, ship.counters.get(ShipOutcome.DAMAGED));
    }
  }

  @Test
  void shouldShipTheOthersAndMarkNothingWhileARecordingCannotBeRead() throws IOException {
    Path segment;
    try (ShippedNode node = ShippedNode.start(data, NODE)) {
      signals(node, 0, 10);
      segment = segment(node.reader().recordings().getFirst());
    }
    Path aside = segment.resolveSibling("aside");
    Files.move(segment, aside);
    Files.createDirectory(segment);
    try (ShippedNode node = ShippedNode.start(data, NODE)) {
      ship.start(node);
      signals(node, 10, 20);
      ship.turnUntil(() -> ship.broker.auctionsOf(NODE).size() == 10);
      for (int i = 0; i < 100; i++) {
        ship.turn(100);
        ship.broker.takeAll();
      }
      assertEquals(10, ship.broker.auctionsOf(NODE).size());
      assertEquals(0, ship.broker.markOf(NODE));
      assertEquals(0, ship.counters.get(ShipOutcome.FAILURE));
      assertTrue(ship.counters.get(ShipOutcome.RECORDING_FAULT) > 0);
      Files.delete(segment);
      Files.move(aside, segment);
      ship.turnUntil(() -> ship.broker.markOf(NODE) > 0);
      assertEquals(20, ship.broker.auctionsOf(NODE).size());
    }
  }

  @Test
  void shouldShipWithoutMarksWhileALaneDoesNotAnswer() {
    try (ShippedNode node = ShippedNode.start(data, NODE)) {
      ship.start(node);
      ship.lanesAnswer(false);
      signals(node, 0, 10);
      ship.turnUntil(() -> ship.questions > 3);
      assertEquals(10, ship.broker.auctionsOf(NODE).size());
      assertEquals(0, ship.broker.markOf(NODE));
      ship.lanesAnswer(true);
      ship.turnUntil(() -> ship.broker.markOf(NODE) > 0);
    }
  }

  @Test
  void shouldShipAndDeleteWithoutMarksWhileItsFileCannotBeWritten() {
    try (ShippedNode node = ShippedNode.start(data, NODE)) {
      signals(node, 0, 10);
    }
    try (ShippedNode node = ShippedNode.start(data, NODE)) {
      ship.start(node);
      ship.diskFull(true);
      signals(node, 10, 20);
      ship.turnUntil(() -> node.reader().recordings().size() == 1);
      assertEquals(20, Set.copyOf(ship.broker.auctionsOf(NODE)).size());
      assertEquals(0, ship.broker.markOf(NODE));
      assertTrue(ship.counters.get(ShipOutcome.UNSAVED) > 0);
      assertEquals(0, ship.counters.get(ShipOutcome.FAILURE));
      ship.diskFull(false);
      ship.turnUntil(() -> ship.broker.markOf(NODE) > 0);
    }
  }

  @Test
  void shouldTellTheLagWhileTheBrokerIsAway() {
    try (ShippedNode node = ShippedNode.start(data, NODE)) {
      ship.broker.away(true);
      ship.start(node);
      signals(node, 0, 10);
      ship.turn(2_000);
      long lag = ship.agent.lagBytes();
      assertTrue(lag > 0);
      signals(node, 10, 20);
      ship.turn(2_000);
      assertEquals(2 * lag, ship.agent.lagBytes());
      ship.broker.away(false);
      ship.turnUntil(() -> ship.agent.lagBytes() == 0 && ship.agent.markMillis() > 0);
      assertEquals(20, ship.broker.auctionsOf(NODE).size());
    }
  }

  @Test
  void shouldStartOverWithAFileOfPositionsThatNamesNoNodes() throws IOException {
    try (ShippedNode node = ShippedNode.start(data, NODE)) {
      signals(node, 0, 10);
      JournalRecording recording = node.reader().recordings().getFirst();
      Files.createDirectories(ship.file.getParent());
      Files.writeString(ship.file, "mark 777000\n" + recording.recordingId() + " 480\n");
      assertEquals(777_000, ShipPositions.open(ship.file).markMillis());
      ship.start(node);
      ship.turnUntil(() -> ship.broker.auctionsOf(NODE).size() == 10);
      ship.agent.onClose();
      ShipPositions saved = ShipPositions.open(ship.file);
      assertTrue(saved.of(RecordingKey.of(recording)) > 480);
      assertFalse(saved.of(new RecordingKey(OTHER, recording.recordingId())) > 0);
    }
  }

  private void signals(ShippedNode node, long from, long to) {
    for (long auction = from; auction < to; auction++) {
      ship.signal(node, auction);
    }
  }

  private Path segment(JournalRecording recording) throws IOException {
    String prefix = recording.archiveId() + "-";
    try (Stream<Path> files = Files.list(data.resolve("journal").resolve("archive"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .filter(file -> file.toString().endsWith(".rec"))
          .findFirst()
          .orElseThrow();
    }
  }
}
