package io.adplatform.rtb.demand;

/**
 * Holds back a part of a partner's requests while many of them fail: as many as are beyond {@value
 * #RATIO} times those that succeeded, over the last ten to twenty seconds. A partner of which half
 * fail is asked as before; of one that fails always nearly nothing is asked, and what is shows when
 * it is better.
 *
 * @see <a href="https://sre.google/sre-book/handling-overload/">Handling Overload (Google SRE,
 *     2016): client-side throttling</a>
 */
final class ErrorThrottle {
  static final int RATIO = 2;
  static final long WINDOW_NANOS = 10_000_000_000L;

  /** Below so many requests nothing is held back: chance alone would do it. */
  static final int LEAST_REQUESTS = 50;

  private long windowEndNanos;
  private long requests;
  private long accepts;
  private long formerRequests;
  private long formerAccepts;

  /** Starts empty. */
  ErrorThrottle(long nowNanos) {
    windowEndNanos = nowNanos + WINDOW_NANOS;
  }

  /**
   * Whether a request may be sent, which counts as one whether or not.
   *
   * @param draw a random number
   */
  boolean admits(long draw, long nowNanos) {
    turn(nowNanos);
    long all = requests + formerRequests;
    long beyond = all - RATIO * (accepts + formerAccepts);
    requests++;
    if (all < LEAST_REQUESTS || beyond <= 0) {
      return true;
    }
    // Held back with probability beyond / (all + 1).
    return Math.floorMod(draw, all + 1) >= beyond;
  }

  void succeeded(long nowNanos) {
    turn(nowNanos);
    accepts++;
  }

  private void turn(long nowNanos) {
    if (nowNanos - windowEndNanos < 0) {
      return;
    }
    boolean skipped = nowNanos - windowEndNanos >= WINDOW_NANOS;
    formerRequests = skipped ? 0 : requests;
    formerAccepts = skipped ? 0 : accepts;
    requests = 0;
    accepts = 0;
    windowEndNanos = nowNanos + WINDOW_NANOS;
  }
}
