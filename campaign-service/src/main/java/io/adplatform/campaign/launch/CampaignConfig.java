package io.adplatform.campaign.launch;

import io.adplatform.campaign.outbox.CatalogueTopicsConfig;
import io.adplatform.campaign.serving.ServicePeersConfig;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.runtime.config.Settings;
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

  private static final URI DEFAULT_API = URI.create("http://127.0.0.1:8081");

  /**
   * Reads {@code postgres}, {@code postgres-user}, {@code postgres-password-file}, {@code
   * campaign-password-file}, {@code kafka}, {@code billing-url}, {@code analytics-url}, {@code
   * node-key-file} and {@code operator-key-file}.
   */
  public static CampaignConfig of(Settings settings) {
    String password = settings.secret("postgres-password-file");
    String appPassword = settings.secret("campaign-password-file");
    PostgresConfig.Login owner =
        new PostgresConfig.Login(
            settings.text("postgres-user", "postgres"), password == null ? "" : password);
    return new CampaignConfig(
        PostgresConfig.of(
            settings.requiredText("postgres"),
            SCHEMA,
            owner,
            appPassword == null ? "" : appPassword),
        CatalogueTopicsConfig.of(KafkaConfig.of(settings).bootstrap()),
        new ServicePeersConfig(
            settings.url("billing-url", DEFAULT_API).toString(),
            settings.url("analytics-url", DEFAULT_API).toString(),
            settings.secret("node-key-file")),
        settings.secret("operator-key-file"));
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "campaign-service on " + postgres + ", " + topics + ", " + peers;
  }
}
