package io.adplatform.decision.choice;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.LineItemIndex;
import io.adplatform.decision.frequency.CapIndex;
import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.decision.targeting.IndexMatch;
import io.adplatform.wire.event.Reason;

/**
 * Finds the line items with frequency caps that may bid if their caps allow it: the question that a
 * decision has for the user's counters. It walks those with caps alone. Owned by one lane.
 */
public final class CapProbe {
  /**
   * Of one imp, best bids first: each costs the store some microseconds. Those behind them do not
   * bid; where so many are capped, they would not.
   */
  public static final int MAX_PER_IMP = 16;

  private final IndexMatch match = new IndexMatch();
  private final Eligibility eligibility = new Eligibility();

  /**
   * Adds an imp's candidates to a lookup.
   *
   * @param now milliseconds since 1970
   * @param auctionHi of the decision to come, like {@code auctionLo}: what is drawn in it is drawn
   *     alike here
   * @return how many
   */
  public int collect(
      CatalogueSnapshot snapshot,
      AdQuery query,
      long now,
      long auctionHi,
      long auctionLo,
      int imp,
      CapLookup lookup) {
    eligibility.begin(snapshot, query, now, Draw.seed(auctionHi, auctionLo));
    match.begin(snapshot.targeting(), query);
    match.keep(snapshot.targeting().open());
    return walk(snapshot, imp, lookup, false);
  }

  /**
   * The same of a deal that the imp names. A line item that is asked about for the imp already is
   * not asked about again.
   */
  public int collect(
      CatalogueSnapshot snapshot,
      AdQuery query,
      DealOffer offer,
      long now,
      long auctionHi,
      long auctionLo,
      int imp,
      CapLookup lookup) {
    eligibility.begin(snapshot, query, offer, now, Draw.seed(auctionHi, auctionLo));
    match.begin(snapshot.targeting(), query);
    match.keep(snapshot.targeting().deal(offer.terms().ordinal()));
    return walk(snapshot, imp, lookup, true);
  }

  private int walk(CatalogueSnapshot snapshot, int imp, CapLookup lookup, boolean again) {
    LineItemIndex lineItems = snapshot.lineItems();
    CapIndex caps = snapshot.caps();
    match.keep(snapshot.targeting().capped());
    int added = 0;
    while (match.nextBlock()) {
      for (int i = 0; i < match.wordCount(); i++) {
        for (long bits = match.word(i); bits != 0; bits &= bits - 1) {
          int ordinal = match.base() + (i << 6) + Long.numberOfTrailingZeros(bits);
          if (lineItems.bidCpmMicros(ordinal) < eligibility.lowestBidCpmMicros()) {
            return added;
          }
          if (eligibility.check(ordinal) == Reason.NONE) {
            if (again && lookup.has(imp, lineItems.id(ordinal))) {
              continue;
            }
            if (!lookup.add(imp, lineItems.id(ordinal), caps.scopes(ordinal))
                || ++added == MAX_PER_IMP) {
              return added;
            }
          }
        }
      }
    }
    return added;
  }
}
