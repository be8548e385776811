/**
 * Why an auction ended as it did: {@code GET /api/v1/auctions/{id}} and {@code ?requestId=}.
 *
 * <p>{@link io.adplatform.analytics.explain.AuctionExplanations} mounts the handlers. The record
 * (and where one was kept the request) comes from ClickHouse ({@link
 * io.adplatform.analytics.explain.AuctionStore}); what the record has no room for is computed anew:
 * the catalogue as it was at the auction's version ({@link
 * io.adplatform.analytics.explain.CatalogueHistory}) and the recorded request, read and mapped as
 * the exchange does it, go through decision's own explanation ({@link
 * io.adplatform.analytics.explain.Recomputation}), and {@link
 * io.adplatform.analytics.explain.AuctionReplay} runs the auction again beside its record.
 * Everything runs on the virtual thread of the call; rebuilding a catalogue is done by one of them
 * at a time.
 */
package io.adplatform.analytics.explain;
