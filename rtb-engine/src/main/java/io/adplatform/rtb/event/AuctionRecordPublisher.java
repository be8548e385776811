package io.adplatform.rtb.event;

import io.adplatform.decision.choice.Candidates;
import io.adplatform.runtime.journal.LaneJournal;
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
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final AuctionRecordEncoder record = new AuctionRecordEncoder();
  private final LaneJournal journal;

  /** Writes to the journal of its lane. */
  public AuctionRecordPublisher(LaneJournal journal) {
    this.journal = journal;
  }

  /**
   * Offers a record.
   *
   * @param candidates null where no line item was looked at
   * @return as {@link LaneJournal#offerAuction}
   */
  public long offer(AuctionSummary auction, Candidates candidates) {
    record.wrapAndApplyHeader(buffer, 0, header);
    putFacts(auction);
    record.matched(candidates == null ? 0 : Math.min(MAX_MATCHED, candidates.matched()));
    int count = candidates == null ? 0 : candidates.count();
    AuctionRecordEncoder.CandidatesEncoder group = record.candidatesCount(count);
    for (int i = 0; i < count; i++) {
      group
          .next()
          .lineItemId(candidates.lineItemId(i))
          .priceCpmMicros(candidates.priceCpmMicros(i))
          .candidateReason(candidates.reason(i).code());
    }
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
        .reason(auction.reason.code());
    record.flags().clear().test(auction.test).detailed(auction.detailed).app(auction.app);
  }
}
