package io.adplatform.runtime.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The handlers of one lane by path prefix. Hands a request over without allocating: a lane has a
 * handful of prefixes, tried longest first.
 */
final class LaneRoutes implements Handler<HttpServerRequest> {
  private static final int NOT_FOUND = 404;

  private final String[] prefixes;
  private final List<Handler<HttpServerRequest>> handlers = new ArrayList<>();

  LaneRoutes(Map<String, Handler<HttpServerRequest>> byPrefix) {
    prefixes =
        byPrefix.keySet().stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toArray(String[]::new);
    for (String prefix : prefixes) {
      handlers.add(byPrefix.get(prefix));
    }
  }

  @Override
  public void handle(HttpServerRequest request) {
    String uri = request.uri();
    for (int i = 0; i < prefixes.length; i++) {
      if (uri.startsWith(prefixes[i])) {
        handlers.get(i).handle(request);
        return;
      }
    }
    request.response().setStatusCode(NOT_FOUND).end();
  }
}
