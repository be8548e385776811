package io.adplatform.runtime.http;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Whether a process is ready, by the checks that its parts registered. Thread-safe. Its JSON:
 * {@code {"status":"READY"|"DEGRADED"|"NOT_READY","checks":{name:{"ready":true,…}}}}. What is
 * degraded takes requests, and is an operator's concern.
 */
public final class Readiness {
  private final Map<String, ReadinessCheck> checks = new ConcurrentSkipListMap<>();

  /** Adds a check, or replaces the one of that name. */
  public void register(String name, ReadinessCheck check) {
    checks.put(name, check);
  }

  /** Asks every check. */
  public Report report() {
    boolean ready = true;
    boolean degraded = false;
    JsonObject details = new JsonObject();
    for (Map.Entry<String, ReadinessCheck> entry : checks.entrySet()) {
      ReadinessCheck.Result result = ask(entry.getValue());
      ready &= result.ready();
      degraded |= result.details().containsKey(ReadinessCheck.DEGRADED);
      JsonObject detail = new JsonObject().put("ready", result.ready());
      result.details().forEach(detail::put);
      details.put(entry.getKey(), detail);
    }
    String status = !ready ? "NOT_READY" : degraded ? "DEGRADED" : "READY";
    JsonObject body = new JsonObject().put("status", status).put("checks", details);
    return new Report(ready, body.encode());
  }

  private static ReadinessCheck.Result ask(ReadinessCheck check) {
    try {
      return check.check();
    } catch (RuntimeException e) {
      return ReadinessCheck.Result.notReady(e.getClass().getSimpleName());
    }
  }

  /**
   * What {@code /readyz} answers.
   *
   * @param ready 200 if true, 503 if not
   * @param json the body
   */
  public record Report(boolean ready, String json) {}
}
