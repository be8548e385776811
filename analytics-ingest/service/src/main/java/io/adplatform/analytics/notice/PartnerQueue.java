package io.adplatform.analytics.notice;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * What waits for one demand partner, the soonest due first. Of the sender's thread.
 *
 * <p>A partner that fails again and again is asked by one call at a time, ever more seldom, until
 * it answers; what waits for it meanwhile is bounded.
 */
final class PartnerQueue {
  /** Calls to one partner at a time: a slow one leaves room for the others. */
  static final int MAX_IN_FLIGHT = 32;

  /** What waits for a partner that fails; beyond it notices are given up. */
  static final int MAX_WAITING = 4_096;

  /** Failures in a row after which a partner is taken to be away. */
  private static final int FAILING = 5;

  private static final long FIRST_PROBE_MILLIS = 200;
  private static final long MAX_PROBE_MILLIS = 30_000;
  private static final int MAX_DOUBLINGS = 20;

  private final PriorityQueue<PendingNotice> waiting =
      new PriorityQueue<>(
          Comparator.comparingLong((PendingNotice notice) -> notice.dueMillis)
              .thenComparingLong(notice -> notice.offset));
  private int inFlight;
  private int failures;
  private long probeMillis;

  boolean isFailing() {
    return failures >= FAILING;
  }

  /** Whether there is room; always while the partner answers, for then it drains. */
  boolean hasRoom() {
    return !isFailing() || waiting.size() < MAX_WAITING;
  }

  void add(PendingNotice notice) {
    waiting.add(notice);
  }

  /** The next that is due and may be sent now; null where there is none. */
  PendingNotice poll(long nowMillis) {
    PendingNotice next = waiting.peek();
    if (next == null || next.dueMillis > nowMillis || inFlight >= MAX_IN_FLIGHT) {
      return null;
    }
    if (isFailing() && (inFlight > 0 || nowMillis < probeMillis)) {
      return null;
    }
    inFlight++;
    return waiting.poll();
  }

  /** A call has ended. */
  void ended(boolean answered, long nowMillis) {
    inFlight--;
    if (answered) {
      failures = 0;
      return;
    }
    failures++;
    if (isFailing()) {
      int doublings = Math.min(MAX_DOUBLINGS, failures - FAILING);
      probeMillis = nowMillis + Math.min(MAX_PROBE_MILLIS, FIRST_PROBE_MILLIS << doublings);
    }
  }

  /** What waits and can be sent soon: the partner answers. */
  int backlog() {
    return isFailing() ? 0 : waiting.size();
  }

  boolean isIdle() {
    return inFlight == 0 && waiting.isEmpty();
  }
}
