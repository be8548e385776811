package io.adplatform.runtime.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.runtime.metrics.Metrics;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ApiServerTest {
  private static final String KEY = "adp_test";
  private static final String NODE_KEY = "node-key";
  private static final int MAX_BODY = 4096;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final CountDownLatch RELEASE = new CountDownLatch(1);
  private static final AtomicReference<String> WRONG = new AtomicReference<>();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static ApiServer server;

  @BeforeAll
  static void start() {
    server =
        ApiServer.builder(new ApiServerConfig("127.0.0.1", 0, MAX_BODY, PATIENCE, 2, 2))
            .keys(ApiServerTest::caller)
            .nodeKey(NODE_KEY)
            .metrics(new Metrics().registry())
            .operation("createAdvertiser", r -> ApiResponse.ok(r.json()))
            .operation("updateAdvertiser", r -> ApiResponse.ok(r.json()))
            .operation(
                "getAdvertiser", r -> ApiResponse.ok(new JsonObject().put("id", r.pathId("id"))))
            .operation(
                "listAdvertisers",
                r -> {
                  throw new IllegalStateException("a secret of the inside");
                })
            .operation(
                "listCampaigns",
                r -> {
                  RELEASE.await();
                  return ApiResponse.noContent();
                })
            .internal(
                "GET", "/echo/:id", r -> ApiResponse.ok(new JsonObject().put("id", r.path("id"))))
            .readiness("something", WRONG::get)
            .start();
  }

  private static Caller caller(String key) {
    if (key.equals("away")) {
      throw Problem.unavailable("The database is away.");
    }
    return key.equals(KEY) ? new Caller(1, 2, Role.OPERATOR) : null;
  }

  @AfterAll
  static void stop() {
    RELEASE.countDown();
    server.close();
  }

  private static HttpRequest.Builder request(String path, String key) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .timeout(PATIENCE);
    return key == null ? request : request.header("Authorization", "Bearer " + key);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> get(String path, String key) throws Exception {
    return send(request(path, key));
  }

  private static HttpResponse<String> send(String method, String path, String type, String body)
      throws Exception {
    return send(
        request(path, KEY)
            .header("Content-Type", type)
            .method(method, HttpRequest.BodyPublishers.ofString(body)));
  }

  private static String field(HttpResponse<String> response) {
    assertEquals(422, response.statusCode(), response.body());
    assertEquals(
        "application/problem+json", response.headers().firstValue("content-type").orElse(null));
    return new JsonObject(response.body()).getString("field");
  }

  @Test
  void shouldPublishItsDocumentToAnyone() throws Exception {
    HttpResponse<String> response = get("/api/v1/openapi.json", null);
    assertEquals(200, response.statusCode());
    assertEquals("3.1.0", new JsonObject(response.body()).getString("openapi"));
    assertTrue(response.body().contains("application/problem+json"));
  }

  @Test
  void shouldAskForAKeyBeforeAnythingElse() throws Exception {
    assertEquals(401, get("/api/v1/advertisers/1", null).statusCode());
    assertEquals(401, get("/api/v1/advertisers/1", "other").statusCode());
    assertEquals(401, get("/api/v1/nowhere", null).statusCode());
    assertEquals(503, get("/api/v1/advertisers/1", "away").statusCode());
    assertEquals(200, get("/api/v1/advertisers/1", KEY).statusCode());
  }

  @Test
  void shouldNameTheFieldThatDoesNotFitTheDocument() throws Exception {
    String path = "/api/v1/advertisers";
    String json = "application/json";
    assertEquals("/currency", field(send("POST", path, json, "{\"name\":\"x\"}")));
    assertEquals(
        "/colour",
        field(send("POST", path, json, "{\"name\":\"x\",\"currency\":\"USD\",\"colour\":1}")));
    assertEquals("/name", field(send("POST", path, json, "{\"name\":7,\"currency\":\"USD\"}")));
    assertEquals("", field(send("POST", path, json, "[]")));
    assertEquals("", field(send("PATCH", path + "/1", json, "{}")));
    assertEquals("limit", field(get("/api/v1/campaigns?limit=x", KEY)));
  }

  @Test
  void shouldRefuseABodyThatIsNotJson() throws Exception {
    assertEquals(400, send("POST", "/api/v1/advertisers", "application/json", "{").statusCode());
    assertEquals(400, send("POST", "/api/v1/advertisers", "application/json", "").statusCode());
    assertEquals(415, send("POST", "/api/v1/advertisers", "text/plain", "{}").statusCode());
  }

  @Test
  void shouldTakeAMergePatchUnderEitherMediaType() throws Exception {
    String body = "{\"name\":\"x\"}";
    String path = "/api/v1/advertisers/1";
    assertEquals(200, send("PATCH", path, "application/json", body).statusCode());
    assertEquals(200, send("PATCH", path, "application/merge-patch+json", body).statusCode());
  }

  @Test
  void shouldRefuseABodyThatIsTooLong() throws Exception {
    String body = "{\"name\":\"" + "x".repeat(MAX_BODY) + "\"}";
    assertEquals(413, send("POST", "/api/v1/advertisers", "application/json", body).statusCode());
  }

  @Test
  void shouldTellUnknownPathsFromUnknownMethods() throws Exception {
    assertEquals(404, get("/api/v1/nowhere", KEY).statusCode());
    assertEquals(404, get("/nowhere", KEY).statusCode());
    assertEquals(405, send("PUT", "/api/v1/advertisers/1", "application/json", "{}").statusCode());
    assertEquals(404, get("/api/v1/advertisers/007", KEY).statusCode());
    assertEquals(404, get("/api/v1/advertisers/99999999999999999999", KEY).statusCode());
  }

  @Test
  void shouldNotTellWhatFailedInside() throws Exception {
    HttpResponse<String> response = get("/api/v1/advertisers", KEY);
    assertEquals(500, response.statusCode());
    assertFalse(response.body().contains("secret"), response.body());
  }

  @Test
  void shouldKeepInternalPathsForHoldersOfTheNodeKey() throws Exception {
    assertEquals(401, get("/internal/v1/echo/5", null).statusCode());
    assertEquals(401, get("/internal/v1/echo/5", KEY).statusCode());
    assertEquals("{\"id\":\"5\"}", get("/internal/v1/echo/5", NODE_KEY).body());
    assertEquals(401, get("/api/v1/advertisers/1", NODE_KEY).statusCode());
  }

  @Test
  void shouldTellWhetherItIsReadyAndWhatIsWrong() throws Exception {
    assertEquals(200, get("/healthz", null).statusCode());
    assertEquals(200, get("/readyz", null).statusCode());
    WRONG.set("it is away");
    HttpResponse<String> response = get("/readyz", null);
    WRONG.set(null);
    assertEquals(503, response.statusCode());
    assertTrue(response.body().contains("it is away"));
  }

  @Test
  void shouldCountAnswersByOperationAndStatus() throws Exception {
    get("/api/v1/advertisers/1", KEY);
    String metrics = get("/metrics", null).body();
    assertTrue(
        metrics.contains(
            "adplatform_api_requests_seconds_count{operation=\"getAdvertiser\",status=\"200\"}"),
        metrics);
  }

  @Test
  void shouldAnswer503WhenTooMuchIsUnderWay() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      int status = 0;
      for (int i = 0; i < 500 && status != 503; i++) {
        // One that meets the question below is refused and holds nothing: so there is always
        // another.
        client.sendAsync(
            request("/api/v1/campaigns", KEY).build(), HttpResponse.BodyHandlers.ofString());
        status = get("/api/v1/advertisers/1", KEY).statusCode();
        Thread.sleep(10);
      }
      RELEASE.countDown();
      assertEquals(503, status);
    }
  }

  @Test
  void shouldCutOffAClientThatIsSlowToSend() throws IOException {
    // A server of its own: on a busy machine any client may be slow to send.
    try (ApiServer strict =
            ApiServer.builder(
                    new ApiServerConfig("127.0.0.1", 0, MAX_BODY, Duration.ofMillis(700), 2, 2))
                .keys(ApiServerTest::caller)
                .operation("createAdvertiser", r -> ApiResponse.ok(r.json()))
                .start();
        Socket socket = new Socket("127.0.0.1", strict.port())) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket
          .getOutputStream()
          .write(
              ("POST /api/v1/advertisers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                      + KEY
                      + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      assertEquals(-1, in.read());
    }
  }

  @Test
  void shouldRefuseWhoHasNoKeyBeforeTheBodyHasCome() throws IOException {
    for (String key : List.of("", "Authorization: Bearer adp_unknown\r\n")) {
      try (Socket socket = new Socket("127.0.0.1", server.port())) {
        socket.setSoTimeout((int) PATIENCE.toMillis());
        String head =
            "POST /api/v1/advertisers HTTP/1.1\r\nHost: x\r\n"
                + key
                + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 401".length());
        assertEquals("HTTP/1.1 401", new String(status, StandardCharsets.US_ASCII));
      }
    }
  }

  @Test
  void shouldRefuseToMountWhatTheDocumentDoesNotHave() {
    ApiServer.Builder builder =
        ApiServer.builder(ApiServerConfig.of("127.0.0.1", 0))
            .keys(ApiServerTest::caller)
            .operation("inventSomething", r -> ApiResponse.noContent());
    IllegalStateException e = assertThrows(IllegalStateException.class, builder::start);
    assertTrue(e.getMessage().contains("inventSomething"), e.getMessage());
  }

  @Test
  void shouldRefuseToStartWithoutAnOperationThatItOwes() {
    ApiServer.Builder builder =
        ApiServer.builder(ApiServerConfig.of("127.0.0.1", 0))
            .keys(ApiServerTest::caller)
            .requireEveryOperation();
    ApiDocument.load().operationIds(null).stream()
        .filter(id -> !id.equals("getAuction"))
        .forEach(id -> builder.operation(id, r -> ApiResponse.noContent()));
    IllegalStateException e = assertThrows(IllegalStateException.class, builder::start);
    assertTrue(e.getMessage().contains("[getAuction]"), e.getMessage());
  }

  @Test
  void shouldKnowNoPathOfTheDocumentWhereNoOperationIsMounted() throws Exception {
    try (ApiServer internal =
        ApiServer.builder(ApiServerConfig.of("127.0.0.1", 0)).nodeKey(NODE_KEY).start()) {
      URI uri = URI.create("http://127.0.0.1:" + internal.port() + "/api/v1/advertisers");
      HttpRequest.Builder request =
          HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + KEY);
      assertEquals(404, send(request).statusCode());
    }
  }

  @Test
  void shouldTakeAVersionInEveryFormThatAnETagHas() {
    for (String form : List.of("7", "\"7\"", "W/\"7\"")) {
      assertEquals(7, ifMatch(form), form);
    }
    assertNull(ifMatch("*"));
    for (String form : List.of("", "x", "\"\"", "W/", "W/\"x\"", "\"7\", \"8\"", "07")) {
      assertEquals(422, assertThrows(Problem.class, () -> ifMatch(form), form).status());
    }
  }

  private static Long ifMatch(String header) {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("If-Match", header);
    return new ApiRequest(
            "PATCH", "/", null, Map.of(), MultiMap.caseInsensitiveMultiMap(), headers, null)
        .ifMatch();
  }

  @Test
  void shouldEndAPageThatHasGrownLarge() {
    List<JsonObject> rows = new ArrayList<>();
    for (int i = 1; i <= 10; i++) {
      rows.add(new JsonObject().put("id", Integer.toString(i)).put("text", "x".repeat(300_000)));
    }
    JsonObject page = new JsonObject(new Page(100, 0).answer(rows.iterator()).body());
    assertEquals(4, page.getJsonArray("items").size());
    assertNotNull(page.getString("nextCursor"));
    JsonObject last = new JsonObject(new Page(2, 0).answer(rows.subList(0, 2).iterator()).body());
    assertEquals(2, last.getJsonArray("items").size());
    assertNull(last.getString("nextCursor"));
  }

  @Test
  void shouldRefuseToMountAnOperationTwice() {
    ApiServer.Builder builder =
        ApiServer.builder(ApiServerConfig.of("127.0.0.1", 0))
            .operation("getAuction", r -> ApiResponse.noContent());
    assertThrows(
        IllegalStateException.class,
        () -> builder.operation("getAuction", r -> ApiResponse.noContent()));
  }

  @Test
  void shouldSayInOneLineThatAPortIsTaken() {
    ApiServer.Builder builder = ApiServer.builder(ApiServerConfig.of("127.0.0.1", server.port()));
    IllegalStateException e = assertThrows(IllegalStateException.class, builder::start);
    assertTrue(e.getMessage().contains(":" + server.port()), e.getMessage());
  }
}
