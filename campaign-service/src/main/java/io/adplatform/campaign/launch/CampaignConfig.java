package io.adplatform.campaign.launch;

import io.adplatform.campaign.outbox.CatalogueTopicsConfig;
import io.adplatform.campaign.serving.ServicePeersConfig;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.config.SettingsException;
import io.adplatform.storage.postgres.PostgresConfig;
import java.net.URI;

/**
 * What campaign-service must be told.
 *
 * @param postgres its schema is {@code campaign}
 * @param topics where the catalogue is published
 * @param peers where the other services are
 * @param operatorKey an API key that shall be an operator's; null makes none
 */
public record CampaignConfig(
    PostgresConfig postgres,
    CatalogueTopicsConfig topics,
    ServicePeersConfig peers,
    String operatorKey) {
  /** The service's schema. */
  public static final String SCHEMA = "campaign";

  private static final int DEFAULT_API_PORT = 8081;

  /**
   * From the settings; see 'Launching' in {@code docs/architecture.md}.
   *
   * @throws SettingsException where one is missing or wrong
   */
  public static CampaignConfig of(Settings settings) {
    String nodeKey = settings.secret("node-key-file");
    if (nodeKey == null || nodeKey.isEmpty()) {
      throw new SettingsException("node-key-file: is missing or empty; it holds the node key");
    }
    URI api =
        URI.create("http://127.0.0.1:" + settings.integer("api-port", DEFAULT_API_PORT, 0, 65_535));
    return new CampaignConfig(
        PostgresConfig.of(SCHEMA, settings),
        CatalogueTopicsConfig.of(KafkaConfig.of(settings)),
        new ServicePeersConfig(
            settings.url("billing-url", api).toString(),
            settings.url("analytics-url", api).toString(),
            nodeKey),
        settings.secret("operator-key-file"));
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "campaign-service on " + postgres + ", " + topics + ", " + peers;
  }
}
