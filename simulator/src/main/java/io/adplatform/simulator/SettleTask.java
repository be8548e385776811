package io.adplatform.simulator;

import io.adplatform.simulator.stream.Checkpoints;
import io.adplatform.simulator.stream.Settler;
import io.adplatform.simulator.stream.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The stream job: settles {@code events}, and writes what came of them to {@code settled} when a
 * checkpoint completes. Killed, it goes on from the last one that did.
 */
final class SettleTask {
  private static final int MAX_ANSWER_LENGTH = 1_024;
  private static final long CHECKPOINT_MILLIS = 4_000;
  private static final long COMPLETE_MILLIS = 500;

  /** A checkpoint is read no later than this after it was begun: then the one after it is. */
  static final long READ_MILLIS = 2 * CHECKPOINT_MILLIS + 2 * COMPLETE_MILLIS;

  private record Output(int partition, byte[] message) {}

  private final Seams seams;
  private final Topic events;
  private final Topic settled;
  private final Checkpoints checkpoints;
  private final Consumer<byte[]> written;
  private final Settler[] settlers;
  private final long[] next;
  private final UnsafeBuffer in = new UnsafeBuffer(0, 0);
  private final UnsafeBuffer out = new UnsafeBuffer(new byte[MAX_ANSWER_LENGTH]);
  private List<Output> pending = new ArrayList<>();
  private List<Output> completing;
  private boolean up;
  private long nextCheckpointMillis;
  private long completeMillis;

  /** Settles from the beginning; tells of each message that was written to {@code settled}. */
  SettleTask(Seams seams, Topic events, Topic settled, Consumer<byte[]> written) {
    this.seams = seams;
    this.events = events;
    this.settled = settled;
    this.written = written;
    this.checkpoints = seams.checkpoints().get();
    this.settlers = new Settler[events.partitions()];
    this.next = new long[events.partitions()];
  }

  /**
   * Settles what there is, unless it is dead. Returns whether it died just now.
   *
   * @param dies whether it may die within {@link #READ_MILLIS}: a checkpoint that nobody is going
   *     to read is not written, which would take a third of the time
   */
  boolean step(long nowMillis, boolean dead, boolean dies) {
    if (dead) {
      boolean died = up;
      up = false;
      return died;
    }
    if (!up) {
      start(nowMillis);
    }
    for (int partition = 0; partition < next.length; partition++) {
      settle(partition);
    }
    if (completing != null && nowMillis >= completeMillis) {
      complete();
    }
    if (completing == null && nowMillis >= nextCheckpointMillis) {
      begin(nowMillis, dies);
    }
    return false;
  }

  private void start(long nowMillis) {
    up = true;
    pending = new ArrayList<>();
    completing = null;
    nextCheckpointMillis = nowMillis + CHECKPOINT_MILLIS;
    Checkpoints.Checkpoint from = checkpoints.latest();
    for (int partition = 0; partition < next.length; partition++) {
      settlers[partition] = seams.settler().get();
      next[partition] = 0;
      if (from != null) {
        settlers[partition].read(from.states()[partition]);
        next[partition] = from.offsets()[partition];
      }
    }
  }

  private void settle(int partition) {
    for (long end = events.end(partition); next[partition] < end; next[partition]++) {
      byte[] event = events.get(partition, next[partition]);
      in.wrap(event);
      int length =
          settlers[partition].settle(
              in, event.length, events.appendedMillis(partition, next[partition]), out);
      if (length > 0) {
        byte[] message = new byte[length];
        out.getBytes(0, message);
        pending.add(new Output(partition, message));
      }
    }
  }

  private void begin(long nowMillis, boolean dies) {
    byte[][] states = new byte[next.length][];
    for (int partition = 0; partition < next.length; partition++) {
      states[partition] = dies ? settlers[partition].write() : null;
    }
    checkpoints.begin(new Checkpoints.Checkpoint(next.clone(), states));
    completing = pending;
    pending = new ArrayList<>();
    completeMillis = nowMillis + COMPLETE_MILLIS;
    nextCheckpointMillis = nowMillis + CHECKPOINT_MILLIS;
  }

  private void complete() {
    checkpoints.complete();
    for (Output output : completing) {
      settled.append(output.partition(), output.message());
      written.accept(output.message());
    }
    completing = null;
    long[] offsets = checkpoints.latest().offsets();
    for (int partition = 0; partition < next.length; partition++) {
      events.forget(partition, offsets[partition]);
    }
  }
}
