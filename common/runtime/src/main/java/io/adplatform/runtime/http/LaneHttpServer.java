package io.adplatform.runtime.http;

import io.adplatform.runtime.config.SettingsException;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.lane.Lanes;
import io.adplatform.runtime.metrics.Metrics;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One port, served by all lanes: Vert.x gives each connection to a lane, which keeps it. HTTP/1.1
 * with keep-alive and pipelining, and HTTP/2 without TLS. There is no router and nothing of ours
 * between Vert.x and a service's handler but {@link LaneRoutes}. For the thread that starts the
 * process.
 */
public final class LaneHttpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LaneHttpServer.class);

  /**
   * A connection on which nothing was read for so long is closed: idle ones, and ones whose body
   * stalls. SSPs keep connections for minutes, and send far more often than this.
   */
  public static final int READ_IDLE_SECONDS = 60;

  /** A token is 140 characters, a notice's query a few hundred. */
  private static final int MAX_INITIAL_LINE = 8 * 1024;

  private static final int MAX_HEADERS = 16 * 1024;

  /** Connections that wait to be accepted, in a burst of them. */
  private static final int ACCEPT_BACKLOG = 4096;

  /** To Vert.x, a negative port is any free one, the same for all servers that name it. */
  private static final int ANY_SHARED_PORT = -1;

  private static final long START_SECONDS = 30;

  /** How long requests in flight may take to end when the server closes. */
  private static final long CLOSE_SECONDS = 5;

  private final Lanes lanes;
  private final String host;
  private final int port;
  private final Map<String, Function<Lane, Handler<HttpServerRequest>>> routes =
      new LinkedHashMap<>();
  private final List<HttpServer> servers = new ArrayList<>();

  /**
   * A server that does not listen yet.
   *
   * @param port 0 for any free one
   */
  public LaneHttpServer(Lanes lanes, String host, int port) {
    this.lanes = lanes;
    this.host = host;
    this.port = port;
  }

  /** Serves {@code /healthz}, {@code /readyz} and {@code /metrics}. */
  public void routeStatus(Readiness readiness, Metrics metrics) {
    StatusHandler status = new StatusHandler(readiness, metrics);
    route(StatusHandler.HEALTH, lane -> status::health);
    route(StatusHandler.READY, lane -> status::ready);
    route(StatusHandler.METRICS, lane -> status::metrics);
  }

  /**
   * Serves all paths that begin with a prefix. Before {@link #listen()}.
   *
   * @param prefix begins with {@code /}; the longest that matches wins
   * @param handlers called once per lane, on that lane; gives the handler of its requests
   * @throws IllegalArgumentException if the prefix is taken
   */
  public void route(String prefix, Function<Lane, Handler<HttpServerRequest>> handlers) {
    if (!prefix.startsWith("/") || routes.putIfAbsent(prefix, handlers) != null) {
      throw new IllegalArgumentException("no prefix, or one that is taken: " + prefix);
    }
  }

  /**
   * Starts to serve on every lane. Blocks until it does.
   *
   * @return the port
   * @throws SettingsException in one line if the port is taken
   */
  public int listen() {
    int shared = port == 0 ? ANY_SHARED_PORT : port;
    for (Lane lane : lanes.all()) {
      servers.add(listen(lane, shared));
    }
    return servers.getFirst().actualPort();
  }

  private HttpServer listen(Lane lane, int onPort) {
    Promise<HttpServer> listening = Promise.promise();
    lane.context()
        .runOnContext(
            ignored -> {
              try {
                start(lane, onPort).onComplete(listening);
              } catch (RuntimeException e) {
                listening.fail(e);
              }
            });
    try {
      return listening.future().await(START_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new SettingsException("port: " + onPort + " could not be opened in time");
    } catch (Exception e) {
      throw new SettingsException(
          "port: "
              + onPort
              + " cannot be listened on ("
              + e.getMessage()
              + "); free it or give another with --port");
    }
  }

  private Future<HttpServer> start(Lane lane, int onPort) {
    Map<String, Handler<HttpServerRequest>> handlers = new HashMap<>();
    routes.forEach((prefix, ofLane) -> handlers.put(prefix, ofLane.apply(lane)));
    return lanes
        .vertx()
        .createHttpServer(options())
        .requestHandler(new LaneRoutes(handlers))
        .listen(onPort, host);
  }

  /** The options of every lane server; for measuring a bare server beside it. */
  public static HttpServerOptions options() {
    return new HttpServerOptions()
        .setReadIdleTimeout(READ_IDLE_SECONDS)
        .setIdleTimeoutUnit(TimeUnit.SECONDS)
        .setMaxInitialLineLength(MAX_INITIAL_LINE)
        .setMaxHeaderSize(MAX_HEADERS)
        .setAcceptBacklog(ACCEPT_BACKLOG)
        .setTcpNoDelay(true)
        .setReuseAddress(true)
        .setStrictThreadMode(true)
        .setCompressionSupported(false)
        .setDecompressionSupported(false)
        .setHandle100ContinueAutomatically(true);
  }

  /** Takes no more requests and lets those in flight end. Blocks. */
  @Override
  public void close() {
    List<Future<Void>> closing = new ArrayList<>();
    for (HttpServer server : servers) {
      closing.add(server.shutdown(CLOSE_SECONDS, TimeUnit.SECONDS));
    }
    servers.clear();
    try {
      Future.join(closing).await(2 * CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      LOG.warn("http step=close requests in flight did not end within {} s", CLOSE_SECONDS);
    }
  }
}
