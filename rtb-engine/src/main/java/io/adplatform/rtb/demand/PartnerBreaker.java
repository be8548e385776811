package io.adplatform.rtb.demand;

/**
 * Stops asking a partner that fails again and again, and probes whether it is back: closed until so
 * many failures in a row, then open for a while, then one request at a time is let through, whose
 * success closes it and whose failure opens it for twice as long. One lane.
 */
final class PartnerBreaker {
  /** In a row: one partner that is restarted fails a few, one that is gone fails all. */
  static final int FAILURES_TO_OPEN = 20;

  /** A partner that is back is asked again within this. */
  static final long FIRST_OPEN_NANOS = 500_000_000L;

  /** One that is gone for good costs one request in so long. */
  static final long MAX_OPEN_NANOS = 16_000_000_000L;

  private int failures;
  private long openNanos = FIRST_OPEN_NANOS;
  private long openUntilNanos;
  private boolean open;
  private boolean probing;

  /** Whether a request may be sent; where it is a probe, no other is until it has come back. */
  boolean admits(long nowNanos) {
    if (!open) {
      return true;
    }
    if (probing || nowNanos - openUntilNanos < 0) {
      return false;
    }
    probing = true;
    return true;
  }

  boolean isOpen() {
    return open;
  }

  void succeeded() {
    failures = 0;
    open = false;
    probing = false;
    openNanos = FIRST_OPEN_NANOS;
  }

  /** A failure; of those on their way when it opened only the probe's counts. */
  void failed(long nowNanos) {
    if (!open && ++failures < FAILURES_TO_OPEN || open && !probing) {
      return;
    }
    if (open) {
      openNanos = Math.min(MAX_OPEN_NANOS, 2 * openNanos);
    }
    open = true;
    probing = false;
    openUntilNanos = nowNanos + openNanos;
  }

  /** A request that {@link #admits} let through was not sent after all. */
  void withdrawn() {
    probing = false;
  }
}
