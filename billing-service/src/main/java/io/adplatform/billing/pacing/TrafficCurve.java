package io.adplatform.billing.pacing;

import io.adplatform.wire.catalogue.LineItem.Participation;
import java.math.BigInteger;

/**
 * What a line item would spend with full participation, by hour of the day: learned from its own
 * spend and exposure, of which former days count half as much with each day that passes. Until
 * twenty hours of the day were seen all hours are equal; from then on those that were not seen are
 * taken for average ones. Not thread-safe.
 */
public final class TrafficCurve {
  static final int HOURS = 24;
  private static final long HOUR_MILLIS = 3_600_000;
  private static final long DAY_MILLIS = HOURS * HOUR_MILLIS;

  /** Below as much as five seconds of full participation an hour is not known. */
  private static final long LEAST_EXPOSURE = 5_000L * Participation.ALL;

  /** The average hour weighs so much. */
  private static final long AVERAGE = 1_000_000;

  /** No hour weighs less: it could not be seen to have become a better one. */
  private static final long LEAST_WEIGHT = AVERAGE / 50;

  /** Of fewer hours no average can be told: all weigh the same. */
  private static final int ENOUGH_HOURS = 20;

  private final long[] days = new long[HOURS];
  private final long[] micros = new long[HOURS];
  private final long[] exposures = new long[HOURS];

  /** Sets an hour as it was stored. */
  void restore(int hour, long day, long hourMicros, long hourExposure) {
    days[hour] = day;
    micros[hour] = hourMicros;
    exposures[hour] = hourExposure;
  }

  /**
   * Adds what was seen.
   *
   * @param localMillis when, on the advertiser's clock: since 1970 and shifted by its zone
   * @param spentMicros 0 or more
   * @param exposure parts per million × milliseconds
   * @return the hour that changed
   */
  public int add(long localMillis, long spentMicros, long exposure) {
    int hour = hour(localMillis);
    long day = Math.floorDiv(localMillis, DAY_MILLIS);
    if (day != days[hour]) {
      days[hour] = day;
      micros[hour] /= 2;
      exposures[hour] /= 2;
    }
    micros[hour] += spentMicros;
    exposures[hour] += exposure;
    return hour;
  }

  long day(int hour) {
    return days[hour];
  }

  long micros(int hour) {
    return micros[hour];
  }

  long exposure(int hour) {
    return exposures[hour];
  }

  /**
   * How long a time would take if all its traffic came as fast as it is expected to come now.
   *
   * @param fromMillis now, on the advertiser's clock
   * @param untilMillis likewise; what is not after it makes 1
   */
  public long millisLeft(long fromMillis, long untilMillis) {
    long[] weights = weights();
    long sum = 0;
    for (long weight : weights) {
      sum += weight;
    }
    long left = Math.max(0, untilMillis - fromMillis);
    BigInteger weighted =
        BigInteger.valueOf(left / DAY_MILLIS * HOUR_MILLIS).multiply(BigInteger.valueOf(sum));
    long end = fromMillis + left % DAY_MILLIS;
    for (long at = fromMillis; at < end; ) {
      long next = Math.min(end, (Math.floorDiv(at, HOUR_MILLIS) + 1) * HOUR_MILLIS);
      weighted = weighted.add(BigInteger.valueOf((next - at) * weights[hour(at)]));
      at = next;
    }
    return Math.max(1, weighted.divide(BigInteger.valueOf(weights[hour(fromMillis)])).longValue());
  }

  /**
   * The exposure on which as much would have been spent at another time of the day.
   *
   * @param fromMillis when it was, on the advertiser's clock
   * @param toMillis likewise
   */
  public long carried(long exposure, long fromMillis, long toMillis) {
    if (hour(fromMillis) == hour(toMillis)) {
      return exposure;
    }
    long[] weights = weights();
    return PacingController.scale(exposure, weights[hour(fromMillis)], weights[hour(toMillis)]);
  }

  /** By hour, in millionths of the average one. */
  private long[] weights() {
    BigInteger[] rates = new BigInteger[HOURS];
    BigInteger sum = BigInteger.ZERO;
    int known = 0;
    for (int hour = 0; hour < HOURS; hour++) {
      if (exposures[hour] >= LEAST_EXPOSURE) {
        rates[hour] =
            BigInteger.valueOf(micros[hour])
                .multiply(BigInteger.valueOf(HOUR_MILLIS * Participation.ALL))
                .multiply(BigInteger.valueOf(AVERAGE))
                .divide(BigInteger.valueOf(exposures[hour]));
        sum = sum.add(rates[hour]);
        known++;
      }
    }
    boolean enough = known >= ENOUGH_HOURS && sum.signum() > 0;
    BigInteger average = (enough ? sum.divide(BigInteger.valueOf(known)) : sum).max(BigInteger.ONE);
    long[] weights = new long[HOURS];
    for (int hour = 0; hour < HOURS; hour++) {
      weights[hour] = AVERAGE;
      if (enough && rates[hour] != null) {
        long weight = rates[hour].multiply(BigInteger.valueOf(AVERAGE)).divide(average).longValue();
        weights[hour] = Math.max(LEAST_WEIGHT, weight);
      }
    }
    return weights;
  }

  private static int hour(long localMillis) {
    return (int) (Math.floorMod(localMillis, DAY_MILLIS) / HOUR_MILLIS);
  }
}
