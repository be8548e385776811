package io.adplatform.servers;

import java.io.IOException;

/**
 * Starts processes, one at a time. A child comes over a helper of the JDK's, which holds all files
 * and ports that the JVM has open until the child runs, and reads from a pipe what is to run. Two
 * helpers at once hold each other's pipes as well: where the JVM is killed in that moment, neither
 * sees its pipe end, and both keep the JVM's ports for good.
 */
final class Spawn {
  private Spawn() {}

  /** Starts it; returns when the child runs. */
  static synchronized Process start(ProcessBuilder child) throws IOException {
    return child.start();
  }
}
