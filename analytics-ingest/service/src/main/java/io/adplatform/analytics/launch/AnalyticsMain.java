package io.adplatform.analytics.launch;

import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.api.ApiServerConfig;
import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.config.NodeConfig;
import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.config.SettingsException;
import io.adplatform.runtime.node.HotNode;
import io.adplatform.runtime.node.ServiceProcess;
import io.adplatform.storage.postgres.PostgresApiKeyStore;
import io.adplatform.storage.postgres.PostgresConfig;
import io.adplatform.storage.postgres.PostgresDatabase;
import java.util.ArrayDeque;
import java.util.Deque;
import org.agrona.CloseHelper;

/** analytics-ingest as a process of its own. */
public final class AnalyticsMain {
  private static final int DEFAULT_API_PORT = 8081;
  private static final int MAX_PORT = 65_535;

  /** Whose tables hold the API keys. */
  private static final String CAMPAIGN_SCHEMA = "campaign";

  private AnalyticsMain() {}

  /** Runs until it is told to stop. */
  public static void main(String[] arguments) {
    ServiceProcess.run("analytics-ingest", arguments, AnalyticsMain::start);
  }

  private static AutoCloseable start(Settings settings) throws Exception {
    // Closed in the opposite order: no more requests, then what they left is shipped.
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    try {
      HotNode node = HotNode.start(NodeConfig.of(settings), LaneConfig.of(settings));
      parts.push(node);
      ApiServer.Builder api =
          ApiServer.builder(
                  ApiServerConfig.of(
                      settings.text("api-host", "127.0.0.1"),
                      settings.integer("api-port", DEFAULT_API_PORT, 0, MAX_PORT)))
              .metrics(node.metrics().registry());
      String nodeKey = settings.secret("node-key-file");
      if (nodeKey == null) {
        throw new SettingsException("node-key-file: is missing; it holds the node key");
      }
      api.nodeKey(nodeKey);
      PostgresDatabase keys = PostgresDatabase.join(keyTables(settings));
      parts.push(keys);
      parts.push(AnalyticsIngest.launch(node, api, settings));
      parts.push(api.keys(new PostgresApiKeyStore(keys.transactions())).start());
      node.listen();
      parts.push(node::stopListening);
      return () -> CloseHelper.quietCloseAll(parts);
    } catch (Exception e) {
      CloseHelper.quietCloseAll(parts);
      throw e;
    }
  }

  private static PostgresConfig keyTables(Settings settings) {
    String password = settings.secret("campaign-password-file");
    return PostgresConfig.of(
        settings.requiredText("postgres"),
        CAMPAIGN_SCHEMA,
        new PostgresConfig.Login("", ""),
        password == null ? "" : password);
  }
}
