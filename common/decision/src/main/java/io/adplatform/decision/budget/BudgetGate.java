package io.adplatform.decision.budget;

/** A lane's parts of the node's leases. Owned by one lane; allocates nothing per bid. */
public final class BudgetGate {
  private long grantedLeaseAmountMicros;
  private long grantedExpirySecond;

  BudgetGate() {}

  /**
   * Sets aside what a bid may cost.
   *
   * @param chargeMicros what its one billable event charges; 0 for a test, which sets nothing aside
   * @param ttlSeconds how long its token is to live
   * @return the lease that pays, positive; or a {@link io.adplatform.wire.event.Reason}'s code,
   *     negated
   */
  public long tryReserve(long lineItemId, long chargeMicros, int ttlSeconds, long nowMillis) {
    return -io.adplatform.wire.event.Reason.NO_LEASE.code();
  }

  /** What the lease of the last reservation amounts to in all, for the token. */
  public long grantedLeaseAmountMicros() {
    return grantedLeaseAmountMicros;
  }

  /** When the token of the last reservation expires, in seconds since 1970. */
  public long grantedExpirySecond() {
    return grantedExpirySecond;
  }

  /** Takes a reservation back, because the bid was not sent after all. */
  public void cancel(long lineItemId, long leaseId, long chargeMicros, long expirySecond) {}

  /**
   * Takes grants and charges over from the node's thread; once per duty cycle.
   *
   * @return how many were taken
   */
  public int poll(long nowMillis) {
    return 0;
  }
}
