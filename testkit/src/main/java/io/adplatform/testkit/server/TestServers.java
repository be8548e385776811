package io.adplatform.testkit.server;

import io.adplatform.servers.ServerProcess;
import java.time.Duration;

/** What the fixtures share in starting. */
final class TestServers {
  private TestServers() {}

  static void awaitReady(ServerProcess process, Duration timeout) {
    try {
      process.awaitReady(timeout);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + process.name() + " started", e);
    }
  }
}
