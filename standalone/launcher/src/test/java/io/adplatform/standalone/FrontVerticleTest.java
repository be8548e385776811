package io.adplatform.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.servers.LoopbackPorts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrontVerticleTest {
  private static final int WARM_UP = 20;

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();
  private volatile String trouble;
  private int port;

  @BeforeEach
  void start() throws Exception {
    ServiceOrigin one =
        service("one", 200, "{\"ready\":true,\"catalogueVersion\":7,\"checks\":{\"a\":\"ok\"}}");
    ServiceOrigin two =
        service("two", 503, "{\"ready\":false,\"checks\":{\"b\":\"Kafka is away\"}}");
    port = LoopbackPorts.free();
    Map<String, ServiceOrigin> routes = Map.of("/api/v1/", one, "/api/v1/reports/", two);
    await(
        vertx.deployVerticle(
            new FrontVerticle("127.0.0.1", port, routes, Map.of("settle", () -> trouble))));
    // Services are not waited for long, and the first question finds everything cold.
    for (int i = 0; i < WARM_UP && get("/readyz").body().contains("no answer"); i++) {}
  }

  @AfterEach
  void stop() {
    client.close();
    await(vertx.close());
  }

  @Test
  void shouldHandARequestToTheServiceWithTheLongestMatchingPath() throws Exception {
    assertEquals("one GET /api/v1/campaigns?limit=2 ", get("/api/v1/campaigns?limit=2").body());
    assertEquals("two GET /api/v1/reports/delivery ", get("/api/v1/reports/delivery").body());
  }

  @Test
  void shouldPassBodiesOn() throws Exception {
    HttpResponse<String> answer =
        client.send(
            request("/api/v1/accounts").POST(HttpRequest.BodyPublishers.ofString("hello")).build(),
            HttpResponse.BodyHandlers.ofString());

    assertEquals("one POST /api/v1/accounts hello", answer.body());
  }

  @Test
  void shouldNotPassOnWhatIsBetweenServices() throws Exception {
    assertEquals(404, get("/internal/v1/leases").statusCode());
  }

  @Test
  void shouldBeReadyOnlyWhenAllServicesAreAndShowTheirChecks() throws Exception {
    HttpResponse<String> answer = get("/readyz");

    assertEquals(503, answer.statusCode());
    JsonObject body = new JsonObject(answer.body());
    assertEquals("NOT_READY", body.getString("status"));
    assertEquals(7, body.getInteger("catalogueVersion"));
    assertEquals("ok", body.getJsonObject("checks").getString("one.a"));
    assertEquals("Kafka is away", body.getJsonObject("checks").getString("two.b"));
    assertEquals("ok", body.getJsonObject("checks").getString("settle"));
  }

  @Test
  void shouldNotBeReadyWhileAConditionOfItsOwnDoesNotHold() throws Exception {
    trouble = "settle is restarting";
    int front = LoopbackPorts.free();
    await(
        vertx.deployVerticle(
            new FrontVerticle("127.0.0.1", front, Map.of(), Map.of("settle", () -> trouble))));

    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + front + "/readyz")).build(),
            HttpResponse.BodyHandlers.ofString());

    assertEquals(503, answer.statusCode());
    assertEquals(
        "settle is restarting",
        new JsonObject(answer.body()).getJsonObject("checks").getString("settle"));
  }

  @Test
  void shouldSayThatItIsNotReadyWhereAConditionCannotBeAsked() throws Exception {
    int front = LoopbackPorts.free();
    Supplier<String> broken =
        () -> {
          throw new IllegalStateException("no such process");
        };
    await(
        vertx.deployVerticle(
            new FrontVerticle("127.0.0.1", front, Map.of(), Map.of("settle", broken))));

    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + front + "/readyz"))
                .timeout(Duration.ofSeconds(30))
                .build(),
            HttpResponse.BodyHandlers.ofString());

    assertEquals(503, answer.statusCode());
    assertTrue(answer.body().contains("no such process"), answer.body());
  }

  @Test
  void shouldCutOffAClientThatDoesNotSendItsWholeRequest() throws Exception {
    int front = LoopbackPorts.free();
    Map<String, ServiceOrigin> routes = Map.of("/api/v1/", service("slow", 200, "{}"));
    await(vertx.deployVerticle(new FrontVerticle("127.0.0.1", front, routes, Map.of(), 300)));
    try (Socket socket = new Socket("127.0.0.1", front)) {
      socket.setSoTimeout(30_000);
      String half = "POST /api/v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf";
      socket.getOutputStream().write(half.getBytes(StandardCharsets.US_ASCII));
      assertEquals(-1, socket.getInputStream().read());
    }
    HttpRequest whole =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + front + "/api/v1/x"))
            .POST(HttpRequest.BodyPublishers.ofString("whole"))
            .build();
    assertEquals(
        "slow POST /api/v1/x whole",
        client.send(whole, HttpResponse.BodyHandlers.ofString()).body());
  }

  @Test
  void shouldShowTheSamplesOfAllServicesTogetherByName() throws Exception {
    assertEquals(
        """
        # HELP x_total Things
        # TYPE x_total counter
        x_total{service="one",kind="a"} 3
        x_total{service="two",kind="a"} 3
        # TYPE y_seconds histogram
        y_seconds_bucket{service="one",le="+Inf"} 1
        y_seconds_sum{service="one"} 0.5
        y_seconds_bucket{service="two",le="+Inf"} 1
        y_seconds_sum{service="two"} 0.5
        """,
        sortedByService(get("/metrics").body()));
  }

  /** The services are asked in no particular order. */
  private static String sortedByService(String text) {
    return text.indexOf("\"two\"") > text.indexOf("\"one\"")
        ? text
        : text.replace("\"one\"", "\"?\"")
            .replace("\"two\"", "\"one\"")
            .replace("\"?\"", "\"two\"");
  }

  @Test
  void shouldAnswer502ForAServiceThatIsAway() throws Exception {
    int away = LoopbackPorts.free();
    int front = LoopbackPorts.free();
    await(
        vertx.deployVerticle(
            new FrontVerticle(
                "127.0.0.1", front, Map.of("/e/", new ServiceOrigin("gone", away)), Map.of())));

    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + front + "/e/imp/x")).build();

    assertEquals(502, client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode());
    assertTrue(get("/healthz").statusCode() == 200);
  }

  private ServiceOrigin service(String name, int readyStatus, String readiness) {
    int own = LoopbackPorts.free();
    await(
        vertx
            .createHttpServer()
            .requestHandler(request -> answer(request, name, readyStatus, readiness))
            .listen(own, "127.0.0.1"));
    return new ServiceOrigin(name, own);
  }

  private static void answer(
      HttpServerRequest request, String name, int readyStatus, String readiness) {
    switch (request.path()) {
      case "/readyz" -> request.response().setStatusCode(readyStatus).end(readiness);
      case "/metrics" ->
          request
              .response()
              .end(
                  """
                  # HELP x_total Things
                  # TYPE x_total counter
                  x_total{kind="a"} 3
                  # TYPE y_seconds histogram
                  y_seconds_bucket{le="+Inf"} 1
                  y_seconds_sum 0.5
                  """);
      default ->
          request
              .body()
              .onSuccess(
                  body ->
                      request
                          .response()
                          .end(name + " " + request.method() + " " + request.uri() + " " + body));
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static void await(Future<?> future) {
    future.toCompletionStage().toCompletableFuture().join();
  }
}
