package io.adplatform.cli;

/** The exchange refused a call or cannot be reached; the message is what the user reads. */
final class ApiFailure extends RuntimeException {
  ApiFailure(String message) {
    super(message);
  }
}
