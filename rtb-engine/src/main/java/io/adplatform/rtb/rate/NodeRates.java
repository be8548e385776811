package io.adplatform.rtb.rate;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How often each id may still have its turn on this node: a token bucket of one second, as the
 * theoretical arrival time of the generic cell rate algorithm (ITU-T I.371). All lanes take from it
 * in batches, each by one compare-and-set. Thread-safe; never waits.
 */
public final class NodeRates {
  static final long NANOS_PER_SECOND = 1_000_000_000L;

  /**
   * Lanes together hold at most the requests of this part of a second in advance, so that what an
   * idle lane holds is hardly missed by the others.
   */
  private static final int BATCHES_PER_SECOND = 100;

  private final ConcurrentHashMap<Long, AtomicLong> arrivals = new ConcurrentHashMap<>();
  private final int lanes;

  /** For a node with so many lanes. */
  public NodeRates(int lanes) {
    this.lanes = lanes;
  }

  /** The bucket of an id, full where it is new. Allocates. */
  AtomicLong bucket(long ofId, long nowNanos) {
    return arrivals.computeIfAbsent(ofId, id -> new AtomicLong(nowNanos));
  }

  /**
   * Takes a batch out of a bucket.
   *
   * @param queriesPerSecond what flows into it
   * @return how many requests it is for; 0 where the bucket is empty
   */
  int take(AtomicLong bucket, int queriesPerSecond, long nowNanos) {
    int rate = Math.max(1, queriesPerSecond);
    long interval = NANOS_PER_SECOND / rate;
    int batch = Math.max(1, rate / (lanes * BATCHES_PER_SECOND));
    long depth = Math.max(NANOS_PER_SECOND, interval);
    for (; ; ) {
      long arrival = bucket.get();
      long due = arrival - nowNanos < 0 ? nowNanos : arrival;
      long left = (depth - (due - nowNanos)) / interval;
      if (left <= 0) {
        return 0;
      }
      int taken = (int) Math.min(batch, left);
      if (bucket.compareAndSet(arrival, due + taken * interval)) {
        return taken;
      }
    }
  }
}
