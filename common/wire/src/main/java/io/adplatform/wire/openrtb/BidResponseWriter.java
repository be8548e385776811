package io.adplatform.wire.openrtb;

import io.adplatform.wire.event.AuctionId;
import io.adplatform.wire.json.JsonText;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.money.Decimal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes a bid response (OpenRTB 2.6, 4.2) into a buffer that is reused: {@link #begin}, {@link
 * #bid} once or more, {@link #end}. Bids of one seat that follow each other share a {@code
 * seatbid}. One thread; allocates nothing once the buffer has grown.
 */
public final class BidResponseWriter {
  private static final int FIRST_CAPACITY = 16 * 1024;

  /**
   * Longest response: as much as a request may have, and some bids with the longest markup. Without
   * a bound, 32 imps of 64 KiB of markup each would have to be copied and deflated on a lane.
   */
  public static final int MAX_LENGTH = 256 * 1024;

  /** Longest seat of a partner, as it is written. */
  public static final int MAX_SEAT = 128;

  /** Bytes of a bid besides those of its imp's id and its template: keys, id, numbers. */
  private static final int BID_OVERHEAD = 256 + MAX_SEAT;

  /** Bytes of a response besides the request's id, the seat and the bids. */
  private static final int RESPONSE_OVERHEAD = 256;

  private static final byte[] ID = ascii("{\"id\":\"");
  private static final byte[] BID_ID = ascii("\",\"bidid\":\"");
  private static final byte[] BID_START = ascii("{\"id\":\"");
  private static final byte[] IMP_ID = ascii("\",\"impid\":\"");
  private static final byte[] PRICE = ascii("\",\"price\":");
  private static final byte[] CAMPAIGN = ascii(",\"cid\":\"");
  private static final byte[] DEAL = ascii("\",\"dealid\":\"");
  private static final byte[] EXP = ascii(",\"exp\":");
  private static final byte[] EXPIRY = ascii("\",\"exp\":");
  private static final byte[] END = ascii("]}]}");
  private static final byte[] SEAT_START = ascii("{\"seat\":\"");
  private static final byte[] SEAT_BIDS = ascii("\",\"bid\":[");
  private static final byte[] SEAT_END = ascii("]},");

  /** What stands between {@code bidid} and the first seat, by ISO 4217 number. */
  private final byte[][] currencies = new byte[1000][];

  private final byte[] ownSeat;

  /** The seat that is open, as the inside of a JSON text. */
  private byte[] openSeat = new byte[64];

  private int openSeatLength;
  private boolean seatOpen;
  private byte[] nextSeatBytes;
  private long nextSeat;

  private byte[] bytes = new byte[FIRST_CAPACITY];
  private int at;
  private int bids;
  private long deal;

  /**
   * @param seat under which bids are made that are not a partner's
   */
  public BidResponseWriter(String seat) {
    for (int numeric = 1; numeric < currencies.length; numeric++) {
      String letters = CurrencyCode.letters(numeric);
      currencies[numeric] =
          letters == null ? null : ascii("\",\"cur\":\"" + letters + "\",\"seatbid\":[");
    }
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    JsonText.escape(seat, json);
    ownSeat = json.toByteArray();
  }

  /**
   * Starts a response.
   *
   * @param auctionHi of the request's first auction; with {@code auctionLo} the {@code bidid}
   * @param currency ISO 4217 number of all prices; one that {@link CurrencyCode} knows
   */
  public void begin(BidRequest request, long auctionHi, long auctionLo, int currency) {
    at = 0;
    bids = 0;
    deal = Span.NONE;
    seatOpen = false;
    nextSeat = Span.NONE;
    byte[] piece = currencies[currency];
    reserve(RESPONSE_OVERHEAD + piece.length + Span.length(request.rawId));
    put(ID);
    put(request.bytes(), request.rawId);
    put(BID_ID);
    putAuctionId(auctionHi, auctionLo);
    put(piece);
  }

  /** Sees to it that the next bid stands under a seat; {@code length} bytes are reserved for it. */
  private void seat(byte[] seat, int offset, int length) {
    if (seatOpen && Arrays.equals(openSeat, 0, openSeatLength, seat, offset, offset + length)) {
      bytes[at++] = ',';
      return;
    }
    if (seatOpen) {
      put(SEAT_END);
    }
    put(SEAT_START);
    System.arraycopy(seat, offset, bytes, at, length);
    at += length;
    put(SEAT_BIDS);
    if (openSeat.length < length) {
      openSeat = new byte[2 * length];
    }
    System.arraycopy(seat, offset, openSeat, 0, length);
    openSeatLength = length;
    seatOpen = true;
  }

  /**
   * Says which deal the next bid is on.
   *
   * @param rawId the deal's id as the request spells it, NONE for a bid on no deal
   */
  public void deal(long rawId) {
    deal = rawId;
  }

  /**
   * Adds a bid.
   *
   * @param priceCpmMicros in the response's currency, positive, at most {@link Decimal#MAX_MICROS}
   * @param expirySeconds after which the bid lapses
   * @param token holds the token's text at its start
   */
  public void bid(
      BidRequest request,
      Imp imp,
      long auctionHi,
      long auctionLo,
      long priceCpmMicros,
      long campaignId,
      int expirySeconds,
      CreativeTemplate creative,
      byte[] token) {
    reserve(bidLength(imp, creative));
    seat(ownSeat, 0, ownSeat.length);
    bids++;
    put(BID_START);
    putAuctionId(auctionHi, auctionLo);
    put(IMP_ID);
    put(request.bytes(), imp.rawId);
    put(PRICE);
    at = Decimal.write(priceCpmMicros, bytes, at);
    put(CAMPAIGN);
    at = Decimal.writeWhole(campaignId, bytes, at);
    if (deal != Span.NONE) {
      put(DEAL);
      put(request.bytes(), deal);
      deal = Span.NONE;
    }
    put(EXPIRY);
    at = Decimal.writeWhole(expirySeconds, bytes, at);
    at = creative.write(imp.nativeTerms, token, bytes, at);
    bytes[at++] = '}';
  }

  /**
   * Whether the response stays within {@link #MAX_LENGTH} with a bid on the deal that was named, if
   * one was; the first bid always has room.
   */
  public boolean hasRoom(Imp imp, CreativeTemplate creative) {
    return bids == 0 || at + bidLength(imp, creative) + END.length <= MAX_LENGTH;
  }

  private int bidLength(Imp imp, CreativeTemplate creative) {
    return BID_OVERHEAD
        + ownSeat.length
        + Span.length(imp.rawId)
        + Span.length(deal)
        + creative.length(imp.nativeTerms);
  }

  /**
   * Says whose seat the next bid is made under, if it is not our own.
   *
   * @param seatBytes that the seat is in
   * @param span of the seat as the inside of a JSON text, at most {@link #MAX_SEAT} long; NONE is
   *     our own
   */
  public void nextSeat(byte[] seatBytes, long span) {
    nextSeatBytes = seatBytes;
    nextSeat = span;
  }

  /**
   * Adds a bid that is a partner's, under the {@link #nextSeat}.
   *
   * @param priceCpmMicros in the response's currency, positive
   * @param members all others
   */
  public void bid(
      BidRequest request,
      Imp imp,
      long auctionHi,
      long auctionLo,
      long priceCpmMicros,
      int expirySeconds,
      BidMembers members,
      byte[] token) {
    reserve(BID_OVERHEAD + ownSeat.length + Span.length(imp.rawId) + members.length());
    if (nextSeat == Span.NONE) {
      seat(ownSeat, 0, ownSeat.length);
    } else {
      seat(nextSeatBytes, Span.offset(nextSeat), Span.length(nextSeat));
      nextSeat = Span.NONE;
    }
    bids++;
    put(BID_START);
    putAuctionId(auctionHi, auctionLo);
    put(IMP_ID);
    put(request.bytes(), imp.rawId);
    put(PRICE);
    at = Decimal.write(priceCpmMicros, bytes, at);
    put(EXP);
    at = Decimal.writeWhole(expirySeconds, bytes, at);
    at = members.write(token, bytes, at);
    bytes[at++] = '}';
  }

  /**
   * Whether the response stays within {@link #MAX_LENGTH} with a bid; the first always has room.
   */
  public boolean hasRoom(Imp imp, BidMembers members) {
    return bids == 0
        || at + BID_OVERHEAD + Span.length(imp.rawId) + members.length() + END.length <= MAX_LENGTH;
  }

  /**
   * Ends the response.
   *
   * @return its length in {@link #bytes()}
   */
  public int end() {
    reserve(END.length);
    put(END);
    return at;
  }

  /** Length of what was written since {@link #begin}. */
  public int length() {
    return at;
  }

  /** Bids added since {@link #begin}. */
  public int bids() {
    return bids;
  }

  /** Holds the response from its start, until the next {@link #begin}. */
  public byte[] bytes() {
    return bytes;
  }

  private void reserve(int more) {
    if (bytes.length - at < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, at + more));
    }
  }

  private void put(byte[] piece) {
    System.arraycopy(piece, 0, bytes, at, piece.length);
    at += piece.length;
  }

  private void put(byte[] source, long span) {
    System.arraycopy(source, Span.offset(span), bytes, at, Span.length(span));
    at += Span.length(span);
  }

  private void putAuctionId(long hi, long lo) {
    AuctionId.write(hi, lo, bytes, at);
    at += AuctionId.TEXT_LENGTH;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
