package io.adplatform.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A PostgreSQL of our own on 127.0.0.1: its data folder made by {@code initdb} on first start,
 * passwords by SCRAM, the superuser's password in a file of mode 600. Every commit reaches the
 * disk.
 */
public final class PostgresServer implements AutoCloseable {
  /** The superuser's name. */
  public static final String USER = "postgres";

  /** Enough for the pools of all services together, with room for a person's own session. */
  private static final int MAX_CONNECTIONS = 100;

  private static final String STARTED = "ready";
  private static final int STATUS_LINE = 7;

  private final ServerProcess process;
  private final Path passwordFile;

  private PostgresServer(ServerProcess process, Path passwordFile) {
    this.process = process;
    this.passwordFile = passwordFile;
  }

  /**
   * Starts the server of {@code folders} on {@code port}, with every commit written to the disk.
   */
  public static PostgresServer start(ServerFolders folders, int port, Consumer<String> announce) {
    return start(folders, port, true, announce);
  }

  /**
   * Starts the server; its first start takes a second to make the data folder, before this returns.
   *
   * @param durable whether commits wait for the disk; tests may do without
   */
  public static PostgresServer start(
      ServerFolders folders, int port, boolean durable, Consumer<String> announce) {
    try {
      Path home = ServerBinaries.postgres();
      Path data = folders.data("postgres");
      Path passwordFile = folders.secret("postgres");
      boolean isNew = !Files.exists(data.resolve("PG_VERSION"));
      if (isNew) {
        initialise(home, data, passwordFile);
      } else if (!Files.exists(passwordFile)) {
        throw new ServerException(
            "The password of the PostgreSQL in "
                + data
                + " is gone: put it back into "
                + passwordFile
                + " (mode 600)");
      }
      ProcessConfig config =
          ProcessConfig.of(folders, "postgres", port, command(home, data, port, durable))
              .withStopSignal("INT");
      removeForeignLock(data, config.pidFile());
      return new PostgresServer(
          ServerProcess.start(config, pid -> isReady(data, pid), announce), passwordFile);
    } catch (IOException e) {
      throw new ServerException("PostgreSQL cannot be started: " + e.getMessage(), e);
    }
  }

  public ServerProcess process() {
    return process;
  }

  public int port() {
    return process.port();
  }

  /** The JDBC address of a database of this server, without user and password. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
  }

  /** The superuser's password. */
  public String password() {
    return SecretFile.readOrCreate(passwordFile);
  }

  /** Ends the server; sessions are cut, nothing committed is lost. */
  @Override
  public void close() {
    process.close();
  }

  /** Makes a data folder; a half-made one, of a start that was killed, is made again. */
  private static void initialise(Path home, Path data, Path passwordFile) throws IOException {
    SecretFile.readOrCreate(passwordFile);
    try (Stream<Path> inside = Files.list(data)) {
      for (Path path : inside.toList()) {
        ServerBinaries.delete(path);
      }
    }
    Path part = data.resolve("new");
    List<String> line = new ArrayList<>(asOrdinaryUser());
    line.addAll(List.of(home.resolve("bin/initdb").toString(), "-D", part.toString(), "-U", USER));
    line.addAll(List.of("-A", "scram-sha-256", "--pwfile=" + passwordFile, "-E", "UTF8"));
    line.addAll(List.of("--locale=C.UTF-8", "--no-instructions"));
    Process initdb =
        Spawn.start(
            new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile()));
    String output = new String(initdb.getInputStream().readAllBytes());
    try {
      if (initdb.waitFor() != 0) {
        throw new IOException(remedy(output.strip()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted during initdb", e);
    }
    moveUp(part, data);
  }

  /** PG_VERSION, by which a data folder is known to be whole, is moved last. */
  private static void moveUp(Path part, Path data) throws IOException {
    try (Stream<Path> made = Files.list(part)) {
      for (Path path : made.filter(p -> !p.endsWith("PG_VERSION")).toList()) {
        Files.move(path, data.resolve(path.getFileName()));
      }
    }
    Files.move(part.resolve("PG_VERSION"), data.resolve("PG_VERSION"));
    Files.delete(part);
  }

  private static List<String> command(Path home, Path data, int port, boolean durable) {
    List<String> line = new ArrayList<>(asOrdinaryUser());
    line.addAll(List.of(home.resolve("bin/postgres").toString(), "-D", data.toString()));
    line.addAll(List.of("-p", Integer.toString(port)));
    line.addAll(setting("listen_addresses", "127.0.0.1"));
    line.addAll(setting("unix_socket_directories", ""));
    line.addAll(setting("max_connections", Integer.toString(MAX_CONNECTIONS)));
    line.addAll(setting("shared_buffers", "64MB"));
    line.addAll(setting("fsync", durable ? "on" : "off"));
    line.addAll(setting("synchronous_commit", durable ? "on" : "off"));
    line.addAll(setting("full_page_writes", durable ? "on" : "off"));
    line.addAll(setting("timezone", "UTC"));
    line.addAll(setting("log_timezone", "UTC"));
    return line;
  }

  private static List<String> setting(String name, String value) {
    return List.of("-c", name + "=" + value);
  }

  /**
   * PostgreSQL refuses to run as root; in a user namespace of its own it is nobody, with our files
   * still its own.
   */
  private static List<String> asOrdinaryUser() {
    return "root".equals(System.getProperty("user.name")) ? List.of("unshare", "-U") : List.of();
  }

  private static String remedy(String output) {
    return output.contains("unshare")
        ? "PostgreSQL does not run as root and this machine allows no user namespaces: run as an"
            + " ordinary user, or set sysctl user.max_user_namespaces ("
            + output
            + ")"
        : "initdb said: " + output.replace('\n', ' ');
  }

  /**
   * A killed server leaves its lock file. PostgreSQL itself recognises a stale one, except when the
   * pid in it has been given to some other program since.
   */
  private static void removeForeignLock(Path data, Path pidFile) throws IOException {
    Path lock = data.resolve("postmaster.pid");
    if (LeftOver.find(pidFile).isPresent()) {
      return;
    }
    try {
      String pid = Files.readAllLines(lock).getFirst().strip();
      Path name = Path.of("/proc", pid, "comm");
      if (Files.exists(name) && !Files.readString(name).strip().equals("postgres")) {
        Files.delete(lock);
      }
    } catch (NoSuchFileException e) {
      // no lock, or its owner ended this moment
    }
  }

  /** What {@code pg_ctl -w} looks at: the status line of the lock file, of this very process. */
  private static boolean isReady(Path data, long pid) throws IOException {
    List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
    return lines.size() > STATUS_LINE
        && lines.getFirst().strip().equals(Long.toString(pid))
        && lines.get(STATUS_LINE).strip().equals(STARTED);
  }
}
