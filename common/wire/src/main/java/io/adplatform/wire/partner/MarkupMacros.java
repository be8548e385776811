package io.adplatform.wire.partner;

import io.adplatform.wire.json.Span;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.money.Decimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Fills in the macros of a partner's markup (OpenRTB 2.6, 4.4), in the spelling that it has in the
 * partner's answer. Values are percent-encoded (RFC 3986, 2.3) but for letters, digits and {@code
 * -._~}, so that no id can end a URL, an attribute or a text. {@code :B64} behind a name asks for
 * the price in base64url; other suffixes are not agreed on, and the value is plain. What is no
 * macro of the list stays. One thread; allocates nothing once its buffer has grown.
 */
public final class MarkupMacros {
  /** {@link #fill}: the result would be longer than {@link #MAX_LENGTH}. */
  public static final int TOO_LONG = -1;

  /** As long as a response may be: a markup of macros alone must not grow without end. */
  public static final int MAX_LENGTH = 256 * 1024;

  private static final int FIRST_CAPACITY = 16 * 1024;

  /** The longest macro with its suffix is looked for in so many bytes. */
  private static final int MAX_NAME = 40;

  private static final byte[] PREFIX = ascii("${AUCTION_");
  private static final byte[][] NAMES = {
    ascii("ID"),
    ascii("BID_ID"),
    ascii("IMP_ID"),
    ascii("SEAT_ID"),
    ascii("AD_ID"),
    ascii("PRICE"),
    ascii("CURRENCY"),
    ascii("MBR"),
    ascii("LOSS"),
    ascii("MIN_TO_WIN"),
    ascii("MULTIPLIER"),
    ascii("IMP_TS"),
    ascii("DISCOUNT_PCT"),
    ascii("DISCOUNT_CPM")
  };
  private static final byte[] BASE_64_SUFFIX = ascii("B64");
  private static final byte[] HEX = ascii("0123456789ABCDEF");
  private static final byte[] BASE_64 =
      ascii("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

  private final byte[] number = new byte[Decimal.MAX_LENGTH];
  private byte[] out = new byte[FIRST_CAPACITY];
  private int at;
  private boolean overflow;

  /**
   * Fills in a markup.
   *
   * @param bytes that the markup is in
   * @param markup span of it; in a JSON text its inside
   * @return length of the result in {@link #bytes()}, or {@link #TOO_LONG}
   */
  public int fill(byte[] bytes, long markup, MacroValues values) {
    at = 0;
    overflow = false;
    int end = Span.end(markup);
    int copied = Span.offset(markup);
    for (int i = copied; i < end && !overflow; i++) {
      if (bytes[i] != '$' || !startsWith(bytes, i, end, PREFIX)) {
        continue;
      }
      int nameFrom = i + PREFIX.length;
      int close = close(bytes, nameFrom, end);
      int nameTo = close < 0 ? close : nameEnd(bytes, nameFrom, close);
      int macro = close < 0 ? -1 : macro(bytes, nameFrom, nameTo);
      if (macro >= 0) {
        copy(bytes, copied, i);
        boolean encoded = is(BASE_64_SUFFIX, bytes, nameTo + 1, close);
        value(macro, encoded, values);
        copied = close + 1;
        i = close;
      }
    }
    copy(bytes, copied, end);
    return overflow ? TOO_LONG : at;
  }

  /** Holds the result from its start, until the next. */
  public byte[] bytes() {
    return out;
  }

  private static int close(byte[] bytes, int from, int end) {
    int last = Math.min(end, from + MAX_NAME);
    for (int i = from; i < last; i++) {
      if (bytes[i] == '}') {
        return i;
      }
    }
    return -1;
  }

  private static int nameEnd(byte[] bytes, int from, int close) {
    for (int i = from; i < close; i++) {
      if (bytes[i] == ':') {
        return i;
      }
    }
    return close;
  }

  private static int macro(byte[] bytes, int from, int to) {
    for (int i = 0; i < NAMES.length; i++) {
      if (is(NAMES[i], bytes, from, to)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean is(byte[] name, byte[] bytes, int from, int to) {
    return to - from == name.length && startsWith(bytes, from, to, name);
  }

  private static boolean startsWith(byte[] bytes, int from, int end, byte[] text) {
    return end - from >= text.length
        && Arrays.equals(bytes, from, from + text.length, text, 0, text.length);
  }

  private void value(int macro, boolean encoded, MacroValues values) {
    switch (macro) {
      case 0 -> text(values.request, values.auctionId);
      case 1 -> text(values.answer, values.bidId);
      case 2 -> text(values.request, values.impId);
      case 3 -> text(values.answer, values.seatId);
      case 4 -> text(values.answer, values.adId);
      case 5 -> price(values.priceCpmMicros, encoded || values.encodedPrice);
      case 6 -> letters(CurrencyCode.letters(values.currency));
      // Ours is a first price auction: who wins pays the bid, and nothing is lost.
      case 7 -> letters("1");
      case 8 -> letters("0");
      case 9 -> price(values.minToWinCpmMicros, false);
      case 10 -> letters("1");
      default -> {
        // The time of the impression and discounts are not known here.
      }
    }
  }

  private void price(long cpmMicros, boolean encoded) {
    if (cpmMicros == 0) {
      return;
    }
    int length = Decimal.write(cpmMicros, number, 0);
    if (!encoded) {
      copy(number, 0, length);
      return;
    }
    for (int i = 0; i < length; i += 3) {
      int left = Math.min(3, length - i);
      int bits = number[i] << 16;
      bits |= left > 1 ? number[i + 1] << 8 : 0;
      bits |= left > 2 ? number[i + 2] : 0;
      for (int digit = 0; digit <= left; digit++) {
        put(BASE_64[bits >>> 18 - 6 * digit & 63]);
      }
    }
  }

  private void letters(String ascii) {
    for (int i = 0; ascii != null && i < ascii.length(); i++) {
      put((byte) ascii.charAt(i));
    }
  }

  private void text(byte[] bytes, long span) {
    for (int i = Span.offset(span); i < Span.end(span); i++) {
      byte b = bytes[i];
      if (isUnreserved(b)) {
        put(b);
      } else {
        put((byte) '%');
        put(HEX[b >> 4 & 15]);
        put(HEX[b & 15]);
      }
    }
  }

  private static boolean isUnreserved(byte b) {
    return b >= 'a' && b <= 'z'
        || b >= 'A' && b <= 'Z'
        || b >= '0' && b <= '9'
        || b == '-'
        || b == '.'
        || b == '_'
        || b == '~';
  }

  private void copy(byte[] bytes, int from, int to) {
    if (room(to - from)) {
      System.arraycopy(bytes, from, out, at, to - from);
      at += to - from;
    }
  }

  private void put(byte b) {
    if (room(1)) {
      out[at++] = b;
    }
  }

  private boolean room(int more) {
    if (at + more > MAX_LENGTH) {
      overflow = true;
      return false;
    }
    if (at + more > out.length) {
      out = Arrays.copyOf(out, Math.min(MAX_LENGTH, Math.max(2 * out.length, at + more)));
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
