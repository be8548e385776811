package io.adplatform.simulator.stream;

/** Keeps what the stream job needs to go on after it was killed. */
public interface Checkpoints {
  /**
   * All partitions at one time.
   *
   * @param offsets the next event of each partition
   * @param states of their settlements
   */
  record Checkpoint(long[] offsets, byte[][] states) {}

  /** A checkpoint was taken; what was settled before it is not written yet. */
  void begin(Checkpoint checkpoint);

  /** What was settled before the last checkpoint begun is written to {@code settled}. */
  void complete();

  /** What the job goes on from: the last that was completed; null is the beginning. */
  Checkpoint latest();

  /** As it should be. */
  final class Kept implements Checkpoints {
    private Checkpoint begun;
    private Checkpoint completed;

    @Override
    public void begin(Checkpoint checkpoint) {
      begun = checkpoint;
    }

    @Override
    public void complete() {
      completed = begun;
    }

    @Override
    public Checkpoint latest() {
      return completed;
    }
  }
}
