package io.adplatform.decision.choice;

import io.adplatform.decision.budget.BudgetGate;
import io.adplatform.decision.budget.Reservations;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.CreativeIndex;
import io.adplatform.decision.catalogue.LineItemIndex;
import io.adplatform.decision.frequency.CapIndex;
import io.adplatform.decision.frequency.CapVerdicts;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.decision.targeting.IndexMatch;
import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.money.Cpm;

/**
 * Decides which line items bid. Ordinals go by price, so that those the index lets through come
 * best first: the walk stops where the winners and the best losers are known. Owned by one lane,
 * which uses it for one decision after the other.
 */
public final class Chooser {
  /**
   * How many of the best may be without a lease in one decision: where so many are, the node has
   * lost its lease source, and an auction must stay cheap.
   */
  static final int MAX_WITHOUT_LEASE = 64;

  /**
   * How many of the best may have used up their budgets: those behind them have not, and are worth
   * some tens of microseconds at the end of a day.
   */
  static final int MAX_EXHAUSTED = 1_024;

  private final IndexMatch match = new IndexMatch();
  private final Eligibility eligibility = new Eligibility();
  private final TieGroup ties = new TieGroup();
  private final DealOffers none = new DealOffers();
  private LineItemIndex lineItems;
  private CreativeIndex creatives;
  private CapIndex caps;
  private boolean hasCaps;
  private CapVerdicts counters;
  private int countersImp;
  private AdQuery query;
  private Reservations gate;
  private int maxBids;
  private long nowMillis;
  private Candidates out;

  // The deals of the imp, and the one that is decided on; null in the open auction.
  private DealOffers offers;
  private DealOffer offer;
  private int withoutLease;
  private int exhausted;
  private long groupCpmMicros;
  private long lastWinnerCpmMicros;

  /**
   * Says what is known of the user's counters from the next decision on.
   *
   * @param verdicts null where they were not asked: line items with caps then do not bid
   * @param imp that is decided on
   */
  public void counters(CapVerdicts verdicts, int imp) {
    counters = verdicts;
    countersImp = imp;
  }

  /**
   * Finds the best line items for a query and reserves what they may cost.
   *
   * <p>Ties are drawn from the auction id: the same snapshot, query, gate and id give the same
   * answer.
   *
   * @param budgetGate null reserves nothing and lets everything pass, caps too: for explaining
   * @param now milliseconds since 1970
   * @param candidates overwritten
   * @return how many won, 0 to {@link AdQuery#maxBids()}
   */
  public int choose(
      CatalogueSnapshot snapshot,
      AdQuery adQuery,
      Reservations budgetGate,
      long now,
      long auctionHi,
      long auctionLo,
      Candidates candidates) {
    return choose(snapshot, adQuery, none, budgetGate, now, auctionHi, auctionLo, candidates);
  }

  /**
   * The same beside the bids on an imp's deals: a line item that bids on one of them makes no other
   * bid.
   *
   * @param decided the imp's deals, as {@link #chooseOnDeals} has left them
   */
  public int choose(
      CatalogueSnapshot snapshot,
      AdQuery adQuery,
      DealOffers decided,
      Reservations budgetGate,
      long now,
      long auctionHi,
      long auctionLo,
      Candidates candidates) {
    offers = decided;
    offer = null;
    long seed = Draw.seed(auctionHi, auctionLo);
    begin(snapshot, adQuery, budgetGate, now, seed, candidates);
    maxBids = Math.min(adQuery.maxBids(), Candidates.MAX);
    eligibility.begin(snapshot, adQuery, now, seed);
    match.begin(snapshot.targeting(), adQuery);
    match.keep(snapshot.targeting().open());
    walk();
    return candidates.winnerCount();
  }

  /**
   * Finds for each deal that an imp names the best of its line items, and reserves what they may
   * cost: in the order of the offers, a line item for one deal at most. Ties are drawn as in {@link
   * #choose}.
   *
   * @param toDecide its offers' candidates are overwritten
   * @return how many deals are bid on
   */
  public int chooseOnDeals(
      CatalogueSnapshot snapshot,
      AdQuery adQuery,
      DealOffers toDecide,
      Reservations budgetGate,
      long now,
      long auctionHi,
      long auctionLo) {
    offers = toDecide;
    long seed = Draw.seed(auctionHi, auctionLo);
    int bids = 0;
    for (int i = 0; i < toDecide.count(); i++) {
      offer = toDecide.get(i);
      begin(snapshot, adQuery, budgetGate, now, seed, offer.candidates());
      if (offer.refused() == Reason.NONE) {
        maxBids = 1;
        eligibility.begin(snapshot, adQuery, offer, now, seed);
        match.begin(snapshot.targeting(), adQuery);
        match.keep(snapshot.targeting().deal(offer.terms().ordinal()));
        walk();
        bids += offer.hasBid() ? 1 : 0;
      }
    }
    return bids;
  }

  private void begin(
      CatalogueSnapshot snapshot,
      AdQuery adQuery,
      Reservations budgetGate,
      long now,
      long seed,
      Candidates candidates) {
    lineItems = snapshot.lineItems();
    creatives = snapshot.creatives();
    caps = snapshot.caps();
    hasCaps = !caps.isEmpty() && budgetGate != null;
    query = adQuery;
    gate = budgetGate;
    nowMillis = now;
    out = candidates;
    withoutLease = 0;
    exhausted = 0;
    groupCpmMicros = -1;
    lastWinnerCpmMicros = -1;
    candidates.clear();
    ties.begin(lineItems, seed);
  }

  /** Gives back what a winner reserved, because its bid was not sent after all. */
  public static void cancel(Candidates candidates, int candidate, BudgetGate gate) {
    gate.cancel(
        candidates.lineItemId(candidate),
        candidates.leaseId(candidate),
        candidates.reservedMicros(candidate),
        candidates.heldMicros(candidate),
        candidates.reservedExpirySecond(candidate));
  }

  private void walk() {
    int matched = 0;
    boolean more = true;
    while (more && match.nextBlock()) {
      for (int i = 0; more && i < match.wordCount(); i++) {
        long bits = match.word(i);
        int base = match.base() + (i << 6);
        while (more && bits != 0) {
          more = consider(base + Long.numberOfTrailingZeros(bits));
          bits &= bits - 1;
          matched++;
        }
      }
    }
    rankGroup();
    out.matched(matched);
  }

  /** Whether the walk is to go on after this line item. */
  private boolean consider(int ordinal) {
    long price = lineItems.bidCpmMicros(ordinal);
    if (price != groupCpmMicros) {
      if (rankGroup() || price < eligibility.lowestBidCpmMicros() && out.isFull()) {
        return false;
      }
      groupCpmMicros = price;
    }
    Reason reason = eligibility.check(ordinal);
    if (hasCaps && reason == Reason.NONE && caps.scopes(ordinal) != null) {
      reason = counted(ordinal);
    }
    if (reason == Reason.NONE) {
      ties.add(ordinal, eligibility.creativeOrdinal());
    } else {
      out.add(ordinal, lineItems.id(ordinal), price, eligibility.creativeOrdinal(), reason);
    }
    return true;
  }

  private Reason counted(int ordinal) {
    return counters == null
        ? Reason.FREQUENCY_UNKNOWN
        : counters.verdict(countersImp, lineItems.id(ordinal));
  }

  /**
   * Settles what becomes of the line items of one price; true where nothing more is to be known.
   */
  private boolean rankGroup() {
    while (ties.size() > 0 && !isDecided()) {
      int ordinal = ties.ordinal();
      int creative = ties.creative();
      ties.remove();
      offer(ordinal, creative);
    }
    ties.clear();
    return isDecided();
  }

  private boolean isDecided() {
    return (out.winnerCount() == maxBids || hasGivenUp()) && out.isFull();
  }

  private Format format(int creative) {
    return creatives.traits(creative).format();
  }

  private boolean hasGivenUp() {
    return withoutLease == MAX_WITHOUT_LEASE || exhausted == MAX_EXHAUSTED;
  }

  private void offer(int ordinal, int creative) {
    long id = lineItems.id(ordinal);
    if (offers.isBidder(id)) {
      return;
    }
    if (out.winnerCount() == maxBids) {
      Reason reason = groupCpmMicros == lastWinnerCpmMicros ? Reason.LOST_TIE : Reason.OUTBID;
      out.add(ordinal, id, groupCpmMicros, creative, reason);
      return;
    }
    long price = price();
    long charge = chargeMicros(ordinal, price);
    if (gate == null) {
      out.addWinner(ordinal, id, price, charge, creative);
      lastWinnerCpmMicros = groupCpmMicros;
      return;
    }
    if (hasGivenUp()) {
      out.add(ordinal, id, groupCpmMicros, creative, Reason.NO_LEASE);
      return;
    }
    long held = query.test() ? 0 : charge;
    int after = lineItems.model(ordinal).chargeSeconds();
    long lease =
        gate.tryReserve(
            id,
            held,
            lineItems.chargesPerMillion(ordinal),
            query.ttlSeconds(format(creative)) + after,
            nowMillis);
    if (lease > 0) {
      int winner = out.addWinner(ordinal, id, price, charge, creative);
      out.pay(winner, lease, gate.grantedLeaseAmountMicros());
      out.reserve(winner, held, gate.grantedReserveMicros(), gate.grantedExpirySecond(), after);
      lastWinnerCpmMicros = groupCpmMicros;
    } else {
      Reason reason = Reason.of((int) -lease);
      withoutLease += reason == Reason.NO_LEASE ? 1 : 0;
      exhausted += reason == Reason.NO_LEASE ? 0 : 1;
      out.add(ordinal, id, groupCpmMicros, creative, reason);
    }
  }

  /** What is bid before the margin: of a fixed price what leaves just that. */
  private long price() {
    return offer != null && offer.isFixed()
        ? Cpm.beforeMargin(offer.floorCpmMicros(), query.marginBasisPoints())
        : groupCpmMicros;
  }

  /** Who pays for impressions pays the deal's fixed price for them. */
  private long chargeMicros(int ordinal, long price) {
    boolean atPrice = offer != null && offer.isFixed() && lineItems.model(ordinal) == BidModel.CPM;
    return atPrice ? Cpm.perImpression(price) : lineItems.chargeMicros(ordinal);
  }
}
