package io.adplatform.storage.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.postgresql.core.Utils;

/** A service's schema, migrated, and its pool of connections. Thread-safe. */
public final class PostgresDatabase implements AutoCloseable {
  /** A statement of the control plane takes milliseconds; this ends one that hangs. */
  private static final String STATEMENT_TIMEOUT = "15s";

  /** Nobody holds a lock for longer on purpose. */
  private static final String LOCK_TIMEOUT = "5s";

  private final PostgresConfig config;
  private final HikariDataSource pool;
  private final Transactions transactions;

  private PostgresDatabase(PostgresConfig config, HikariDataSource pool) {
    this.config = config;
    this.pool = pool;
    this.transactions = new Transactions(pool);
  }

  /**
   * Makes what is missing (the working login, the schema), migrates it and opens the pool.
   *
   * @throws IllegalStateException where the server cannot be reached or a migration fails
   */
  public static PostgresDatabase open(PostgresConfig config) {
    try {
      makeAppRole(config);
      migrate(config);
    } catch (SQLException | RuntimeException e) {
      throw new IllegalStateException(
          "PostgreSQL schema " + config.schema() + " at " + config.url() + ": " + e.getMessage(),
          e);
    }
    return new PostgresDatabase(config, openPool(config));
  }

  /**
   * Opens the pool of a schema that another service makes and migrates; does not wait for it. The
   * owner's login is not used.
   */
  public static PostgresDatabase join(PostgresConfig config) {
    return new PostgresDatabase(config, openPool(config));
  }

  private static void makeAppRole(PostgresConfig config) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                config.url(), config.owner().user(), config.owner().password());
        Statement statement = connection.createStatement()) {
      String role = identifier(config.app().user());
      String password = Utils.escapeLiteral(null, config.app().password(), true).toString();
      connection.setAutoCommit(false);
      // Two services that start at once must not both make it.
      statement.execute("SELECT pg_advisory_xact_lock(hashtext('adplatform.roles'))");
      statement.execute(
          """
          DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%1$s') THEN
              CREATE ROLE %1$s LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;
            END IF;
          END $$\
          """
              .formatted(role));
      if (!config.app().password().isEmpty()) {
        statement.execute("ALTER ROLE " + role + " PASSWORD '" + password + "'");
      }
      connection.commit();
    }
  }

  /** Names come from configuration and stand in statements as they are. */
  private static String identifier(String name) {
    if (!name.matches("[a-z][a-z0-9_]{0,62}")) {
      throw new IllegalArgumentException("not a plain PostgreSQL name: " + name);
    }
    return name;
  }

  private static void migrate(PostgresConfig config) {
    Flyway.configure()
        .dataSource(config.url(), config.owner().user(), config.owner().password())
        .schemas(identifier(config.schema()))
        .defaultSchema(config.schema())
        .createSchemas(true)
        .locations("classpath:db/" + config.schema())
        .placeholders(java.util.Map.of("app", config.app().user()))
        .load()
        .migrate();
  }

  private static HikariDataSource openPool(PostgresConfig config) {
    HikariConfig hikari = new HikariConfig();
    hikari.setPoolName(config.schema());
    hikari.setJdbcUrl(config.url());
    hikari.setUsername(config.app().user());
    hikari.setPassword(config.app().password());
    hikari.setMaximumPoolSize(config.poolSize());
    hikari.setMinimumIdle(1);
    hikari.setConnectionTimeout(config.connectTimeout().toMillis());
    hikari.setInitializationFailTimeout(-1);
    hikari.setSchema(config.schema());
    Properties driver = new Properties();
    driver.setProperty("ApplicationName", "adplatform-" + config.schema());
    driver.setProperty("connectTimeout", "2");
    driver.setProperty("socketTimeout", "30");
    driver.setProperty(
        "options",
        "-c statement_timeout=" + STATEMENT_TIMEOUT + " -c lock_timeout=" + LOCK_TIMEOUT);
    hikari.setDataSourceProperties(driver);
    return new HikariDataSource(hikari);
  }

  /** Runs work in transactions. */
  public Transactions transactions() {
    return transactions;
  }

  /** The pool, of the working login; auto-commit is on, as Jdbi needs it to open transactions. */
  public DataSource pool() {
    return pool;
  }

  /**
   * A connection of the working login outside the pool, for what holds one for long (LISTEN, an
   * advisory lock of a session). The caller closes it.
   */
  public Connection connect() throws SQLException {
    Properties driver = new Properties();
    driver.setProperty("user", config.app().user());
    driver.setProperty("password", config.app().password());
    driver.setProperty("ApplicationName", "adplatform-" + config.schema() + "-long");
    driver.setProperty("currentSchema", config.schema());
    driver.setProperty("connectTimeout", "2");
    driver.setProperty("tcpKeepAlive", "true");
    return DriverManager.getConnection(config.url(), driver);
  }

  /**
   * A condition for {@code /readyz}.
   *
   * @return null when it answers
   */
  public String readiness() {
    try (Connection connection = pool.getConnection()) {
      return connection.isValid(1) ? null : "PostgreSQL does not answer";
    } catch (SQLException e) {
      return "PostgreSQL is away";
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
