package io.adplatform.analytics.explain;

import io.adplatform.wire.event.Reason;
import java.util.List;

/**
 * An auction, or a further bid on its imp, as its record has it.
 *
 * @param timeMillis since 1970
 * @param reason code of why there was no bid; 0 with one
 * @param candidates best first
 */
record RecordedAuction(
    long hi,
    long lo,
    long timeMillis,
    long requestIdHash,
    long catalogueVersion,
    long supplyPartnerId,
    Imp imp,
    Money money,
    int reason,
    int matched,
    Timing timing,
    List<Candidate> candidates) {
  private static final int TEST = 1;
  private static final int APP = 4;
  private static final int ADDITIONAL = 8;
  private static final int WON = Reason.NONE.code();

  /** What was asked for. */
  record Imp(
      int index,
      int count,
      int flags,
      int width,
      int height,
      int format,
      int deviceType,
      int country) {
    boolean isTest() {
      return (flags & TEST) != 0;
    }

    boolean isApp() {
      return (flags & APP) != 0;
    }

    boolean isAdditional() {
      return (flags & ADDITIONAL) != 0;
    }
  }

  /** The line item whose bid this record is about; 0 without a bid. */
  long bidder() {
    return candidates.stream()
        .filter(candidate -> candidate.reason() == WON)
        .mapToLong(Candidate::lineItemId)
        .findFirst()
        .orElse(0);
  }

  /** CPM micros; the bid is what was sent, 0 without one. */
  record Money(
      long floorCpmMicros,
      long bidCpmMicros,
      int currency,
      long creativeId,
      long leaseId,
      long dealId) {}

  /** Nanoseconds from the body's last byte. */
  record Timing(long parse, long decide, long total) {}

  /** A line item that was looked at. */
  record Candidate(long lineItemId, long priceCpmMicros, int reason) {}
}
