/**
 * The auction: a request that could be read goes in, bids in the response and records in the
 * journal come out.
 *
 * <p>{@link io.adplatform.rtb.auction.LaneAuctions} is what the endpoint ({@code
 * io.adplatform.rtb.openrtb}) asks; it takes the newest snapshot between two requests, holds each
 * partner to its rate ({@link io.adplatform.rtb.rate.LaneRates}, out of the node's {@link
 * io.adplatform.rtb.rate.NodeRates}, which alone is shared between lanes), has {@code decision}
 * choose per imp, signs each bid and leaves the records to {@code io.adplatform.rtb.event}. All of
 * it belongs to one lane, which runs it from the HTTP handler, and as an agent once per duty cycle.
 * State is reset, not rebuilt, per request.
 */
package io.adplatform.rtb.auction;
