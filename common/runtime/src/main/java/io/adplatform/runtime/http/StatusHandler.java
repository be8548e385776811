package io.adplatform.runtime.http;

import io.adplatform.runtime.metrics.Metrics;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Supplier;

/**
 * Liveness, readiness and metrics. What takes time is worked out on a virtual thread; the answer is
 * written on the lane.
 */
final class StatusHandler {
  static final String HEALTH = "/healthz";
  static final String READY = "/readyz";
  static final String METRICS = "/metrics";

  private static final int OK = 200;
  private static final int FAILED = 500;
  private static final int UNAVAILABLE = 503;
  private static final String JSON = "application/json";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private final Readiness readiness;
  private final Metrics metrics;

  StatusHandler(Readiness readiness, Metrics metrics) {
    this.readiness = readiness;
    this.metrics = metrics;
  }

  /** The lane answers: so it lives. */
  void health(HttpServerRequest request) {
    answer(request, new Answer(OK, JSON, "{\"status\":\"UP\"}"));
  }

  void ready(HttpServerRequest request) {
    later(
        request,
        () -> {
          Readiness.Report report = readiness.report();
          return new Answer(report.ready() ? OK : UNAVAILABLE, JSON, report.json());
        });
  }

  void metrics(HttpServerRequest request) {
    later(request, () -> new Answer(OK, PROMETHEUS, metrics.scrape()));
  }

  private record Answer(int status, String contentType, String body) {}

  private static void later(HttpServerRequest request, Supplier<Answer> work) {
    Context lane = Vertx.currentContext();
    Thread.startVirtualThread(
        () -> {
          Answer answer = answerOf(work);
          lane.runOnContext(ignored -> answer(request, answer));
        });
  }

  private static Answer answerOf(Supplier<Answer> work) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      return new Answer(FAILED, JSON, "{\"status\":\"FAILED\"}");
    }
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
