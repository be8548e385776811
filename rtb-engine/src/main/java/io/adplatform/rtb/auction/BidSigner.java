package io.adplatform.rtb.auction;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.LineItemIndex;
import io.adplatform.decision.choice.Candidates;
import io.adplatform.rtb.event.AuctionSummary;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.money.Cpm;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.BidResponseWriter;
import io.adplatform.wire.openrtb.CreativeTemplate;
import io.adplatform.wire.openrtb.Imp;
import io.adplatform.wire.token.Token;
import io.adplatform.wire.token.TokenCodec;
import io.adplatform.wire.token.TokenKeys;

/** Makes winners' tokens and puts their bids into the response. One lane; allocates nothing. */
final class BidSigner {
  private final TokenCodec codec;
  private final Token token = new Token();
  private final byte[] text = new byte[TokenCodec.TEXT_LENGTH];

  BidSigner(TokenKeys keys) {
    codec = new TokenCodec(keys);
  }

  /**
   * Adds a winner's bid.
   *
   * @param auction with the id, the price and the creative of this bid
   * @param place of the winner, 0 for the best
   * @param ttlSeconds sent as {@code exp}
   */
  void bid(
      BidRequest request,
      Imp imp,
      SupplyPartner partner,
      AuctionSummary auction,
      Candidates candidates,
      int place,
      CatalogueSnapshot snapshot,
      int ttlSeconds,
      BidResponseWriter response) {
    int winner = candidates.winner(place);
    int lineItem = candidates.ordinal(winner);
    sign(partner, auction, candidates, winner, snapshot.lineItems());
    response.bid(
        request,
        imp,
        auction.auctionHi,
        auction.auctionLo,
        auction.bidCpmMicros,
        snapshot.lineItems().campaignId(lineItem),
        ttlSeconds,
        (CreativeTemplate) snapshot.creatives().attachment(candidates.creativeOrdinal(winner)),
        text);
  }

  /**
   * The token of a demand partner's bid, until the next.
   *
   * @param grossCpmMicros what the partner bid, in the currency of the response
   */
  byte[] partnerToken(
      SupplyPartner partner,
      AuctionSummary auction,
      Candidates candidates,
      int winner,
      long grossCpmMicros,
      long expirySeconds) {
    token.partnerFlags(auction.test, partner.billableEvent().code());
    token.format = auction.format;
    token.auctionHi = auction.auctionHi;
    token.auctionLo = auction.auctionLo;
    token.leaseId = 0;
    token.leaseAmountMicros = 0;
    token.lineItemId = candidates.lineItemId(winner);
    token.creativeId = 0;
    token.supplyPartnerId = partner.id();
    token.chargeMicros = Cpm.perImpression(grossCpmMicros);
    token.bidCpmMicros = auction.bidCpmMicros;
    token.currency = auction.currency;
    token.expirySeconds = expirySeconds;
    token.country = auction.country;
    token.deviceType = auction.deviceType;
    token.dealId = auction.dealId;
    codec.write(token, text);
    return text;
  }

  private void sign(
      SupplyPartner partner,
      AuctionSummary auction,
      Candidates candidates,
      int winner,
      LineItemIndex lineItems) {
    int lineItem = candidates.ordinal(winner);
    // Of a video the impression of its document bills, whatever is agreed for banners (4.2.3).
    BillableEvent billable =
        auction.format == Format.VIDEO.code() ? BillableEvent.BEACON : partner.billableEvent();
    token.flags(auction.test, billable.code(), lineItems.model(lineItem));
    token.format = auction.format;
    token.auctionHi = auction.auctionHi;
    token.auctionLo = auction.auctionLo;
    token.leaseId = candidates.leaseId(winner);
    token.leaseAmountMicros = candidates.leaseAmountMicros(winner);
    token.lineItemId = candidates.lineItemId(winner);
    token.creativeId = auction.creativeId;
    token.supplyPartnerId = partner.id();
    token.chargeMicros = candidates.chargeMicros(winner);
    token.bidCpmMicros = auction.bidCpmMicros;
    token.currency = auction.currency;
    token.expirySeconds = candidates.expirySecond(winner);
    token.country = auction.country;
    token.deviceType = auction.deviceType;
    token.dealId = auction.dealId;
    codec.write(token, text);
  }
}
