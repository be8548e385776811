package io.adplatform.billing.pacing;

import java.math.BigInteger;
import java.util.function.LongBinaryOperator;

/**
 * What is to be spent from now on: so much, in so much time. Made anew at every step, so what an
 * outage left over is spread over the rest of the day or flight.
 *
 * @param leftMicros may be 0 or less: all is spent
 * @param leftMillis at least 1: what the time left would be if all its traffic came as fast as now
 */
public record PacingPlan(long leftMicros, long leftMillis) {
  /**
   * The bounds that a plan comes of, and what is used of them.
   *
   * @param totalMicros of the flight; null is no bound
   * @param dailyMicros of the day; null is no bound
   * @param chargedMicros of the total
   * @param chargedTodayMicros of the daily budget
   * @param dayEndMillis the first instant that is no longer today where the advertiser is
   * @param endMillis the first instant after the flight; null is never
   */
  public record Bounds(
      Long totalMicros,
      Long dailyMicros,
      long chargedMicros,
      long chargedTodayMicros,
      long dayEndMillis,
      Long endMillis) {}

  /**
   * The plan of a daily budget over the rest of the day, or of a total one over the rest of the
   * flight: where there are both, the slower one. Null where there is neither: a total budget
   * without an end cannot be spent evenly.
   *
   * @param nowMillis since 1970
   */
  public static PacingPlan even(Bounds bounds, long nowMillis) {
    return of(bounds, nowMillis, (from, until) -> until - from);
  }

  /**
   * The same in proportion to traffic.
   *
   * @param millisLeft how long the time from the first instant to the second would be if all its
   *     traffic came as fast as at the first
   */
  public static PacingPlan of(Bounds bounds, long nowMillis, LongBinaryOperator millisLeft) {
    PacingPlan ofFlight = null;
    long leftInTotal = Long.MAX_VALUE;
    if (bounds.totalMicros != null) {
      leftInTotal = bounds.totalMicros - bounds.chargedMicros;
      if (bounds.endMillis != null) {
        ofFlight = plan(leftInTotal, millisLeft.applyAsLong(nowMillis, bounds.endMillis));
      }
    }
    if (bounds.dailyMicros == null) {
      return ofFlight;
    }
    long until =
        bounds.endMillis == null
            ? bounds.dayEndMillis
            : Math.min(bounds.dayEndMillis, bounds.endMillis);
    PacingPlan ofDay =
        plan(
            Math.min(leftInTotal, bounds.dailyMicros - bounds.chargedTodayMicros),
            millisLeft.applyAsLong(nowMillis, until));
    return ofFlight == null || ofDay.isSlowerThan(ofFlight) ? ofDay : ofFlight;
  }

  private static PacingPlan plan(long leftMicros, long leftMillis) {
    return new PacingPlan(leftMicros, Math.max(1, leftMillis));
  }

  private boolean isSlowerThan(PacingPlan other) {
    BigInteger own = BigInteger.valueOf(leftMicros).multiply(BigInteger.valueOf(other.leftMillis));
    return own.compareTo(
            BigInteger.valueOf(other.leftMicros).multiply(BigInteger.valueOf(leftMillis)))
        < 0;
  }
}
