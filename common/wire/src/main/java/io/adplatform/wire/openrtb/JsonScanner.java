package io.adplatform.wire.openrtb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Goes over JSON (RFC 8259) in bytes, strictly: no comments, no leading zeros, no NaN, texts in
 * valid UTF-8 without control characters and without lone surrogates. Eight bytes of a text are
 * looked at in one step. {@link JsonReader} builds on it what gives values. One thread; allocates
 * nothing.
 *
 * <p>Nothing is thrown. What breaks the JSON is a <em>failure</em>: the scanner goes to the end of
 * the body, where every further call ends at once, so that callers' loops need not look.
 *
 * <p>The body must be followed by {@link #PADDING} bytes, which are set to zero (no JSON goes
 * through a zero, so they end every scan), and by room for the texts whose escapes are resolved:
 * see {@link #capacityFor}.
 */
class JsonScanner {
  /** Deepest nesting read. The deepest request of the wild that we know has 11 levels. */
  static final int MAX_DEPTH = 64;

  /** Zeros behind the body: two words, as a scan may look one word beyond the first zero. */
  static final int PADDING = 16;

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle HALF_WORDS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final long QUOTES = ONES * '"';
  private static final long BACKSLASHES = ONES * '\\';
  private static final long SPACES = ONES * ' ';
  static final int WORD = 8;
  private static final int NULL = 0x6c6c756e;
  private static final int TRUE = 0x65757274;
  private static final int ALSE = 0x65736c61;
  byte[] bytes;
  int at;
  int end;
  int depth;
  boolean escaped;
  int scratch;
  ReadFailure failure;
  int failureOffset;

  /** How long the array of a body must be. */
  static int capacityFor(int bodyLength) {
    return 2 * (bodyLength + PADDING);
  }

  static long word(byte[] bytes, int offset) {
    return (long) WORDS.get(bytes, offset);
  }

  /**
   * Starts on a body.
   *
   * @param body at least {@link #capacityFor} its length long
   */
  void begin(byte[] body, int bodyLength) {
    bytes = body;
    at = 0;
    end = bodyLength;
    depth = 0;
    scratch = bodyLength + PADDING;
    failure = ReadFailure.NONE;
    failureOffset = 0;
    WORDS.set(body, bodyLength, 0L);
    WORDS.set(body, bodyLength + WORD, 0L);
  }

  /** Checks that nothing but white space is left. */
  void finish() {
    if (next() != 0 || at < end) {
      fail(ReadFailure.TRAILING_BYTES);
    }
  }

  /** What broke the JSON, or NONE. */
  ReadFailure failure() {
    return failure;
  }

  /** Where it broke. */
  int failureOffset() {
    return failureOffset;
  }

  /** Whether a failure has ended the reading. */
  boolean hasFailed() {
    return failure != ReadFailure.NONE;
  }

  void fail(ReadFailure reason) {
    if (failure == ReadFailure.NONE) {
      failure = at >= end && reason == ReadFailure.SYNTAX ? ReadFailure.TRUNCATED : reason;
      failureOffset = Math.min(at, end);
    }
    at = end;
  }

  /** The first byte of what comes next, white space aside; 0 at the end. */
  int next() {
    byte b = bytes[at];
    return b > ' ' ? b : nextAfterSpace(b);
  }

  private int nextAfterSpace(byte first) {
    byte b = first;
    while (b == ' ' || b == '\n' || b == '\r' || b == '\t') {
      b = bytes[++at];
    }
    return b;
  }

  boolean afterColon() {
    if (next() != ':') {
      fail(ReadFailure.SYNTAX);
      return false;
    }
    at++;
    return true;
  }

  /**
   * The high bit of every byte of a word that ends a plain run of text: a quote, a backslash, a
   * control character or a byte beyond ASCII. Bits above the lowest one set may be wrong (the
   * subtractions borrow), the lowest never is.
   */
  static long specials(long word) {
    long quotes = word ^ QUOTES;
    long backslashes = word ^ BACKSLASHES;
    return ((quotes - ONES & ~quotes)
            | (backslashes - ONES & ~backslashes)
            | (word - SPACES & ~word)
            | word)
        & HIGH_BITS;
  }

  /** The offset of the quote that ends the text, or -1 after a failure. */
  int scanText(int start) {
    int i = start;
    escaped = false;
    for (; ; ) {
      long specials = specials(word(bytes, i));
      if (specials == 0) {
        i += WORD;
        continue;
      }
      i += Long.numberOfTrailingZeros(specials) >>> 3;
      byte b = bytes[i];
      if (b == '"') {
        return i;
      }
      i = b == '\\' ? afterEscape(i) : b < 0 ? afterLetters(i) : controlCharacter(i);
      if (i < 0) {
        return -1;
      }
    }
  }

  private int controlCharacter(int i) {
    return bad(i, i >= end ? ReadFailure.TRUNCATED : ReadFailure.CONTROL_CHARACTER);
  }

  private int bad(int i, ReadFailure reason) {
    at = Math.min(i, end);
    fail(i >= end ? ReadFailure.TRUNCATED : reason);
    return -1;
  }

  private int afterEscape(int backslash) {
    escaped = true;
    switch (bytes[backslash + 1]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
        return backslash + 2;
      }
      case 'u' -> {
        int unit = hex(backslash + 2);
        if (unit < 0) {
          return bad(backslash + 2, ReadFailure.BAD_ESCAPE);
        }
        if (unit < Character.MIN_SURROGATE || unit > Character.MAX_SURROGATE) {
          return backslash + 6;
        }
        int low =
            bytes[backslash + 6] == '\\' && bytes[backslash + 7] == 'u' ? hex(backslash + 8) : -1;
        return unit <= Character.MAX_HIGH_SURROGATE
                && low >= Character.MIN_LOW_SURROGATE
                && low <= Character.MAX_LOW_SURROGATE
            ? backslash + 12
            : bad(backslash, ReadFailure.BAD_ESCAPE);
      }
      default -> {
        return bad(backslash + 1, ReadFailure.BAD_ESCAPE);
      }
    }
  }

  /** The number of four hex digits, or -1. */
  private int hex(int from) {
    int number = 0;
    for (int i = from; i < from + 4; i++) {
      int digit = i < end ? Character.digit(bytes[i], 16) : -1;
      number = number << 4 | digit;
      if (digit < 0) {
        return -1;
      }
    }
    return number;
  }

  /** Goes over letters beyond ASCII (Unicode 16, table 3-7); the next byte that is ASCII, or -1. */
  private int afterLetters(int from) {
    int i = from;
    int lead;
    while ((lead = bytes[i] & 0xff) >= 0x80) {
      int length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
      int second = bytes[i + 1] & 0xff;
      int least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
      int most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
      if (lead < 0xc2 || lead > 0xf4 || second < least || second > most) {
        return bad(i, ReadFailure.BAD_UTF8);
      }
      for (int k = 2; k < length; k++) {
        if ((bytes[i + k] & 0xc0) != 0x80) {
          return bad(i, ReadFailure.BAD_UTF8);
        }
      }
      i += length;
    }
    return i;
  }

  /** Writes a checked text behind the body with its escapes resolved, which makes it no longer. */
  long resolve(int start, int close) {
    int to = scratch;
    for (int i = start; i < close; ) {
      byte b = bytes[i];
      if (b != '\\') {
        bytes[to++] = b;
        i++;
        continue;
      }
      byte kind = bytes[i + 1];
      if (kind != 'u') {
        bytes[to++] =
            switch (kind) {
              case 'b' -> '\b';
              case 'f' -> '\f';
              case 'n' -> '\n';
              case 'r' -> '\r';
              case 't' -> '\t';
              default -> kind;
            };
        i += 2;
        continue;
      }
      int point = hex(i + 2);
      i += 6;
      if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
        point = Character.toCodePoint((char) point, (char) hex(i + 2));
        i += 6;
      }
      to = writeUtf8(point, to);
    }
    long resolved = Span.of(scratch, to - scratch);
    scratch = to;
    return resolved;
  }

  private int writeUtf8(int point, int offset) {
    int to = offset;
    if (point < 0x80) {
      bytes[to++] = (byte) point;
    } else if (point < 0x800) {
      bytes[to++] = (byte) (0xc0 | point >> 6);
      bytes[to++] = (byte) (0x80 | point & 0x3f);
    } else if (point < 0x10000) {
      bytes[to++] = (byte) (0xe0 | point >> 12);
      bytes[to++] = (byte) (0x80 | point >> 6 & 0x3f);
      bytes[to++] = (byte) (0x80 | point & 0x3f);
    } else {
      bytes[to++] = (byte) (0xf0 | point >> 18);
      bytes[to++] = (byte) (0x80 | point >> 12 & 0x3f);
      bytes[to++] = (byte) (0x80 | point >> 6 & 0x3f);
      bytes[to++] = (byte) (0x80 | point & 0x3f);
    }
    return to;
  }

  boolean scanNumber() {
    int i = bytes[at] == '-' ? at + 1 : at;
    int digits = i;
    i = afterDigits(i);
    boolean good = i > digits && (bytes[digits] != '0' || i == digits + 1);
    if (good && bytes[i] == '.') {
      digits = i + 1;
      i = afterDigits(digits);
      good = i > digits;
    }
    if (good && (bytes[i] | 0x20) == 'e') {
      digits = bytes[i + 1] == '+' || bytes[i + 1] == '-' ? i + 2 : i + 1;
      i = afterDigits(digits);
      good = i > digits;
    }
    at = i;
    if (!good) {
      fail(ReadFailure.SYNTAX);
    }
    return good;
  }

  private int afterDigits(int from) {
    int i = from;
    while (isDigit(bytes[i])) {
      i++;
    }
    return i;
  }

  static boolean isDigit(int b) {
    return b >= '0' && b <= '9';
  }

  /** Checks and passes over the value that comes next. */
  void skip() {
    long objects = 0;
    int open = 0;
    for (; ; ) {
      int c = next();
      boolean entered = false;
      switch (c) {
        case '"' -> {
          int close = scanText(at + 1);
          if (close < 0) {
            return;
          }
          at = close + 1;
        }
        case '{', '[' -> {
          at++;
          open++;
          objects = objects << 1 | (c == '{' ? 1 : 0);
          if (++depth > MAX_DEPTH) {
            fail(ReadFailure.TOO_DEEP);
            return;
          }
          entered = next() != (c == '{' ? '}' : ']');
        }
        case 't' -> literal(TRUE, at, 4);
        case 'n' -> literal(NULL, at, 4);
        case 'f' -> literal(ALSE, at + 1, 5);
        case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> scanNumber();
        default -> fail(ReadFailure.SYNTAX);
      }
      if (hasFailed()) {
        return;
      }
      if (entered) {
        if ((objects & 1) != 0 && !skipKey()) {
          return;
        }
        continue;
      }
      for (; ; ) {
        if (open == 0) {
          return;
        }
        c = next();
        boolean object = (objects & 1) != 0;
        if (c == ',') {
          at++;
          if (object && !skipKey()) {
            return;
          }
          break;
        }
        if (c != (object ? '}' : ']')) {
          fail(ReadFailure.SYNTAX);
          return;
        }
        at++;
        depth--;
        open--;
        objects >>>= 1;
      }
    }
  }

  private boolean skipKey() {
    if (next() != '"') {
      fail(ReadFailure.SYNTAX);
      return false;
    }
    int close = scanText(at + 1);
    if (close < 0) {
      return false;
    }
    at = close + 1;
    return afterColon();
  }

  private void literal(int letters, int from, int length) {
    if ((int) HALF_WORDS.get(bytes, from) == letters) {
      at += length;
    } else {
      fail(ReadFailure.SYNTAX);
    }
  }
}
