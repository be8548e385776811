package io.adplatform.billing.launch;

import io.adplatform.billing.budget.LeaseConfig;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.config.SettingsException;
import io.adplatform.storage.postgres.PostgresConfig;
import java.net.URI;

/**
 * What billing-service is told.
 *
 * @param nodeKey what {@code /internal/v1} asks for; never printed
 * @param analyticsUrl where analytics-ingest sums up settled events
 * @param acceptedSettledTopic id of the topic {@code settled} that an operator has accepted though
 *     it does not hold what was counted; null is none
 */
public record BillingConfig(
    PostgresConfig postgres,
    KafkaConfig kafka,
    LeaseConfig leases,
    String nodeKey,
    String analyticsUrl,
    String acceptedSettledTopic) {
  /** The schema, also where the migrations lie: {@code db/billing}. */
  public static final String SCHEMA = "billing";

  private static final int DEFAULT_API_PORT = 8081;

  /** Without a topic that was accepted. */
  public BillingConfig(
      PostgresConfig postgres,
      KafkaConfig kafka,
      LeaseConfig leases,
      String nodeKey,
      String analyticsUrl) {
    this(postgres, kafka, leases, nodeKey, analyticsUrl, null);
  }

  /** From the settings; see 'Launching' in {@code docs/architecture.md}. */
  public static BillingConfig of(Settings settings) {
    KafkaConfig kafka = KafkaConfig.of(settings);
    String nodeKey = settings.secret("node-key-file");
    if (nodeKey == null || nodeKey.isEmpty()) {
      throw new SettingsException("node-key-file: is missing or empty; it holds the node key");
    }
    URI api =
        URI.create("http://127.0.0.1:" + settings.integer("api-port", DEFAULT_API_PORT, 0, 65_535));
    return new BillingConfig(
        PostgresConfig.of(SCHEMA, settings),
        kafka,
        LeaseConfig.of(kafka.partitions(), settings),
        nodeKey,
        settings.url("analytics-url", api).toString(),
        settings.text("accept-settled-topic", null));
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "BillingConfig[" + postgres.url() + ", " + kafka + ", " + leases + "]";
  }
}
