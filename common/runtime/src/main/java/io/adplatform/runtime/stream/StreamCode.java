package io.adplatform.runtime.stream;

/**
 * What a publication answers instead of a position. All are negative, as positions never are, and
 * the set is closed.
 */
public final class StreamCode {
  /** Nobody subscribes, yet. Nothing was sent. */
  public static final long NOT_CONNECTED = -1;

  /** The slowest subscriber is too far behind. Nothing was sent; later it may be. */
  public static final long BACK_PRESSURED = -2;

  /** The log is being turned over. Nothing was sent; the next offer may succeed. */
  public static final long ADMIN_ACTION = -3;

  /** The publication is closed or its stream has ended; a new one must be made. */
  public static final long CLOSED = -4;

  /** The message is longer than the stream takes. */
  public static final long TOO_LONG = -5;

  private StreamCode() {}
}
