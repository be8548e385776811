/**
 * What is left of an auction: an {@code AuctionRecord} of each, and for a share of requests an
 * {@code AuctionDetail}. Called by {@code io.adplatform.rtb.auction} on the lane; encodes into
 * buffers that the publishers own and offers them to the lane's journal. A code that is negative
 * means that nothing was taken; the caller decides what that means.
 */
package io.adplatform.rtb.event;
