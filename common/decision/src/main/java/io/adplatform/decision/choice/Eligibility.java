package io.adplatform.decision.choice;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.LineItemIndex;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.decision.targeting.CreativeTraits;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.money.Cpm;

/**
 * Whether a line item that the index let through may bid, and with which creative. Choosing and
 * explaining share it. Reused by one thread; allocates nothing.
 */
final class Eligibility {
  /** No creative passed. */
  static final int NO_CREATIVE = -1;

  private CatalogueSnapshot snapshot;
  private AdQuery query;
  private DealOffer offer;
  private long nowMillis;
  private long seed;
  private long lowestBidCpmMicros;
  private int creativeOrdinal;

  /** Starts on a decision without a deal. */
  void begin(CatalogueSnapshot catalogue, AdQuery adQuery, long now, long auctionSeed) {
    begin(catalogue, adQuery, adQuery.floorCpmMicros(), now, auctionSeed);
    offer = null;
  }

  /** Starts on a decision on a deal, whose floor stands in place of the query's. */
  void begin(
      CatalogueSnapshot catalogue, AdQuery adQuery, DealOffer deal, long now, long auctionSeed) {
    begin(catalogue, adQuery, deal.floorCpmMicros(), now, auctionSeed);
    offer = deal;
  }

  private void begin(
      CatalogueSnapshot catalogue,
      AdQuery adQuery,
      long floorCpmMicros,
      long now,
      long auctionSeed) {
    snapshot = catalogue;
    query = adQuery;
    nowMillis = now;
    seed = auctionSeed;
    long lowest = lowestBid(floorCpmMicros, adQuery.marginBasisPoints());
    // What bids nothing is below every floor, also one of nothing.
    lowestBidCpmMicros = Math.max(1, lowest);
  }

  /**
   * SCHEDULE, what stood against the creative that came furthest, BELOW_FLOOR, PACED, or NONE. What
   * is paced is drawn last, so that PACED counts the auctions in which it could have bid.
   */
  Reason check(int ordinal) {
    LineItemIndex lineItems = snapshot.lineItems();
    creativeOrdinal = NO_CREATIVE;
    if (nowMillis < lineItems.startMillis(ordinal) || nowMillis >= lineItems.endMillis(ordinal)) {
      return Reason.SCHEDULE;
    }
    Reason refused = chooseCreative(lineItems, ordinal);
    if (refused != Reason.NONE) {
      return refused;
    }
    if (lineItems.bidCpmMicros(ordinal) < lowestBidCpmMicros) {
      return Reason.BELOW_FLOOR;
    }
    int participation = lineItems.participation(ordinal);
    return participation == LineItem.Participation.ALL
            || Draw.participates(seed, lineItems.id(ordinal), participation)
        ? Reason.NONE
        : Reason.PACED;
  }

  /** Bids below this are below the floor once the margin has been taken off. */
  long lowestBidCpmMicros() {
    return lowestBidCpmMicros;
  }

  /** The creative that the line item checked last would show, or {@link #NO_CREATIVE}. */
  int creativeOrdinal() {
    return creativeOrdinal;
  }

  /** Takes the first that passes, beginning at one that is drawn, so that all have their turn. */
  private Reason chooseCreative(LineItemIndex lineItems, int ordinal) {
    int from = lineItems.creativesFrom(ordinal);
    int count = lineItems.creativesTo(ordinal) - from;
    int first = count == 1 ? 0 : Draw.below(Draw.rotation(seed, lineItems.id(ordinal)), count);
    Reason furthest = Reason.FORMAT_NOT_OFFERED;
    for (int i = 0; i < count; i++) {
      int place = first + i < count ? first + i : first + i - count;
      int creative = lineItems.creativeOrdinal(from + place);
      CreativeTraits traits = snapshot.creatives().traits(creative);
      Reason refused = traits.refusedBy(query);
      if (refused == Reason.NONE && offer != null && !offer.allows(traits)) {
        refused = Reason.DEAL_ADVERTISER_NOT_ALLOWED;
      }
      if (refused == Reason.NONE) {
        creativeOrdinal = creative;
        return Reason.NONE;
      }
      furthest = stage(refused) > stage(furthest) ? refused : furthest;
    }
    return furthest;
  }

  /**
   * How far a creative came: the format is looked at before all else, the others by their codes.
   */
  private static int stage(Reason refused) {
    return refused == Reason.FORMAT_NOT_OFFERED ? 0 : refused.code();
  }

  /** The lowest bid that is not below the floor once {@link Cpm#lessMargin} has been taken off. */
  private static long lowestBid(long floorCpmMicros, int marginBasisPoints) {
    long kept = Cpm.BASIS_POINTS - marginBasisPoints;
    return (floorCpmMicros * Cpm.BASIS_POINTS + kept - 1) / kept;
  }
}
