package io.adplatform.storage.postgres;

import io.adplatform.runtime.config.Settings;
import java.time.Duration;

/**
 * How a service reaches PostgreSQL.
 *
 * @param url {@code jdbc:postgresql://host:port/database}
 * @param schema the service's own schema, made when missing; also where its migrations lie on the
 *     class path: {@code db/<schema>}
 * @param owner the login that migrates and owns; may create roles
 * @param app the login that works: owns nothing, cannot pass row-level security by; made when
 *     missing
 * @param poolSize connections at most
 * @param connectTimeout how long a request waits for a connection before it is answered 503
 */
public record PostgresConfig(
    String url, String schema, Login owner, Login app, int poolSize, Duration connectTimeout) {
  /** Two cores of a database are busy with fewer. */
  public static final int DEFAULT_POOL_SIZE = 16;

  /** A database that is there answers in milliseconds. */
  public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofMillis(1500);

  /**
   * A name and password.
   *
   * @param password empty where the server trusts the connection
   */
  public record Login(String user, String password) {
    /** Without the password. */
    @Override
    public String toString() {
      return user;
    }
  }

  /** The usual pool; the working login is {@code <schema>_app}. */
  public static PostgresConfig of(String url, String schema, Login owner, String appPassword) {
    return new PostgresConfig(
        url,
        schema,
        owner,
        new Login(schema + "_app", appPassword),
        DEFAULT_POOL_SIZE,
        DEFAULT_CONNECT_TIMEOUT);
  }

  /**
   * From {@code postgres}, {@code postgres-user}, {@code postgres-password-file} and {@code
   * postgres-app-password-file}; a password that is not given is empty.
   *
   * @param schema of the service
   */
  public static PostgresConfig of(String schema, Settings settings) {
    return of(
        settings.requiredText("postgres"),
        schema,
        new Login(
            settings.text("postgres-user", "postgres"),
            password(settings, "postgres-password-file")),
        password(settings, "postgres-app-password-file"));
  }

  private static String password(Settings settings, String key) {
    String password = settings.secret(key);
    return password == null ? "" : password;
  }
}
