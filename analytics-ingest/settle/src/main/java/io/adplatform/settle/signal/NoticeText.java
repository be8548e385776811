package io.adplatform.settle.signal;

import io.adplatform.wire.catalogue.DemandPartner.PriceEncoding;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.sbe.NoticeKind;
import io.adplatform.wire.sbe.PartnerBidDecoder;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A partner's notice URLs and what their macros stand for (OpenRTB 2.6-202606, 4.4). What has no
 * value gives the empty string; what is no macro of the specification stays as it is. Values are
 * percent-encoded. A suffix such as {@code :B64} gives the price in the encoding that was agreed,
 * and nothing where another one was.
 */
final class NoticeText {
  /** A URL with its macros filled in may be longer than it was, and no longer than this. */
  static final int MAX_FILLED = 4_096;

  private static final String OPEN = "${AUCTION_";
  private static final String BASE64_SUFFIX = "B64";

  /** Of the ratio of what is paid to what was bid. */
  private static final int RATIO_DECIMALS = 6;

  private static final int MICROS_DECIMALS = 6;
  private static final int WON = 0;

  private final String requestId;
  private final String bidId;
  private final String impId;
  private final String seat;
  private final String adId;
  private final String nurl;
  private final String burl;
  private final String lurl;
  private final long priceCpmMicros;
  private final long clearedCpmMicros;
  private final long minToWinCpmMicros;
  private final long multiplierMicros;
  private final int currency;
  private final boolean base64;

  /** Reads a bid; its texts are read in their order. */
  NoticeText(PartnerBidDecoder bid) {
    priceCpmMicros = bid.priceCpmMicros();
    clearedCpmMicros = bid.clearedCpmMicros();
    minToWinCpmMicros = bid.minToWinCpmMicros();
    multiplierMicros = bid.multiplierMicros();
    currency = bid.currency();
    base64 = bid.priceEncoding() == PriceEncoding.BASE64.ordinal();
    requestId = text(bid, bid.requestIdLength(), bid::getRequestId);
    bidId = text(bid, bid.bidIdLength(), bid::getBidId);
    impId = text(bid, bid.impIdLength(), bid::getImpId);
    seat = text(bid, bid.seatLength(), bid::getSeat);
    adId = text(bid, bid.adIdLength(), bid::getAdId);
    nurl = text(bid, bid.nurlLength(), bid::getNurl);
    burl = text(bid, bid.burlLength(), bid::getBurl);
    lurl = text(bid, bid.lurlLength(), bid::getLurl);
  }

  private interface Getter {
    int get(byte[] into, int offset, int length);
  }

  private static String text(PartnerBidDecoder bid, int length, Getter getter) {
    byte[] bytes = new byte[length];
    getter.get(bytes, 0, length);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Whether the partner wants to be told by a URL. */
  boolean wants(NoticeKind kind) {
    return !template(kind).isEmpty();
  }

  private String template(NoticeKind kind) {
    return switch (kind) {
      case NURL -> nurl;
      case BURL -> burl;
      case LURL -> lurl;
      case NULL_VAL -> "";
    };
  }

  /** The URL that tells of something; null where it would be too long. */
  String url(Heard heard) {
    String template = template(heard.kind());
    StringBuilder filled = new StringBuilder(template.length() + 64);
    int at = 0;
    for (int open = template.indexOf(OPEN);
        open >= 0;
        open = template.indexOf(OPEN, open + OPEN.length())) {
      int close = template.indexOf('}', open);
      if (close < 0) {
        break;
      }
      String value = value(template.substring(open + OPEN.length(), close), heard);
      if (value != null) {
        filled.append(template, at, open).append(encoded(value));
        at = close + 1;
      }
    }
    filled.append(template, at, template.length());
    return filled.length() > MAX_FILLED ? null : filled.toString();
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** What stands for a macro; null where there is none of that name. */
  private String value(String macro, Heard heard) {
    int colon = macro.indexOf(':');
    String name = colon < 0 ? macro : macro.substring(0, colon);
    String value = plain(name, heard);
    boolean price = name.equals("PRICE") || name.equals("MIN_TO_WIN");
    if (value == null || value.isEmpty()) {
      return value;
    }
    if (colon >= 0 && !(price && base64 && macro.substring(colon + 1).equals(BASE64_SUFFIX))) {
      return "";
    }
    return price && base64
        ? Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(value.getBytes(StandardCharsets.US_ASCII))
        : value;
  }

  private String plain(String name, Heard heard) {
    boolean won = heard.kind() != NoticeKind.LURL;
    return switch (name) {
      case "ID" -> requestId;
      case "BID_ID" -> bidId;
      case "IMP_ID" -> impId;
      case "SEAT_ID" -> seat;
      case "AD_ID" -> adId;
      case "PRICE" -> won ? decimal(clearedCpmMicros) : "";
      case "CURRENCY" -> letters();
      case "MBR" -> won ? ratio() : "";
      case "LOSS" -> loss(won ? WON : heard.lossReason());
      case "MIN_TO_WIN" -> minToWin(heard);
      case "MULTIPLIER" -> won && multiplierMicros > 0 ? decimal(multiplierMicros) : "";
      case "IMP_TS" -> heard.kind() == NoticeKind.BURL ? Long.toString(heard.timeMillis()) : "";
      // Nothing is discounted.
      case "DISCOUNT_PCT", "DISCOUNT_CPM" -> "";
      default -> null;
    };
  }

  private String letters() {
    String letters = CurrencyCode.letters(currency);
    return letters == null ? "" : letters;
  }

  private static String loss(int reason) {
    return reason == Heard.NO_REASON ? "" : Integer.toString(reason);
  }

  private static String decimal(long micros) {
    return BigDecimal.valueOf(micros, MICROS_DECIMALS).stripTrailingZeros().toPlainString();
  }

  private String ratio() {
    return priceCpmMicros <= 0
        ? ""
        : BigDecimal.valueOf(clearedCpmMicros)
            .divide(BigDecimal.valueOf(priceCpmMicros), RATIO_DECIMALS, RoundingMode.HALF_EVEN)
            .stripTrailingZeros()
            .toPlainString();
  }

  /**
   * What the partner would have had to bid. What the SSP says is of the bid that it was sent, after
   * margin and exchange rate: it is to the partner's price what it is to that bid, rounded up. A
   * bid that did not win our own auction knows of that one alone; one that the SSP had win or lose
   * had to win both.
   */
  private String minToWin(Heard heard) {
    long own = minToWinCpmMicros;
    if (heard.bidCpmMicros() <= 0) {
      return own < 0 ? "" : decimal(own);
    }
    long theirs = scaled(heard.minToWinCpmMicros(), heard.bidCpmMicros());
    boolean lost = heard.kind() == NoticeKind.LURL;
    long both = lost && theirs < 0 ? -1 : Math.max(own, theirs);
    return both < 0 ? "" : decimal(both);
  }

  private long scaled(long micros, long bidCpmMicros) {
    if (micros < 0) {
      return -1;
    }
    BigInteger bid = BigInteger.valueOf(bidCpmMicros);
    BigInteger scaled =
        BigInteger.valueOf(micros)
            .multiply(BigInteger.valueOf(priceCpmMicros))
            .add(bid)
            .subtract(BigInteger.ONE)
            .divide(bid);
    return scaled.bitLength() < Long.SIZE ? scaled.longValue() : -1;
  }
}
