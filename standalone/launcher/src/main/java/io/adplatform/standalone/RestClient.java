package io.adplatform.standalone;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Calls the exchange that was just started, as any client would: over its public ports.
 * Thread-safe.
 */
final class RestClient {
  static final int OK = 200;
  private static final int SUCCESS = 2;
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  private final String api;
  private final String apiKey;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  RestClient(String apiUrl, String apiKey) {
    this.api = apiUrl + "/api/v1";
    this.apiKey = apiKey;
  }

  /**
   * An answer, or what kept it away.
   *
   * @param status 0 where there was none
   */
  record Answer(int status, String body) {}

  /**
   * Creates something.
   *
   * @param key makes the call one that can be repeated: with the same key nothing is created twice
   * @return its id
   * @throws LaunchException if the answer is not a success
   */
  String create(String path, String key, JsonObject body) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(api + path))
            .timeout(TIMEOUT)
            .header("Authorization", "Bearer " + apiKey)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .POST(HttpRequest.BodyPublishers.ofString(body.encode()))
            .build();
    Answer answer = send(request);
    if (answer.status() / 100 != SUCCESS) {
      throw new LaunchException(
          "The sample data could not be loaded: POST "
              + path
              + " answered "
              + answer.status()
              + " "
              + answer.body());
    }
    try {
      return new JsonObject(answer.body()).getString("id");
    } catch (DecodeException e) {
      throw new LaunchException("POST " + path + " answered no JSON: " + answer.body(), e);
    }
  }

  /** Reads something; whatever goes wrong is in the answer. */
  Answer tryGet(String url) throws InterruptedException {
    return send(HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT).build());
  }

  /** Sends the bid request of the screenful, as a test that is not counted, until it gets a bid. */
  boolean awaitBid(String dataUrl, Duration bound) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(dataUrl + Welcome.AUCTION_PATH))
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Welcome.bidRequest(true)))
            .build();
    long deadline = System.nanoTime() + bound.toNanos();
    while (System.nanoTime() < deadline) {
      if (send(request).status() == OK) {
        return true;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    return false;
  }

  private Answer send(HttpRequest request) throws InterruptedException {
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      return new Answer(answer.statusCode(), answer.body());
    } catch (IOException e) {
      return new Answer(0, String.valueOf(e.getMessage()));
    }
  }
}
