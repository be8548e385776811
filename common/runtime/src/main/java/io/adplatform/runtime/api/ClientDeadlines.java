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
public final class ClientDeadlines {
  /** How long a connection may be kept without a request. */
  static final long IDLE_MILLIS = 60_000;

  private final Vertx vertx;
  private final long requestMillis;
  private final Map<HttpConnection, Long> timers = new IdentityHashMap<>();

  /**
   * @param requestMillis how long a request may take to come whole
   */
  public ClientDeadlines(Vertx vertx, long requestMillis) {
    this.vertx = vertx;
    this.requestMillis = requestMillis;
  }

  /** A client has connected. */
  public void connected(HttpConnection connection) {
    arm(connection, IDLE_MILLIS);
    connection.closeHandler(v -> disarm(connection));
  }

  /** The head of a request has come. */
  public void began(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    arm(connection, requestMillis, request);
    request.response().endHandler(v -> arm(connection, IDLE_MILLIS));
  }

  /** The whole request has come. */
  public void read(HttpServerRequest request) {
    disarm(request.connection());
  }

  private void arm(HttpConnection connection, long millis) {
    arm(connection, millis, null);
  }

  /** Whoever does not say that it has read a request is asked whether that has ended. */
  private void arm(HttpConnection connection, long millis, HttpServerRequest request) {
    disarm(connection);
    timers.put(
        connection,
        vertx.setTimer(
            millis,
            id -> {
              timers.remove(connection);
              if (request == null || !request.isEnded()) {
                connection.close();
              } else if (request.response().ended()) {
                arm(connection, IDLE_MILLIS);
              }
            }));
  }

  private void disarm(HttpConnection connection) {
    Long timer = timers.remove(connection);
    if (timer != null) {
      vertx.cancelTimer(timer);
    }
  }
}
