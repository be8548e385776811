package io.adplatform.simulator.stream;

/**
 * How far somebody has read {@code settled}, at least once: told to, it begins again where its last
 * batch began.
 */
public final class Follower {
  /** Takes what was read. */
  @FunctionalInterface
  public interface Taker {
    void take(int partition, long offset, byte[] message);
  }

  private final Topic topic;
  private final long[] next;
  private final long[] former;

  /** Reads from the beginning. */
  public Follower(Topic topic) {
    this.topic = topic;
    next = new long[topic.partitions()];
    former = new long[topic.partitions()];
  }

  /** Whether there is something to read. */
  public boolean isBehind() {
    for (int partition = 0; partition < next.length; partition++) {
      if (next[partition] < topic.end(partition)) {
        return true;
      }
    }
    return false;
  }

  /** Hands over what there is in a partition; where that begins. */
  public long read(int partition, Taker taker) {
    long from = next[partition];
    for (long end = topic.end(partition); next[partition] < end; next[partition]++) {
      taker.take(partition, next[partition], topic.get(partition, next[partition]));
    }
    former[partition] = from == next[partition] ? former[partition] : from;
    return from;
  }

  /** Reads its last batch again. */
  public void again() {
    System.arraycopy(former, 0, next, 0, next.length);
  }

  /** Reads on from an offset. */
  public void seek(int partition, long offset) {
    next[partition] = offset;
  }

  /** What stands before this is not read again. */
  public long keeps(int partition) {
    return former[partition];
  }
}
