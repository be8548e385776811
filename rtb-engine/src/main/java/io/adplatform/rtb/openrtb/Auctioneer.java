package io.adplatform.rtb.openrtb;

import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.rtb.demand.PartnerRound;
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

  /**
   * Asks for the user's counters, where the request may concern line items with frequency caps.
   *
   * @param lookup a free one; its listener is told of the answer, never within this call
   * @param mayWait whether there is room for another request that waits
   * @return false where there is nothing to wait for; true where the request is to be set aside
   *     until it is {@link #counted}
   */
  boolean ask(BidRequest request, SupplyPartner partner, CapLookup lookup, boolean mayWait);

  /**
   * Says that a request's counters are there, or that their time was up.
   *
   * @param askedNanos when {@link #ask} was called
   */
  void counted(CapLookup lookup, long askedNanos);

  /**
   * Asks the demand partners that are worth asking.
   *
   * @param receivedNanos as in {@link #run}
   * @param lookup of the request's counters, or null where they were not asked for
   * @param round a free one; its listener is told of the answers, never within this call
   * @param mayWait whether there is room for another request that waits
   * @return false where there is nothing to wait for; true where the request is to be set aside
   *     until it is {@link #resume}d or abandoned
   */
  boolean askPartners(
      BidRequest request,
      SupplyPartner partner,
      long receivedNanos,
      CapLookup lookup,
      PartnerRound round,
      boolean mayWait);

  /**
   * As {@link #run}, of a request that was set aside.
   *
   * @param lookup with the counters' answer, or without it where its time was up; null where they
   *     were not asked for
   * @param round that is over; null where no partner was asked
   */
  Reason resume(
      BidRequest request,
      SupplyPartner partner,
      long receivedNanos,
      long parseNanos,
      CapLookup lookup,
      PartnerRound round,
      BidResponseWriter response);

  /**
   * Whoever waits for a request that was set aside has gone: no auction is run. Either may be null.
   */
  void abandon(CapLookup lookup, PartnerRound round);
}
