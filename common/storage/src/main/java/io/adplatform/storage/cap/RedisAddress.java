package io.adplatform.storage.cap;

import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.config.SettingsException;
import java.net.URI;

/**
 * Where DragonflyDB or Redis is.
 *
 * @param password null where it asks for none
 */
public record RedisAddress(String host, int port, String password) {
  private static final int PORT = 6379;

  /**
   * The address in {@code redis} ({@code redis://host:port}) and {@code redis-password-file}.
   *
   * @return null where there is none
   * @throws SettingsException in one line where it is wrong
   */
  public static RedisAddress of(Settings settings) {
    String text = settings.text("redis", null);
    if (text == null) {
      return null;
    }
    URI url;
    try {
      url = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new SettingsException("redis: must be redis://host:port");
    }
    if (!"redis".equals(url.getScheme()) || url.getHost() == null || url.getUserInfo() != null) {
      throw new SettingsException(
          "redis: must be redis://host:port, the password in redis-password-file");
    }
    int port = url.getPort() < 0 ? PORT : url.getPort();
    return new RedisAddress(url.getHost(), port, settings.secret("redis-password-file"));
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "redis://" + host + ":" + port;
  }
}
