package io.adplatform.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataServersTest {
  private static final Duration READY = Duration.ofSeconds(180);
  private static final long PATIENCE_SECONDS = 180;

  @TempDir Path root;

  private final BlockingQueue<String> announced = new LinkedBlockingQueue<>();

  @Test
  void shouldBringPostgresBackOnItsDataAfterItsPostmasterWasKilled() throws Exception {
    ServerFolders folders = new ServerFolders(root);
    try (PostgresServer server =
        PostgresServer.start(folders, LoopbackPorts.free(), announced::add)) {
      server.process().awaitReady(READY);
      execute(server, "CREATE TABLE kept AS SELECT 42 AS answer");
      ProcessHandle.of(server.process().pid()).orElseThrow().destroyForcibly();

      assertTrue(announced.poll(PATIENCE_SECONDS, TimeUnit.SECONDS).contains("starting it again"));
      assertEquals("postgres is ready again", lastLine("ready again"));
      assertEquals(42, queryInt(server, "SELECT answer FROM kept"));
    }
  }

  @Test
  void shouldKeepThePostgresPasswordInAFileForItsOwnerAloneAndRefuseToStartWithoutIt()
      throws Exception {
    ServerFolders folders = new ServerFolders(root);
    try (PostgresServer server =
        PostgresServer.start(folders, LoopbackPorts.free(), announced::add)) {
      server.process().awaitReady(READY);
      assertEquals(
          PosixFilePermissions.fromString("rw-------"),
          Files.getPosixFilePermissions(folders.secret("postgres")));
    }
    Files.delete(folders.secret("postgres"));

    int port = LoopbackPorts.free();
    ServerException refused =
        assertThrows(
            ServerException.class, () -> PostgresServer.start(folders, port, announced::add));

    assertTrue(refused.getMessage().contains("put it back into"));
  }

  @Test
  void shouldMakeAHalfMadePostgresFolderAnew() throws Exception {
    ServerFolders folders = new ServerFolders(root);
    Files.createDirectories(folders.data("postgres").resolve("new/base"));
    Files.createDirectories(folders.data("postgres").resolve("base/1"));
    try (PostgresServer server =
        PostgresServer.start(folders, LoopbackPorts.free(), announced::add)) {
      server.process().awaitReady(READY);
      assertEquals(ServerState.READY, server.process().state());
    }
  }

  @Test
  void shouldStartRedisWithAPassword() throws Exception {
    try (RedisServer server =
        RedisServer.start(new ServerFolders(root), LoopbackPorts.free(), announced::add)) {
      server.process().awaitReady(READY);
      String password = server.url().substring("redis://:".length(), server.url().indexOf('@'));

      assertTrue(ask(server.port(), "GET x\r\n").startsWith("-NOAUTH"));
      assertTrue(ask(server.port(), "AUTH " + password + "\r\n").startsWith("+OK"));
    }
  }

  private static void execute(PostgresServer server, String sql) throws SQLException {
    try (Connection connection = connect(server);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int queryInt(PostgresServer server, String sql) throws SQLException {
    try (Connection connection = connect(server);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertTrue(rows.next());
      return rows.getInt(1);
    }
  }

  private static Connection connect(PostgresServer server) throws SQLException {
    return DriverManager.getConnection(
        server.jdbcUrl("postgres"), PostgresServer.USER, server.password());
  }

  private String lastLine(String ending) throws InterruptedException {
    while (true) {
      String line = announced.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertTrue(line != null, "no line ended with " + ending);
      if (line.endsWith(ending)) {
        return line;
      }
    }
  }

  private static String ask(int port, String command) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(command.getBytes(StandardCharsets.US_ASCII));
      byte[] answer = new byte[64];
      int length = socket.getInputStream().read(answer);
      return new String(answer, 0, length, StandardCharsets.US_ASCII);
    }
  }
}
