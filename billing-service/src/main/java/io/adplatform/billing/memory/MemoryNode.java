package io.adplatform.billing.memory;

import java.util.ArrayDeque;
import java.util.Deque;

/** What a row of the table {@code node} holds, its marks, and what it has not acknowledged yet. */
final class MemoryNode {
  /** A lease, or a bucket of it, that changed; null is the lease itself. */
  record Change(long revision, MemoryLease lease, Object bucket) {}

  final int id;
  final long[] settledUpToMillis;
  final Deque<Change> changes = new ArrayDeque<>();
  long boot;
  long sequence;
  long revision;
  long writtenOffMillis = -1;

  MemoryNode(int id, int partitions) {
    this.id = id;
    this.settledUpToMillis = new long[partitions];
  }

  boolean isWrittenOff() {
    return writtenOffMillis >= 0;
  }

  /** Notes what it has to hear of. */
  void changed(MemoryLease lease, Object bucket, long of) {
    changes.addLast(new Change(of, lease, bucket));
  }

  /** Forgets what it has heard of. */
  void acknowledge(long after) {
    while (!changes.isEmpty() && changes.peekFirst().revision() <= after) {
      changes.removeFirst();
    }
  }
}
