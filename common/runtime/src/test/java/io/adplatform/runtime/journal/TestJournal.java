package io.adplatform.runtime.journal;

import io.adplatform.runtime.config.JournalConfig;
import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.config.LanePreset;
import io.adplatform.runtime.config.NodeConfig;
import io.adplatform.runtime.lane.Lanes;
import io.adplatform.runtime.metrics.EnumCounters;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.agrona.concurrent.UnsafeBuffer;

/** A driver, a lane and its journal on a folder, for tests. */
final class TestJournal implements AutoCloseable {
  private static final int MIB = 1024 * 1024;
  private static final long WAIT_SECONDS = 60;

  final JournalDriver driver;
  final Lanes lanes;
  final LaneJournal journal;
  final EnumCounters<JournalCount> counters = new EnumCounters<>(JournalCount.class);
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[MIB]);

  private TestJournal(JournalDriver driver) {
    this.driver = driver;
    this.lanes = Lanes.start(LaneConfig.laptop());
    this.journal = driver.open(lanes.lane(0), counters);
  }

  static NodeConfig config(Path data, boolean externalDriver) {
    return config(7, data, externalDriver);
  }

  static NodeConfig config(int nodeId, Path data, boolean externalDriver) {
    JournalConfig journal = new JournalConfig(false, MIB, 2 * MIB, 2 * MIB, MIB);
    return new NodeConfig(
        nodeId, data, "127.0.0.1", 0, URI.create("http://test"), externalDriver, journal);
  }

  static TestJournal start(Path data) {
    return new TestJournal(JournalDriver.start(config(data, false), LanePreset.LAPTOP));
  }

  static TestJournal start(Path data, LongSupplier freeBytes) {
    return new TestJournal(JournalDriver.start(config(data, false), LanePreset.LAPTOP, freeBytes));
  }

  static TestJournal connect(Path data) {
    return connect(7, data);
  }

  static TestJournal connect(int nodeId, Path data) {
    return new TestJournal(JournalDriver.start(config(nodeId, data, true), LanePreset.LAPTOP));
  }

  /** Does something on the lane and waits for it. */
  long onLane(ToLongFunction<LaneJournal> work) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    lanes
        .lane(0)
        .execute(
            () -> {
              try {
                done.complete(work.applyAsLong(journal));
              } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
              }
            });
    return done.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
  }

  /** Offers a message of a length that bears a number, until it is taken. Returns its position. */
  long offer(long number, int length) {
    while (true) {
      long position = tryOffer(number, length);
      if (position > 0) {
        return position;
      }
      if (position != LaneJournal.BACK_PRESSURED) {
        throw new AssertionError("code " + position);
      }
    }
  }

  long tryOffer(long number, int length) {
    return onLane(
        ofLane -> {
          message.putLong(0, number);
          message.putByte(length - 1, (byte) number);
          return ofLane.offerSignal(message, 0, length);
        });
  }

  void awaitRecorded(long position) {
    await(() -> onLane(LaneJournal::recordedPosition) >= position);
  }

  static void await(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited for " + WAIT_SECONDS + " s");
      }
      Thread.onSpinWait();
    }
  }

  /** The numbers of all messages of a recording that can be read now. */
  static List<Long> read(JournalReader reader, JournalRecording recording, long from) {
    List<Long> numbers = new ArrayList<>();
    try (JournalCursor cursor = reader.open(recording, from)) {
      while (cursor.poll(
              (buffer, offset, length, position) -> {
                long number = buffer.getLong(offset);
                if (buffer.getByte(offset + length - 1) != (byte) number) {
                  throw new AssertionError("message " + number + " is not whole");
                }
                numbers.add(number);
              },
              100)
          > 0) {
        // until nothing more is recorded
      }
    }
    return numbers;
  }

  @Override
  public void close() {
    driver.close();
    lanes.close();
  }
}
