package io.adplatform.rtb.auction;

import io.adplatform.decision.budget.BudgetGate;
import io.adplatform.decision.choice.Candidates;
import io.adplatform.decision.choice.Chooser;
import io.adplatform.decision.choice.DealOffer;
import io.adplatform.decision.choice.DealOffers;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.Imp;

/**
 * What was decided on one imp, in the open auction and on its deals, and the bids in the order in
 * which they are made: the best open one, the deals', the other open ones. Deals' bids are beside
 * the open ones, whatever these bid (OpenRTB 2.6, 7.3). Reused by one lane.
 */
final class ImpBids {
  private static final int MAX_BIDS = Candidates.MAX + Imp.MAX_DEALS;

  /** Of {@link #offerOf}: the bid is an open one. */
  private static final int OPEN = -1;

  final Candidates open = new Candidates();
  final DealOffers offers = new DealOffers();

  /** By place: which of the offers it is on, or {@link #OPEN}. */
  private final int[] offerOf = new int[MAX_BIDS];

  /** By place: which of the winners of its candidates it is. */
  private final int[] winnerOf = new int[MAX_BIDS];

  private int count;

  /**
   * How many an imp may have: open bids as agreed, and one for each deal of the one that names
   * most.
   */
  static int idsPerImp(BidRequest request, SupplyPartner partner) {
    int deals = 0;
    for (int i = 0; i < request.impCount(); i++) {
      deals = Math.max(deals, request.imp(i).dealCount());
    }
    return Math.min(partner.maxBidsPerImp(), Candidates.MAX) + deals;
  }

  /** Starts on an imp. */
  void clear() {
    open.clear();
    offers.clear();
    count = 0;
  }

  /** Puts what won in order. */
  void plan() {
    count = 0;
    if (open.winnerCount() > 0) {
      add(OPEN, 0);
    }
    for (int i = 0; i < offers.count(); i++) {
      if (offers.get(i).hasBid()) {
        add(i, 0);
      }
    }
    for (int winner = 1; winner < open.winnerCount(); winner++) {
      add(OPEN, winner);
    }
  }

  private void add(int offer, int winner) {
    offerOf[count] = offer;
    winnerOf[count++] = winner;
  }

  /** How many bids there are. */
  int count() {
    return count;
  }

  /** The deal that the bid in a place is on, or null. */
  DealOffer offer(int place) {
    return offerOf[place] == OPEN ? null : offers.get(offerOf[place]);
  }

  /** The candidates that the bid in a place is of. */
  Candidates candidates(int place) {
    return offerOf[place] == OPEN ? open : offers.get(offerOf[place]).candidates();
  }

  /** Its place among the winners of these candidates. */
  int winnerPlace(int place) {
    return winnerOf[place];
  }

  /** The candidate that it is. */
  int winner(int place) {
    return candidates(place).winner(winnerOf[place]);
  }

  /** Gives back what the bids from a place on reserved; partners' bids lose. */
  void cancel(int fromPlace, BudgetGate gate, PartnerContest contest) {
    for (int place = fromPlace; place < count; place++) {
      int winner = winner(place);
      if (candidates(place).isPartner(winner)) {
        contest.bids().withdrawOne(candidates(place).partnerBid(winner), Reason.RESPONSE_FULL);
      } else {
        Chooser.cancel(candidates(place), winner, gate);
      }
    }
  }

  /** None of the bids is made after all; what they reserved is to be given back before. */
  void withdraw(Reason reason) {
    open.withdraw(reason);
    for (int i = 0; i < offers.count(); i++) {
      offers.get(i).candidates().withdraw(reason);
    }
    count = 0;
  }
}
