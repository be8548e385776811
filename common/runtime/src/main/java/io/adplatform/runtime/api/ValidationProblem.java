package io.adplatform.runtime.api;

import io.vertx.core.json.DecodeException;
import io.vertx.json.schema.OutputUnit;
import io.vertx.openapi.validation.SchemaValidationException;
import io.vertx.openapi.validation.ValidatorException;
import java.util.ArrayList;
import java.util.List;

/** Turns what the check against the document found into a problem that names the fields. */
final class ValidationProblem {
  /** More errors than this help nobody. */
  private static final int MAX_ERRORS = 20;

  private ValidationProblem() {}

  /** The problem of a failure; 500 for one that is not about the request. */
  static Problem of(Throwable failure) {
    return switch (failure) {
      case Problem problem -> problem;
      case SchemaValidationException e -> ofSchema(e);
      case ValidatorException e -> ofValidator(e);
      case DecodeException e -> Problem.badRequest("The body is not JSON.");
      case null, default -> Problem.internal();
    };
  }

  private static Problem ofSchema(SchemaValidationException e) {
    List<FieldError> errors = new ArrayList<>();
    OutputUnit unit = e.getOutputUnit();
    if (unit != null && unit.getErrors() != null) {
      for (OutputUnit error : unit.getErrors()) {
        if (errors.size() < MAX_ERRORS) {
          errors.add(new FieldError(error.getInstanceLocation(), error.getError()));
        }
      }
    }
    return errors.isEmpty() ? Problem.badRequest(e.getMessage()) : Problem.invalid(errors);
  }

  private static Problem ofValidator(ValidatorException e) {
    return Problem.badRequest(e.getMessage());
  }
}
