package io.adplatform.decision.choice;

import io.adplatform.decision.deal.DealTerms;
import io.adplatform.decision.targeting.CreativeTraits;
import io.adplatform.decision.targeting.DomainList;
import io.adplatform.wire.event.Reason;

/**
 * A deal that an imp names and that is known here: the terms that hold for this imp, and what
 * became of it. Reused by one lane.
 */
public final class DealOffer {
  private final DomainList domains = new DomainList();
  private final Candidates candidates = new Candidates();
  private DealTerms terms;
  private int impDeal;
  private long floorCpmMicros;
  private boolean fixed;
  private Reason refused;

  void begin(DealTerms ofDeal, int index) {
    terms = ofDeal;
    impDeal = index;
    floorCpmMicros = 0;
    fixed = false;
    refused = Reason.NONE;
    domains.clear();
    candidates.clear();
  }

  /** Its terms in the catalogue. */
  public DealTerms terms() {
    return terms;
  }

  /** Which of the imp's deals it is, from 0. */
  public int impDeal() {
    return impDeal;
  }

  /**
   * Says what bids on it must reach, in CPM micros of the query's currency, after the margin.
   *
   * @param isPrice whether that is the price of every bid
   */
  public void floor(long micros, boolean isPrice) {
    floorCpmMicros = micros;
    fixed = isPrice;
  }

  /** See {@link #floor}. */
  public long floorCpmMicros() {
    return floorCpmMicros;
  }

  /** Whether {@link #floorCpmMicros} is the price of every bid. */
  public boolean isFixed() {
    return fixed;
  }

  /** Says that nothing may be bid on it in this auction, for a reason. */
  public void refuse(Reason reason) {
    refused = reason;
  }

  /** Why nothing may be bid on it, whoever would; else NONE. */
  public Reason refused() {
    return refused;
  }

  /** The advertiser domains that the request allows on it, to be filled; empty is any. */
  public DomainList domains() {
    return domains;
  }

  /** Line items that were looked at for it; the first winner is its bid. */
  public Candidates candidates() {
    return candidates;
  }

  /** Whether there is a bid on it. */
  public boolean hasBid() {
    return candidates.winnerCount() > 0;
  }

  /** Why there is no bid on it, or NONE. */
  public Reason reason() {
    return refused == Reason.NONE ? candidates.reason() : refused;
  }

  /** Whether both lists of domains, the agreed one and the request's, let a creative bid. */
  boolean allows(CreativeTraits creative) {
    return terms.domains().allows(creative) && domains.allows(creative);
  }

  /** Whether a line item is its bid. */
  boolean isBidOf(long lineItemId) {
    return hasBid() && candidates.lineItemId(candidates.winner(0)) == lineItemId;
  }
}
