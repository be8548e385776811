package io.adplatform.settle;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the job has done since the process started. One instance: Flink copies a job's functions, so
 * they and the metrics server meet here. Any thread may read; the chain's thread counts verdicts.
 */
final class SettleCounters {
  static final SettleCounters INSTANCE = new SettleCounters();

  private final AtomicLongArray verdicts = new AtomicLongArray(Verdict.values().length);
  private final AtomicLong auctionsHeld = new AtomicLong();
  private final AtomicLong leasesHeld = new AtomicLong();
  private final AtomicLong missing = new AtomicLong();
  private final AtomicLong leftOut = new AtomicLong();
  private final AtomicLong noticesDropped = new AtomicLong();
  private final LongAdder checkpointsSetAside = new LongAdder();

  private SettleCounters() {}

  void count(Verdict verdict) {
    int index = verdict.ordinal();
    verdicts.setRelease(index, verdicts.getPlain(index) + 1);
  }

  void held(long auctions, long leases) {
    auctionsHeld.set(auctions);
    leasesHeld.set(leases);
  }

  void noticesDropped(long ofAllPartitions) {
    noticesDropped.set(ofAllPartitions);
  }

  long noticesDropped() {
    return noticesDropped.get();
  }

  void missing(long events) {
    missing.addAndGet(events);
  }

  long missing() {
    return missing.get();
  }

  /** An answer that {@code settled} holds already. The chain's thread alone. */
  void leftOut() {
    leftOut.setRelease(leftOut.getPlain() + 1);
  }

  long answersLeftOut() {
    return leftOut.get();
  }

  void checkpointSetAside() {
    checkpointsSetAside.increment();
  }

  long verdicts(Verdict verdict) {
    return verdicts.getAcquire(verdict.ordinal());
  }

  long auctionsHeld() {
    return auctionsHeld.get();
  }

  long leasesHeld() {
    return leasesHeld.get();
  }

  long checkpointsSetAside() {
    return checkpointsSetAside.sum();
  }
}
