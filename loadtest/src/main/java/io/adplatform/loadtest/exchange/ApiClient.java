package io.adplatform.loadtest.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;

/**
 * The REST API with one key. Every call must end in the status it is expected to, or it throws with
 * the answer.
 */
public final class ApiClient {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final String base;
  private final String key;
  private long catalogueVersion;

  public ApiClient(String address, String key) {
    this.base = address + "/api/v1";
    this.key = key;
  }

  /** Creates something; its document. */
  public JsonNode create(String path, String body) throws IOException, InterruptedException {
    return call("POST", path, body, 201);
  }

  /** Changes something; its document. */
  public JsonNode patch(String path, String body) throws IOException, InterruptedException {
    return call("PATCH", path, body, 200);
  }

  /** Reads something. */
  public JsonNode get(String path) throws IOException, InterruptedException {
    return call("GET", path, null, 200);
  }

  /** A call that must end in a status; its document, or a missing node where it has none. */
  public JsonNode call(String method, String path, String body, int status)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(BOUND)
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!method.equals("GET")) {
      request.header("Idempotency-Key", UUID.randomUUID().toString());
    }
    HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != status) {
      throw new IllegalStateException(
          method
              + " "
              + path
              + ": "
              + answer.statusCode()
              + ", not "
              + status
              + "\n"
              + answer.body());
    }
    answer
        .headers()
        .firstValueAsLong("X-Catalogue-Version")
        .ifPresent(version -> catalogueVersion = Math.max(catalogueVersion, version));
    return JSON.readTree(answer.body());
  }

  /** The version that holds all that was written here. */
  public long catalogueVersion() {
    return catalogueVersion;
  }
}
