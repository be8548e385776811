package io.adplatform.wire.partner;

import io.adplatform.wire.json.Span;

/**
 * What the macros of a partner's markup stand for (OpenRTB 2.6, 4.4). A text without a value gives
 * the empty text. Set anew for each bid by one thread.
 */
public final class MacroValues {
  byte[] request;
  byte[] answer;

  /** {@code ${AUCTION_ID}}, of the request. */
  public long auctionId;

  /** {@code ${AUCTION_IMP_ID}}, of the request. */
  public long impId;

  /** {@code ${AUCTION_BID_ID}}, of the answer: its {@code bidid}. */
  public long bidId;

  /** {@code ${AUCTION_SEAT_ID}}, of the answer. */
  public long seatId;

  /** {@code ${AUCTION_AD_ID}}, of the answer. */
  public long adId;

  /** {@code ${AUCTION_PRICE}}: what it is charged, CPM micros of {@link #currency}. */
  public long priceCpmMicros;

  /** ISO 4217 number. */
  public int currency;

  /** {@code ${AUCTION_MIN_TO_WIN}}, likewise; 0 gives the empty text. */
  public long minToWinCpmMicros;

  /** Whether {@code ${AUCTION_PRICE}} without a suffix is base64url too. */
  public boolean encodedPrice;

  /**
   * Starts on a bid: all texts are without a value.
   *
   * @param requestBytes that spans of the request point into
   * @param answerBytes that spans of the answer point into
   */
  public void begin(byte[] requestBytes, byte[] answerBytes) {
    request = requestBytes;
    answer = answerBytes;
    auctionId = Span.NONE;
    impId = Span.NONE;
    bidId = Span.NONE;
    seatId = Span.NONE;
    adId = Span.NONE;
    priceCpmMicros = 0;
    currency = 0;
    minToWinCpmMicros = 0;
    encodedPrice = false;
  }
}
