package io.adplatform.storage.cap;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads replies of the Redis protocol (RESP 2) out of bytes as they come: simple texts, errors,
 * numbers and bulk texts, which is all that is asked for here. Allocates nothing once its array has
 * grown. One thread.
 */
final class RespReader {
  /** What a reply is. */
  enum Kind {
    TEXT,
    NUMBER,
    /** Nothing is there. */
    NIL,
    ERROR
  }

  /** A reply is never longer: the longest is a verdict on as many candidates as there may be. */
  static final int MAX_REPLY = 64 * 1024;

  private static final int FIRST_CAPACITY = 4 * 1024;

  private byte[] bytes = new byte[FIRST_CAPACITY];
  private int from;
  private int to;
  private Kind kind;
  private int textFrom;
  private int textLength;
  private long number;

  /** Forgets all, for a new connection. */
  void clear() {
    from = 0;
    to = 0;
  }

  /** Makes room for bytes that have come, to be written at {@link #roomFrom()}. */
  byte[] room(int length) {
    if (from == to) {
      from = 0;
      to = 0;
    } else if (from > 0 && to + length > bytes.length) {
      System.arraycopy(bytes, from, bytes, 0, to - from);
      to -= from;
      from = 0;
    }
    if (to + length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, to + length));
    }
    return bytes;
  }

  /** Where they are to be written. */
  int roomFrom() {
    return to;
  }

  /** So many have been written. */
  void filled(int length) {
    to += length;
  }

  /**
   * Goes to the next reply.
   *
   * @return false where it has not come to its end
   * @throws IllegalStateException where it is none
   */
  boolean next() {
    int line = from;
    while (line < to && bytes[line] != '\n') {
      line++;
    }
    if (line == to) {
      requireBound(to - from);
      return false;
    }
    int start = from + 1;
    int end = line - 1;
    switch (bytes[from]) {
      case '+' -> take(Kind.TEXT, start, end - start, line + 1);
      case '-' -> take(Kind.ERROR, start, end - start, line + 1);
      case ':' -> {
        number = parse(start, end);
        take(Kind.NUMBER, start, end - start, line + 1);
      }
      case '$' -> {
        long length = parse(start, end);
        if (length < 0) {
          take(Kind.NIL, start, 0, line + 1);
          return true;
        }
        requireBound(length);
        if (line + 1 + length + 2 > to) {
          return false;
        }
        take(Kind.TEXT, line + 1, (int) length, line + 1 + (int) length + 2);
      }
      default -> throw new IllegalStateException("not a reply: " + (char) bytes[from]);
    }
    return true;
  }

  private static void requireBound(long length) {
    if (length > MAX_REPLY) {
      throw new IllegalStateException("a reply of more than " + MAX_REPLY + " bytes");
    }
  }

  private void take(Kind ofKind, int start, int length, int next) {
    kind = ofKind;
    textFrom = start;
    textLength = length;
    from = next;
  }

  private long parse(int start, int end) {
    boolean negative = bytes[start] == '-';
    long value = 0;
    for (int i = negative ? start + 1 : start; i < end; i++) {
      value = 10 * value + bytes[i] - '0';
    }
    return negative ? -value : value;
  }

  /** What the reply is. */
  Kind kind() {
    return kind;
  }

  /** The number of one. */
  long number() {
    return number;
  }

  /** How long the text of a text or an error is. */
  int textLength() {
    return textLength;
  }

  /** A byte of it; holds until more bytes come. */
  byte text(int index) {
    return bytes[textFrom + index];
  }

  /** The text. Allocates. */
  String text() {
    return new String(bytes, textFrom, textLength, StandardCharsets.UTF_8);
  }
}
