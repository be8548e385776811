package io.adplatform.rtb.openrtb;

/**
 * How the endpoint treats HTTP.
 *
 * @param maxBodyBytes longest body taken, before and after inflating
 * @param bodyDeadlineNanos from a request's head to its body's last byte
 * @param gzipFromBytes answers of at least this length are deflated for who accepts it
 * @param seat the buyer seat that all bids of line items held here are made under
 */
public record EndpointConfig(
    int maxBodyBytes, long bodyDeadlineNanos, int gzipFromBytes, String seat) {
  /** The largest requests of the wild have some 60 KiB; four times that is no honest request. */
  private static final int MAX_BODY_BYTES = 256 * 1024;

  /** No {@code tmax} is as long: whoever takes longer to send has given up on the answer. */
  private static final long BODY_DEADLINE_NANOS = 2_000_000_000L;

  /** Below it, an answer goes out in one packet anyway. */
  private static final int GZIP_FROM_BYTES = 1024;

  private static final String SEAT = "adplatform";

  /** What holds unless something else is said. */
  public static EndpointConfig standard() {
    return new EndpointConfig(MAX_BODY_BYTES, BODY_DEADLINE_NANOS, GZIP_FROM_BYTES, SEAT);
  }
}
