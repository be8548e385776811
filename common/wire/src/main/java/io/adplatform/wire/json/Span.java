package io.adplatform.wire.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A stretch of bytes as one {@code long}: offset in the upper half, length in the lower. Text is
 * UTF-8 without its quotes and with its escapes already resolved; objects and arrays are raw JSON
 * with their brackets.
 */
public final class Span {
  /** Nothing was given (no span of a request starts at its first byte). */
  public static final long NONE = 0;

  private Span() {}

  /** A span. */
  public static long of(int offset, int length) {
    return (long) offset << 32 | length;
  }

  /** Where it starts. */
  public static int offset(long span) {
    return (int) (span >>> 32);
  }

  /** How many bytes it has; 0 for {@link #NONE} and for an empty text. */
  public static int length(long span) {
    return (int) span;
  }

  /** The offset after its last byte. */
  public static int end(long span) {
    return offset(span) + length(span);
  }

  /** Whether two spans of the same bytes hold the same. */
  public static boolean sameText(byte[] bytes, long a, long b) {
    return Arrays.equals(bytes, offset(a), end(a), bytes, offset(b), end(b));
  }

  /** Whether a span holds exactly these bytes. */
  public static boolean equals(byte[] bytes, long span, byte[] text) {
    return Arrays.equals(bytes, offset(span), end(span), text, 0, text.length);
  }

  /** Its text. Allocates: for tests, debug answers and logs. */
  public static String text(byte[] bytes, long span) {
    return new String(bytes, offset(span), length(span), StandardCharsets.UTF_8);
  }
}
