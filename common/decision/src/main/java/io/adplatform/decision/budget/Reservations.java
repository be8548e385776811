package io.adplatform.decision.budget;

import io.adplatform.wire.event.Reason;

/**
 * Whom a decision asks whether a line item can pay for its bid: a lane's {@link BudgetGate}, or,
 * when a decision is replayed, what was answered then. One thread.
 */
public interface Reservations {
  /**
   * Sets aside what a bid may cost.
   *
   * @param chargeMicros what its one charged signal costs; 0 for a test, which sets nothing aside
   * @param chargesPerMillion for how many of a million impressions it is charged
   * @param ttlSeconds how long it may be charged; a lease may shorten it
   * @return the lease that pays, positive; or a {@link Reason}'s code, negated: NO_LEASE where
   *     there is none with room, BUDGET_EXHAUSTED where the source said so
   */
  long tryReserve(
      long lineItemId, long chargeMicros, int chargesPerMillion, int ttlSeconds, long nowMillis);

  /** What the lease of the last reservation amounts to in all, for the token. */
  long grantedLeaseAmountMicros();

  /** What was set aside by the last reservation, micros. */
  long grantedReserveMicros();

  /** Until when the bid of the last reservation may be charged, in seconds since 1970. */
  long grantedExpirySecond();
}
