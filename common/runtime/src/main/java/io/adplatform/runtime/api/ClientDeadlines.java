package io.adplatform.runtime.api;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Cuts off clients that are slow to send: a request must have come whole within its deadline after
 * its head, and the next head within {@value #IDLE_MILLIS} ms after an answer or a connect. A
 * client that trickles bytes holds a connection no longer than that. Used by one event loop alone.
 */
final class ClientDeadlines {
  /** How long a connection may be kept without a request. */
  static final long IDLE_MILLIS = 60_000;

  private final Vertx vertx;
  private final long requestMillis;
  private final Map<HttpConnection, Long> timers = new IdentityHashMap<>();

  ClientDeadlines(Vertx vertx, long requestMillis) {
    this.vertx = vertx;
    this.requestMillis = requestMillis;
  }

  /** A client has connected. */
  void connected(HttpConnection connection) {
    arm(connection, IDLE_MILLIS);
    connection.closeHandler(v -> disarm(connection));
  }

  /** The head of a request has come. */
  void began(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    arm(connection, requestMillis);
    request.response().endHandler(v -> arm(connection, IDLE_MILLIS));
  }

  /** The whole request has come. */
  void read(HttpServerRequest request) {
    disarm(request.connection());
  }

  private void arm(HttpConnection connection, long millis) {
    disarm(connection);
    timers.put(
        connection,
        vertx.setTimer(
            millis,
            id -> {
              timers.remove(connection);
              connection.close();
            }));
  }

  private void disarm(HttpConnection connection) {
    Long timer = timers.remove(connection);
    if (timer != null) {
      vertx.cancelTimer(timer);
    }
  }
}
