package io.adplatform.billing.ledger;

/** What an account of the ledger holds. */
public enum AccountKind {
  /** Money that came in or went out. */
  CASH(Owner.EXCHANGE, true),
  /** What an advertiser has paid ahead and not spent. */
  FUNDS(Owner.ADVERTISER, false),
  /** What an advertiser owes. */
  RECEIVABLE(Owner.ADVERTISER, true),
  /** What a supply partner is owed. */
  PAYABLE(Owner.SUPPLY_PARTNER, false),
  /** What a demand partner owes for the bids of it that were charged. */
  PARTNER_CLEARING(Owner.DEMAND_PARTNER, true),
  /** Charge less cost of all impressions; below 0 where more was owed to supply than charged. */
  MARGIN(Owner.EXCHANGE, false),
  /** What corrections and adjustments by hand came to. */
  ADJUSTMENT(Owner.EXCHANGE, true);

  /** Whose accounts of a kind are. */
  public enum Owner {
    EXCHANGE,
    ADVERTISER,
    SUPPLY_PARTNER,
    DEMAND_PARTNER
  }

  private final Owner owner;
  private final boolean debit;

  AccountKind(Owner owner, boolean debit) {
    this.owner = owner;
    this.debit = debit;
  }

  /** Whose accounts of this kind are. */
  public Owner owner() {
    return owner;
  }

  /**
   * A balance as people read it: positive on the side where such an account usually stands.
   *
   * @param debitMicros sum of its debits, and {@code creditMicros} of its credits
   */
  public long balanceMicros(long debitMicros, long creditMicros) {
    return debit ? debitMicros - creditMicros : creditMicros - debitMicros;
  }
}
