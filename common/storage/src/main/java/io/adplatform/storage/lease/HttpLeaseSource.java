package io.adplatform.storage.lease;

import io.adplatform.decision.budget.LeaseSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * Leases from billing-service over HTTP: carries a {@link LeaseDialogue}, and waits a little after
 * a failure.
 *
 * <p>Of one thread, that of {@code NodeLeases}; the getters of any.
 */
public final class HttpLeaseSource implements LeaseSource, AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

  /** A grant takes milliseconds; this is for a billing-service that hangs. */
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(3);

  /** The first pause after a failure, doubled with each further one. */
  private static final long BACK_OFF_NANOS = 100_000_000;

  private static final long MAX_BACK_OFF_NANOS = 2_000_000_000;
  private static final int OK = 200;

  private final HttpClient http;
  private final URI address;
  private final String authorization;
  private final LeaseDialogue dialogue;
  private long pauseNanos;
  private long pausedUntilNanos = System.nanoTime();
  private volatile long answeredNanos = System.nanoTime();
  private volatile long failures;

  /**
   * Leases of one process of a node.
   *
   * @param billing where billing-service's API is, such as {@code http://127.0.0.1:8081}
   * @param nodeKey what {@code /internal/v1} asks for; never logged
   * @param boot seconds since 1970, as in the node's auction ids
   */
  public HttpLeaseSource(URI billing, String nodeKey, int nodeId, long boot) {
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
    String base = billing.toString();
    this.address =
        URI.create(
            (base.endsWith("/") ? base.substring(0, base.length() - 1) : base)
                + "/internal/v1/leases");
    this.authorization = "Bearer " + nodeKey;
    this.dialogue = new LeaseDialogue(nodeId, boot, this::send);
  }

  /** How many milliseconds ago billing-service last answered; at first, since the start. */
  public long silentMillis() {
    return (System.nanoTime() - answeredNanos) / 1_000_000;
  }

  /** Requests that were not answered, since the start. */
  public long failures() {
    return failures;
  }

  @Override
  public Answer exchange(Question question) throws IOException {
    if (System.nanoTime() - pausedUntilNanos < 0) {
      throw new IOException("billing-service did not answer; waiting a little");
    }
    try {
      Answer answer = dialogue.exchange(question);
      pauseNanos = 0;
      answeredNanos = System.nanoTime();
      return answer;
    } catch (IOException e) {
      failures++;
      pauseNanos = Math.clamp(pauseNanos * 2, BACK_OFF_NANOS, MAX_BACK_OFF_NANOS);
      pausedUntilNanos = System.nanoTime() + pauseNanos;
      throw e;
    }
  }

  private LeaseAnswer send(LeaseRequest body) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(REQUEST_TIMEOUT)
            .header("Authorization", authorization)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(LeaseCodec.write(body)))
            .build();
    try {
      HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() != OK) {
        throw new IOException("billing-service answers " + response.statusCode());
      }
      return LeaseCodec.readAnswer(response.body());
    } catch (UncheckedIOException e) {
      throw new IOException("billing-service's answer cannot be read", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for billing-service", e);
    }
  }

  /** Ends the client's threads. */
  @Override
  public void close() {
    http.shutdownNow();
  }
}
