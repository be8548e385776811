package io.adplatform.wire.targeting;

import java.util.Locale;

/**
 * ISO 3166-1 countries packed into 15 bits: five per letter of the alpha-3 code, A is 1. The packed
 * form stands in tokens and records. Pure functions without allocation but for {@link #text}; any
 * thread.
 */
public final class Country {
  /** No country, or none that can be read. */
  public static final int UNKNOWN = 0;

  private static final int LETTERS = 26;
  private static final int BITS = 5;
  private static final int MASK = (1 << BITS) - 1;
  private static final int ALPHA_2 = 2;
  private static final int ALPHA_3 = 3;
  private static final char[] BY_ALPHA_2 = new char[LETTERS * LETTERS];

  static {
    for (String alpha2 : Locale.getISOCountries()) {
      String alpha3 = Locale.of("", alpha2).getISO3Country();
      BY_ALPHA_2[letter(alpha2.charAt(0)) * LETTERS + letter(alpha2.charAt(1))] =
          (char) pack(alpha3.charAt(0), alpha3.charAt(1), alpha3.charAt(2));
    }
  }

  private Country() {}

  /**
   * Packs an alpha-3 code or, mapped, an alpha-2 code; either case.
   *
   * @return {@link #UNKNOWN} where the text is neither three letters nor an assigned pair
   */
  public static int pack(byte[] text, int offset, int length) {
    if (length == ALPHA_3) {
      return pack((char) text[offset], (char) text[offset + 1], (char) text[offset + 2]);
    }
    return length == ALPHA_2 ? ofAlpha2((char) text[offset], (char) text[offset + 1]) : UNKNOWN;
  }

  /** The same of characters. */
  public static int pack(CharSequence text) {
    if (text.length() == ALPHA_3) {
      return pack(text.charAt(0), text.charAt(1), text.charAt(2));
    }
    return text.length() == ALPHA_2 ? ofAlpha2(text.charAt(0), text.charAt(1)) : UNKNOWN;
  }

  /** The alpha-3 code of a packed country in upper case, or null of {@link #UNKNOWN}. */
  public static String text(int packed) {
    if (packed == UNKNOWN) {
      return null;
    }
    char[] letters = {
      (char) ('A' - 1 + (packed >> 2 * BITS & MASK)),
      (char) ('A' - 1 + (packed >> BITS & MASK)),
      (char) ('A' - 1 + (packed & MASK))
    };
    return new String(letters);
  }

  private static int pack(char first, char second, char third) {
    int a = letter(first);
    int b = letter(second);
    int c = letter(third);
    return (a | b | c) < 0 ? UNKNOWN : (a + 1) << 2 * BITS | (b + 1) << BITS | c + 1;
  }

  private static int ofAlpha2(char first, char second) {
    int a = letter(first);
    int b = letter(second);
    return (a | b) < 0 ? UNKNOWN : BY_ALPHA_2[a * LETTERS + b];
  }

  /** 0 to 25, or -1 of what is no letter. */
  private static int letter(char c) {
    int letter = (c | 0x20) - 'a';
    return letter >= 0 && letter < LETTERS && c < 128 ? letter : -1;
  }
}
