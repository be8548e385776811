/**
 * The endpoint that SSPs call, between HTTP and the auction.
 *
 * <p>{@link io.adplatform.rtb.openrtb.AuctionHandler} takes a request of the lane's HTTP server,
 * gathers its body, has it inflated and read into the lane's {@link
 * io.adplatform.wire.openrtb.BidRequest}, gives it to the {@link
 * io.adplatform.rtb.openrtb.Auctioneer} and answers. {@link
 * io.adplatform.decision.query.AdQueryMapper} says in the words of {@code decision} what an imp
 * asks for; the auction calls it. Everything here belongs to one lane and runs on its thread; only
 * {@link io.adplatform.rtb.openrtb.RefusalLog} hands over to a thread of its own. Bodies in flight
 * are kept in pooled {@link io.adplatform.rtb.openrtb.Exchange}s, which own their bytes until
 * answered.
 */
package io.adplatform.rtb.openrtb;
