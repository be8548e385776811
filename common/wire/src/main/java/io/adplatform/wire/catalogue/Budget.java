package io.adplatform.wire.catalogue;

/**
 * What may be charged, in micros of the advertiser's currency.
 *
 * @param totalMicros over the whole flight; null is no bound
 * @param dailyMicros per day in the advertiser's time zone; null is no bound
 */
public record Budget(Long totalMicros, Long dailyMicros) {
  /** No bound at all. */
  public static final Budget UNBOUNDED = new Budget(null, null);
}
