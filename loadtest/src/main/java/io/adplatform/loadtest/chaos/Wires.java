package io.adplatform.loadtest.chaos;

import io.adplatform.loadtest.chaos.Fault.Server;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The networks between the exchange and its servers. Thread-safe. */
final class Wires implements Closeable {
  /** Where a server listens. */
  @FunctionalInterface
  interface Ports {
    int of(String server) throws IOException;
  }

  private final Map<Server, Wire> wires = new EnumMap<>(Server.class);
  private volatile Ports ports =
      server -> {
        throw new IOException(server + " is not there yet");
      };

  /** Whole ones, that lead nowhere yet. */
  Wires() throws IOException {
    for (Server server : Server.WIRED) {
      wires.put(server, new Wire(() -> ports.of(server.key())));
    }
  }

  /** Says where they lead. */
  void leadTo(Ports servers) {
    ports = servers;
  }

  /** What {@code up} is told so that its services go through them. */
  List<String> options() {
    List<String> options = new ArrayList<>();
    wires.forEach(
        (server, wire) -> {
          options.add("--via");
          options.add(server.key() + "=" + wire.port());
        });
    return options;
  }

  Wire of(Server server) {
    return wires.get(server);
  }

  @Override
  public void close() throws IOException {
    for (Wire wire : wires.values()) {
      wire.close();
    }
  }
}
