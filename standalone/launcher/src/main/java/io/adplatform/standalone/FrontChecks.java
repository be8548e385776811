package io.adplatform.standalone;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Readiness and metrics of several services as those of one port. On the front's event loop. */
final class FrontChecks {
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;
  private static final long TIMEOUT_MILLIS = 2_000;
  private static final String WELL = "ok";

  private final Vertx vertx;
  private final HttpClient client;
  private final List<ServiceOrigin> origins;
  private final Map<String, Supplier<String>> conditions;

  FrontChecks(
      Vertx vertx,
      HttpClient client,
      List<ServiceOrigin> origins,
      Map<String, Supplier<String>> conditions) {
    this.vertx = vertx;
    this.client = client;
    this.origins = List.copyOf(origins);
    this.conditions = Map.copyOf(conditions);
  }

  /**
   * Ready when all are; their checks side by side, and what they say beside their checks, first
   * come first kept.
   */
  void readiness(HttpServerRequest request) {
    Future<List<Answer>> asked = ask("/readyz");
    Future<Map<String, String>> own = vertx.executeBlocking(this::troubles, false);
    Future.all(asked, own)
        .onSuccess(both -> answer(request, asked.result(), own.result()))
        .onFailure(failure -> answer(request, List.of(), Map.of("front", String.valueOf(failure))));
  }

  /** By the name of each condition what is wrong, or {@code ok}. */
  private Map<String, String> troubles() {
    Map<String, String> troubles = new TreeMap<>();
    conditions.forEach(
        (name, condition) -> troubles.put(name, Objects.requireNonNullElse(condition.get(), WELL)));
    return troubles;
  }

  private static void answer(
      HttpServerRequest request, List<Answer> answers, Map<String, String> troubles) {
    JsonObject body = new JsonObject();
    JsonObject checks = new JsonObject();
    boolean ready = true;
    for (Answer answer : answers) {
      ready &= answer.status() == OK;
      merge(answer, body, checks);
    }
    for (Map.Entry<String, String> trouble : troubles.entrySet()) {
      ready &= trouble.getValue().equals(WELL);
      checks.put(trouble.getKey(), trouble.getValue());
    }
    // what is said beside the checks may be a service's own verdict: it does not hold for all
    body.remove("ready");
    body.put("status", ready ? "READY" : "NOT_READY").put("checks", checks);
    request
        .response()
        .setStatusCode(ready ? OK : UNAVAILABLE)
        .putHeader("Content-Type", "application/json")
        .end(body.toBuffer());
  }

  /**
   * All samples, each with the label {@code service}, the samples of a name together as the format
   * wants them.
   */
  void metrics(HttpServerRequest request) {
    ask("/metrics")
        .onSuccess(
            answers -> {
              Map<String, StringBuilder> families = new LinkedHashMap<>();
              for (Answer answer : answers) {
                if (answer.status() == OK) {
                  MetricsText.merge(answer.service(), answer.body(), families);
                }
              }
              StringBuilder text = new StringBuilder();
              families.values().forEach(text::append);
              request
                  .response()
                  .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                  .end(text.toString());
            });
  }

  private record Answer(String service, int status, String body) {}

  private Future<List<Answer>> ask(String path) {
    List<Future<Answer>> asked = origins.stream().map(origin -> ask(origin, path)).toList();
    return Future.all(asked).map(all -> all.list());
  }

  private Future<Answer> ask(ServiceOrigin origin, String path) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setHost("127.0.0.1")
            .setPort(origin.port())
            .setURI(path)
            .setTimeout(TIMEOUT_MILLIS);
    return client
        .request(options)
        .compose(call -> call.send())
        .compose(
            response ->
                response
                    .body()
                    .map(Buffer::toString)
                    .map(body -> new Answer(origin.name(), response.statusCode(), body)))
        .otherwise(failure -> new Answer(origin.name(), UNAVAILABLE, "no answer"));
  }

  private static void merge(Answer answer, JsonObject body, JsonObject checks) {
    try {
      JsonObject document = new JsonObject(answer.body());
      Object theirs = document.getValue("checks");
      for (Map.Entry<String, Object> entry : document) {
        if (!entry.getKey().equals("checks") && !body.containsKey(entry.getKey())) {
          body.put(entry.getKey(), entry.getValue());
        }
      }
      if (theirs instanceof JsonObject named) {
        named.forEach(
            entry -> checks.put(answer.service() + "." + entry.getKey(), entry.getValue()));
        return;
      }
      checks.put(answer.service(), theirs == null ? answer.status() : theirs);
    } catch (DecodeException e) {
      checks.put(answer.service(), answer.body());
    }
  }
}
