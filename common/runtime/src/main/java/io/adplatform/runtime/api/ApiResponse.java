package io.adplatform.runtime.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer. Immutable.
 *
 * @param status HTTP status
 * @param headers without {@code Content-Length}; never null
 * @param body never null; empty is none
 */
public record ApiResponse(int status, Map<String, String> headers, Buffer body) {
  /** The media type of most answers. */
  public static final String JSON = "application/json";

  /** 200 with JSON. */
  public static ApiResponse ok(JsonObject body) {
    return of(200, JSON, body.toBuffer());
  }

  /** 201 with JSON and where to find it. */
  public static ApiResponse created(String location, JsonObject body) {
    return of(201, JSON, body.toBuffer()).with("Location", location);
  }

  /** 204. */
  public static ApiResponse noContent() {
    return new ApiResponse(204, Map.of(), Buffer.buffer());
  }

  /** Text of any type, UTF-8. */
  public static ApiResponse text(int status, String contentType, String body) {
    return of(status, contentType, Buffer.buffer(body.getBytes(StandardCharsets.UTF_8)));
  }

  /** Anything. */
  public static ApiResponse of(int status, String contentType, Buffer body) {
    return new ApiResponse(status, Map.of("Content-Type", contentType), body);
  }

  /** The problem document of a refusal. */
  public static ApiResponse problem(Problem problem) {
    ApiResponse response = of(problem.status(), Problem.CONTENT_TYPE, problem.toJson().toBuffer());
    return problem.retryAfterSeconds() == 0
        ? response
        : response.with("Retry-After", Integer.toString(problem.retryAfterSeconds()));
  }

  /** The same with one more header. */
  public ApiResponse with(String header, String value) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put(header, value);
    return new ApiResponse(status, all, body);
  }

  /** The same with the {@code ETag} of a version. */
  public ApiResponse withVersion(long version) {
    return with("ETag", "\"" + version + "\"");
  }

  /** The same with the catalogue version in which a write takes effect. */
  public ApiResponse withCatalogueVersion(long version) {
    return with("X-Catalogue-Version", Long.toString(version));
  }
}
