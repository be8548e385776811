package io.adplatform.runtime.http;

import java.util.Map;

/** Tells whether one part of a process is ready. Called on any thread; quick, never blocks. */
@FunctionalInterface
public interface ReadinessCheck {
  /** The detail of a part that works less well than it should. */
  String DEGRADED = "degraded";

  /** What it found. */
  Result check();

  /**
   * What a check found.
   *
   * @param ready whether the part is ready
   * @param details shown in {@code /readyz}, for example {@code catalogueVersion}; no secrets
   */
  record Result(boolean ready, Map<String, Object> details) {
    /** The details are copied. */
    public Result {
      details = Map.copyOf(details);
    }

    /** Ready, with nothing to add. */
    public static Result ok() {
      return new Result(true, Map.of());
    }

    /** Ready, with one detail. */
    public static Result ok(String key, Object value) {
      return new Result(true, Map.of(key, value));
    }

    /** Ready for requests, but not as it should be, and why. */
    public static Result degraded(String reason) {
      return new Result(true, Map.of(DEGRADED, reason));
    }

    /** Not ready, and why. */
    public static Result notReady(String reason) {
      return new Result(false, Map.of("reason", reason));
    }
  }
}
