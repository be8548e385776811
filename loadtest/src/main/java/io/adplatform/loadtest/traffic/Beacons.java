package io.adplatform.loadtest.traffic;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** The client's books: which beacons were answered, and what each has to cost. Thread-safe. */
public final class Beacons {
  /**
   * What a beacon that is settled must be charged.
   *
   * @param chargeMicros from the advertiser, or the over-delivery
   * @param costMicros to supply
   */
  record Due(String lineItemId, long chargeMicros, long costMicros) {}

  /** By auction id. */
  private final Map<String, Due> answered = new ConcurrentHashMap<>();

  private final Map<String, Due> open = new ConcurrentHashMap<>();
  private final Map<Integer, AtomicLong> statuses = new ConcurrentSkipListMap<>();
  private final AtomicLong repeats = new AtomicLong();

  /** A beacon is about to be sent: from now on it may be recorded. */
  void sent(String auctionId, Due due) {
    open.put(auctionId, due);
  }

  /** It was answered with success, for the first or a further time. */
  void answered(String auctionId, Due due) {
    if (answered.put(auctionId, due) != null) {
      repeats.incrementAndGet();
    }
    open.remove(auctionId);
  }

  /** A beacon that is not too old was fired and came to a status; -1 is no answer. */
  void fired(int status) {
    statuses.computeIfAbsent(status, key -> new AtomicLong()).incrementAndGet();
  }

  /** How often each status came. */
  public Map<Integer, AtomicLong> statuses() {
    return statuses;
  }

  /** How many different ones were answered. */
  public int count() {
    return answered.size();
  }

  /** How often one was answered again. */
  public long repeats() {
    return repeats.get();
  }

  /** How many were sent of which nobody knows whether they were recorded. */
  public int unknown() {
    return open.size();
  }

  /** What has to be settled: all that were answered, and of the unknown those that were settled. */
  Map<String, Due> due(Map<String, ?> settled) {
    Map<String, Due> due = new HashMap<>(answered);
    open.forEach(
        (id, one) -> {
          if (settled.containsKey(id)) {
            due.put(id, one);
          }
        });
    return due;
  }
}
