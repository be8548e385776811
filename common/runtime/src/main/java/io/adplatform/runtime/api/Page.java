package io.adplatform.runtime.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Iterator;

/**
 * Which part of a list is asked for: rows in ascending id after {@link #afterId}.
 *
 * @param limit 1 to {@value #MAX_LIMIT}
 * @param afterId 0 begins at the beginning
 */
public record Page(int limit, long afterId) {
  /** Rows where no limit is given. */
  public static final int DEFAULT_LIMIT = 50;

  /** Most rows of one page. */
  public static final int MAX_LIMIT = 500;

  /** A page that has come to this has no more rows added. */
  public static final int MAX_BYTES = 1_000_000;

  private static final String CURSOR_PREFIX = "1:";

  /**
   * Reads {@code limit} and {@code cursor} of a request.
   *
   * @throws Problem 422 where one is not valid
   */
  public static Page of(ApiRequest request) {
    String cursor = request.query("cursor");
    return new Page(limit(request), cursor == null ? 0 : parse(cursor));
  }

  /**
   * Reads {@code limit} alone, for lists with cursors of their own.
   *
   * @throws Problem 422 where it is not valid
   */
  public static int limit(ApiRequest request) {
    int limit = request.queryInt("limit", DEFAULT_LIMIT);
    if (limit < 1 || limit > MAX_LIMIT) {
      throw Problem.invalid("limit", "must be between 1 and " + MAX_LIMIT);
    }
    return limit;
  }

  private static long parse(String cursor) {
    try {
      String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII);
      if (text.startsWith(CURSOR_PREFIX)) {
        long id = Long.parseLong(text.substring(CURSOR_PREFIX.length()));
        if (id > 0) {
          return id;
        }
      }
    } catch (IllegalArgumentException e) {
      // falls through: one answer for every kind of broken cursor
    }
    throw Problem.invalid("cursor", "is not a cursor of this list");
  }

  /** Rows to ask the database for: one more than the page, which tells whether there is a next. */
  public int fetch() {
    return limit + 1;
  }

  /**
   * The answer of a list: {@code {"items":[…],"nextCursor":…}}; {@code nextCursor} is null on the
   * last page. Ends before the limit where the documents come to {@value #MAX_BYTES} bytes, but
   * holds one at least.
   *
   * @param rows at most {@link #fetch} documents, ascending, each with an {@code id}; not all are
   *     taken
   */
  public ApiResponse answer(Iterator<JsonObject> rows) {
    Buffer body = Buffer.buffer("{\"items\":[");
    String last = null;
    int count = 0;
    while (rows.hasNext() && count < limit && body.length() < MAX_BYTES) {
      JsonObject row = rows.next();
      if (count > 0) {
        body.appendString(",");
      }
      body.appendBuffer(row.toBuffer());
      last = row.getString("id");
      count++;
    }
    String next = rows.hasNext() ? '"' + cursor(last) + '"' : "null";
    body.appendString("],\"nextCursor\":").appendString(next).appendString("}");
    return ApiResponse.of(200, ApiResponse.JSON, body);
  }

  private static String cursor(String id) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((CURSOR_PREFIX + id).getBytes(StandardCharsets.US_ASCII));
  }
}
