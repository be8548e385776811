package io.adplatform.simulator.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** A topic in memory: messages by partition and offset, the oldest of which may be forgotten. */
public final class Topic {
  private record Message(long appendedMillis, byte[] bytes) {}

  private final List<List<Message>> partitions = new ArrayList<>();
  private final LongSupplier clock;
  private final long[] first;

  /**
   * A topic without messages.
   *
   * @param clock the broker's, milliseconds since 1970
   */
  public Topic(int partitions, LongSupplier clock) {
    this.clock = clock;
    first = new long[partitions];
    for (int i = 0; i < partitions; i++) {
      this.partitions.add(new ArrayList<>());
    }
  }

  public int partitions() {
    return first.length;
  }

  public void append(int partition, byte[] message) {
    partitions.get(partition).add(new Message(clock.getAsLong(), message));
  }

  /** The offset that the next message gets. */
  public long end(int partition) {
    return first[partition] + partitions.get(partition).size();
  }

  public byte[] get(int partition, long offset) {
    return message(partition, offset).bytes();
  }

  /** When a message came. */
  public long appendedMillis(int partition, long offset) {
    return message(partition, offset).appendedMillis();
  }

  private Message message(int partition, long offset) {
    return partitions.get(partition).get((int) (offset - first[partition]));
  }

  /** Forgets what stands before an offset. */
  public void forget(int partition, long before) {
    int count = (int) (before - first[partition]);
    if (count > 0) {
      partitions.get(partition).subList(0, count).clear();
      first[partition] = before;
    }
  }
}
