package io.adplatform.wire.money;

/**
 * Decimal text to and from micros, exactly: never through floating point. Takes the grammar of a
 * JSON number (an optional sign, digits, a fraction, an exponent); more than six decimals are
 * rounded half-even.
 */
public final class Decimal {
  /** The text is no decimal number. */
  public static final long INVALID = Long.MIN_VALUE;

  /** The number is beyond {@link #MAX_MICROS}. */
  public static final long TOO_LARGE = Long.MIN_VALUE + 1;

  /**
   * The largest amount read, either sign: a million units. No honest price or floor is near it, and
   * sums of such stay far from overflow.
   */
  public static final long MAX_MICROS = 1_000_000_000_000L;

  /** Longest text written by {@link #write}: sign, 13 digits, point, 6 digits. */
  public static final int MAX_LENGTH = 21;

  /**
   * Longest text read from a character sequence: enough for any honest price, small enough to copy.
   */
  public static final int MAX_TEXT_LENGTH = 64;

  /** Digits a mantissa may hold without overflow; the rest only decides the rounding. */
  private static final int MANTISSA_DIGITS = 18;

  /** Exponents beyond this are clipped: the result is zero or too large either way. */
  private static final int MAX_EXPONENT = 10_000;

  private static final int MICRO_DECIMALS = 6;
  private static final long MICROS_PER_UNIT = 1_000_000L;
  private static final long[] POWERS = new long[MANTISSA_DIGITS + 1];

  static {
    POWERS[0] = 1;
    for (int i = 1; i < POWERS.length; i++) {
      POWERS[i] = POWERS[i - 1] * 10;
    }
  }

  private Decimal() {}

  /**
   * Reads a number.
   *
   * @param text ASCII bytes
   * @param from first byte
   * @param to byte after the last
   * @return micros, {@link #INVALID} or {@link #TOO_LARGE}
   */
  public static long parseMicros(byte[] text, int from, int to) {
    int at = from;
    boolean negative = at < to && text[at] == '-';
    if (negative) {
      at++;
    }
    long mantissa = 0;
    int digits = 0;
    int scale = 0;
    boolean rest = false;
    int wholeStart = at;
    while (at < to && isDigit(text[at])) {
      if (digits < MANTISSA_DIGITS) {
        mantissa = mantissa * 10 + (text[at] - '0');
        digits += mantissa == 0 ? 0 : 1;
      } else {
        rest |= text[at] != '0';
        scale--;
      }
      at++;
    }
    int wholeDigits = at - wholeStart;
    if (wholeDigits == 0 || (wholeDigits > 1 && text[wholeStart] == '0')) {
      return INVALID;
    }
    if (at < to && text[at] == '.') {
      int fractionStart = ++at;
      while (at < to && isDigit(text[at])) {
        if (digits < MANTISSA_DIGITS) {
          mantissa = mantissa * 10 + (text[at] - '0');
          digits += mantissa == 0 ? 0 : 1;
          scale++;
        } else {
          rest |= text[at] != '0';
        }
        at++;
      }
      if (at == fractionStart) {
        return INVALID;
      }
    }
    if (at < to && (text[at] == 'e' || text[at] == 'E')) {
      long exponent = parseExponent(text, at + 1, to);
      if (exponent == INVALID) {
        return INVALID;
      }
      scale -= (int) exponent;
      at = to;
    }
    if (at != to) {
      return INVALID;
    }
    long micros = scaled(mantissa, MICRO_DECIMALS - scale, rest);
    return micros == TOO_LARGE || !negative ? micros : -micros;
  }

  /**
   * Reads a number out of characters, such as a query parameter.
   *
   * @param scratch at least {@link #MAX_TEXT_LENGTH} bytes, overwritten
   * @return micros, {@link #INVALID} or {@link #TOO_LARGE}; a longer text is invalid
   */
  public static long parseMicros(CharSequence text, byte[] scratch) {
    int length = text.length();
    if (length > MAX_TEXT_LENGTH) {
      return INVALID;
    }
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      scratch[i] = c < 0x80 ? (byte) c : 0;
    }
    return parseMicros(scratch, 0, length);
  }

  /**
   * Writes an amount as a decimal number without trailing zeros: {@code 2500000} is {@code 2.5}.
   *
   * @param micros between minus and plus {@link #MAX_MICROS}
   * @return offset after the last byte written, at most {@link #MAX_LENGTH} further
   */
  public static int write(long micros, byte[] into, int offset) {
    assert micros >= -MAX_MICROS && micros <= MAX_MICROS : micros;
    int at = offset;
    if (micros < 0) {
      into[at++] = '-';
    }
    long absolute = Math.abs(micros);
    at = writeWhole(absolute / MICROS_PER_UNIT, into, at);
    int fraction = (int) (absolute % MICROS_PER_UNIT);
    if (fraction == 0) {
      return at;
    }
    int decimals = MICRO_DECIMALS;
    while (fraction % 10 == 0) {
      fraction /= 10;
      decimals--;
    }
    into[at++] = '.';
    return writeDigits(fraction, decimals, into, at);
  }

  /**
   * Writes a whole number, not negative.
   *
   * @return offset after the last byte written, at most 19 further
   */
  public static int writeWhole(long number, byte[] into, int offset) {
    assert number >= 0 : number;
    int length = 1;
    while (length < POWERS.length && number >= POWERS[length]) {
      length++;
    }
    return writeDigits(number, length, into, offset);
  }

  private static int writeDigits(long number, int length, byte[] into, int offset) {
    long left = number;
    for (int i = offset + length - 1; i >= offset; i--) {
      into[i] = (byte) ('0' + left % 10);
      left /= 10;
    }
    return offset + length;
  }

  private static long parseExponent(byte[] text, int from, int to) {
    int at = from;
    boolean negative = at < to && text[at] == '-';
    if (at < to && (text[at] == '-' || text[at] == '+')) {
      at++;
    }
    if (at == to) {
      return INVALID;
    }
    int exponent = 0;
    for (; at < to; at++) {
      if (!isDigit(text[at])) {
        return INVALID;
      }
      exponent = Math.min(MAX_EXPONENT, exponent * 10 + (text[at] - '0'));
    }
    return negative ? -exponent : exponent;
  }

  /**
   * {@code mantissa × 10^power}, half-even; {@code rest} says that digits below the mantissa's last
   * were not all zero.
   */
  private static long scaled(long mantissa, int power, boolean rest) {
    if (mantissa == 0) {
      return 0;
    }
    if (power >= 0) {
      if (power >= POWERS.length || mantissa > MAX_MICROS / POWERS[power]) {
        return TOO_LARGE;
      }
      return mantissa * POWERS[power];
    }
    if (-power >= POWERS.length) {
      return 0;
    }
    long divisor = POWERS[-power];
    long quotient = mantissa / divisor;
    long remainder = mantissa % divisor;
    long half = divisor / 2;
    if (remainder > half || (remainder == half && (rest || (quotient & 1) == 1))) {
      quotient++;
    }
    return quotient > MAX_MICROS ? TOO_LARGE : quotient;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
