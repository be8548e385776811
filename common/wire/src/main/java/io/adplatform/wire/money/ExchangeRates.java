package io.adplatform.wire.money;

import java.util.Arrays;
import java.util.Map;

/**
 * What currencies are worth in each other on one day, exactly: rates are decimal text read into
 * integers, a conversion is one multiplication and one division over 128 bits, rounded half-even
 * once. Immutable and allocation-free; any thread.
 */
public final class ExchangeRates {
  /** What {@link #convert} answers where it cannot tell. */
  public static final long UNKNOWN = -1;

  /** Most digits of a rate before its point: no currency is a billionth of a dollar. */
  public static final int MAX_WHOLE_DIGITS = 9;

  /** Most digits behind it: central banks publish six. */
  public static final int MAX_DECIMALS = 9;

  /** A rate of 1: rates are kept in billionths, below 2^60 by their digits. */
  private static final long ONE = 1_000_000_000L;

  /** Numbers of ISO 4217 have three digits. */
  private static final int NUMBERS = 1_000;

  /** No table: a currency is worth itself, and nothing is known of others. */
  public static final ExchangeRates NONE = new ExchangeRates(new long[NUMBERS]);

  /** By number, billionths of a unit that one US dollar buys; 0 where it is not known. */
  private final long[] perUsd;

  private ExchangeRates(long[] perUsd) {
    this.perUsd = perUsd;
  }

  /**
   * The rates of a table.
   *
   * @param unitsPerUsd by ISO 4217 code, what one US dollar buys, as decimal text. An entry that
   *     cannot be read is passed over: amounts in that currency cannot be converted
   */
  public static ExchangeRates of(Map<String, String> unitsPerUsd) {
    long[] perUsd = new long[NUMBERS];
    unitsPerUsd.forEach(
        (code, text) -> perUsd[CurrencyCode.numeric(code)] = Math.max(0, parse(text)));
    perUsd[CurrencyCode.UNKNOWN] = 0;
    perUsd[CurrencyCode.USD] = ONE;
    return new ExchangeRates(perUsd);
  }

  /**
   * Whether a text is a rate: digits, at most {@link #MAX_WHOLE_DIGITS}, and where there is a point
   * behind them at most {@link #MAX_DECIMALS} more; above 0.
   */
  public static boolean isRate(String text) {
    return parse(text) != UNKNOWN;
  }

  /**
   * A price in another currency.
   *
   * @param cpmMicros not negative
   * @param fromCurrency ISO 4217 number, that of the price
   * @param toCurrency ISO 4217 number
   * @return micros of {@code toCurrency}, half-even; the same price where both are one currency;
   *     {@link #UNKNOWN} where a rate is missing, or either price is not within 0 and {@link
   *     Decimal#MAX_MICROS}
   */
  public long convert(long cpmMicros, int fromCurrency, int toCurrency) {
    if (cpmMicros < 0 || cpmMicros > Decimal.MAX_MICROS || fromCurrency == CurrencyCode.UNKNOWN) {
      return UNKNOWN;
    }
    if (fromCurrency == toCurrency) {
      return cpmMicros;
    }
    long from = rate(fromCurrency);
    long to = rate(toCurrency);
    if (from == 0 || to == 0) {
      return UNKNOWN;
    }
    long high = Math.multiplyHigh(cpmMicros, to);
    long low = cpmMicros * to;
    // A quotient of more than 64 bits is far above the largest price.
    return high >= from ? UNKNOWN : divide(high, low, from);
  }

  private long rate(int currency) {
    return currency > 0 && currency < NUMBERS ? perUsd[currency] : 0;
  }

  /** {@code (high · 2^64 + low) ÷ divisor}, half-even; {@code high} is below the divisor. */
  private static long divide(long high, long low, long divisor) {
    long quotient;
    long remainder;
    if (high == 0) {
      quotient = Long.divideUnsigned(low, divisor);
      remainder = low - quotient * divisor;
    } else {
      // Bit by bit: the remainder stays below the divisor, and so twice of it within 61 bits.
      quotient = 0;
      remainder = high;
      for (int bit = Long.SIZE - 1; bit >= 0; bit--) {
        remainder = remainder << 1 | low >>> bit & 1;
        quotient <<= 1;
        if (remainder >= divisor) {
          remainder -= divisor;
          quotient |= 1;
        }
      }
    }
    if (quotient < 0 || quotient > Decimal.MAX_MICROS) {
      return UNKNOWN;
    }
    long twice = 2 * remainder;
    boolean up = twice > divisor || (twice == divisor && (quotient & 1) == 1);
    long rounded = up ? quotient + 1 : quotient;
    return rounded > Decimal.MAX_MICROS ? UNKNOWN : rounded;
  }

  /** Billionths, or {@link #UNKNOWN} where it is no rate. */
  private static long parse(String text) {
    int point = text.indexOf('.');
    int whole = point < 0 ? text.length() : point;
    int decimals = point < 0 ? 0 : text.length() - point - 1;
    if (whole == 0
        || whole > MAX_WHOLE_DIGITS
        || decimals > MAX_DECIMALS
        || (point >= 0 && decimals == 0)) {
      return UNKNOWN;
    }
    long billionths = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (i == point) {
        continue;
      }
      if (c < '0' || c > '9') {
        return UNKNOWN;
      }
      billionths = billionths * 10 + (c - '0');
    }
    for (int i = decimals; i < MAX_DECIMALS; i++) {
      billionths *= 10;
    }
    return billionths == 0 ? UNKNOWN : billionths;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ExchangeRates rates && Arrays.equals(perUsd, rates.perUsd);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(perUsd);
  }
}
