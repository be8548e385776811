package io.adplatform.billing.funds;

/**
 * What was agreed with an advertiser about paying, in micros of its currency.
 *
 * @param creditLimitMicros how much it may owe, not negative; null unless the kind is CREDIT
 * @param totalMicros its budget over all its campaigns; null is no bound
 * @param dailyMicros the same for each day where it is, at most the total; null is no bound
 * @param version goes up by one with each agreement
 */
public record PaymentTerms(
    Kind kind, Long creditLimitMicros, Long totalMicros, Long dailyMicros, long version) {
  /** Of an advertiser with whom nothing was agreed. */
  public static final PaymentTerms NONE = new PaymentTerms(Kind.UNBOUNDED, null, null, null, 1);

  /** What bounds spending besides budgets. */
  public enum Kind {
    /** Nothing: charges are owed. */
    UNBOUNDED,
    /** What was paid ahead. */
    PREPAID,
    /** What was paid ahead, and the credit limit beyond it. */
    CREDIT
  }

  /** What is in force of terms whose amounts are of another currency than the advertiser's now. */
  PaymentTerms ofAnotherCurrency() {
    return new PaymentTerms(
        kind,
        creditLimitMicros == null ? null : 0L,
        totalMicros == null ? null : 0L,
        dailyMicros == null ? null : 0L,
        version);
  }

  /**
   * What may be spent from a balance.
   *
   * @param balanceMicros what was paid ahead, less what is owed
   * @return {@code Long.MAX_VALUE} without a bound; negative where more is owed than may be
   */
  public long availableMicros(long balanceMicros) {
    return switch (kind) {
      case UNBOUNDED -> Long.MAX_VALUE;
      case PREPAID -> balanceMicros;
      case CREDIT -> balanceMicros + creditLimitMicros;
    };
  }
}
