package io.adplatform.wire.json;

import io.adplatform.wire.money.Decimal;

/**
 * Pulls values out of JSON, member by member. One thread; allocates nothing.
 *
 * <p>What breaks the JSON itself is a failure (see {@link JsonScanner}) and ends the reading. What
 * only breaks a field (another type than asked for, a number out of range) is a <em>fault</em>: the
 * value is skipped and reading goes on; the first fault is kept until it is {@linkplain #takeFault
 * taken}. A {@code null} is as good as an absent member and is no fault.
 */
public final class JsonReader extends JsonScanner {
  /** What {@link #nextField} gives at the end of an object. */
  public static final int END = -2;

  /** Digits of an integer that surely fit a {@code long}. */
  private static final int MAX_DIGITS = 18;

  private static final long MICROS = 1_000_000;
  private boolean fresh;
  private int memberStart;
  private long rawText;
  private ReadFailure fault;
  private int faultOffset;

  @Override
  public void begin(byte[] body, int bodyLength) {
    super.begin(body, bodyLength);
    fresh = false;
    rawText = Span.NONE;
    fault = ReadFailure.NONE;
    faultOffset = 0;
  }

  /** The first fault since the last call, or NONE. */
  public ReadFailure takeFault() {
    ReadFailure taken = fault;
    fault = ReadFailure.NONE;
    return taken;
  }

  /** Where the fault last noted was. */
  public int faultOffset() {
    return faultOffset;
  }

  /** Notes a fault, unless one is noted already. */
  public void fault(ReadFailure reason) {
    if (fault == ReadFailure.NONE) {
      fault = reason;
      faultOffset = Math.min(at, end);
    }
  }

  /** Notes again a fault that was taken, in place of any noted since. */
  public void restoreFault(ReadFailure taken, int offset) {
    fault = taken;
    faultOffset = offset;
  }

  /**
   * Notes that a field was met; meeting it again is a fault.
   *
   * @param seen the fields met so far in this object, as bits
   * @return the same with this one
   */
  public long once(long seen, int field) {
    if ((seen >>> field & 1) != 0) {
      fault(ReadFailure.DUPLICATE_KEY);
    }
    return seen | 1L << field;
  }

  /** Where the next value starts. */
  public int valueStart() {
    next();
    return at;
  }

  /** The raw span from a start up to here. */
  public long since(int start) {
    return failure == ReadFailure.NONE ? Span.of(start, at - start) : Span.NONE;
  }

  /** The raw span of the member whose key was read last and whose value was just skipped. */
  public long member() {
    return since(memberStart);
  }

  /** The text last read as it was written, with its escapes. */
  public long rawText() {
    return rawText;
  }

  /** Enters the object that must come next; false (and it is skipped) where it is none. */
  public boolean enterObject() {
    return enter('{');
  }

  /** Enters the array that must come next; false (and it is skipped) where it is none. */
  public boolean enterArray() {
    return enter('[');
  }

  private boolean enter(char bracket) {
    if (next() != bracket) {
      mismatch();
      return false;
    }
    at++;
    fresh = true;
    if (++depth > MAX_DEPTH) {
      fail(ReadFailure.TOO_DEEP);
    }
    return true;
  }

  /**
   * Goes to the next member of the object entered.
   *
   * @return its field in the table, {@link KeyTable#UNKNOWN}, or {@link #END} (also after a
   *     failure)
   */
  public int nextField(KeyTable keys) {
    if (!toKey()) {
      return END;
    }
    int field = key(keys);
    return afterColon() ? field : END;
  }

  /** Goes to the next member of the object entered; its key, or NONE at the end or a failure. */
  public long nextKey() {
    if (!toKey()) {
      return Span.NONE;
    }
    long key = text();
    return afterColon() ? key : Span.NONE;
  }

  private boolean toKey() {
    int c = next();
    if (c == '}') {
      leave();
      return false;
    }
    if (fresh) {
      fresh = false;
    } else {
      c = afterComma(c);
    }
    if (c != '"') {
      fail(ReadFailure.SYNTAX);
      return false;
    }
    memberStart = at;
    return true;
  }

  /** Goes to the next element of the array entered; false at its end (also after a failure). */
  public boolean nextElement() {
    int c = next();
    if (c == ']') {
      leave();
      return false;
    }
    if (fresh) {
      fresh = false;
    } else {
      c = afterComma(c);
    }
    if (c == 0 || c == ']') {
      fail(ReadFailure.SYNTAX);
      return false;
    }
    return true;
  }

  private void leave() {
    at++;
    depth--;
    fresh = false;
  }

  private int afterComma(int c) {
    if (c != ',') {
      fail(ReadFailure.SYNTAX);
      return 0;
    }
    at++;
    return next();
  }

  private int key(KeyTable keys) {
    int start = at + 1;
    long first = word(bytes, start);
    long specials = specials(first);
    if (specials != 0) {
      int length = Long.numberOfTrailingZeros(specials) >>> 3;
      if (bytes[start + length] == '"') {
        at = start + length + 1;
        return keys.find(first & below(length), 0, length);
      }
      return unusualKey(keys);
    }
    long second = word(bytes, start + WORD);
    specials = specials(second);
    if (specials != 0) {
      int length = Long.numberOfTrailingZeros(specials) >>> 3;
      if (bytes[start + WORD + length] == '"') {
        at = start + WORD + length + 1;
        return keys.find(first, second & below(length), WORD + length);
      }
    }
    return unusualKey(keys);
  }

  /** A key that is long, or has an escape or a letter beyond ASCII. */
  private int unusualKey(KeyTable keys) {
    long key = text();
    int length = Span.length(key);
    if (hasFailed() || length > KeyTable.MAX_KEY_LENGTH) {
      return KeyTable.UNKNOWN;
    }
    int start = Span.offset(key);
    return keys.find(
        word(bytes, start) & below(length),
        length < WORD ? 0 : word(bytes, start + WORD) & below(length - WORD),
        length);
  }

  /** A mask of the first bytes of a word, fewer than eight. */
  private static long below(int length) {
    return length >= WORD ? -1L : (1L << (length << 3)) - 1;
  }

  /** The text that must come next, escapes resolved; NONE (and it is skipped) where it is none. */
  public long readText() {
    if (next() != '"') {
      mismatch();
      return Span.NONE;
    }
    return text();
  }

  private long text() {
    int start = at + 1;
    escaped = false;
    int close = closeOfText(start);
    if (close < 0) {
      return Span.NONE;
    }
    at = close + 1;
    rawText = Span.of(start, close - start);
    return escaped ? resolve(start, close) : rawText;
  }

  /**
   * The whole number that must come next, also written like 300.0 or 3e2.
   *
   * @param absent given for null, and for what is no whole number of 32 bits
   */
  public int readInt(int absent) {
    int c = next();
    if (c != '-' && !isDigit(c)) {
      mismatch();
      return absent;
    }
    int start = at;
    long number = 0;
    int i = c == '-' ? start + 1 : start;
    int firstDigit = i;
    while (isDigit(bytes[i]) && i - firstDigit < MAX_DIGITS) {
      number = number * 10 + (bytes[i++] - '0');
    }
    byte after = bytes[i];
    boolean plain = !isDigit(after) && after != '.' && (after | 0x20) != 'e';
    if (!plain || i == firstDigit || (bytes[firstDigit] == '0' && i > firstDigit + 1)) {
      return unusualInt(absent);
    }
    at = i;
    return narrow(c == '-' ? -number : number, absent);
  }

  private int unusualInt(int absent) {
    int start = at;
    if (!scanNumber()) {
      return absent;
    }
    long micros = Decimal.parseMicros(bytes, start, at);
    if (micros == Decimal.TOO_LARGE) {
      fault(ReadFailure.OUT_OF_RANGE);
      return absent;
    }
    if (micros % MICROS != 0) {
      fault(ReadFailure.WRONG_TYPE);
      return absent;
    }
    return narrow(micros / MICROS, absent);
  }

  private int narrow(long number, int absent) {
    if (number < Integer.MIN_VALUE || number > Integer.MAX_VALUE) {
      fault(ReadFailure.OUT_OF_RANGE);
      return absent;
    }
    return (int) number;
  }

  /**
   * The number that must come next, in millionths, rounded half-even.
   *
   * @param absent given for null and for what is no number; {@link Decimal#TOO_LARGE} is given (and
   *     no fault noted) for one beyond {@link Decimal#MAX_MICROS}
   */
  public long readMicros(long absent) {
    int c = next();
    if (c != '-' && !isDigit(c)) {
      mismatch();
      return absent;
    }
    int start = at;
    return scanNumber() ? Decimal.parseMicros(bytes, start, at) : absent;
  }

  /** Reads texts up to the end of the array that must come next. */
  public void readTexts(SpanList into) {
    if (enterArray()) {
      while (nextElement()) {
        long text = readText();
        if (text != Span.NONE) {
          into.add(text);
        }
      }
    }
  }

  /** Reads whole numbers up to the end of the array that must come next. */
  public void readInts(IntList into) {
    if (enterArray()) {
      while (nextElement()) {
        int number = readInt(Integer.MIN_VALUE);
        if (number != Integer.MIN_VALUE) {
          into.add(number);
        }
      }
    }
  }

  /** The raw span of the object that must come next, or NONE. */
  public long readRawObject() {
    return readRaw('{');
  }

  /** The raw span of the array that must come next, or NONE. */
  public long readRawArray() {
    return readRaw('[');
  }

  private long readRaw(char bracket) {
    if (next() != bracket) {
      mismatch();
      return Span.NONE;
    }
    int start = at;
    skip();
    return since(start);
  }

  /** Passes over a value of another type than asked for: a fault, unless it is null. */
  private void mismatch() {
    if (next() != 'n') {
      fault(ReadFailure.WRONG_TYPE);
    }
    skip();
  }
}
