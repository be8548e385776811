/**
 * OpenRTB between the exchange and a demand partner, as two pure functions: a request out ({@link
 * io.adplatform.wire.partner.PartnerRequestWriter}, which copies what the SSP sent and edits what
 * must change) and bids in ({@link io.adplatform.wire.partner.PartnerResponseReader}), with the
 * macros of a winner's markup ({@link io.adplatform.wire.partner.MarkupMacros}). Called by {@code
 * rtb.demand} on a lane, which owns readers, writers and answers; no tree, no text and nothing
 * allocated once their buffers have grown.
 */
package io.adplatform.wire.partner;
