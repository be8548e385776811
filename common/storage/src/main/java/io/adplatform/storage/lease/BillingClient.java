package io.adplatform.storage.lease;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** What nodes ask of billing-service over HTTP, one request at a time. Thread-safe. */
final class BillingClient implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

  /** A grant takes milliseconds; this is for a billing-service that hangs. */
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(3);

  private static final int OK = 200;

  private final HttpClient http;
  private final URI address;
  private final String authorization;

  /**
   * A client of one operation.
   *
   * @param billing where billing-service's API is, such as {@code http://127.0.0.1:8081}
   * @param nodeKey what {@code /internal/v1} asks for; never logged
   * @param path begins with {@code /internal/v1/}
   */
  BillingClient(URI billing, String nodeKey, String path) {
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
    String base = billing.toString();
    this.address =
        URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
    this.authorization = "Bearer " + nodeKey;
  }

  /**
   * Posts a JSON body.
   *
   * @return the body of the answer
   * @throws IOException where there is none within {@link #REQUEST_TIMEOUT}, or none with status
   *     200
   */
  byte[] post(byte[] body) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(REQUEST_TIMEOUT)
            .header("Authorization", authorization)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    try {
      HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() != OK) {
        throw new IOException("billing-service answers " + response.statusCode());
      }
      return response.body();
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
