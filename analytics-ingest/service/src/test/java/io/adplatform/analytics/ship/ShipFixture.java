package io.adplatform.analytics.ship;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.runtime.metrics.EnumCounters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.CachedNanoClock;

/** A shipper that is turned by hand, with what it talks to. */
final class ShipFixture implements LaneWatermarks {
  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(120);

  final FakeBroker broker = new FakeBroker();
  final EnumCounters<ShipOutcome> counters = new EnumCounters<>(ShipOutcome.class);
  final CachedNanoClock clock = new CachedNanoClock();
  final Path file;
  ShipperAgent agent;

  /** Signals are timed by it. */
  long millis = 1_000_000;

  private ShippedNode own;
  private boolean lanesAnswer = true;
  private boolean asked;
  int questions;

  ShipFixture(Path data) {
    file = data.resolve("ship").resolve("positions");
    clock.update(TimeUnit.HOURS.toNanos(1));
  }

  /** Starts to ship, as a process does: from what the file says. */
  void start(ShippedNode node) {
    own = node;
    asked = false;
    try {
      agent =
          new ShipperAgent(
              node.reader(),
              broker::open,
              ShipPositions.open(file),
              this,
              node.node.nodeId(),
              counters,
              clock);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One turn, some time later. */
  void turn(long millisLater) {
    clock.advance(TimeUnit.MILLISECONDS.toNanos(millisLater));
    millis += millisLater;
    agent.doWork();
  }

  /** Turns with a broker that takes everything until something is so. */
  void turnUntil(BooleanSupplier condition) {
    long deadline = System.nanoTime() + WAIT_NANOS;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadline < 0, "not within two minutes");
      turn(100);
      broker.takeAll();
    }
  }

  /** Has a node write a signal, timed now. */
  void signal(ShippedNode node, long auction) {
    node.signal(auction, millis);
  }

  void lanesAnswer(boolean now) {
    lanesAnswer = now;
  }

  /** Makes the positions' file one that cannot be written, or one that can. */
  void diskFull(boolean now) {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.deleteIfExists(fresh);
      if (now) {
        Files.createDirectory(fresh);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void request() {
    questions++;
    asked = true;
  }

  @Override
  public List<LaneWatermark> answers() {
    return asked && lanesAnswer ? List.of(own.watermark(millis)) : null;
  }
}
