package io.adplatform.runtime.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.runtime.metrics.Metrics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ApiPermitsTest {
  private static final String NODE_KEY = "node-key";
  private static final int MAX = 4;
  private static final int MAX_PER_KEY = 3;

  private final HttpClient client = HttpClient.newHttpClient();
  private final Semaphore held = new Semaphore(0);
  private final CountDownLatch release = new CountDownLatch(1);

  /** The key is the id of itself. */
  private ApiServer start() {
    ApiServerConfig config =
        new ApiServerConfig("127.0.0.1", 0, 4096, Duration.ofSeconds(30), MAX, MAX_PER_KEY);
    return ApiServer.builder(config)
        .keys(key -> new Caller(1, Long.parseLong(key), Role.ADVERTISER))
        .nodeKey(NODE_KEY)
        .metrics(new Metrics().registry())
        .operation("listCampaigns", r -> hold())
        .operation("getAdvertiser", r -> ApiResponse.noContent())
        .internal("GET", "/slow", r -> hold())
        .internal("POST", "/leases", r -> ApiResponse.noContent())
        .start();
  }

  private ApiResponse hold() throws InterruptedException {
    held.release();
    release.await();
    return ApiResponse.noContent();
  }

  private CompletableFuture<HttpResponse<String>> send(
      ApiServer server, String method, String path, String key) {
    return client.sendAsync(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .timeout(Duration.ofSeconds(60))
            .header("Authorization", "Bearer " + key)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private int status(ApiServer server, String method, String path, String key) {
    return send(server, method, path, key).join().statusCode();
  }

  private List<CompletableFuture<HttpResponse<String>>> holdAll(
      ApiServer server, int count, String path, String key) throws InterruptedException {
    List<CompletableFuture<HttpResponse<String>>> holding = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      holding.add(send(server, "GET", path, key));
    }
    assertTrue(held.tryAcquire(count, 60, TimeUnit.SECONDS));
    return holding;
  }

  @Test
  void shouldKeepLeasesAndStatusFreeOfWhatTenantsHaveUnderWay() throws Exception {
    try (ApiServer server = start()) {
      List<CompletableFuture<HttpResponse<String>>> holding =
          holdAll(server, MAX_PER_KEY, "/api/v1/campaigns", "7");
      HttpResponse<String> more = send(server, "GET", "/api/v1/advertisers/1", "7").join();
      assertEquals(429, more.statusCode());
      assertTrue(more.headers().firstValueAsLong("Retry-After").orElse(0) > 0);
      assertEquals(204, status(server, "GET", "/api/v1/advertisers/1", "8"));
      holding.addAll(holdAll(server, MAX - MAX_PER_KEY, "/api/v1/campaigns", "8"));
      HttpResponse<String> full = send(server, "GET", "/api/v1/advertisers/1", "9").join();
      assertEquals(503, full.statusCode());
      assertTrue(full.headers().firstValueAsLong("Retry-After").orElse(0) > 0);
      holding.addAll(holdAll(server, MAX, "/internal/v1/slow", NODE_KEY));
      assertEquals(503, status(server, "GET", "/internal/v1/slow", NODE_KEY));
      assertEquals(204, status(server, "POST", "/internal/v1/leases", NODE_KEY));
      assertEquals(200, status(server, "GET", "/readyz", "none"));
      assertEquals(200, status(server, "GET", "/metrics", "none"));
      release.countDown();
      for (CompletableFuture<HttpResponse<String>> each : holding) {
        assertEquals(204, each.join().statusCode());
      }
      assertEquals(204, status(server, "GET", "/api/v1/advertisers/1", "7"));
    }
  }

  @Test
  void shouldHoldNothingForKeysThatHaveNothingUnderWay() {
    ApiPermits permits = new ApiPermits(3, 2);
    assertNull(permits.take(5));
    assertNull(permits.take(5));
    assertEquals(429, permits.take(5).status());
    assertNull(permits.take(6));
    assertEquals(503, permits.take(7).status());
    assertEquals(2, permits.keys());
    permits.release(5);
    permits.release(5);
    permits.release(6);
    assertEquals(0, permits.keys());
    assertNull(permits.take(5));
  }
}
