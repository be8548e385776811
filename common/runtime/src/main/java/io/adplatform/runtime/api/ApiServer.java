package io.adplatform.runtime.api;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.openapi.contract.OpenAPIContract;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control plane's HTTP server: {@code /api/v1/*} as the document has it, {@code /internal/v1/*}
 * between services, {@code /healthz}, {@code /readyz}, {@code /metrics}. Thread-safe once started.
 */
public final class ApiServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);

  /** Reading and checking the document takes a second, several on a busy machine. */
  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  /** Answers under way are finished within this; then connections are closed. */
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final HttpServer http;
  private final ApiExecution execution;
  private final Set<String> operationIds;

  private ApiServer(
      Vertx vertx, HttpServer http, ApiExecution execution, Set<String> operationIds) {
    this.vertx = vertx;
    this.http = http;
    this.execution = execution;
    this.operationIds = operationIds;
  }

  /** Begins a server; what is mounted takes effect at {@link Builder#start}. */
  public static Builder builder(ApiServerConfig config) {
    return new Builder(config);
  }

  /** The port it listens on. */
  public int port() {
    return http.actualPort();
  }

  /** The operations that are mounted. */
  public Set<String> operationIds() {
    return operationIds;
  }

  /** Takes no more requests, finishes those under way, then ends its threads. */
  @Override
  public void close() {
    await(http.shutdown(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS), STOP_LIMIT.multipliedBy(2));
    execution.close();
    await(vertx.close(), STOP_LIMIT);
  }

  private static <T> void await(Future<T> future, Duration limit) {
    try {
      future
          .toCompletionStage()
          .toCompletableFuture()
          .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
          .join();
    } catch (CompletionException e) {
      LOG.warn("API server did not stop in order: {}", String.valueOf(e.getCause()));
    }
  }

  /** Collects what a server answers. Services may mount their parts from threads of their own. */
  public static final class Builder {
    final ApiServerConfig config;
    final Map<String, ApiHandler> operations = new LinkedHashMap<>();
    final List<Internal> internals = new ArrayList<>();
    final Map<String, Supplier<String>> readiness = new LinkedHashMap<>();
    ApiKeyStore keys;
    PrometheusMeterRegistry metrics;
    Future<OpenAPIContract> wholeContract;
    private byte[] nodeKey;
    private Vertx vertx;

    private Builder(ApiServerConfig config) {
      this.config = Objects.requireNonNull(config);
    }

    private synchronized Vertx vertx() {
      if (vertx == null) {
        vertx =
            Vertx.vertx(
                new VertxOptions()
                    .setPreferNativeTransport(true)
                    .setEventLoopPoolSize(1)
                    .setMaxEventLoopExecuteTime(START_LIMIT.toNanos())
                    .setWorkerPoolSize(1)
                    .setInternalBlockingPoolSize(1));
      }
      return vertx;
    }

    /** Who knows the API keys; needed where an operation is mounted. */
    public synchronized Builder keys(ApiKeyStore store) {
      this.keys = Objects.requireNonNull(store);
      return this;
    }

    /** What {@code /internal/v1/*} asks for; needed where an internal handler is mounted. */
    public synchronized Builder nodeKey(String secret) {
      this.nodeKey = secret.getBytes(StandardCharsets.UTF_8);
      return this;
    }

    /** Where requests are counted, and what {@code /metrics} shows. */
    public synchronized Builder metrics(PrometheusMeterRegistry registry) {
      this.metrics = Objects.requireNonNull(registry);
      return this;
    }

    /**
     * Answers an operation of the document.
     *
     * @throws IllegalStateException where it is mounted already; {@link #start} throws for one that
     *     the document does not have
     */
    public synchronized Builder operation(String operationId, ApiHandler handler) {
      if (operations.putIfAbsent(operationId, handler) != null) {
        throw new IllegalStateException("operation mounted twice: " + operationId);
      }
      return this;
    }

    /**
     * Says that this server answers the whole API: {@link #start} throws where an operation of the
     * document is not mounted. The document is read meanwhile, which takes a second.
     */
    public synchronized Builder requireEveryOperation() {
      Promise<OpenAPIContract> contract = Promise.promise();
      Vertx reader = vertx();
      reader.runOnContext(
          v -> {
            ApiDocument document = ApiDocument.load();
            OpenAPIContract.from(reader, document.forRouter(document.operationIds(null)))
                .onComplete(contract);
          });
      wholeContract = contract.future();
      return this;
    }

    /**
     * Answers a call between services; {@code caller()} of its requests is null.
     *
     * @param path below {@code /internal/v1}, such as {@code /line-items/:id/budget}
     */
    public synchronized Builder internal(String method, String path, ApiHandler handler) {
      internals.add(new Internal(HttpMethod.valueOf(method), "/internal/v1" + path, handler));
      return this;
    }

    /** Where services register their own meters; kept to themselves where nothing shows them. */
    public synchronized MeterRegistry meters() {
      return metrics == null ? new SimpleMeterRegistry() : metrics;
    }

    /**
     * Adds a condition of {@code /readyz}.
     *
     * @param check null when ready, else what is wrong; called on a virtual thread
     */
    public synchronized Builder readiness(String name, Supplier<String> check) {
      readiness.put(name, check);
      return this;
    }

    /**
     * Reads the document, binds and serves.
     *
     * @throws IllegalStateException where it cannot: the port is taken, or an operation is unknown
     */
    public ApiServer start() {
      requireComplete();
      Vertx vertx = vertx();
      ApiExecution execution = new ApiExecution(metrics);
      try {
        ApiVerticle verticle = new ApiVerticle(this, execution);
        vertx
            .deployVerticle(verticle)
            .toCompletionStage()
            .toCompletableFuture()
            .get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        return new ApiServer(vertx, verticle.http(), execution, Set.copyOf(operations.keySet()));
      } catch (Exception e) {
        execution.close();
        vertx.close();
        Throwable cause = e.getCause() == null ? e : e.getCause();
        throw new IllegalStateException(
            "API server on "
                + config.host()
                + ":"
                + config.port()
                + " did not start: "
                + cause.getMessage(),
            cause);
      }
    }

    private void requireComplete() {
      if (!operations.isEmpty() && keys == null) {
        throw new IllegalStateException("operations are mounted, but nobody knows the API keys");
      }
      if (!internals.isEmpty() && nodeKey == null) {
        throw new IllegalStateException("internal handlers are mounted, but there is no node key");
      }
    }

    /** Whether a bearer token is the node key; takes the same time wherever it differs. */
    boolean isNodeKey(String token) {
      return token != null
          && MessageDigest.isEqual(nodeKey, token.getBytes(StandardCharsets.UTF_8));
    }

    HttpServerOptions httpOptions() {
      return new HttpServerOptions()
          .setHost(config.host())
          .setPort(config.port())
          .setCompressionSupported(true)
          .setHandle100ContinueAutomatically(true);
    }
  }

  /** An internal route. */
  record Internal(HttpMethod method, String path, ApiHandler handler) {}
}
