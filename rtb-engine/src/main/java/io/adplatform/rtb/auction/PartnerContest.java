package io.adplatform.rtb.auction;

import io.adplatform.decision.budget.BudgetGate;
import io.adplatform.decision.choice.Candidates;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.rtb.demand.PartnerRound;
import io.adplatform.rtb.event.AuctionSummary;
import io.adplatform.rtb.event.PartnerBidPublisher;
import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.money.ExchangeRates;
import io.adplatform.wire.openrtb.BidMembers;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.BidResponseWriter;
import io.adplatform.wire.openrtb.Imp;
import io.adplatform.wire.partner.LossReason;
import io.adplatform.wire.partner.MacroValues;
import io.adplatform.wire.partner.MarkupMacros;
import io.adplatform.wire.partner.PartnerAnswer;
import io.adplatform.wire.partner.PartnerBid;
import io.adplatform.wire.partner.PartnerBidMembers;

/**
 * Partners' bids from their answers into the response: they compete, the markup of those that win
 * gets its macros filled in, and the journal is told of those that want to hear. One lane;
 * allocates nothing.
 */
final class PartnerContest {
  private final PartnerBids bids = new PartnerBids();
  private final MarkupMacros macros = new MarkupMacros();
  private final MacroValues values = new MacroValues();
  private final BidSigner signer;
  private final PartnerBidMembers members;
  private final PartnerBidPublisher publisher;
  private final PartnerBidPublisher.Outcome outcome = new PartnerBidPublisher.Outcome();
  private boolean any;
  private ExchangeRates rates;

  PartnerContest(String publicUrl, LaneJournal journal, BidSigner signer) {
    this.signer = signer;
    members = new PartnerBidMembers(publicUrl);
    publisher = new PartnerBidPublisher(journal);
  }

  /** Starts on a request, whose partners were asked in a round, or were not. */
  void begin(BidRequest request, PartnerRound round, ExchangeRates ofRates) {
    rates = ofRates;
    bids.begin(request, round);
    any = bids.count() > 0;
  }

  /** Whether partners have bid at all. */
  boolean isAny() {
    return any;
  }

  PartnerBids bids() {
    return bids;
  }

  /** Lets the bids on an imp compete. */
  void enter(
      BidRequest request,
      AuctionSummary auction,
      AdQuery query,
      Candidates candidates,
      BudgetGate gate) {
    long seed = PartnerBids.seed(auction.auctionHi, auction.auctionLo);
    bids.enter(request, auction.impIndex, query, rates, seed, candidates, gate);
  }

  /** Whether the response takes a bid that won. */
  boolean hasRoom(
      BidRequest request,
      Imp imp,
      AdQuery query,
      Candidates candidates,
      int winner,
      BidResponseWriter response) {
    int number = candidates.partnerBid(winner);
    return response.hasRoom(imp, members(request, imp, number, query, candidates));
  }

  /**
   * Adds a bid that won to the response, and tells the journal of it.
   *
   * @param seconds that it holds
   */
  void bid(
      BidRequest request,
      Imp imp,
      SupplyPartner supply,
      AuctionSummary auction,
      AdQuery query,
      Candidates candidates,
      int winner,
      int seconds,
      BidResponseWriter response) {
    int number = candidates.partnerBid(winner);
    long tokenExpiry = auction.timeMillis / 1_000 + seconds + LaneAuctions.BEACON_SECONDS;
    response.nextSeat(bids.answer(number).bytes(), bids.bid(number).rawSeat);
    response.bid(
        request,
        imp,
        auction.auctionHi,
        auction.auctionLo,
        auction.bidCpmMicros,
        seconds,
        members(request, imp, number, query, candidates),
        signer.partnerToken(
            supply, auction, candidates, winner, bids.grossCpmMicros(number), tokenExpiry));
    tellWinner(request, auction, number, query, candidates, tokenExpiry);
  }

  /** The members of a bid that won; a markup that macros make too long stays without them. */
  private BidMembers members(
      BidRequest request, Imp imp, int number, AdQuery query, Candidates candidates) {
    PartnerAnswer answer = bids.answer(number);
    PartnerBid bid = bids.bid(number);
    DemandPartner partner = bids.partner(number);
    values.begin(request.bytes(), answer.bytes());
    values.auctionId = request.id;
    values.impId = imp.id;
    values.bidId = answer.bidId;
    values.seatId = bid.seat;
    values.adId = bid.adId;
    values.priceCpmMicros = bid.priceCpmMicros;
    values.currency = answer.currency;
    values.minToWinCpmMicros = Math.max(0, bids.minToWin(number, query, rates, candidates));
    values.encodedPrice = partner.terms().priceEncoding() == DemandPartner.PriceEncoding.BASE64;
    int length = macros.fill(answer.bytes(), bid.rawMarkup, values);
    return length == MarkupMacros.TOO_LONG
        ? members.of(answer, bid, answer.bytes(), bid.rawMarkup, Format.BANNER.code())
        : members.of(answer, bid, macros.bytes(), Span.of(0, length), Format.BANNER.code());
  }

  /** Says in the record what is shown. */
  void size(int number, AuctionSummary auction) {
    auction.creativeId = 0;
    auction.format = Format.BANNER.code();
    auction.width = Math.min(bids.bid(number).width, AuctionSummary.MAX_SIDE);
    auction.height = Math.min(bids.bid(number).height, AuctionSummary.MAX_SIDE);
  }

  /**
   * Tells the journal of the bids on an imp that want to hear why they lost, once it is decided.
   *
   * @return how many could not be told
   */
  int tellLosers(BidRequest request, AuctionSummary auction, AdQuery query, Candidates candidates) {
    int missed = 0;
    for (int i = 0; i < bids.count(); i++) {
      boolean lost = bids.imp(i) == auction.impIndex && bids.reason(i) != Reason.NONE;
      if (lost && PartnerBidPublisher.isWanted(bids.bid(i), false)) {
        outcome.auctionHi = auction.auctionHi;
        outcome.auctionLo = auction.firstLo + auction.impIndex;
        outcome.expirySeconds = 0;
        outcome.clearedCpmMicros = 0;
        outcome.lossReason = LossReason.of(bids.reason(i));
        missed += tell(request, auction, i, query, candidates);
      }
    }
    return missed;
  }

  /**
   * Tells it of a bid that won.
   *
   * @return how many could not be told
   */
  private int tellWinner(
      BidRequest request,
      AuctionSummary auction,
      int number,
      AdQuery query,
      Candidates candidates,
      long expirySeconds) {
    if (!PartnerBidPublisher.isWanted(bids.bid(number), true)) {
      return 0;
    }
    outcome.auctionHi = auction.auctionHi;
    outcome.auctionLo = auction.auctionLo;
    outcome.expirySeconds = expirySeconds;
    outcome.clearedCpmMicros = bids.bid(number).priceCpmMicros;
    outcome.lossReason = LossReason.WON;
    return tell(request, auction, number, query, candidates);
  }

  private int tell(
      BidRequest request,
      AuctionSummary auction,
      int number,
      AdQuery query,
      Candidates candidates) {
    outcome.test = auction.test;
    outcome.minToWinCpmMicros = bids.minToWin(number, query, rates, candidates);
    long position =
        publisher.offer(
            request,
            request.imp(bids.imp(number)),
            auction,
            bids.partner(number),
            bids.answer(number),
            bids.bid(number),
            outcome);
    return position > 0 ? 0 : 1;
  }
}
