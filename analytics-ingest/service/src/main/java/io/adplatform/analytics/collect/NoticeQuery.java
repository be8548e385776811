package io.adplatform.analytics.collect;

import io.adplatform.wire.money.Decimal;

/**
 * Reads what an SSP filled into the query of a beacon or notice: {@code p} the price, {@code r} the
 * loss reason, {@code m} the minimum to win. What is missing, not filled ({@code ${AUCTION_PRICE}})
 * or not a number is unknown; of a parameter given twice the first counts. Owned by one lane;
 * allocates nothing.
 */
final class NoticeQuery {
  /** A price that is missing or cannot be read. */
  static final long UNKNOWN = -1;

  private static final int MAX_LOSS_REASON = 9_999;

  private final byte[] scratch = new byte[Decimal.MAX_TEXT_LENGTH];
  private long priceCpmMicros;
  private long minToWinCpmMicros;
  private int lossReason;
  private boolean seenPrice;
  private boolean seenMinToWin;
  private boolean seenReason;

  /** Reads the query of a URI, which may have none. */
  void read(String uri) {
    priceCpmMicros = UNKNOWN;
    minToWinCpmMicros = UNKNOWN;
    lossReason = SignalPublisher.NO_LOSS_REASON;
    seenPrice = false;
    seenMinToWin = false;
    seenReason = false;
    int from = uri.indexOf('?') + 1;
    while (from > 0 && from < uri.length()) {
      int next = uri.indexOf('&', from);
      int to = next < 0 ? uri.length() : next;
      if (to - from >= 2 && uri.charAt(from + 1) == '=') {
        readParameter(uri, uri.charAt(from), from + 2, to);
      }
      from = to + 1;
    }
  }

  long priceCpmMicros() {
    return priceCpmMicros;
  }

  long minToWinCpmMicros() {
    return minToWinCpmMicros;
  }

  int lossReason() {
    return lossReason;
  }

  private void readParameter(String uri, char name, int from, int to) {
    if (name == 'p' && !seenPrice) {
      seenPrice = true;
      priceCpmMicros = price(uri, from, to);
    } else if (name == 'm' && !seenMinToWin) {
      seenMinToWin = true;
      minToWinCpmMicros = price(uri, from, to);
    } else if ((name == 'r' || name == 'e') && !seenReason) {
      // Of a loss its reason, of a player's error VAST's code.
      seenReason = true;
      lossReason = reason(uri, from, to);
    }
  }

  private long price(String uri, int from, int to) {
    int length = to - from;
    if (length == 0 || length > scratch.length) {
      return UNKNOWN;
    }
    for (int i = 0; i < length; i++) {
      char c = uri.charAt(from + i);
      scratch[i] = c < 0x80 ? (byte) c : 0;
    }
    long micros = Decimal.parseMicros(scratch, 0, length);
    // INVALID, TOO_LARGE and negative prices are all below zero.
    return micros < 0 ? UNKNOWN : micros;
  }

  private static int reason(String uri, int from, int to) {
    int reason = 0;
    for (int i = from; i < to; i++) {
      int digit = uri.charAt(i) - '0';
      if (digit < 0 || digit > 9 || reason > MAX_LOSS_REASON / 10) {
        return SignalPublisher.NO_LOSS_REASON;
      }
      reason = 10 * reason + digit;
    }
    return from == to ? SignalPublisher.NO_LOSS_REASON : reason;
  }
}
