package io.adplatform.analytics.collect;

import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.token.Token;
import io.adplatform.wire.token.TokenCodec;
import io.adplatform.wire.token.TokenKeys;
import java.nio.charset.StandardCharsets;

/** Tokens for tests. */
public final class TestTokens {
  public static final TokenKeys KEYS =
      TokenKeys.of("0123456789abcdef".getBytes(StandardCharsets.US_ASCII));
  public static final TokenKeys FOREIGN_KEYS =
      TokenKeys.of("fedcba9876543210".getBytes(StandardCharsets.US_ASCII));
  public static final long CREATIVE = 55;
  public static final String LANDING_PAGE = "https://acme.example/sale?from=ad";

  private static final int LIFE_SECONDS = 600;

  private TestTokens() {}

  /** A token of an auction that is valid for some minutes. */
  public static String valid(long auctionLo) {
    return text(KEYS, auctionLo, System.currentTimeMillis() / 1000 + LIFE_SECONDS);
  }

  public static String text(TokenKeys keys, long auctionLo, long expirySeconds) {
    return text(keys, auctionLo, expirySeconds, BidModel.CPM);
  }

  static String text(TokenKeys keys, long auctionLo, long expirySeconds, BidModel model) {
    return text(keys, auctionLo, expirySeconds, model, 0);
  }

  /** One that a click has brought to a landing page. */
  static String clicked(long auctionLo, long expirySeconds, BidModel model) {
    return text(KEYS, auctionLo, expirySeconds, model, Token.FLAG_CLICKED);
  }

  private static String text(
      TokenKeys keys, long auctionLo, long expirySeconds, BidModel model, int moreFlags) {
    Token token = new Token();
    token.flags(false, 0, model);
    token.flags |= moreFlags;
    token.format = 1;
    token.auctionHi = 77;
    token.auctionLo = auctionLo;
    token.leaseId = 9;
    token.leaseAmountMicros = 1_000_000;
    token.lineItemId = 44;
    token.creativeId = CREATIVE;
    token.supplyPartnerId = 33;
    token.chargeMicros = 2_500;
    token.bidCpmMicros = 2_000_000;
    token.currency = 840;
    token.expirySeconds = expirySeconds;
    token.deviceType = 2;
    byte[] text = new byte[TokenCodec.TEXT_LENGTH];
    new TokenCodec(keys).write(token, text);
    return new String(text, StandardCharsets.US_ASCII);
  }
}
