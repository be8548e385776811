package io.adplatform.campaign.launch;

import io.adplatform.campaign.check.PartnerTerms;
import io.adplatform.campaign.outbox.CatalogueTopicsConfig;
import io.adplatform.campaign.serving.ServicePeersConfig;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.config.SettingsException;
import io.adplatform.storage.postgres.PostgresConfig;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.secret.SecretSeal;
import java.net.URI;
import java.util.Set;
import java.util.TreeSet;

/**
 * What campaign-service must be told.
 *
 * @param postgres its schema is {@code campaign}
 * @param topics where the catalogue is published
 * @param peers where the other services are
 * @param partners what the configuration of demand partners is checked with
 * @param operatorKey an API key that shall be an operator's; null makes none
 */
public record CampaignConfig(
    PostgresConfig postgres,
    CatalogueTopicsConfig topics,
    ServicePeersConfig peers,
    PartnerTerms partners,
    String operatorKey) {
  /** The service's schema. */
  public static final String SCHEMA = "campaign";

  private static final String SECRETS_KEY = "secrets-key-file";
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
        partners(settings),
        settings.secret("operator-key-file"));
  }

  static PartnerTerms partners(Settings settings) {
    Set<String> regions = new TreeSet<>();
    String own = settings.text("region", DemandPartner.ANY_REGION);
    String all = settings.text("regions", "");
    for (String region :
        (own.equals(DemandPartner.ANY_REGION) ? all : all + "," + own).split(",")) {
      if (!region.isBlank()) {
        if (!PartnerTerms.isRegion(region.strip())) {
          throw Settings.wrong("regions", region, PartnerTerms.REGION_FORM);
        }
        regions.add(region.strip());
      }
    }
    String keys = settings.secret(SECRETS_KEY);
    try {
      return new PartnerTerms(regions, keys == null ? null : SecretSeal.parse(keys, SECRETS_KEY));
    } catch (IllegalArgumentException e) {
      throw new SettingsException(e.getMessage());
    }
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "campaign-service on " + postgres + ", " + topics + ", " + peers;
  }
}
