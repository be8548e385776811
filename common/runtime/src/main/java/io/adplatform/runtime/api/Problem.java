package io.adplatform.runtime.api;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * A refusal, answered as {@code application/problem+json} (RFC 9457): {@code
 * {"type","title","status","detail","field","errors":[{"field","detail"}]}}. {@code field} is the
 * first of {@code errors}. It carries no stack trace: it is an answer, not a fault.
 */
public final class Problem extends RuntimeException {
  /** The media type of a problem document. */
  public static final String CONTENT_TYPE = "application/problem+json";

  private static final long serialVersionUID = 1;

  private final int status;
  private final String type;
  private final String title;
  private final transient List<FieldError> errors;
  private final int retryAfterSeconds;

  private Problem(int status, String type, String title, String detail, List<FieldError> errors) {
    this(status, type, title, detail, errors, 0);
  }

  private Problem(
      int status,
      String type,
      String title,
      String detail,
      List<FieldError> errors,
      int retryAfterSeconds) {
    super(detail, null, false, false);
    this.status = status;
    this.type = type;
    this.title = title;
    this.errors = List.copyOf(errors);
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** 400: what came is not a request that can be read. */
  public static Problem badRequest(String detail) {
    return new Problem(400, "bad-request", "Bad request", detail, List.of());
  }

  /** 401: no key, or one that is not known. */
  public static Problem unauthorized(String detail) {
    return new Problem(401, "unauthorized", "Unauthorized", detail, List.of());
  }

  /** 403: the caller's role may not do this to anything. */
  public static Problem forbidden(String detail) {
    return new Problem(403, "forbidden", "Forbidden", detail, List.of());
  }

  /** 404: it does not exist, or is not the caller's. */
  public static Problem notFound(String what) {
    return new Problem(404, "not-found", "Not found", "There is no such " + what + ".", List.of());
  }

  /** 405: the path exists, not with this method. */
  public static Problem methodNotAllowed(String method) {
    return new Problem(
        405,
        "method-not-allowed",
        "Method not allowed",
        method + " is not allowed here.",
        List.of());
  }

  /** 409: it contradicts what is there. */
  public static Problem conflict(String detail) {
    return new Problem(409, "conflict", "Conflict", detail, List.of());
  }

  /** 409 that names the field at fault. */
  public static Problem conflict(String field, String detail) {
    return new Problem(409, "conflict", "Conflict", detail, List.of(new FieldError(field, detail)));
  }

  /** 412: the version in {@code If-Match} is not the current one. */
  public static Problem staleVersion(long current) {
    return new Problem(
        412,
        "stale-version",
        "Precondition failed",
        "It has been changed since: its version is " + current + " now.",
        List.of());
  }

  /** 413: the body is longer than is taken. */
  public static Problem tooLarge(long limitBytes) {
    return new Problem(
        413,
        "too-large",
        "Content too large",
        "A body may have at most " + limitBytes + " bytes.",
        List.of());
  }

  /** 415: the body is not JSON. */
  public static Problem unsupportedMediaType(String detail) {
    return new Problem(415, "unsupported-media-type", "Unsupported media type", detail, List.of());
  }

  /** 422 that names one field. */
  public static Problem invalid(String field, String detail) {
    return invalid(List.of(new FieldError(field, detail)));
  }

  /**
   * 422 that names the fields.
   *
   * @param errors at least one
   */
  public static Problem invalid(List<FieldError> errors) {
    FieldError first = errors.getFirst();
    String subject = first.field().isEmpty() ? "The body " : first.field() + ": ";
    String detail = subject + first.detail();
    return new Problem(422, "invalid", "Unprocessable content", detail, errors);
  }

  /** 500: a fault of ours; says nothing about it, the log does. */
  public static Problem internal() {
    return new Problem(
        500, "internal", "Internal error", "It failed on our side; the log says why.", List.of());
  }

  /** 503: something it needs is away; trying again later may work. */
  public static Problem unavailable(String detail) {
    return new Problem(503, "unavailable", "Service unavailable", detail, List.of());
  }

  /** 503 that says when to try again: as much of it is under way as is allowed at once. */
  public static Problem busy(String detail, int retryAfterSeconds) {
    return new Problem(
        503, "unavailable", "Service unavailable", detail, List.of(), retryAfterSeconds);
  }

  /** 429: the caller has as much under way as one may have. */
  public static Problem tooMany(String detail, int retryAfterSeconds) {
    return new Problem(
        429, "too-many-requests", "Too many requests", detail, List.of(), retryAfterSeconds);
  }

  /** After how many seconds trying again is worth it; 0 where that is not known. */
  public int retryAfterSeconds() {
    return retryAfterSeconds;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The fields at fault; empty where it is about none. */
  public List<FieldError> errors() {
    return errors;
  }

  /** The problem document. */
  public JsonObject toJson() {
    JsonObject json =
        new JsonObject()
            .put("type", "urn:adplatform:problem:" + type)
            .put("title", title)
            .put("status", status)
            .put("detail", getMessage());
    if (!errors.isEmpty()) {
      JsonArray list = new JsonArray();
      errors.forEach(
          e -> list.add(new JsonObject().put("field", e.field()).put("detail", e.detail())));
      json.put("field", errors.getFirst().field()).put("errors", list);
    }
    return json;
  }
}
