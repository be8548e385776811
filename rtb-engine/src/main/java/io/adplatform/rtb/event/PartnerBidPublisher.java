package io.adplatform.rtb.event;

import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.event.PartnerBidLimits;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.Imp;
import io.adplatform.wire.partner.PartnerAnswer;
import io.adplatform.wire.partner.PartnerBid;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.PartnerBidEncoder;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Encodes a partner's bid that wants to hear what became of it, and offers it to the journal. One
 * lane; allocates nothing.
 */
public final class PartnerBidPublisher {
  /** What is to be told of a bid beside its texts. Reused. */
  public static final class Outcome {
    /** Of the bid's own auction where it won, else of its imp's. */
    public long auctionHi;

    public long auctionLo;

    /** Of the token, where it won; else 0. */
    public long expirySeconds;

    /** What the partner pays, CPM micros of its currency; 0 where it lost. */
    public long clearedCpmMicros;

    /** CPM micros of its currency; -1 is unknown. */
    public long minToWinCpmMicros;

    /** OpenRTB's; 0 where it won. */
    public int lossReason;

    public boolean test;
  }

  private final MutableDirectBuffer buffer = new ExpandableArrayBuffer(PartnerBidLimits.MAX_LENGTH);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final PartnerBidEncoder message = new PartnerBidEncoder();
  private final LaneJournal journal;

  /** Writes to the journal of its lane. */
  public PartnerBidPublisher(LaneJournal journal) {
    this.journal = journal;
  }

  /** Whether a partner wants to hear of a bid. */
  public static boolean isWanted(PartnerBid bid, boolean won) {
    return Span.length(bid.lurl) > 0
        || won && (Span.length(bid.nurl) > 0 || Span.length(bid.burl) > 0);
  }

  /**
   * Offers a bid.
   *
   * @return as {@link LaneJournal#offerAuction}
   */
  public long offer(
      BidRequest request,
      Imp imp,
      AuctionSummary auction,
      DemandPartner partner,
      PartnerAnswer answer,
      PartnerBid bid,
      Outcome outcome) {
    byte[] asked = request.bytes();
    byte[] answered = answer.bytes();
    message
        .wrapAndApplyHeader(buffer, 0, header)
        .auctionHi(outcome.auctionHi)
        .auctionLo(outcome.auctionLo)
        .timeMillis(auction.timeMillis)
        .expirySeconds(outcome.expirySeconds)
        .demandPartnerId(partner.id())
        .supplyPartnerId(auction.supplyPartnerId)
        .dealId(0)
        .priceCpmMicros(bid.priceCpmMicros)
        .clearedCpmMicros(outcome.clearedCpmMicros)
        .minToWinCpmMicros(outcome.minToWinCpmMicros)
        .multiplierMicros(0)
        .currency(answer.currency)
        .lossReason(outcome.lossReason)
        .priceEncoding((short) partner.terms().priceEncoding().ordinal());
    message.flags().clear().test(outcome.test);
    message.putRequestId(asked, Span.offset(request.id), bounded(request.id, Limit.TEXT));
    message.putBidId(answered, Span.offset(answer.bidId), bounded(answer.bidId, Limit.TEXT));
    message.putImpId(asked, Span.offset(imp.id), bounded(imp.id, Limit.TEXT));
    message.putSeat(answered, Span.offset(bid.seat), bounded(bid.seat, Limit.TEXT));
    message.putAdId(answered, Span.offset(bid.adId), bounded(bid.adId, Limit.TEXT));
    message.putNurl(answered, Span.offset(bid.nurl), bounded(bid.nurl, Limit.URL));
    message.putBurl(answered, Span.offset(bid.burl), bounded(bid.burl, Limit.URL));
    message.putLurl(answered, Span.offset(bid.lurl), bounded(bid.lurl, Limit.URL));
    return journal.offerAuction(
        buffer, 0, MessageHeaderEncoder.ENCODED_LENGTH + message.encodedLength());
  }

  private enum Limit {
    TEXT,
    URL
  }

  /** A text that is too long is left out: a part of it would tell something else. */
  private static int bounded(long span, Limit limit) {
    int most = limit == Limit.URL ? PartnerBidLimits.MAX_URL : PartnerBidLimits.MAX_TEXT;
    return Span.length(span) > most ? 0 : Span.length(span);
  }
}
