package io.adplatform.runtime.config;

import java.net.URI;
import java.nio.file.Path;

/**
 * What a hot node is.
 *
 * @param nodeId 1 to {@value #MAX_NODE_ID}; unique among the nodes of an exchange
 * @param dataDir where its journal lies, made if absent
 * @param host the address its HTTP server listens on
 * @param dataPort the port its HTTP server listens on; 0 for any free one
 * @param publicUrl what notices and beacons are built with, without a trailing slash
 * @param externalDriver whether media driver and Archive run in a process of their own ({@code
 *     DriverMain}) on the same data folder
 * @param journal its journal
 */
public record NodeConfig(
    int nodeId,
    Path dataDir,
    String host,
    int dataPort,
    URI publicUrl,
    boolean externalDriver,
    JournalConfig journal) {
  /** A node id has 16 bits in an auction id; 0 is billing-service's in the event envelope. */
  public static final int MAX_NODE_ID = 65_535;

  private static final int DEFAULT_PORT = 8080;

  /** Checks what the settings cannot have checked. */
  public NodeConfig {
    if (nodeId < 1 || nodeId > MAX_NODE_ID) {
      throw Settings.wrong("node-id", Integer.toString(nodeId), "from 1 to " + MAX_NODE_ID);
    }
    dataDir = dataDir.toAbsolutePath().normalize();
  }

  /**
   * From {@code node-id}, {@code data}, {@code data-host}, {@code port}, {@code public-url}, {@code
   * external-driver} and the journal's.
   */
  public static NodeConfig of(Settings settings) {
    int port = settings.integer("port", DEFAULT_PORT, 0, 65_535);
    return new NodeConfig(
        settings.integer("node-id", 1, 1, MAX_NODE_ID),
        settings.path("data", Path.of(".adplatform")),
        settings.text("data-host", "0.0.0.0"),
        port,
        settings.url("public-url", URI.create("http://localhost:" + port)),
        settings.flag("external-driver", false),
        JournalConfig.of(settings));
  }

  /** Whether beacons and notices are https, so that an imp that asks for it may get a bid. */
  public boolean secure() {
    return "https".equals(publicUrl.getScheme());
  }
}
