package io.adplatform.analytics.launch;

import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.config.SettingsException;
import io.adplatform.runtime.node.HotNode;
import io.adplatform.storage.lease.NodeRegistration;
import io.adplatform.wire.token.TokenKeys;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service: beacons to journal to Kafka, settled events to ClickHouse, reports. */
public final class AnalyticsIngest implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AnalyticsIngest.class);

  private static final String TOKEN_KEYS = "token-keys-file";
  private static final String NODE_KEY = "node-key-file";
  private static final URI LOCAL_BILLING = URI.create("http://127.0.0.1:8081");

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  private AnalyticsIngest() {}

  /**
   * Mounts and starts everything; the callers then let the node listen and the API server start.
   *
   * @throws IOException where the data folder cannot be written
   */
  public static AnalyticsIngest launch(HotNode node, ApiServer.Builder api, Settings settings)
      throws IOException {
    KafkaConfig kafka = KafkaConfig.of(settings);
    settings.requiredText(TOKEN_KEYS);
    TokenKeys keys = TokenKeys.parse(settings.secret(TOKEN_KEYS), TOKEN_KEYS);
    AnalyticsIngest service = new AnalyticsIngest();
    URI billing = settings.url("billing-url", LOCAL_BILLING);
    String nodeKey = settings.secret(NODE_KEY);
    if (nodeKey == null) {
      throw new SettingsException(NODE_KEY + ": is missing; it holds the node key");
    }
    service.parts.push(
        Collection.start(
            node,
            kafka,
            keys,
            known ->
                NodeRegistration.start(
                    billing, nodeKey, node.nodeId(), known, NodeRegistration.GRACE)));
    service.parts.push(Reporting.start(node, api, settings, kafka, keys));
    return service;
  }

  /** Ends the parts, the last started first; a part that does not end well stops no other. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        LOG.warn("a part of analytics-ingest did not end well", e);
      }
    }
  }
}
