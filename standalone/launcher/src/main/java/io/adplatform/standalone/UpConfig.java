package io.adplatform.standalone;

import java.net.URI;
import java.nio.file.Path;

/**
 * What {@code up} was told.
 *
 * @param data the data folder, absolute
 * @param host the address that both ports are bound to
 * @param port of bid requests, beacons and notices
 * @param apiPort of the REST API
 * @param publicUrl what notices and beacons are built with, no slash at its end
 * @param sample whether a new data folder gets the sample data
 * @param preset of the lanes, {@code LAPTOP} or {@code LATENCY}
 * @param split whether each service gets a process of its own
 * @param given servers not to start
 */
record UpConfig(
    Path data,
    String host,
    int port,
    int apiPort,
    URI publicUrl,
    boolean sample,
    String preset,
    boolean split,
    GivenServers given) {

  /** Where bid requests go, from this machine. */
  String dataUrl() {
    return localUrl(host, port);
  }

  /** Where the REST API is, from this machine. */
  String apiUrl() {
    return localUrl(host, apiPort);
  }

  /**
   * Where a server that listens on an address can be asked from this machine.
   *
   * @param host a name or an address; the addresses of this machine alone and of all its networks
   *     are written {@code localhost}
   */
  static String localUrl(String host, int port) {
    return "http://" + reachable(host) + ":" + port;
  }

  private static String reachable(String host) {
    return switch (host) {
      case "127.0.0.1", "0.0.0.0", "::", "[::]" -> "localhost";
      default -> host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    };
  }
}
