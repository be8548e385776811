package io.adplatform.runtime.api;

import java.time.Duration;

/**
 * How the control-plane server listens, and its bounds.
 *
 * @param host address to bind
 * @param port 0 takes a free one
 * @param maxBodyBytes longer bodies are answered 413
 * @param requestDeadline a client that has not sent its whole request by then is cut off
 * @param maxConcurrent operations of API keys running at once, and look-ups of keys, and calls of
 *     one internal route: each of these has so many permits to itself, above them it is answered
 *     503
 * @param maxPerKey operations of one API key running at once; above it requests are answered 429
 */
public record ApiServerConfig(
    String host,
    int port,
    int maxBodyBytes,
    Duration requestDeadline,
    int maxConcurrent,
    int maxPerKey) {
  /** The largest creative (64 KiB of markup, every character escaped) and room to spare. */
  public static final int DEFAULT_MAX_BODY_BYTES = 1 << 20;

  /** A slow uplink sends a creative in less. */
  public static final Duration DEFAULT_REQUEST_DEADLINE = Duration.ofSeconds(15);

  /** Many times the connections of the database pools, which are the true bound. */
  public static final int DEFAULT_MAX_CONCURRENT = 256;

  /** More than any tool of ours asks side by side, and far from all there is. */
  public static final int DEFAULT_MAX_PER_KEY = 64;

  /** The usual bounds. */
  public static ApiServerConfig of(String host, int port) {
    return new ApiServerConfig(
        host,
        port,
        DEFAULT_MAX_BODY_BYTES,
        DEFAULT_REQUEST_DEADLINE,
        DEFAULT_MAX_CONCURRENT,
        DEFAULT_MAX_PER_KEY);
  }
}
