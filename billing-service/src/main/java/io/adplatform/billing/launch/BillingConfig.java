package io.adplatform.billing.launch;

import io.adplatform.billing.budget.LeaseConfig;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.config.SettingsException;
import io.adplatform.storage.postgres.PostgresConfig;

/**
 * What billing-service is told.
 *
 * @param nodeKey what {@code /internal/v1} asks for; never printed
 */
public record BillingConfig(
    PostgresConfig postgres, KafkaConfig kafka, LeaseConfig leases, String nodeKey) {
  /** The schema, also where the migrations lie: {@code db/billing}. */
  public static final String SCHEMA = "billing";

  /** From the settings; see 'Launching' in {@code docs/architecture.md}. */
  public static BillingConfig of(Settings settings) {
    KafkaConfig kafka = KafkaConfig.of(settings);
    String nodeKey = settings.secret("node-key-file");
    if (nodeKey == null || nodeKey.isEmpty()) {
      throw new SettingsException("node-key-file: is missing or empty; it holds the node key");
    }
    return new BillingConfig(
        PostgresConfig.of(SCHEMA, settings),
        kafka,
        LeaseConfig.of(kafka.partitions(), settings),
        nodeKey);
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "BillingConfig[" + postgres.url() + ", " + kafka + ", " + leases + "]";
  }
}
