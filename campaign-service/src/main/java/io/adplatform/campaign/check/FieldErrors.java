package io.adplatform.campaign.check;

import io.adplatform.runtime.api.FieldError;
import io.adplatform.runtime.api.Problem;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a body, so that one answer names every field. Not thread-safe. */
public final class FieldErrors {
  /** More errors than this help nobody. */
  private static final int MAX_ERRORS = 20;

  private final List<FieldError> errors = new ArrayList<>();

  /**
   * Adds one.
   *
   * @param field JSON pointer, such as {@code /bid/amountMicros}
   */
  public void add(String field, String detail) {
    if (errors.size() < MAX_ERRORS) {
      errors.add(new FieldError(field, detail));
    }
  }

  /** Adds one unless the condition holds. */
  public void require(boolean condition, String field, String detail) {
    if (!condition) {
      add(field, detail);
    }
  }

  /**
   * Ends the check.
   *
   * @throws Problem 422 naming the fields, where there were any
   */
  public void throwIfAny() {
    if (!errors.isEmpty()) {
      throw Problem.invalid(errors);
    }
  }
}
