package io.adplatform.rtb.demand;

/**
 * The shortest time that a partner needed for an answer in the last five to ten seconds: where less
 * is left it would be asked in vain. Without an answer in that time nothing is known, and it is
 * asked. One lane.
 */
final class LatencyFloor {
  static final long WINDOW_NANOS = 5_000_000_000L;
  private static final long UNKNOWN = Long.MAX_VALUE;

  private long windowEndNanos;
  private long shortest = UNKNOWN;
  private long formerShortest = UNKNOWN;

  LatencyFloor(long nowNanos) {
    windowEndNanos = nowNanos + WINDOW_NANOS;
  }

  void answered(long latencyNanos, long nowNanos) {
    turn(nowNanos);
    shortest = Math.min(shortest, latencyNanos);
  }

  /** Whether no answer came as fast. */
  boolean isAbove(long nanos, long nowNanos) {
    turn(nowNanos);
    long known = Math.min(shortest, formerShortest);
    return known != UNKNOWN && known > nanos;
  }

  private void turn(long nowNanos) {
    if (nowNanos - windowEndNanos < 0) {
      return;
    }
    formerShortest = nowNanos - windowEndNanos >= WINDOW_NANOS ? UNKNOWN : shortest;
    shortest = UNKNOWN;
    windowEndNanos = nowNanos + WINDOW_NANOS;
  }
}
