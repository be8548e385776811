package io.adplatform.servers;

/**
 * A server cannot be started or did not become ready; the message is one line that names the remedy
 * where there is one.
 */
public final class ServerException extends RuntimeException {
  public ServerException(String message) {
    super(message);
  }

  public ServerException(String message, Throwable cause) {
    super(message, cause);
  }
}
