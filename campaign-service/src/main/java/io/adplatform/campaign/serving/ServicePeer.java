package io.adplatform.campaign.serving;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Another service's {@code /internal/v1}. Thread-safe. */
public final class ServicePeer {
  private static final Logger LOG = LoggerFactory.getLogger(ServicePeer.class);

  /** A person waits for the answer; a service that is there answers in a fraction. */
  private static final Duration LIMIT = Duration.ofMillis(1_500);

  private final HttpClient client;
  private final String base;
  private final String nodeKey;

  /**
   * @param url such as {@code http://127.0.0.1:8081}
   * @param nodeKey what it asks for
   */
  public ServicePeer(HttpClient client, String url, String nodeKey) {
    this.client = client;
    this.base = url + "/internal/v1";
    this.nodeKey = nodeKey;
  }

  /** Asks; null where there is no answer, or not a good one. */
  public JsonObject get(String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(LIMIT)
            .header("Authorization", "Bearer " + nodeKey)
            .build();
    try {
      HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() == 200) {
        return new JsonObject(Buffer.buffer(response.body()));
      }
      LOG.debug("{}{} answers {}", base, path, response.statusCode());
    } catch (IOException | RuntimeException e) {
      LOG.debug("{}{} does not answer: {}", base, path, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return null;
  }
}
