package io.adplatform.analytics.collect;

import java.nio.file.Path;

/** The beacon server in a process of its own, to be killed: prints its port. */
public final class BeaconServerMain {
  private BeaconServerMain() {}

  public static void main(String[] arguments) throws Exception {
    try (BeaconServer server = BeaconServer.start(Path.of(arguments[0]))) {
      System.out.println("port " + server.port);
      Thread.currentThread().join();
    }
  }
}
