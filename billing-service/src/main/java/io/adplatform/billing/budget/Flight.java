package io.adplatform.billing.budget;

/**
 * A line item or a campaign: whether and when it runs, and its bounds.
 *
 * @param startMillis null is at once
 * @param endMillis null is never
 * @param totalMicros null is no bound
 * @param dailyMicros null is no bound
 */
public record Flight(
    long id, boolean active, Long startMillis, Long endMillis, Long totalMicros, Long dailyMicros) {
  /** What may still be committed in total; negative where the budget was lowered below that. */
  public long freeTotal(Spend spend) {
    return totalMicros == null ? Long.MAX_VALUE : totalMicros - spend.totalCommitted();
  }

  /** What may still be committed on the day. */
  public long freeOfDay(Spend spend) {
    return dailyMicros == null ? Long.MAX_VALUE : dailyMicros - spend.dayCommitted();
  }

  /** What may still be committed today. */
  public long free(Spend spend) {
    return Math.min(freeTotal(spend), freeOfDay(spend));
  }
}
