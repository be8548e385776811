package io.adplatform.standalone;

import io.adplatform.servers.PostgresServer;
import io.adplatform.servers.SecretFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The exchange's database in a PostgreSQL of our own: made on first start, owned by a login that
 * may create roles and nothing more. The superuser is not used for anything else.
 */
final class OwnDatabase {
  private static final String NAME = "adplatform";

  private OwnDatabase() {}

  /**
   * Makes database and owner where they are missing.
   *
   * @param passwordFile the owner's password, made if missing
   */
  static DataServers.Login prepare(PostgresServer server, Path passwordFile) {
    String password = SecretFile.readOrCreate(passwordFile);
    try (Connection connection =
            DriverManager.getConnection(
                server.jdbcUrl("postgres"), PostgresServer.USER, server.password());
        Statement statement = connection.createStatement()) {
      if (!exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = ?")) {
        // of letters, digits, - and _: nothing to escape; CREATE ROLE takes no parameters
        statement.execute("CREATE ROLE " + NAME + " LOGIN CREATEROLE PASSWORD '" + password + "'");
      }
      if (!exists(connection, "SELECT 1 FROM pg_database WHERE datname = ?")) {
        statement.execute("CREATE DATABASE " + NAME + " OWNER " + NAME);
      }
      return new DataServers.Login(server.jdbcUrl(NAME), NAME, passwordFile);
    } catch (SQLException e) {
      throw new LaunchException("The database cannot be made: " + e.getMessage(), e);
    }
  }

  private static boolean exists(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, NAME);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next();
      }
    }
  }
}
