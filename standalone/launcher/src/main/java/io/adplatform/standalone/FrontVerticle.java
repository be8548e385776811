package io.adplatform.standalone;

import io.adplatform.runtime.api.ClientDeadlines;
import io.adplatform.runtime.http.LaneHttpServer;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.httpproxy.HttpProxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One public port with {@code --split}: hands each request to the service that its path belongs to.
 * What is between services ({@code /internal/*}) is not passed on; readiness and metrics are
 * gathered from all services behind it. Stateless; one event loop.
 */
final class FrontVerticle extends VerticleBase {
  /** As many requests as lanes keep in flight on a laptop, per service. */
  private static final int CONNECTIONS = 256;

  private static final int NOT_FOUND = 404;

  /** Requests come at their own pace: the service behind has a deadline of its own for them. */
  private static final long NO_DEADLINE = 0;

  private final String host;
  private final int port;
  private final Map<String, ServiceOrigin> routes;
  private final Map<String, Supplier<String>> conditions;
  private final long requestMillis;
  private final Map<ServiceOrigin, HttpProxy> proxies = new HashMap<>();
  private HttpClient client;
  private FrontChecks checks;

  /** A front without a deadline for requests. */
  FrontVerticle(
      String host,
      int port,
      Map<String, ServiceOrigin> routes,
      Map<String, Supplier<String>> conditions) {
    this(host, port, routes, conditions, NO_DEADLINE);
  }

  /**
   * A front that is not listening yet.
   *
   * @param routes path prefix to service; the longest prefix that a path begins with decides
   * @param conditions of its own readiness, beside the services': null where all is well; may block
   * @param requestMillis a client that has not sent its whole request by then is cut off; 0: never
   */
  FrontVerticle(
      String host,
      int port,
      Map<String, ServiceOrigin> routes,
      Map<String, Supplier<String>> conditions,
      long requestMillis) {
    this.host = host;
    this.port = port;
    this.routes = new LinkedHashMap<>(routes);
    this.conditions = new LinkedHashMap<>(conditions);
    this.requestMillis = requestMillis;
  }

  @Override
  public Future<?> start() {
    client =
        vertx.createHttpClient(
            new HttpClientOptions().setDecompressionSupported(false),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS));
    List<ServiceOrigin> origins = new ArrayList<>();
    for (ServiceOrigin origin : routes.values()) {
      if (!proxies.containsKey(origin)) {
        proxies.put(origin, HttpProxy.reverseProxy(client).origin(origin.port(), "127.0.0.1"));
        origins.add(origin);
      }
    }
    checks = new FrontChecks(vertx, client, origins, conditions);
    // The bounds of the lanes' server, to which idle clients and endless heads do not get through.
    HttpServerOptions bounds = LaneHttpServer.options().setStrictThreadMode(false);
    if (requestMillis == NO_DEADLINE) {
      return vertx.createHttpServer(bounds).requestHandler(this::route).listen(port, host);
    }
    // An answer of the API may take longer than a client may be idle.
    ClientDeadlines deadlines = new ClientDeadlines(vertx, requestMillis);
    return vertx
        .createHttpServer(bounds.setReadIdleTimeout(0))
        .connectionHandler(deadlines::connected)
        .requestHandler(
            request -> {
              deadlines.began(request);
              route(request);
            })
        .listen(port, host);
  }

  private void route(HttpServerRequest request) {
    switch (request.path()) {
      case "/healthz" -> request.response().end("ok\n");
      case "/readyz" -> checks.readiness(request);
      case "/metrics" -> checks.metrics(request);
      default ->
          originOf(request.path())
              .map(proxies::get)
              .ifPresentOrElse(
                  proxy -> proxy.handle(request),
                  () -> request.response().setStatusCode(NOT_FOUND).end());
    }
  }

  private Optional<ServiceOrigin> originOf(String path) {
    String best = null;
    for (String prefix : routes.keySet()) {
      if (path.startsWith(prefix) && (best == null || prefix.length() > best.length())) {
        best = prefix;
      }
    }
    return Optional.ofNullable(best).map(routes::get);
  }
}
