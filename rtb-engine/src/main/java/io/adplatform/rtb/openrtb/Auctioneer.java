package io.adplatform.rtb.openrtb;

import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.BidResponseWriter;

/** What the endpoint asks of the auctions behind it, on one lane. */
public interface Auctioneer {
  /** The supply partner with this key in its endpoint's path, of any status, or null. */
  SupplyPartner partner(CharSequence key);

  /** Whether the catalogue has been read: before, no partner is known. */
  boolean isReady();

  /**
   * Whether a partner's request is to be read at all; asked once per request, as it uses up the
   * partner's rate, and counted where it is not.
   *
   * @param partner null only while {@link #isReady()} is not
   * @return NONE, NO_CATALOGUE or RATE_LIMITED
   */
  Reason admit(SupplyPartner partner);

  /**
   * Runs the auctions of a request that could be read, writes the response if there is a bid, and
   * records both.
   *
   * @param receivedNanos when its last byte had come, on the clock of {@link System#nanoTime}
   * @param parseNanos how long inflating and reading took
   * @param response is begun and ended where the answer is NONE; otherwise means nothing
   * @return NONE where there is at least one bid; else why there is none, of the request as a whole
   */
  Reason run(
      BidRequest request,
      SupplyPartner partner,
      long receivedNanos,
      long parseNanos,
      BidResponseWriter response);
}
