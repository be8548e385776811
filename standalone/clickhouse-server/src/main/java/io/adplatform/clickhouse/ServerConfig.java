package io.adplatform.clickhouse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How the server runs.
 *
 * @param host address to listen on
 * @param port 0 takes any free port
 * @param path data folder, made where it is missing
 * @param library {@code libchdb.so}
 * @param user name that requests must carry
 * @param password what they must carry with it; empty asks for none
 * @param watchStdin whether the end of standard input ends the server
 */
record ServerConfig(
    String host,
    int port,
    Path path,
    Path library,
    String user,
    String password,
    boolean watchStdin) {

  static final String USAGE =
      "usage: ClickHouseServer --port P --path DIR [--host 127.0.0.1] [--library libchdb.so]"
          + " [--user NAME] [--password-file FILE] [--ignore-stdin]";

  private static final String PACKAGE_FOLDER =
      "standalone/clickhouse-server/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so";

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException with a line for the user where it cannot be followed
   */
  static ServerConfig parse(List<String> args) throws IOException {
    String host = "127.0.0.1";
    int port = -1;
    Path path = null;
    Path library = null;
    String user = "default";
    String password = "";
    boolean watchStdin = true;
    for (int i = 0; i < args.size(); i++) {
      String name = args.get(i);
      if (name.equals("--ignore-stdin")) {
        watchStdin = false;
        continue;
      }
      if (i + 1 == args.size()) {
        throw new IllegalArgumentException(USAGE);
      }
      String value = args.get(++i);
      switch (name) {
        case "--host" -> host = value;
        case "--port" -> port = Integer.parseInt(value);
        case "--path" -> path = Path.of(value);
        case "--library" -> library = Path.of(value);
        case "--user" -> user = value;
        case "--password-file" -> password = Files.readString(Path.of(value)).strip();
        default -> throw new IllegalArgumentException("unknown option " + name + "; " + USAGE);
      }
    }
    if (port < 0 || path == null) {
      throw new IllegalArgumentException(USAGE);
    }
    Path found = library != null ? library : findLibrary();
    return new ServerConfig(
        host, port, path.toAbsolutePath(), found.toAbsolutePath(), user, password, watchStdin);
  }

  /**
   * Takes {@code adplatform.libchdb}; else looks below the project's root: {@code adplatform.home},
   * or any folder above this one.
   */
  private static Path findLibrary() {
    String given = System.getProperty("adplatform.libchdb");
    if (given != null) {
      return Path.of(given);
    }
    String home = System.getProperty("adplatform.home");
    Path folder = Path.of(home != null ? home : "").toAbsolutePath();
    for (; folder != null; folder = folder.getParent()) {
      Path library = folder.resolve(PACKAGE_FOLDER);
      if (Files.exists(library)) {
        return library;
      }
    }
    throw new IllegalArgumentException(
        "the ClickHouse engine is not installed: run npm ci in standalone/clickhouse-server, or"
            + " give --library");
  }
}
