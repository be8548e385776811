package io.adplatform.runtime.api;

import io.vertx.core.json.DecodeException;
import io.vertx.ext.web.handler.HttpException;
import io.vertx.json.schema.OutputUnit;
import io.vertx.openapi.validation.SchemaValidationException;
import io.vertx.openapi.validation.ValidatorException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns what the check against the document found into a problem that names the fields. */
final class ValidationProblem {
  /** More errors than this help nobody. */
  private static final int MAX_ERRORS = 20;

  /** Keywords that only repeat what the error below them says. */
  private static final Set<String> SUMMARIES = Set.of("properties", "items", "$ref", "prefixItems");

  private static final Pattern QUOTED = Pattern.compile("\"([^\"]+)\"");
  private static final Pattern PARAMETER =
      Pattern.compile("(?:query|header|path|cookie) parameter (\\S+)");

  private ValidationProblem() {}

  /** The problem of a failure; 500 for one that is not about the request. */
  static Problem of(Throwable failure) {
    return switch (failure) {
      case Problem problem -> problem;
      case SchemaValidationException e -> ofSchema(e);
      case ValidatorException e -> ofValidator(e);
      case DecodeException e -> Problem.badRequest("The body is not JSON.");
      case HttpException e when e.getCause() != null -> of(e.getCause());
      case HttpException e when e.getStatusCode() < 500 ->
          Problem.badRequest("The request cannot be read.");
      case null, default -> Problem.internal();
    };
  }

  private static Problem ofSchema(SchemaValidationException e) {
    OutputUnit unit = e.getOutputUnit();
    List<OutputUnit> all = unit == null || unit.getErrors() == null ? List.of() : unit.getErrors();
    Matcher parameter = PARAMETER.matcher(e.getMessage());
    String prefix = parameter.find() ? parameter.group(1) : "";
    List<FieldError> errors = new ArrayList<>();
    for (OutputUnit error : all) {
      if (errors.size() < MAX_ERRORS && !repeats(error, all)) {
        errors.add(fieldError(prefix, error));
      }
    }
    return errors.isEmpty() ? Problem.badRequest(e.getMessage()) : Problem.invalid(errors);
  }

  private static String keyword(OutputUnit error) {
    String location = error.getKeywordLocation();
    return location.substring(location.lastIndexOf('/') + 1);
  }

  /**
   * Whether an error says nothing that another does not say better. A field that is documented but
   * wrong is listed as an additional one, too.
   */
  private static boolean repeats(OutputUnit error, List<OutputUnit> all) {
    String keyword = keyword(error);
    if (SUMMARIES.contains(keyword)) {
      return true;
    }
    if (!keyword.equals("additionalProperties")) {
      return false;
    }
    String at = error.getInstanceLocation();
    for (OutputUnit other : all) {
      String where = other.getInstanceLocation();
      boolean within = where.equals(at) || where.startsWith(at + "/");
      if (other != error && within && !keyword(other).equals("additionalProperties")) {
        return true;
      }
    }
    return false;
  }

  private static FieldError fieldError(String prefix, OutputUnit error) {
    String at = prefix + error.getInstanceLocation().substring(1);
    String said = error.getError();
    Matcher quoted = QUOTED.matcher(said);
    return switch (keyword(error)) {
      case "required" ->
          new FieldError(quoted.find() ? at + "/" + quoted.group(1) : at, "is required");
      case "additionalProperties" -> new FieldError(at, "is not a known field");
      case "enum" -> new FieldError(at, said.replace("Instance does not match any", "must be one"));
      case "minProperties" -> new FieldError(at, "must have at least one field");
      case "type" -> new FieldError(at, said.replace("Instance type", "the type"));
      case "uniqueItems" -> new FieldError(at, "must not hold the same value twice");
      default -> new FieldError(at, said);
    };
  }

  private static Problem ofValidator(ValidatorException e) {
    Matcher parameter = PARAMETER.matcher(e.getMessage());
    if (parameter.find()) {
      return Problem.invalid(parameter.group(1), e.getMessage());
    }
    return switch (e.type()) {
      case UNSUPPORTED_VALUE_FORMAT -> Problem.unsupportedMediaType("Send application/json.");
      case MISSING_REQUIRED_PARAMETER -> Problem.badRequest("A body is needed.");
      case ILLEGAL_VALUE, INVALID_VALUE_FORMAT -> Problem.badRequest("The body is not JSON.");
      default -> Problem.badRequest(e.getMessage());
    };
  }
}
