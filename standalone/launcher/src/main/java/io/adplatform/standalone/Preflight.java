package io.adplatform.standalone;

import io.adplatform.servers.ClickHouseServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What can be known to fail before anything is started; each with one line that names the remedy.
 */
final class Preflight {
  private static final long MIB = 1L << 20;

  /**
   * A first start writes about 300 MiB, and the journal stops auctions below 512 MiB of free space.
   */
  static final long LEAST_DISK_MIB = 1024;

  private Preflight() {}

  /** Throws {@link LaunchException} for the first thing that is wrong. */
  static void check(UpConfig config) {
    requirePort(config.host(), config.port(), "--port");
    requirePort(config.host(), config.apiPort(), "--api-port");
    requireDisk(config.data(), LEAST_DISK_MIB);
    requireTools(config.given());
  }

  static void requirePort(String host, int port, String option) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, port));
    } catch (IOException e) {
      throw new LaunchException(
          "Port "
              + port
              + " of "
              + host
              + " is taken: end the program that listens on it (ss -ltnp shows which), or choose"
              + " another with "
              + option,
          e);
    }
  }

  static void requireDisk(Path data, long leastMib) {
    try {
      FileStore store = Files.getFileStore(data);
      long free = store.getUsableSpace() / MIB;
      if (free < leastMib) {
        throw new LaunchException(
            "Only "
                + free
                + " MiB are free for "
                + data
                + ", at least "
                + leastMib
                + " MiB are needed: free some, or choose another folder with --data DIR");
      }
    } catch (IOException e) {
      throw new LaunchException(
          "The data folder " + data + " cannot be used: " + e.getMessage(), e);
    }
  }

  private static void requireTools(GivenServers given) {
    List<String> tools = new ArrayList<>(List.of("setsid"));
    if (given.postgres == null) {
      tools.add("tar");
      if ("root".equals(System.getProperty("user.name"))) {
        tools.add("unshare");
      }
    }
    for (String tool : tools) {
      if (!isOnPath(tool)) {
        throw new LaunchException(
            "The program "
                + tool
                + " is missing (Debian: apt-get install tar util-linux); ./adplatform doctor shows"
                + " all");
      }
    }
    if (given.clickHouse == null) {
      requireEngine();
    }
  }

  private static void requireEngine() {
    if (!Files.exists(ClickHouseServer.engine())) {
      throw new LaunchException(
          "The ClickHouse engine (libchdb.so) is missing: run npm ci in"
              + " standalone/clickhouse-server (needs Node.js), or give an address with"
              + " --clickhouse");
    }
    if (!Files.exists(ClickHouseServer.signalChaining())) {
      throw new LaunchException(
          ClickHouseServer.signalChaining()
              + " is missing, which the ClickHouse engine needs: install the whole JDK 25, or give"
              + " an address with --clickhouse");
    }
  }

  private static boolean isOnPath(String tool) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, tool))) {
        return true;
      }
    }
    return false;
  }
}
