package io.adplatform.billing.budget;

/**
 * What a line item or a campaign has used of its budget, in total and on one day.
 *
 * @param totalCommitted amounts of unclosed leases and charges of closed ones
 * @param totalCharged what was charged on all of them
 * @param dayCommitted the same of the leases of the day
 * @param dayCharged the same of the leases of the day
 */
public record Spend(long totalCommitted, long totalCharged, long dayCommitted, long dayCharged) {
  /** Nothing yet. */
  public static final Spend NONE = new Spend(0, 0, 0, 0);
}
