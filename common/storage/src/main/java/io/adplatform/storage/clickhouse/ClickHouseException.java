package io.adplatform.storage.clickhouse;

/** A statement that failed, or a ClickHouse that could not be reached. */
public final class ClickHouseException extends RuntimeException {
  /** The code of a server that did not answer. */
  public static final int UNREACHABLE = -1;

  private static final long serialVersionUID = 1;
  private static final int TOO_MANY_SIMULTANEOUS_QUERIES = 202;

  private final int code;

  ClickHouseException(int code, String message) {
    super(message);
    this.code = code;
  }

  ClickHouseException(String message, Throwable cause) {
    super(message, cause);
    this.code = UNREACHABLE;
  }

  /** ClickHouse's number of the error, or {@link #UNREACHABLE}. */
  public int code() {
    return code;
  }

  /** Whether the same statement may well succeed later: it is away or has too much to do. */
  public boolean isUnavailable() {
    return code == UNREACHABLE || code == TOO_MANY_SIMULTANEOUS_QUERIES;
  }
}
