package io.adplatform.rtb.event;

import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.BidResponseWriter;
import io.adplatform.wire.openrtb.Redactor;
import io.adplatform.wire.sbe.AuctionDetailEncoder;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Encodes the full record of a request, with what identifies a person taken out, and offers it to
 * the journal. One lane. Nothing waits for a detail: one that is too long or not taken is counted
 * by the caller and gone.
 */
public final class AuctionDetailPublisher {
  private static final int FIRST_CAPACITY = 32 * 1024;

  /** Bytes besides the texts. */
  private static final int OVERHEAD = 128;

  /** Longest request id kept; honest ones are UUIDs. */
  private static final int MAX_REQUEST_ID = 256;

  private final MutableDirectBuffer buffer = new ExpandableArrayBuffer(FIRST_CAPACITY);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final AuctionDetailEncoder detail = new AuctionDetailEncoder();
  private final Redactor redactor = new Redactor();
  private final LaneJournal journal;

  /** Writes to the journal of its lane. */
  public AuctionDetailPublisher(LaneJournal journal) {
    this.journal = journal;
  }

  /**
   * Offers a detail.
   *
   * @param auction any of the request's
   * @param response what was answered, or null for a 204
   * @return as {@link LaneJournal#offerAuction}
   */
  public long offer(AuctionSummary auction, BidRequest request, BidResponseWriter response) {
    int copied = redactor.copy(request);
    int answered = response == null ? 0 : response.length();
    if (OVERHEAD + MAX_REQUEST_ID + copied + answered > journal.maxMessageLength()) {
      return LaneJournal.TOO_LONG;
    }
    detail
        .wrapAndApplyHeader(buffer, 0, header)
        .auctionHi(auction.auctionHi)
        .auctionLo(auction.firstLo)
        .timeMillis(auction.timeMillis)
        .requestIdHash(auction.requestIdHash)
        .catalogueVersion(auction.catalogueVersion)
        .supplyPartnerId(auction.supplyPartnerId)
        .impCount((short) auction.impCount)
        .status(response == null ? 204 : 200)
        .putRequestId(
            request.bytes(),
            Span.offset(request.id),
            Math.min(MAX_REQUEST_ID, Span.length(request.id)))
        .putRequest(redactor.bytes(), 0, copied);
    if (response == null) {
      detail.putResponse(buffer, 0, 0);
    } else {
      detail.putResponse(response.bytes(), 0, answered);
    }
    return journal.offerAuction(
        buffer, 0, MessageHeaderEncoder.ENCODED_LENGTH + detail.encodedLength());
  }
}
