package io.adplatform.wire.money;

import java.util.Currency;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** ISO 4217 currencies between their three letters and their number, without allocation. */
public final class CurrencyCode {
  /** Not a currency of ISO 4217. */
  public static final int UNKNOWN = 0;

  private static final int LETTERS = 26;
  private static final int[] NUMERIC_BY_LETTERS = new int[LETTERS * LETTERS * LETTERS];
  private static final String[] LETTERS_BY_NUMERIC = new String[1000];

  static {
    Set<String> current = current();
    for (Currency currency : Currency.getAvailableCurrencies()) {
      int numeric = currency.getNumericCode();
      String code = currency.getCurrencyCode();
      // Some withdrawn currencies share the number 0 or that of their successor: the newer code,
      // which the platform resolves, wins.
      if (numeric > 0 && (LETTERS_BY_NUMERIC[numeric] == null || current.contains(code))) {
        LETTERS_BY_NUMERIC[numeric] = code;
        NUMERIC_BY_LETTERS[index(code.charAt(0), code.charAt(1), code.charAt(2))] = numeric;
      }
    }
  }

  /** Of US dollars, OpenRTB's default. */
  public static final int USD = 840;

  private CurrencyCode() {}

  /** The number of a three-letter code in upper case, or {@link #UNKNOWN}. */
  public static int numeric(CharSequence letters) {
    return letters.length() == 3
        ? numeric(letters.charAt(0), letters.charAt(1), letters.charAt(2))
        : UNKNOWN;
  }

  /** The number of three bytes, or {@link #UNKNOWN}. */
  public static int numeric(byte[] text, int offset, int length) {
    return length == 3
        ? numeric((char) text[offset], (char) text[offset + 1], (char) text[offset + 2])
        : UNKNOWN;
  }

  /** The letters of a number, or null. */
  public static String letters(int numeric) {
    return numeric > 0 && numeric < LETTERS_BY_NUMERIC.length ? LETTERS_BY_NUMERIC[numeric] : null;
  }

  private static int numeric(char first, char second, char third) {
    return isLetter(first) && isLetter(second) && isLetter(third)
        ? NUMERIC_BY_LETTERS[index(first, second, third)]
        : UNKNOWN;
  }

  private static boolean isLetter(char c) {
    return c >= 'A' && c <= 'Z';
  }

  private static int index(char first, char second, char third) {
    return ((first - 'A') * LETTERS + (second - 'A')) * LETTERS + (third - 'A');
  }

  /** The currencies that some country uses now. */
  private static Set<String> current() {
    Set<String> codes = new HashSet<>();
    for (String country : Locale.getISOCountries()) {
      Currency used = Currency.getInstance(Locale.of("", country));
      if (used != null) {
        codes.add(used.getCurrencyCode());
      }
    }
    return codes;
  }
}
