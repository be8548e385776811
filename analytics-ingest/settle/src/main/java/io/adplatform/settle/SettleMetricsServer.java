package io.adplatform.settle;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** {@code /metrics}, {@code /healthz} and {@code /readyz} of the job's process, on loopback. */
final class SettleMetricsServer implements AutoCloseable {
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;

  private final HttpServer server;

  /**
   * Listens.
   *
   * @param within how old the newest checkpoint of a job that is ready may be
   */
  SettleMetricsServer(int port, Duration within) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext(
        "/metrics", exchange -> answer(exchange, OK, "text/plain; version=0.0.4", metrics()));
    server.createContext("/healthz", exchange -> answer(exchange, OK, "text/plain", "ok\n"));
    server.createContext(
        "/readyz",
        exchange -> {
          boolean ready = SettleMetrics.isReady(within.toMillis());
          answer(
              exchange,
              ready ? OK : UNAVAILABLE,
              "text/plain",
              ready ? "ready\n" : "no checkpoint was completed lately\n");
        });
    server.start();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private static String metrics() {
    return SettleMetrics.text();
  }

  private static void answer(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
