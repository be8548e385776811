package io.adplatform.runtime.journal;

import io.adplatform.runtime.config.NodeConfig;
import io.adplatform.runtime.config.Settings;

/**
 * A process that runs media driver and Archive for the hot services on the same data folder. Takes
 * the settings {@code data} and the journal's. Prints {@code ready} when clients can connect.
 */
public final class DriverMain {
  private DriverMain() {}

  /** Runs until it is told to end. */
  public static void main(String[] args) {
    NodeConfig.of(Settings.of(args, System.getenv()));
  }
}
