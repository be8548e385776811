package io.adplatform.billing.funds;

import io.adplatform.storage.lease.LeaseRefusal;

/**
 * An advertiser's money at one time, in micros of its currency.
 *
 * @param balanceMicros what it has paid ahead, less what it owes: all that is posted
 * @param leasedMicros what may yet be charged on its unclosed leases, and is not posted
 * @param committedMicros amounts of its unclosed leases and charges of closed ones, in total
 * @param committedOfDayMicros the same of the leases of the day
 */
public record Purse(
    PaymentTerms terms,
    long balanceMicros,
    long leasedMicros,
    long committedMicros,
    long committedOfDayMicros) {
  /** Of an advertiser with whom nothing was agreed, and for whom nothing was done. */
  public static final Purse NONE = new Purse(PaymentTerms.NONE, 0, 0, 0, 0);

  /** The same with what its own budget has been used for. */
  public Purse committed(long totalMicros, long ofDayMicros) {
    return new Purse(terms, balanceMicros, leasedMicros, totalMicros, ofDayMicros);
  }

  /** What may still be leased; negative where more is than may be. */
  public long freeMicros() {
    return Math.min(freeOfMoney(), Math.min(freeTotal(), freeOfDay()));
  }

  /**
   * Why there is no lease, or null.
   *
   * @param priceMicros of one impression
   */
  public LeaseRefusal refusal(long priceMicros) {
    if (freeOfMoney() < priceMicros) {
      return terms.kind() == PaymentTerms.Kind.PREPAID
          ? LeaseRefusal.PREPAID_FUNDS
          : LeaseRefusal.CREDIT_LIMIT;
    }
    if (freeTotal() < priceMicros) {
      return LeaseRefusal.ADVERTISER_TOTAL_BUDGET;
    }
    return freeOfDay() < priceMicros ? LeaseRefusal.ADVERTISER_DAILY_BUDGET : null;
  }

  private long freeOfMoney() {
    long available = terms.availableMicros(balanceMicros);
    return available == Long.MAX_VALUE ? available : available - leasedMicros;
  }

  private long freeTotal() {
    Long bound = terms.totalMicros();
    return bound == null ? Long.MAX_VALUE : bound - committedMicros;
  }

  private long freeOfDay() {
    Long bound = terms.dailyMicros();
    return bound == null ? Long.MAX_VALUE : bound - committedOfDayMicros;
  }
}
