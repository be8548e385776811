package io.adplatform.wire.json;

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
public class JsonScanner {
  /** Deepest nesting read. The deepest request of the wild that we know has 11 levels. */
  public static final int MAX_DEPTH = 64;

  /** Zeros behind the body: two words, as a scan may look one word beyond the first zero. */
  public static final int PADDING = 16;

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle HALF_WORDS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final long QUOTES = ONES * '"';
  private static final long BACKSLASHES = ONES * '\\';
  private static final long SPACES = ONES * ' ';
  public static final int WORD = 8;
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
  public static int capacityFor(int bodyLength) {
    return 2 * (bodyLength + PADDING);
  }

  public static long word(byte[] bytes, int offset) {
    return (long) WORDS.get(bytes, offset);
  }

  /**
   * Starts on a body.
   *
   * @param body at least {@link #capacityFor} its length long
   */
  public void begin(byte[] body, int bodyLength) {
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
  public void finish() {
    if (next() != 0 || at < end) {
      fail(ReadFailure.TRAILING_BYTES);
    }
  }

  /** What broke the JSON, or NONE. */
  public ReadFailure failure() {
    return failure;
  }

  /** Where it broke. */
  public int failureOffset() {
    return failureOffset;
  }

  /** Whether a failure has ended the reading. */
  public boolean hasFailed() {
    return failure != ReadFailure.NONE;
  }

  public void fail(ReadFailure reason) {
    if (failure == ReadFailure.NONE) {
      failure = at >= end && reason == ReadFailure.SYNTAX ? ReadFailure.TRUNCATED : reason;
      failureOffset = Math.min(at, end);
    }
    at = end;
  }

  /** The first byte of what comes next, white space aside; 0 at the end. */
  public int next() {
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

  public boolean afterColon() {
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
  public static long specials(long word) {
    long quotes = word ^ QUOTES;
    long backslashes = word ^ BACKSLASHES;
    return ((quotes - ONES & ~quotes)
            | (backslashes - ONES & ~backslashes)
            | (word - SPACES & ~word)
            | word)
        & HIGH_BITS;
  }

  /** The offset of the quote that ends the text, or -1 after a failure. */
  public final int closeOfText(int start) {
    long specials = specials(word(bytes, start));
    int i = start + (Long.numberOfTrailingZeros(specials) >>> 3);
    return specials != 0 && bytes[i] == '"' ? i : scanText(start);
  }

  /** The same for a text that is long, or not plain; sets {@link #escaped}. */
  private int scanText(int start) {
    int i = start;
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
  public long resolve(int start, int close) {
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

  public boolean scanNumber() {
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

  public static boolean isDigit(int b) {
    return b >= '0' && b <= '9';
  }

  /** Checks and passes over the value that comes next. */
  public void skip() {
    int c = next();
    if (c == '"') {
      int close = closeOfText(at + 1);
      at = close < 0 ? at : close + 1;
    } else if (c == '{' || c == '[') {
      skipNested();
    } else {
      skipScalar(c);
    }
  }

  private void skipScalar(int c) {
    switch (c) {
      case 't' -> literal(TRUE, at, 4);
      case 'n' -> literal(NULL, at, 4);
      case 'f' -> literal(ALSE, at + 1, 5);
      default -> {
        if (c == '-' || isDigit(c)) {
          scanNumber();
        } else {
          fail(ReadFailure.SYNTAX);
        }
      }
    }
  }

  /**
   * Passes over an object or array without recursion: the bits of {@code objects}, the innermost
   * lowest, say which of the open brackets are braces. The place is a local number all the way.
   */
  private void skipNested() {
    byte[] body = bytes;
    int outside = depth;
    long objects = 0;
    int i = at;
    boolean value = true;
    while (true) {
      i = afterSpace(body, i);
      byte c = body[i];
      if (!value) {
        boolean object = (objects & 1) != 0;
        if (c == ',') {
          i = object ? afterKey(body, afterSpace(body, i + 1)) : i + 1;
          value = true;
          if (i < 0) {
            return;
          }
          continue;
        }
        if (c != (object ? '}' : ']')) {
          bad(i, ReadFailure.SYNTAX);
          return;
        }
        objects >>>= 1;
        i++;
        if (--depth == outside) {
          at = i;
          return;
        }
      } else if (c == '"') {
        i = closeOfText(i + 1) + 1;
        value = false;
        if (i == 0) {
          return;
        }
      } else if (c == '{' || c == '[') {
        boolean object = c == '{';
        objects = objects << 1 | (object ? 1 : 0);
        i = afterSpace(body, i + 1);
        value = body[i] != (object ? '}' : ']');
        if (++depth > MAX_DEPTH) {
          bad(i, ReadFailure.TOO_DEEP);
          return;
        }
        i = value && object ? afterKey(body, i) : i;
        if (i < 0) {
          return;
        }
      } else {
        at = i;
        skipScalar(c);
        if (hasFailed()) {
          return;
        }
        i = at;
        value = false;
      }
    }
  }

  private static int afterSpace(byte[] body, int from) {
    int i = from;
    byte b = body[i];
    while (b <= ' ' && (b == ' ' || b == '\n' || b == '\r' || b == '\t')) {
      b = body[++i];
    }
    return i;
  }

  /** Where the value of the member whose key starts here begins, or -1 after a failure. */
  private int afterKey(byte[] body, int key) {
    if (body[key] != '"') {
      return bad(key, ReadFailure.SYNTAX);
    }
    int close = closeOfText(key + 1);
    if (close < 0) {
      return -1;
    }
    int colon = afterSpace(body, close + 1);
    return body[colon] == ':' ? colon + 1 : bad(colon, ReadFailure.SYNTAX);
  }

  private void literal(int letters, int from, int length) {
    if ((int) HALF_WORDS.get(bytes, from) == letters) {
      at += length;
    } else {
      fail(ReadFailure.SYNTAX);
    }
  }
}
