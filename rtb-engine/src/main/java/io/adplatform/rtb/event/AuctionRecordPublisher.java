package io.adplatform.rtb.event;

import io.adplatform.decision.choice.Candidates;
import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.sbe.AuctionRecordEncoder;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Encodes an auction's record of at most {@link #MAX_LENGTH} bytes and offers it to the journal.
 * One lane.
 */
public final class AuctionRecordPublisher {
  /** A record is never longer: the journal of a busy node is made of them. */
  public static final int MAX_LENGTH = 256;

  /** The largest number of matches that the record's field holds. */
  private static final int MAX_MATCHED = 65_534;

  private static final long MAX_NANOS = 0xffff_fffeL;

  private final MutableDirectBuffer buffer = new ExpandableArrayBuffer(2 * MAX_LENGTH);
  private final AuctionRecordEncoder record = new AuctionRecordEncoder();
  private final LaneJournal journal;

  /** Writes to the journal of its lane. */
  public AuctionRecordPublisher(LaneJournal journal) {
    this.journal = journal;
    // The header of all records: it stays in the buffer.
    record.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
  }

  /**
   * Offers the record of an auction.
   *
   * @param candidates whose winners stand in the order of their places
   * @return as {@link LaneJournal#offerAuction}
   */
  public long offer(AuctionSummary auction, Candidates candidates) {
    begin(auction, candidates);
    int count = candidates.count();
    AuctionRecordEncoder.CandidatesEncoder group = record.candidatesCount(count);
    int place = 0;
    for (int i = 0; i < count; i++) {
      // Where it had to make room for itself, a better winner may stand behind a worse one.
      boolean won = candidates.reason(i) == Reason.NONE;
      put(group, candidates, won ? candidates.winner(place++) : i);
    }
    return offer();
  }

  /**
   * Offers the record of a further bid on an imp.
   *
   * @param winner the candidate that it is
   * @return as {@link LaneJournal#offerAuction}
   */
  public long offerAdditional(AuctionSummary bid, Candidates candidates, int winner) {
    begin(bid, candidates);
    record.flags().additional(true);
    put(record.candidatesCount(1), candidates, winner);
    return offer();
  }

  private void begin(AuctionSummary auction, Candidates candidates) {
    record.wrap(buffer, MessageHeaderEncoder.ENCODED_LENGTH);
    putFacts(auction);
    record.matched(Math.min(MAX_MATCHED, candidates.matched()));
  }

  private static void put(
      AuctionRecordEncoder.CandidatesEncoder group, Candidates candidates, int candidate) {
    group
        .next()
        .lineItemId(candidates.lineItemId(candidate))
        .priceCpmMicros(candidates.priceCpmMicros(candidate))
        .candidateReason(candidates.reason(candidate).code());
  }

  private long offer() {
    int length = MessageHeaderEncoder.ENCODED_LENGTH + record.encodedLength();
    assert length <= MAX_LENGTH : length;
    return journal.offerAuction(buffer, 0, length);
  }

  private void putFacts(AuctionSummary auction) {
    record
        .auctionHi(auction.auctionHi)
        .auctionLo(auction.auctionLo)
        .timeMillis(auction.timeMillis)
        .requestIdHash(auction.requestIdHash)
        .catalogueVersion(auction.catalogueVersion)
        .supplyPartnerId(auction.supplyPartnerId)
        .floorCpmMicros(auction.floorCpmMicros)
        .bidCpmMicros(auction.bidCpmMicros)
        .creativeId(auction.creativeId)
        .leaseId(auction.leaseId)
        .parseNanos(Math.min(MAX_NANOS, auction.parseNanos))
        .decideNanos(Math.min(MAX_NANOS, auction.decideNanos))
        .totalNanos(Math.min(MAX_NANOS, auction.totalNanos))
        .impIndex((short) auction.impIndex)
        .impCount((short) auction.impCount)
        .deviceType((short) auction.deviceType)
        .format((short) auction.format)
        .currency(auction.currency)
        .country(auction.country)
        .width(auction.width)
        .height(auction.height)
        .reason(auction.reason.code())
        .dealId(auction.dealId)
        .redactions(auction.redactions);
    record
        .flags()
        .clear()
        .test(auction.test)
        .detailed(auction.detailed)
        .app(auction.app)
        .partner(auction.partner);
  }
}
