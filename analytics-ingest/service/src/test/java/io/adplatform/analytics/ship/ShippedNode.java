package io.adplatform.analytics.ship;

import io.adplatform.runtime.config.JournalConfig;
import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.config.NodeConfig;
import io.adplatform.runtime.journal.JournalReader;
import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.runtime.node.HotNode;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.SignalEncoder;
import io.adplatform.wire.sbe.SignalKind;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A node with one lane whose signals the test writes itself. */
final class ShippedNode implements AutoCloseable {
  static final int MIB = 1024 * 1024;
  private static final int WAIT_SECONDS = 60;

  final HotNode node;
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[256]);
  private long recordingId;
  private long position;

  private ShippedNode(Path data, int nodeId, boolean externalDriver) {
    JournalConfig journal = new JournalConfig(false, MIB, 2 * MIB, 2 * MIB, MIB);
    URI url = URI.create("http://localhost:8080");
    node =
        HotNode.start(
            new NodeConfig(nodeId, data, "127.0.0.1", 0, url, externalDriver, journal),
            LaneConfig.laptop());
  }

  /** A node with a driver of its own. */
  static ShippedNode start(Path data, int nodeId) {
    return new ShippedNode(data, nodeId, false);
  }

  /** A node on the driver of another. */
  static ShippedNode join(Path data, int nodeId) {
    return new ShippedNode(data, nodeId, true);
  }

  /** Has the node's recordings numbered from here on. */
  static void sequence(Path data, int nodeId, int last) throws IOException {
    Path journal = Files.createDirectories(data.resolve("journal"));
    Files.writeString(journal.resolve("node-" + nodeId + ".sequence"), last + "\n");
  }

  JournalReader reader() {
    return node.driver().reader();
  }

  /** Writes a signal and waits until it is recorded. */
  void signal(long auction, long receivedMillis) {
    SignalEncoder signal =
        new SignalEncoder()
            .wrapAndApplyHeader(message, 0, new MessageHeaderEncoder())
            .receivedMillis(receivedMillis)
            .kind(SignalKind.IMPRESSION)
            .auctionLo(auction)
            .leaseId(0);
    offer(message, MessageHeaderEncoder.ENCODED_LENGTH + signal.encodedLength());
  }

  /** Writes something that is no record, of a length, and waits until it is recorded. */
  void noise(int length) {
    offer(new UnsafeBuffer(new byte[length]), length);
  }

  private void offer(DirectBuffer buffer, int length) {
    long end = onLane(journal -> journal.offerSignal(buffer, 0, length));
    while (end == LaneJournal.BACK_PRESSURED) {
      end = onLane(journal -> journal.offerSignal(buffer, 0, length));
    }
    if (end < 0) {
      throw new AssertionError("code " + end);
    }
    recordingId = onLane(LaneJournal::recordingId);
    position = end;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (onLane(LaneJournal::recordedPosition) < end) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not recorded");
      }
    }
  }

  /** What the lane would answer. */
  LaneWatermark watermark(long millis) {
    return new LaneWatermark(onLane(LaneJournal::recordingId), recordingId, position, millis);
  }

  private long onLane(java.util.function.ToLongFunction<LaneJournal> work) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    node.lanes()
        .lane(0)
        .execute(
            () -> {
              try {
                done.complete(work.applyAsLong(node.journal(node.lanes().lane(0))));
              } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
              }
            });
    return done.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    node.close();
  }
}
