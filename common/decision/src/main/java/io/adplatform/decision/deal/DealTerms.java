package io.adplatform.decision.deal;

import io.adplatform.decision.targeting.DomainList;
import io.adplatform.wire.catalogue.Deal;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.money.CurrencyCode;
import java.nio.charset.StandardCharsets;

/** A deal in the form that auctions compare it in. Immutable; any thread. */
public final class DealTerms {
  private final Deal deal;
  private final int ordinal;
  private final byte[] dealId;
  private final int currency;
  private final long startMillis;
  private final long endMillis;
  private final DomainList domains;

  DealTerms(Deal deal, int ordinal) {
    this.deal = deal;
    this.ordinal = ordinal;
    dealId = deal.dealId().getBytes(StandardCharsets.UTF_8);
    currency = CurrencyCode.numeric(deal.price().currency());
    startMillis = deal.startAt() == null ? 0 : deal.startAt().toEpochMilli();
    endMillis = deal.endAt() == null ? Long.MAX_VALUE : deal.endAt().toEpochMilli();
    domains = new DomainList(deal.wadomain());
  }

  /** Its id. */
  public long id() {
    return deal.id();
  }

  /** Its place among the snapshot's deals, and among those of its targeting index. */
  public int ordinal() {
    return ordinal;
  }

  /** The whole document. */
  public Deal deal() {
    return deal;
  }

  /** ISO 4217 number of its price. */
  public int currency() {
    return currency;
  }

  /** Least price, or the price where that is fixed; CPM micros of {@link #currency}. */
  public long floorCpmMicros() {
    return deal.price().floorCpmMicros();
  }

  /** Whether a fixed price was agreed on. */
  public boolean isFixed() {
    return deal.price().auctionType() == Deal.AuctionType.FIXED;
  }

  /** Domains of advertisers that alone may bid. */
  public DomainList domains() {
    return domains;
  }

  /** STATUS or SCHEDULE where nothing may be bid on it now, else NONE. */
  public Reason refusedAt(long nowMillis) {
    if (deal.status() != Status.ACTIVE) {
      return Reason.STATUS;
    }
    return nowMillis < startMillis || nowMillis >= endMillis ? Reason.SCHEDULE : Reason.NONE;
  }

  byte[] dealId() {
    return dealId;
  }
}
