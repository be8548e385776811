package io.adplatform.decision.budget;

import io.adplatform.wire.event.Reason;

/**
 * What a lane knows of one line item's budget: its shares of leases, the rate, how fast it spends.
 * Outlives snapshots. Owned by one lane.
 */
final class LineItemBudget {
  /** Spending is measured over whole windows of this. */
  private static final int WINDOW_MILLIS = 10_000;

  private static final int WINDOWS_PER_MINUTE = 6;

  /**
   * One part in so many of a peak fades with each window: traffic that comes back after half a
   * minute finds leases of a size that it needs, and not the smallest.
   */
  private static final int FADING_PART = 4;

  /** After so many windows nothing to speak of is left of a peak. */
  private static final int FADED_WINDOWS = 30;

  final long lineItemId;
  final BidToChargeRate rate = new BidToChargeRate();

  /** The oldest lease, which is used up first; or null. */
  LaneLease first;

  /** When more may be asked for again. */
  long nextWantMillis;

  /** When a bid was last tried, or the lane first heard of it. */
  long touchedMillis;

  /** What one bid last cost. */
  long priceMicros = 1;

  /** Why there is no lease: NO_LEASE until the source says more. */
  Reason refusal = Reason.NO_LEASE;

  /** When it was asked for first since the last answer; 0 where nothing is awaited. */
  private long awaitedSinceMillis;

  private boolean denied;

  /** Since when it has been found not to serve; 0 where it serves. */
  private long pausedSinceMillis;

  private long window;
  private long windowMicros;

  /** The most that was reserved in a window before, as far as it has not faded. */
  private long peakMicros;

  LineItemBudget(long lineItemId, long nowMillis) {
    this.lineItemId = lineItemId;
    touchedMillis = nowMillis;
  }

  /** Adds a lease behind the others. */
  void add(LaneLease lease) {
    refusal = Reason.NO_LEASE;
    if (first == null) {
      first = lease;
      return;
    }
    LaneLease last = first;
    while (last.next != null) {
      last = last.next;
    }
    last.next = lease;
  }

  /** The lease with an id, or null. */
  LaneLease find(long leaseId) {
    LaneLease lease = first;
    while (lease != null && lease.leaseId != leaseId) {
      lease = lease.next;
    }
    return lease;
  }

  /** Forgets a lease. */
  void remove(LaneLease gone) {
    if (first == gone) {
      first = gone.next;
      return;
    }
    for (LaneLease lease = first; lease != null; lease = lease.next) {
      if (lease.next == gone) {
        lease.next = gone.next;
      }
    }
  }

  /** Whether it serves, or has not done so for less than so many milliseconds. */
  boolean serves(boolean servesNow, long nowMillis, int graceMillis) {
    if (servesNow) {
      pausedSinceMillis = 0;
      return true;
    }
    pausedSinceMillis = pausedSinceMillis == 0 ? nowMillis : pausedSinceMillis;
    return nowMillis - pausedSinceMillis < graceMillis;
  }

  /** Notes that more was asked for. */
  void await(long nowMillis) {
    awaitedSinceMillis = awaitedSinceMillis == 0 ? nowMillis : awaitedSinceMillis;
  }

  /** Notes the answer. */
  void answered(boolean granted) {
    awaitedSinceMillis = 0;
    denied = !granted;
  }

  /**
   * Whether a grant may be on its way: it was asked for within so many milliseconds, and the source
   * has not said that there is none.
   */
  boolean isAwaited(long nowMillis, int withinMillis) {
    return !denied && awaitedSinceMillis != 0 && nowMillis - awaitedSinceMillis < withinMillis;
  }

  void spend(long micros, long nowMillis) {
    long current = nowMillis / WINDOW_MILLIS;
    if (current != window) {
      peakMicros = Math.max(faded(peakMicros, 1), windowMicros);
      peakMicros = faded(peakMicros, current - window - 1);
      windowMicros = 0;
      window = current;
    }
    windowMicros += micros;
  }

  private static long faded(long micros, long windows) {
    if (windows > FADED_WINDOWS) {
      return 0;
    }
    long left = micros;
    for (long i = 0; i < windows; i++) {
      left -= left / FADING_PART;
    }
    return left;
  }

  /** What was reserved of late, per minute. */
  long spendMicrosPerMinute(long nowMillis) {
    spend(0, nowMillis);
    return WINDOWS_PER_MINUTE * Math.max(peakMicros, windowMicros);
  }
}
