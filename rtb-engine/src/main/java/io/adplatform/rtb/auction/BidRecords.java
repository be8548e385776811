package io.adplatform.rtb.auction;

import io.adplatform.decision.catalogue.CreativeIndex;
import io.adplatform.decision.choice.Candidates;
import io.adplatform.decision.choice.DealOffer;
import io.adplatform.rtb.auction.AuctionCounters.Recorded;
import io.adplatform.rtb.event.AuctionRecordPublisher;
import io.adplatform.rtb.event.AuctionSummary;
import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.money.Cpm;
import io.adplatform.wire.openrtb.Imp;

/**
 * Leaves the records of an imp: of its auction, of every further bid, and of every deal that is
 * known here and was not bid on, so that each such deal stands in one record (ADR 0118). One lane.
 */
final class BidRecords {
  private final AuctionRecordPublisher publisher;
  private final AuctionCounters counters;
  private final AuctionSummary summary;
  private final PartnerContest contest;
  private long floorCpmMicros;
  private long firstAdditionalLo;

  BidRecords(
      AuctionRecordPublisher publisher,
      AuctionCounters counters,
      AuctionSummary summary,
      PartnerContest contest) {
    this.contest = contest;
    this.publisher = publisher;
    this.counters = counters;
    this.summary = summary;
  }

  /**
   * Starts on an imp.
   *
   * @param index among the request's, from 0
   * @param additionalIds how many ids an imp has besides its own
   */
  void begin(Imp imp, int index, int additionalIds) {
    firstAdditionalLo = summary.firstLo + summary.impCount + (long) index * additionalIds;
    summary.auctionLo = summary.firstLo + index;
    summary.impIndex = index;
    floor(imp.floorCpmMicros);
    clear(imp);
  }

  /** Says what the floor of the open auction came to, in the summary's currency. */
  void floor(long cpmMicros) {
    floorCpmMicros = cpmMicros;
    summary.floorCpmMicros = cpmMicros;
  }

  /** Leaves the record of the bid in a place; NONE where it was taken. */
  Reason bid(ImpBids bids, int place, CreativeIndex creatives, int marginBasisPoints) {
    Candidates candidates = bids.candidates(place);
    int winner = bids.winner(place);
    DealOffer offer = bids.offer(place);
    identify(place);
    of(offer);
    summary.reason = Reason.NONE;
    summary.bidCpmMicros = Cpm.lessMargin(candidates.priceCpmMicros(winner), marginBasisPoints);
    summary.leaseId = candidates.leaseId(winner);
    summary.partner = candidates.isPartner(winner);
    if (summary.partner) {
      contest.size(candidates.partnerBid(winner), summary);
    } else {
      int creative = candidates.creativeOrdinal(winner);
      summary.creativeId = creatives.id(creative);
      summary.format = creatives.format(creative).code();
      summary.width = creatives.width(creative);
      summary.height = creatives.height(creative);
    }
    long position;
    if (place == 0) {
      position = publisher.offer(summary, candidates);
    } else if (offer == null) {
      position = publisher.offerAdditional(summary, candidates, winner);
    } else {
      position = publisher.offerDeal(summary, candidates);
    }
    count(position);
    if (position > 0) {
      return Reason.NONE;
    }
    return position == LaneJournal.BACK_PRESSURED ? Reason.OVERLOADED : Reason.JOURNAL_FULL;
  }

  /**
   * Leaves the records of an imp without a bid.
   *
   * @param closed whether nobody could bid without a deal: then its record is the first deal's
   */
  void noBid(Imp imp, ImpBids bids, Reason reason, boolean closed) {
    identify(0);
    DealOffer first = closed && bids.offers.count() > 0 ? bids.offers.get(0) : null;
    of(first);
    summary.reason = reason;
    count(publisher.offer(summary, first == null ? bids.open : first.candidates()));
    dealsWithoutBid(imp, bids, first == null ? 0 : 1, 1);
  }

  /**
   * Leaves a record of each deal that was not bid on.
   *
   * @param fromOffer the first of the offers that may need one
   * @param fromPlace the first place whose id is free
   */
  void dealsWithoutBid(Imp imp, ImpBids bids, int fromOffer, int fromPlace) {
    int place = fromPlace;
    for (int i = fromOffer; i < bids.offers.count(); i++) {
      DealOffer offer = bids.offers.get(i);
      if (!offer.hasBid()) {
        identify(place++);
        clear(imp);
        of(offer);
        summary.reason = offer.reason();
        count(publisher.offerDeal(summary, offer.candidates()));
      }
    }
  }

  /** The best bid has the id of its auction, further ones those behind the ids of all imps. */
  private void identify(int place) {
    summary.auctionLo =
        place == 0 ? summary.firstLo + summary.impIndex : firstAdditionalLo + place - 1;
  }

  private void of(DealOffer offer) {
    summary.dealId = offer == null ? 0 : offer.terms().id();
    summary.floorCpmMicros = offer == null ? floorCpmMicros : offer.floorCpmMicros();
  }

  private void clear(Imp imp) {
    summary.bidCpmMicros = 0;
    summary.creativeId = 0;
    summary.leaseId = 0;
    summary.dealId = 0;
    summary.partner = false;
    summary.format = firstFormat(imp);
    summary.width = Math.min(imp.width, AuctionSummary.MAX_SIDE);
    summary.height = Math.min(imp.height, AuctionSummary.MAX_SIDE);
  }

  /** The format of the record of an auction without a bid: the first that is offered. */
  private static int firstFormat(Imp imp) {
    if (imp.banner) {
      return Format.BANNER.code();
    }
    if (imp.videoTerms.offered) {
      return Format.VIDEO.code();
    }
    return imp.nativeTerms.offered ? Format.NATIVE.code() : 0;
  }

  private void count(long position) {
    counters.records.increment(position > 0 ? Recorded.RECORD : Recorded.RECORD_NOT_TAKEN);
  }
}
