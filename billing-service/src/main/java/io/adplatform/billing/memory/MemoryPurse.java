package io.adplatform.billing.memory;

import io.adplatform.billing.budget.Flight;
import io.adplatform.billing.budget.Spend;
import io.adplatform.billing.funds.PaymentTerms;
import io.adplatform.billing.funds.Purse;
import java.time.LocalDate;
import java.util.function.LongSupplier;

/**
 * An advertiser's terms, its balance in the ledger and what is leased of it; holds leased within
 * what there is.
 */
final class MemoryPurse {
  final MemorySpend spend = new MemorySpend();
  PaymentTerms terms = PaymentTerms.NONE;
  private final LongSupplier balance;
  private long leasedMicros;

  /**
   * One of which nothing is leased.
   *
   * @param balance what the advertiser has paid ahead, less what it owes, micros
   */
  MemoryPurse(LongSupplier balance) {
    this.balance = balance;
  }

  /**
   * Commits more, or less.
   *
   * @throws IllegalStateException where more would be leased than there is, or committed than the
   *     advertiser's own budget allows
   */
  void commit(long advertiserId, LocalDate day, long micros) {
    leasedMicros += micros;
    if (micros > 0 && leasedMicros > terms.availableMicros(balance.getAsLong())) {
      throw new IllegalStateException("leased_within_funds: " + leasedMicros);
    }
    Flight own =
        new Flight(advertiserId, true, null, null, terms.totalMicros(), terms.dailyMicros());
    spend.commit(own, day, micros);
  }

  /** What was leased is charged, and posted. */
  void charged(long micros) {
    leasedMicros -= micros;
  }

  Purse on(LocalDate day) {
    Spend committed = spend.on(day);
    return new Purse(
        terms,
        balance.getAsLong(),
        leasedMicros,
        committed.totalCommitted(),
        committed.dayCommitted());
  }
}
