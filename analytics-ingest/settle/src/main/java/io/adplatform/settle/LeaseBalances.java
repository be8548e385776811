package io.adplatform.settle;

import java.nio.ByteBuffer;
import org.agrona.collections.Long2LongHashMap;

/** What was charged to each lease, and which leases are closed. Owned by one thread. */
final class LeaseBalances {
  private static final long NONE = -1;
  private static final int ENTRY_BYTES = 8 + 8;

  /** Closed leases are looked over when the oldest has been due for so long, not at every mark. */
  private static final long OVERDUE_MILLIS = 5_000;

  private final Long2LongHashMap charged = new Long2LongHashMap(NONE);
  private final Long2LongHashMap closedMillis = new Long2LongHashMap(NONE);

  // The least of closedMillis, so that a state that was read goes on as the one written.
  private long oldestMillis = Long.MAX_VALUE;

  /**
   * Charges a lease.
   *
   * @param amountMicros what the lease amounts to in all
   * @return what was charged: at most what was left, 0 once it is closed or where there is none
   */
  long charge(long leaseId, long amountMicros, long chargeMicros) {
    if (leaseId == 0 || closedMillis.containsKey(leaseId)) {
      return 0;
    }
    long before = chargedTo(leaseId);
    long now = Math.min(chargeMicros, Math.max(0, amountMicros - before));
    if (now > 0) {
      charged.put(leaseId, before + now);
    }
    return now;
  }

  /** Ends a lease; again does nothing. Returns all that was ever charged to it. */
  long close(long leaseId, long timeMillis) {
    if (!closedMillis.containsKey(leaseId)) {
      closedMillis.put(leaseId, timeMillis);
      oldestMillis = Math.min(oldestMillis, timeMillis);
    }
    return chargedTo(leaseId);
  }

  /** Forgets leases that were closed before a time, once one was so some seconds before. */
  void dropClosedBefore(long timeMillis) {
    if (oldestMillis >= timeMillis - OVERDUE_MILLIS) {
      return;
    }
    oldestMillis = Long.MAX_VALUE;
    Long2LongHashMap.EntryIterator all = closedMillis.entrySet().iterator();
    while (all.hasNext()) {
      all.next();
      if (all.getLongValue() < timeMillis) {
        charged.remove(all.getLongKey());
        all.remove();
      } else {
        oldestMillis = Math.min(oldestMillis, all.getLongValue());
      }
    }
  }

  /** Leases of which something is known. */
  int size() {
    return charged.size();
  }

  int length() {
    return 4 + charged.size() * ENTRY_BYTES + 4 + closedMillis.size() * ENTRY_BYTES;
  }

  void write(ByteBuffer into) {
    LongMaps.write(charged, into);
    LongMaps.write(closedMillis, into);
  }

  void read(ByteBuffer from) {
    LongMaps.read(from, charged);
    LongMaps.read(from, closedMillis);
    Long2LongHashMap.ValueIterator times = closedMillis.values().iterator();
    while (times.hasNext()) {
      oldestMillis = Math.min(oldestMillis, times.nextValue());
    }
  }

  private long chargedTo(long leaseId) {
    long value = charged.get(leaseId);
    return value == NONE ? 0 : value;
  }
}
