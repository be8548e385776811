package io.adplatform.testkit.server;

import io.adplatform.servers.LoopbackPorts;
import io.adplatform.servers.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The PostgreSQL of this test JVM, without waiting for the disk.
 *
 * <pre>{@code
 * static final TestPostgres.Database DATABASE = TestPostgres.freshDatabase();
 * }</pre>
 */
public final class TestPostgres {
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private TestPostgres() {}

  /**
   * An empty database.
   *
   * @param jdbcUrl its address, without user and password
   * @param user the superuser
   * @param password the superuser's
   */
  public record Database(String jdbcUrl, String user, String password) {
    /** A new connection; the caller closes it. */
    public Connection connect() throws SQLException {
      return DriverManager.getConnection(jdbcUrl, user, password);
    }
  }

  /** Makes an empty database, starting the server if this is the first call of the JVM. */
  public static Database freshDatabase() {
    String name = "test" + DATABASES.incrementAndGet();
    try (Connection connection = admin().connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    } catch (SQLException e) {
      throw new IllegalStateException("Cannot make the database " + name, e);
    }
    return database(name);
  }

  /** The server itself, for tests that stop or inspect it; started if it is not. */
  public static PostgresServer server() {
    return Holder.SERVER;
  }

  private static Database admin() {
    return database("postgres");
  }

  private static Database database(String name) {
    return new Database(server().jdbcUrl(name), PostgresServer.USER, server().password());
  }

  private static final class Holder {
    static final PostgresServer SERVER = start();

    private static PostgresServer start() {
      PostgresServer server =
          PostgresServer.start(
              TestFolder.folders(), LoopbackPorts.free(), false, System.err::println);
      TestServers.awaitReady(TestFolder.closeAtEnd(server).process());
      return server;
    }
  }
}
