package io.adplatform.standalone;

import io.adplatform.servers.ClickHouseServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
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
  private static final int ANSWER_MILLIS = 3_000;

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
    requireGiven(config.given());
  }

  static void requirePort(String host, int port, String option) {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new LaunchException(
          "The name " + host + " is not known: give an address of this machine with --host");
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address);
    } catch (IOException e) {
      throw new LaunchException(whyNotBound(host, port, option, String.valueOf(e.getMessage())), e);
    }
  }

  /** By the system's own words: Java tells EADDRINUSE, EACCES and EADDRNOTAVAIL not otherwise. */
  private static String whyNotBound(String host, int port, String option, String reason) {
    if (reason.startsWith("Permission denied")) {
      return "Port "
          + port
          + " is not for ordinary users: choose one above 1023 with "
          + option
          + ", or lower sysctl net.ipv4.ip_unprivileged_port_start";
    }
    if (reason.startsWith("Cannot assign requested address")) {
      return host + " is no address of this machine: give one with --host (ip address shows them)";
    }
    if (reason.startsWith("Address already in use")) {
      return "Port "
          + port
          + " of "
          + host
          + " is taken: end the program that listens on it (ss -ltnp shows which), or choose"
          + " another with "
          + option;
    }
    return "Port " + port + " of " + host + " cannot be opened (" + reason + "): see " + option;
  }

  /** Whether what was given answers at all; one of several addresses is enough. */
  static void requireGiven(GivenServers given) {
    if (given.postgres != null) {
      requireAnswer("--postgres", URI.create(given.postgres.substring("jdbc:".length())), 5432);
    }
    if (given.redis != null) {
      requireAnswer("--redis", URI.create(given.redis), 6379);
    }
    if (given.clickHouse != null) {
      requireAnswer("--clickhouse", URI.create(given.clickHouse), 80);
    }
    if (given.kafka != null) {
      LaunchException refusal = null;
      for (String address : given.kafka.split(",")) {
        try {
          requireAnswer("--kafka", URI.create("kafka://" + address.strip()), 9092);
          return;
        } catch (LaunchException e) {
          refusal = e;
        }
      }
      throw refusal;
    }
  }

  private static void requireAnswer(String option, URI address, int otherwise) {
    String host = address.getHost();
    if (host == null) {
      throw new LaunchException(option + " names no host: " + address);
    }
    int port = address.getPort() < 0 ? otherwise : address.getPort();
    InetSocketAddress target = new InetSocketAddress(host, port);
    if (target.isUnresolved()) {
      throw new LaunchException(option + ": the name " + host + " is not known");
    }
    try (Socket socket = new Socket()) {
      socket.connect(target, ANSWER_MILLIS);
    } catch (IOException e) {
      throw new LaunchException(
          option + ": nobody answers at " + host + ":" + port + " (" + e.getMessage() + ")", e);
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
