package io.adplatform.runtime.api;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.Map;

/**
 * A request that has been read, authenticated and checked against the document.
 *
 * @param method such as {@code POST}
 * @param path as it came, without the query
 * @param caller null for an internal call, which came with the node key
 * @param pathParameters by name
 * @param query by name, decoded; the first value counts
 * @param headers names in any case
 * @param body empty where there was none
 */
public record ApiRequest(
    String method,
    String path,
    Caller caller,
    Map<String, String> pathParameters,
    MultiMap query,
    MultiMap headers,
    Buffer body) {
  /** In front of a weak ETag (RFC 9110, 8.8.3). */
  private static final String WEAK = "W/";

  /**
   * An id in the path.
   *
   * @throws Problem 404 where it is not an id: then there is no such thing
   */
  public long pathId(String name) {
    long id = parseId(pathParameters.get(name));
    if (id < 0) {
      throw Problem.notFound("thing");
    }
    return id;
  }

  /** A text in the path; never null for a parameter of the path. */
  public String path(String name) {
    return pathParameters.get(name);
  }

  /** A parameter of the query, or null. */
  public String query(String name) {
    return query.get(name);
  }

  /**
   * A whole number in the query.
   *
   * @throws Problem 422 where it is not one
   */
  public int queryInt(String name, int otherwise) {
    String text = query(name);
    if (text == null) {
      return otherwise;
    }
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw Problem.invalid(name, "must be a whole number");
    }
  }

  /**
   * An id in the query.
   *
   * @return null where there is none
   * @throws Problem 422 where it is not an id
   */
  public Long queryId(String name) {
    String text = query(name);
    if (text == null) {
      return null;
    }
    long id = parseId(text);
    if (id < 0) {
      throw Problem.invalid(name, "must be an id: a positive decimal number of 64 bits");
    }
    return id;
  }

  /** A header, or null. */
  public String header(String name) {
    return headers.get(name);
  }

  /**
   * The body as an object.
   *
   * @throws Problem 400 where it is not a JSON object
   */
  public JsonObject json() {
    try {
      return new JsonObject(body);
    } catch (RuntimeException e) {
      throw Problem.badRequest("The body is not a JSON object.");
    }
  }

  /**
   * The version in {@code If-Match}; a weak ETag ({@code W/"7"}, as what compresses answers makes
   * of ours) names it as well.
   *
   * @return null where there is none, or {@code *}
   * @throws Problem 422 where it is neither a version nor an ETag of one
   */
  public Long ifMatch() {
    String text = header("If-Match");
    if (text == null || text.equals("*")) {
      return null;
    }
    String tag = text.startsWith(WEAK) ? text.substring(WEAK.length()) : text;
    String digits =
        tag.length() > 2 && tag.startsWith("\"") && tag.endsWith("\"")
            ? tag.substring(1, tag.length() - 1)
            : text;
    long version = parseId(digits);
    if (version < 0) {
      throw Problem.invalid("If-Match", "must be the version that was read");
    }
    return version;
  }

  /**
   * Reads an id.
   *
   * @return -1 where the text is not a positive decimal number of 63 bits in its shortest form
   */
  public static long parseId(String text) {
    if (text == null || text.isEmpty() || text.length() > 19 || text.charAt(0) == '0') {
      return -1;
    }
    long id = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      id = id * 10 + digit;
      if (id < 0) {
        return -1;
      }
    }
    return id;
  }
}
