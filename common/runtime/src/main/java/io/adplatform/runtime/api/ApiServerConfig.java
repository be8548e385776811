package io.adplatform.runtime.api;

import java.time.Duration;

/**
 * How the control-plane server listens, and its bounds.
 *
 * @param host address to bind
 * @param port 0 takes a free one
 * @param maxBodyBytes longer bodies are answered 413
 * @param requestDeadline a client that has not sent its whole request by then is cut off
 * @param maxConcurrent handlers running at once; above it requests are answered 503
 */
public record ApiServerConfig(
    String host, int port, int maxBodyBytes, Duration requestDeadline, int maxConcurrent) {
  /** The largest creative (64 KiB of markup, every character escaped) and room to spare. */
  public static final int DEFAULT_MAX_BODY_BYTES = 1 << 20;

  /** A slow uplink sends a creative in less. */
  public static final Duration DEFAULT_REQUEST_DEADLINE = Duration.ofSeconds(15);

  /** Many times the connections of the database pools, which are the true bound. */
  public static final int DEFAULT_MAX_CONCURRENT = 256;

  /** The usual bounds. */
  public static ApiServerConfig of(String host, int port) {
    return new ApiServerConfig(
        host, port, DEFAULT_MAX_BODY_BYTES, DEFAULT_REQUEST_DEADLINE, DEFAULT_MAX_CONCURRENT);
  }
}
