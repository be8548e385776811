package io.adplatform.standalone;

/** The exchange cannot be started; the message is one line that names the remedy. */
final class LaunchException extends RuntimeException {
  LaunchException(String message) {
    super(message);
  }

  LaunchException(String message, Throwable cause) {
    super(message, cause);
  }
}
