package io.adplatform.rtb.openrtb;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** What the endpoint takes and gives, by the values of HTTP headers. Allocates nothing. */
final class MediaRules {
  private static final String JSON = "application/json";
  private static final String JSON_SUFFIX = "+json";
  private static final String CHARSET = "charset";
  private static final String UTF_8 = "utf-8";

  private MediaRules() {}

  /** Whether a {@code Content-Type} is JSON in UTF-8; a missing or empty one is. */
  static boolean isJson(String contentType) {
    if (contentType == null || contentType.isBlank()) {
      return true;
    }
    int end = contentType.indexOf(';');
    int typeEnd = trimmedEnd(contentType, end < 0 ? contentType.length() : end);
    int start = trimmedStart(contentType, 0, typeEnd);
    boolean json =
        isWord(contentType, start, typeEnd, JSON)
            || (typeEnd - start > JSON_SUFFIX.length()
                && isWord(contentType, typeEnd - JSON_SUFFIX.length(), typeEnd, JSON_SUFFIX));
    return json && (end < 0 || isUtf8(contentType, end + 1));
  }

  private static boolean isUtf8(String contentType, int from) {
    for (int at = from; at <= contentType.length(); ) {
      int end = contentType.indexOf(';', at);
      end = end < 0 ? contentType.length() : end;
      int start = trimmedStart(contentType, at, end);
      int equals = contentType.indexOf('=', start);
      if (equals > 0
          && equals < end
          && isWord(contentType, start, trimmedEnd(contentType, equals), CHARSET)) {
        int valueStart = trimmedStart(contentType, equals + 1, end);
        int valueEnd = trimmedEnd(contentType, end);
        if (valueStart < valueEnd && contentType.charAt(valueStart) == '"') {
          valueStart++;
          valueEnd--;
        }
        return isWord(contentType, valueStart, valueEnd, UTF_8);
      }
      at = end + 1;
    }
    return true;
  }

  static boolean isGzip(String contentEncoding) {
    return isWord(contentEncoding, "gzip") || isWord(contentEncoding, "x-gzip");
  }

  static boolean isIdentity(String contentEncoding) {
    return contentEncoding.isBlank() || isWord(contentEncoding, "identity");
  }

  /** Whether an {@code Accept-Encoding} (RFC 9110, 12.5.3) names gzip, with a weight above 0. */
  static boolean acceptsGzip(String acceptEncoding) {
    if (acceptEncoding == null) {
      return false;
    }
    for (int at = 0; at < acceptEncoding.length(); ) {
      int end = acceptEncoding.indexOf(',', at);
      end = end < 0 ? acceptEncoding.length() : end;
      int semicolon = acceptEncoding.indexOf(';', at);
      int nameEnd = semicolon >= 0 && semicolon < end ? semicolon : end;
      int start = trimmedStart(acceptEncoding, at, nameEnd);
      if (isWord(acceptEncoding, start, trimmedEnd(acceptEncoding, nameEnd), "gzip")) {
        return nameEnd == end || !isZeroWeight(acceptEncoding, nameEnd + 1, end);
      }
      at = end + 1;
    }
    return false;
  }

  private static boolean isZeroWeight(String text, int from, int end) {
    int equals = text.indexOf('=', from);
    if (equals < 0 || equals >= end) {
      return false;
    }
    for (int i = equals + 1; i < end; i++) {
      char c = text.charAt(i);
      if (c != '0' && c != '.' && c != ' ') {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a request's head names a length above a bound, as an honest one does: what comes is
   * counted all the same.
   */
  static boolean isTooLong(HttpServerRequest request, int bound) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return length != null && isAbove(length, bound);
  }

  /** Whether a decimal number is above a bound; what is none is not. */
  static boolean isAbove(String decimal, int bound) {
    long number = 0;
    for (int i = 0; i < decimal.length(); i++) {
      int digit = decimal.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return false;
      }
      number = number * 10 + digit;
      if (number > bound) {
        return true;
      }
    }
    return false;
  }

  private static boolean isWord(String text, String word) {
    int end = trimmedEnd(text, text.length());
    return isWord(text, trimmedStart(text, 0, end), end, word);
  }

  private static boolean isWord(String text, int from, int to, String word) {
    return to - from == word.length() && text.regionMatches(true, from, word, 0, word.length());
  }

  private static int trimmedStart(String text, int from, int end) {
    int at = from;
    while (at < end && text.charAt(at) == ' ') {
      at++;
    }
    return at;
  }

  private static int trimmedEnd(String text, int end) {
    int at = end;
    while (at > 0 && text.charAt(at - 1) == ' ') {
      at--;
    }
    return at;
  }
}
