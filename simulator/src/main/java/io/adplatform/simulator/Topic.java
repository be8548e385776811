package io.adplatform.simulator;

import java.util.ArrayList;
import java.util.List;

/** A topic in memory: messages by partition and offset, the oldest of which may be forgotten. */
final class Topic {
  private final List<List<byte[]>> partitions = new ArrayList<>();
  private final long[] first;

  Topic(int partitions) {
    first = new long[partitions];
    for (int i = 0; i < partitions; i++) {
      this.partitions.add(new ArrayList<>());
    }
  }

  int partitions() {
    return first.length;
  }

  void append(int partition, byte[] message) {
    partitions.get(partition).add(message);
  }

  /** The offset that the next message gets. */
  long end(int partition) {
    return first[partition] + partitions.get(partition).size();
  }

  byte[] get(int partition, long offset) {
    return partitions.get(partition).get((int) (offset - first[partition]));
  }

  /** Forgets what stands before an offset. */
  void forget(int partition, long before) {
    int count = (int) (before - first[partition]);
    if (count > 0) {
      partitions.get(partition).subList(0, count).clear();
      first[partition] = before;
    }
  }
}
