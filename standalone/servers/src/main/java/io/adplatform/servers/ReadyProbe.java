package io.adplatform.servers;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/**
 * Asks a server that is starting whether it serves yet; called a few times a second from its
 * watching thread.
 */
@FunctionalInterface
public interface ReadyProbe {
  /** A server that takes longer to say so is not ready; it is asked again. */
  int HTTP_TIMEOUT_MILLIS = 1_000;

  /**
   * Whether the server with this pid serves now. An {@link IOException} means not yet.
   *
   * @param pid the server's process id, not its supervisor's
   */
  boolean ready(long pid) throws IOException;

  /** Ready when {@code GET path} on this port of 127.0.0.1 answers 200 within a second. */
  static ReadyProbe http(int port, String path) {
    URI address = URI.create("http://127.0.0.1:" + port + path);
    return pid -> {
      HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
      connection.setConnectTimeout(HTTP_TIMEOUT_MILLIS);
      connection.setReadTimeout(HTTP_TIMEOUT_MILLIS);
      try {
        return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
      } finally {
        connection.disconnect();
      }
    };
  }
}
