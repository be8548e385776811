package io.adplatform.runtime.http;

import io.adplatform.runtime.metrics.Metrics;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Liveness, readiness and metrics. What takes time is worked out on a virtual thread, once for all
 * who ask at a time; the answer is written on the lane.
 */
final class StatusHandler {
  static final String HEALTH = "/healthz";
  static final String READY = "/readyz";
  static final String METRICS = "/metrics";

  /** Whoever scrapes, and however often: the work of one scrape a second. */
  private static final long SCRAPE_NANOS = 1_000_000_000;

  private static final int OK = 200;
  private static final int FAILED = 500;
  private static final int UNAVAILABLE = 503;
  private static final String JSON = "application/json";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private static final Answer FAILURE = new Answer(FAILED, JSON, "{\"status\":\"FAILED\"}");

  private final SharedAnswer<Answer> ready;
  private final SharedAnswer<Answer> scrape;

  StatusHandler(Readiness readiness, Metrics metrics) {
    ready =
        new SharedAnswer<>(
            0,
            () -> {
              Readiness.Report report = readiness.report();
              return new Answer(report.ready() ? OK : UNAVAILABLE, JSON, report.json());
            });
    scrape = new SharedAnswer<>(SCRAPE_NANOS, () -> new Answer(OK, PROMETHEUS, metrics.scrape()));
  }

  /** The lane answers: so it lives. */
  void health(HttpServerRequest request) {
    answer(request, new Answer(OK, JSON, "{\"status\":\"UP\"}"));
  }

  void ready(HttpServerRequest request) {
    later(request, ready);
  }

  void metrics(HttpServerRequest request) {
    later(request, scrape);
  }

  private record Answer(int status, String contentType, String body) {}

  private static void later(HttpServerRequest request, SharedAnswer<Answer> work) {
    Context lane = Vertx.currentContext();
    work.ask()
        .whenComplete(
            (answer, failure) ->
                lane.runOnContext(ignored -> answer(request, failure == null ? answer : FAILURE)));
  }

  private static void answer(HttpServerRequest request, Answer answer) {
    if (request.response().closed()) {
      return;
    }
    request
        .response()
        .setStatusCode(answer.status)
        .putHeader(HttpHeaders.CONTENT_TYPE, answer.contentType)
        .end(answer.body);
  }
}
