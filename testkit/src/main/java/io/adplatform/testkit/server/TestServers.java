package io.adplatform.testkit.server;

import io.adplatform.servers.ServerProcess;
import java.time.Duration;

/** What the fixtures share in starting. */
final class TestServers {
  /**
   * Many times what a start takes: a machine that is busy with other things is slow, not broken.
   */
  private static final Duration START = Duration.ofMinutes(3);

  private TestServers() {}

  static void awaitReady(ServerProcess process) {
    try {
      process.awaitReady(START);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + process.name() + " started", e);
    }
  }
}
