package io.adplatform.runtime.api;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.openapi.router.OpenAPIRoute;
import io.vertx.ext.web.openapi.router.RequestExtractor;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.contract.OpenAPIContract;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes of an {@link ApiServer}, on one event loop. In the order a request passes them: its
 * deadline, its body, its key, the document, its handler (on a virtual thread), its answer.
 */
final class ApiVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(ApiVerticle.class);
  private static final String BASE = ApiDocument.BASE;
  private static final String CALLER = "caller";
  private static final String ANSWERED = "answered";

  /** Readiness and metrics: asked by a few machines, never by tenants. */
  private static final int STATUS_PERMITS = 16;

  private final ApiServer.Builder mounted;
  private final ApiExecution execution;
  private final ApiPermits operations;
  private final ApiPermits lookUps;
  private final ApiPermits status = new ApiPermits(STATUS_PERMITS);
  private HttpServer http;
  private ClientDeadlines deadlines;

  ApiVerticle(ApiServer.Builder mounted, ApiExecution execution) {
    this.mounted = mounted;
    this.execution = execution;
    this.operations = new ApiPermits(mounted.config.maxConcurrent(), mounted.config.maxPerKey());
    this.lookUps = new ApiPermits(mounted.config.maxConcurrent());
  }

  /** The server, once deployed. */
  HttpServer http() {
    return http;
  }

  @Override
  public Future<?> start() {
    ApiDocument document = ApiDocument.load();
    Set<String> unanswered = document.operationIds(null);
    unanswered.removeAll(mounted.operations.keySet());
    if (mounted.wholeContract != null) {
      return unanswered.isEmpty()
          ? mounted.wholeContract.compose(contract -> listen(contract, document))
          : Future.failedFuture("nobody answers " + unanswered);
    }
    return OpenAPIContract.from(vertx, document.forRouter(mounted.operations.keySet()))
        .compose(contract -> listen(contract, document));
  }

  private Future<?> listen(OpenAPIContract contract, ApiDocument document) {
    Router router = routes(contract, document.published());
    deadlines = new ClientDeadlines(vertx, mounted.config.requestDeadline().toMillis());
    http = vertx.createHttpServer(mounted.httpOptions());
    return http.connectionHandler(deadlines::connected)
        .requestHandler(
            request -> {
              deadlines.began(request);
              router.handle(request);
            })
        .listen();
  }

  private Router routes(OpenAPIContract contract, Buffer document) {
    Router router = Router.router(vertx);
    observation(router);
    BodyHandler bodies = BodyHandler.create(false).setBodyLimit(mounted.config.maxBodyBytes());
    internal(router, bodies);
    router
        .get(BASE + "/openapi.json")
        .handler(c -> answer(c, ApiResponse.of(200, ApiResponse.JSON, document)));
    if (mounted.keys != null) {
      // Routes of their own: within one, bodies are read before anything else.
      router.route(BASE + "/*").handler(this::authenticate);
      router.route(BASE + "/*").handler(bodies).handler(this::read);
      router.route(BASE + "/*").subRouter(operationRoutes(contract));
    }
    router.route().failureHandler(this::failed);
    router.errorHandler(404, c -> refuse(c, Problem.notFound("path")));
    router.errorHandler(405, c -> refuse(c, Problem.methodNotAllowed(c.request().method().name())));
    return router;
  }

  private void observation(Router router) {
    router.get("/healthz").handler(c -> answer(c, ApiResponse.text(200, "text/plain", "ok\n")));
    router.get("/readyz").handler(c -> run(c, "readyz", status, this::ready));
    if (mounted.metrics != null) {
      router
          .get("/metrics")
          .handler(
              c ->
                  run(
                      c,
                      "metrics",
                      status,
                      () ->
                          ApiResponse.text(
                              200,
                              "text/plain; version=0.0.4; charset=utf-8",
                              mounted.metrics.scrape())));
    }
  }

  private ApiResponse ready() {
    JsonObject checks = new JsonObject();
    boolean ready = true;
    for (Map.Entry<String, Supplier<String>> check : mounted.readiness.entrySet()) {
      String wrong = check.getValue().get();
      checks.put(check.getKey(), wrong == null ? "ok" : wrong);
      ready &= wrong == null;
    }
    JsonObject body = new JsonObject().put("ready", ready).put("checks", checks);
    return ApiResponse.of(ready ? 200 : 503, ApiResponse.JSON, body.toBuffer());
  }

  private void internal(Router router, BodyHandler bodies) {
    for (ApiServer.Internal route : mounted.internals) {
      // permits of its own: what asks slow servers in one does not keep nodes from their leases
      ApiPermits permits = new ApiPermits(mounted.config.maxConcurrent());
      // a route of its own: within one route bodies are read before anything else
      router.route(route.method(), route.path()).handler(this::requireNodeKey);
      router
          .route(route.method(), route.path())
          .handler(bodies)
          .handler(this::read)
          .handler(
              c -> {
                ApiRequest request = request(c, null);
                String name = route.method().name() + " " + route.path();
                run(c, name, permits, () -> route.handler().handle(request));
              });
    }
  }

  private void requireNodeKey(RoutingContext c) {
    if (mounted.isNodeKey(bearer(c))) {
      c.next();
    } else {
      refuse(c, Problem.unauthorized("This path is between services and needs the node key."));
    }
  }

  private static String bearer(RoutingContext c) {
    String header = c.request().getHeader(HttpHeaders.AUTHORIZATION);
    return header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)
        ? header.substring(7).strip()
        : null;
  }

  private void read(RoutingContext c) {
    deadlines.read(c.request());
    String type = c.request().getHeader(HttpHeaders.CONTENT_TYPE);
    if (type != null && type.startsWith(ApiDocument.MERGE_PATCH)) {
      c.request().headers().set(HttpHeaders.CONTENT_TYPE, ApiResponse.JSON);
    } else if (type != null && type.startsWith(ApiDocument.CSV)) {
      c.request().headers().set(HttpHeaders.CONTENT_TYPE, ApiDocument.BYTES);
    }
    c.next();
  }

  private void authenticate(RoutingContext c) {
    String key = bearer(c);
    if (key == null) {
      refuse(c, Problem.unauthorized("Send an API key: Authorization: Bearer <key>."));
      return;
    }
    Context context = vertx.getOrCreateContext();
    // Nobody's body is kept in memory until it is known who sends it.
    c.request().pause();
    execution.call(
        "authenticate",
        lookUps,
        ApiPermits.NO_KEY,
        () -> mounted.keys.find(key),
        caller -> context.runOnContext(v -> known(c, caller)),
        problem -> context.runOnContext(v -> refusePaused(c, problem)));
  }

  private void known(RoutingContext c, Caller caller) {
    if (caller == null) {
      refusePaused(c, Problem.unauthorized("There is no such API key."));
    } else {
      c.put(CALLER, caller);
      c.next();
      c.request().resume();
    }
  }

  /** What still comes of the body is dropped. */
  private void refusePaused(RoutingContext c, Problem problem) {
    refuse(c, problem);
    c.request().resume();
  }

  private Router operationRoutes(OpenAPIContract contract) {
    RouterBuilder builder =
        RouterBuilder.create(vertx, contract, RequestExtractor.withBodyHandler());
    for (Map.Entry<String, ApiHandler> operation : mounted.operations.entrySet()) {
      OpenAPIRoute route = builder.getRoute(operation.getKey());
      if (route == null) {
        throw new IllegalStateException("not in the document: " + operation.getKey());
      }
      route
          .setDoSecurity(false)
          .addHandler(
              c -> {
                ApiRequest request = request(c, c.get(CALLER));
                run(c, operation.getKey(), operations, () -> operation.getValue().handle(request));
              })
          .addFailureHandler(this::failed);
    }
    return builder.createRouter();
  }

  private static ApiRequest request(RoutingContext c, Caller caller) {
    Buffer body = c.body().buffer();
    return new ApiRequest(
        c.request().method().name(),
        c.request().path(),
        caller,
        Map.copyOf(c.pathParams()),
        c.queryParams(),
        c.request().headers(),
        body == null ? Buffer.buffer() : body);
  }

  private void run(RoutingContext c, String name, ApiPermits permits, Callable<ApiResponse> work) {
    Context context = vertx.getOrCreateContext();
    Caller caller = c.get(CALLER);
    execution.run(
        name,
        permits,
        caller == null ? ApiPermits.NO_KEY : caller.keyId(),
        work,
        response -> context.runOnContext(v -> answer(c, response)));
  }

  private void failed(RoutingContext c) {
    Throwable failure = c.failure();
    if (failure instanceof HttpClosedException) {
      return; // the client is gone
    }
    if (c.statusCode() == 413) {
      refuse(c, Problem.tooLarge(mounted.config.maxBodyBytes()));
    } else {
      Problem problem = ValidationProblem.of(failure);
      if (problem.status() == 500) {
        LOG.error("{} {} failed", c.request().method(), c.normalizedPath(), failure);
      }
      refuse(c, problem);
    }
  }

  private void refuse(RoutingContext c, Problem problem) {
    Route route = c.currentRoute();
    execution.count(route == null ? "none" : "refused", problem.status(), 0);
    answer(c, ApiResponse.problem(problem));
  }

  private static void answer(RoutingContext c, ApiResponse response) {
    if (response == null || c.response().ended() || c.get(ANSWERED) != null) {
      return;
    }
    c.put(ANSWERED, true);
    c.response().setStatusCode(response.status());
    response.headers().forEach(c.response()::putHeader);
    if (response.status() == 401) {
      c.response().putHeader("WWW-Authenticate", "Bearer");
    }
    c.response().putHeader("X-Content-Type-Options", "nosniff");
    c.response().end(response.body());
  }
}
