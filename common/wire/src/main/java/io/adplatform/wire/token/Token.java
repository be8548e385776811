package io.adplatform.wire.token;

import io.adplatform.wire.catalogue.BidModel;

/**
 * What a bid's token says: all that settling needs. A mutable flyweight, owned by one thread.
 *
 * <p>Amounts are micros (CPM: per thousand) from 0 to {@link #MAX_AMOUNT}; ids are positive, or 0
 * where there is none.
 */
public final class Token {
  /** Amounts travel in 48 bits. */
  public static final long MAX_AMOUNT = (1L << 48) - 1;

  /** Bit of {@link #flags}: the request had test=1, nothing is charged or counted. */
  public static final int FLAG_TEST = 1;

  /**
   * Bit of {@link #flags}: signed anew when a click was sent on to the landing page. Only such a
   * token tells of a conversion, and of nothing else (ADR 0086).
   */
  public static final int FLAG_CLICKED = 1 << 5;

  /**
   * Bit of {@link #flags}: a demand partner's bid. {@link #lineItemId} holds the partner's id,
   * there is no lease, and {@link #chargeMicros} is what the partner pays for the one impression
   * (ADR 0105).
   */
  public static final int FLAG_PARTNER = 1 << 6;

  private static final int BILLABLE_SHIFT = 1;
  private static final int BILLABLE_MASK = 3;
  private static final int MODEL_SHIFT = 3;
  private static final int MODEL_MASK = 3;

  /**
   * {@link #FLAG_TEST}, the billable event, the bid model, {@link #FLAG_CLICKED} and {@link
   * #FLAG_PARTNER}.
   */
  public int flags;

  /** Code of {@code io.adplatform.wire.catalogue.Format}. */
  public int format;

  /** Node, boot and lane of the auction id. */
  public long auctionHi;

  /** Counter of the auction id. */
  public long auctionLo;

  /** Lease that pays; 0 of a demand partner's bid. */
  public long leaseId;

  /** What that lease amounts to in all. */
  public long leaseAmountMicros;

  /** Or the demand partner's id, with {@link #FLAG_PARTNER}. */
  public long lineItemId;

  public long creativeId;
  public long supplyPartnerId;

  /** What the one signal that is charged costs. */
  public long chargeMicros;

  /** What was bid to the SSP: the cost is never above it. */
  public long bidCpmMicros;

  /** ISO 4217 number. */
  public int currency;

  /** Seconds since 1970 after which the token is refused. */
  public long expirySeconds;

  /** Packed ISO 3166-1 alpha-3; 0 is unknown. */
  public int country;

  /** Code of {@code io.adplatform.wire.targeting.DeviceType}. */
  public int deviceType;

  /** Catalogue id of the deal that the bid is on; 0 where it is on none. */
  public long dealId;

  /** Whether nothing of this auction may be charged or counted. */
  public boolean isTest() {
    return (flags & FLAG_TEST) != 0;
  }

  /** Whether a click was sent on with it. */
  public boolean isClicked() {
    return (flags & FLAG_CLICKED) != 0;
  }

  /** Whether a demand partner made the bid. */
  public boolean isPartner() {
    return (flags & FLAG_PARTNER) != 0;
  }

  /** Code of {@code io.adplatform.wire.catalogue.BillableEvent}. */
  public int billableEvent() {
    return (flags >> BILLABLE_SHIFT) & BILLABLE_MASK;
  }

  /** What is charged. */
  public BidModel model() {
    return model(flags);
  }

  /** What is charged, as the flags of a token say. */
  public static BidModel model(int flags) {
    return BidModel.of(flags >> MODEL_SHIFT);
  }

  /** Sets {@link #flags}. */
  public void flags(boolean test, int billableEvent, BidModel model) {
    flags =
        (test ? FLAG_TEST : 0)
            | (billableEvent & BILLABLE_MASK) << BILLABLE_SHIFT
            | (model.code() & MODEL_MASK) << MODEL_SHIFT;
  }

  /** Sets {@link #flags} of a bid that is charged when it bills. */
  public void flags(boolean test, int billableEvent) {
    flags(test, billableEvent, BidModel.CPM);
  }

  /** Sets {@link #flags} of a demand partner's bid, which is charged when it bills. */
  public void partnerFlags(boolean test, int billableEvent) {
    flags(test, billableEvent, BidModel.CPM);
    flags |= FLAG_PARTNER;
  }
}
