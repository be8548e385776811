package io.adplatform.servers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The ClickHouse engine of our own on 127.0.0.1, behind its HTTP interface, in a JVM beside this
 * one.
 */
public final class ClickHouseServer implements AutoCloseable {
  /** The user that requests name where there is a password. */
  public static final String USER = "adplatform";

  private final ServerProcess process;

  private ClickHouseServer(ServerProcess process) {
    this.process = process;
  }

  /** Where {@code npm ci} in {@code standalone/clickhouse-server} puts the engine. */
  public static Path engine() {
    return JavaCommand.home()
        .resolve("standalone/clickhouse-server/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so");
  }

  /** Starts the engine of {@code folders} on {@code port}, for whoever can reach it. */
  public static ClickHouseServer start(ServerFolders folders, int port, Consumer<String> announce) {
    return start(folders, port, null, announce);
  }

  /**
   * Starts the engine.
   *
   * @param passwordFile the password that {@link #USER} must give; null lets anyone in
   */
  public static ClickHouseServer start(
      ServerFolders folders, int port, Path passwordFile, Consumer<String> announce) {
    if (!Files.exists(engine())) {
      throw new ServerException(
          "The ClickHouse engine is missing ("
              + engine()
              + "): run npm ci in standalone/clickhouse-server");
    }
    Path data = folders.data("clickhouse");
    JavaCommand java =
        JavaCommand.of("standalone/clickhouse-server", "io.adplatform.clickhouse.ClickHouseServer")
            .options("-Xms32m", "-Xmx128m", "-XX:MaxDirectMemorySize=256m", "-XX:+UseSerialGC")
            .options("-XX:TieredStopAtLevel=1", "-Xshare:auto")
            .arguments("--port", Integer.toString(port))
            .arguments("--path", data.toString(), "--library", engine().toString())
            // its supervisor ends it; the server's own standard input is empty from the start
            .arguments("--ignore-stdin");
    if (passwordFile != null) {
      java.arguments("--user", USER, "--password-file", passwordFile.toString());
    }
    ProcessConfig config =
        ProcessConfig.of(folders, "clickhouse", port, java.line())
            .behindLanes()
            .withEnvironment(Map.of("LD_PRELOAD", signalChaining().toString()));
    return new ClickHouseServer(
        ServerProcess.start(config, ReadyProbe.http(port, "/ping"), announce));
  }

  /** The JDK's library that lets the engine's signal handlers and the JVM's live together. */
  public static Path signalChaining() {
    return Path.of(System.getProperty("java.home"), "lib", "libjsig.so");
  }

  public ServerProcess process() {
    return process;
  }

  public int port() {
    return process.port();
  }

  /** {@code http://127.0.0.1:PORT}. */
  public String url() {
    return "http://127.0.0.1:" + port();
  }

  @Override
  public void close() {
    process.close();
  }
}
