package io.adplatform.clickhouse;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What ClickHouse answers instead of a result: {@code Code: N. DB::Exception: …}. */
final class EngineException extends Exception {
  static final int UNKNOWN_FORMAT = 73;
  static final int BAD_ARGUMENTS = 36;
  static final int TOO_MANY_SIMULTANEOUS_QUERIES = 202;
  static final int QUERY_IS_TOO_LARGE = 223;
  static final int SESSION_NOT_FOUND = 372;
  static final int SESSION_IS_LOCKED = 373;
  static final int AUTHENTICATION_FAILED = 516;
  private static final int UNKNOWN_CODE = 1002;

  private static final Pattern CODE = Pattern.compile("Code: (\\d+)\\.");

  /** HTTP statuses other than 500, as ClickHouse's own HTTP handler gives them. */
  private static final Map<Integer, Integer> STATUS =
      Map.ofEntries(
          Map.entry(6, 400),
          Map.entry(25, 400),
          Map.entry(26, 400),
          Map.entry(27, 400),
          Map.entry(38, 400),
          Map.entry(41, 400),
          Map.entry(53, 400),
          Map.entry(62, 400),
          Map.entry(72, 400),
          Map.entry(117, 400),
          Map.entry(46, 404),
          Map.entry(47, 404),
          Map.entry(50, 404),
          Map.entry(56, 404),
          Map.entry(60, 404),
          Map.entry(63, 404),
          Map.entry(UNKNOWN_FORMAT, 404),
          Map.entry(81, 404),
          Map.entry(115, 404),
          Map.entry(SESSION_NOT_FOUND, 404),
          Map.entry(159, 408),
          Map.entry(QUERY_IS_TOO_LARGE, 413),
          Map.entry(48, 501),
          Map.entry(TOO_MANY_SIMULTANEOUS_QUERIES, 503),
          Map.entry(AUTHENTICATION_FAILED, 403));

  private final int code;

  /** An error of the engine; its code is read from the message. */
  EngineException(String message) {
    super(message);
    Matcher matcher = CODE.matcher(message);
    this.code = matcher.find() ? Integer.parseInt(matcher.group(1)) : UNKNOWN_CODE;
  }

  /** An error of the HTTP front, in the engine's words. */
  EngineException(int code, String name, String message) {
    super("Code: " + code + ". DB::Exception: " + message + " (" + name + ")");
    this.code = code;
  }

  /** ClickHouse's number of the error. */
  int code() {
    return code;
  }

  /** The HTTP status that goes with it. */
  int httpStatus() {
    return STATUS.getOrDefault(code, 500);
  }
}
