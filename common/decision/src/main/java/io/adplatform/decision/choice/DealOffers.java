package io.adplatform.decision.choice;

import io.adplatform.decision.deal.DealTerms;
import io.adplatform.wire.event.Reason;
import java.util.Arrays;

/**
 * The deals of one imp that are known here, in the order in which they are bid on: guaranteed ones
 * first, then as the imp names them. Reused by one lane; grows to the most that an imp has named,
 * which the reader bounds.
 */
public final class DealOffers {
  private static final int FIRST_CAPACITY = 4;

  private DealOffer[] offers = new DealOffer[FIRST_CAPACITY];
  private int count;

  /** Forgets all. */
  public void clear() {
    count = 0;
  }

  /** How many there are. */
  public int count() {
    return count;
  }

  /** One of them, in the order in which they are bid on. */
  public DealOffer get(int index) {
    return offers[index];
  }

  /**
   * Adds a deal behind those that are there; one that the imp names twice counts once.
   *
   * @param impDeal which of the imp's deals it is
   * @return the offer whose terms are to be filled in, or null where it is there already
   */
  public DealOffer add(DealTerms terms, int impDeal) {
    for (int i = 0; i < count; i++) {
      if (offers[i].terms() == terms) {
        return null;
      }
    }
    if (count == offers.length) {
      offers = Arrays.copyOf(offers, 2 * count);
    }
    if (offers[count] == null) {
      offers[count] = new DealOffer();
    }
    DealOffer offer = offers[count++];
    offer.begin(terms, impDeal);
    return offer;
  }

  /** How many of them have a bid. */
  public int bids() {
    int bids = 0;
    for (int i = 0; i < count; i++) {
      bids += offers[i].hasBid() ? 1 : 0;
    }
    return bids;
  }

  /** Why there is no bid on the first, or NONE where there is one or no deal. */
  public Reason firstReason() {
    return count == 0 ? Reason.NONE : offers[0].reason();
  }

  /** Whether a line item bids on one of them: it makes no other bid on the imp. */
  boolean isBidder(long lineItemId) {
    for (int i = 0; i < count; i++) {
      if (offers[i].isBidOf(lineItemId)) {
        return true;
      }
    }
    return false;
  }
}
