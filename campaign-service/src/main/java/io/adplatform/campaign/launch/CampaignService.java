package io.adplatform.campaign.launch;

import io.adplatform.campaign.outbox.Outbox;
import io.adplatform.campaign.outbox.OutboxPublisher;
import io.adplatform.campaign.rest.CampaignOperations;
import io.adplatform.campaign.rest.EntityWrites;
import io.adplatform.campaign.serving.ServingHandler;
import io.adplatform.runtime.api.ApiKeyStore;
import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.api.ApiServerConfig;
import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.config.SettingsException;
import io.adplatform.runtime.metrics.Metrics;
import io.adplatform.storage.postgres.IdempotencyStore;
import io.adplatform.storage.postgres.PostgresApiKeyStore;
import io.adplatform.storage.postgres.PostgresDatabase;
import java.time.InstantSource;

/** Accounts, demand and supply over REST, and the publication of the catalogue. Thread-safe. */
public final class CampaignService implements AutoCloseable {
  private static final int DEFAULT_PORT = 8081;

  private final PostgresDatabase database;
  private final OutboxPublisher publisher;
  private final ServingHandler serving;

  private CampaignService(
      PostgresDatabase database, OutboxPublisher publisher, ServingHandler serving) {
    this.database = database;
    this.publisher = publisher;
    this.serving = serving;
  }

  /**
   * Opens the database, mounts the operations and begins to publish. The server is started by
   * whoever owns the builder, and closed before this is.
   *
   * @throws IllegalStateException where PostgreSQL cannot be reached or migrated; Kafka is waited
   *     for
   */
  public static CampaignService launch(
      CampaignConfig config, ApiServer.Builder api, Metrics metrics) {
    PostgresDatabase database = PostgresDatabase.open(config.postgres());
    try {
      if (config.operatorKey() != null) {
        OperatorKey.ensure(database.transactions(), config.operatorKey());
      }
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
    Outbox outbox = new Outbox();
    EntityWrites writes = new EntityWrites(database.transactions(), new IdempotencyStore(), outbox);
    ServingHandler serving =
        new ServingHandler(database.transactions(), config.peers(), InstantSource.system());
    OutboxPublisher publisher =
        OutboxPublisher.start(database, config.topics(), outbox, metrics.registry());
    CampaignOperations.mount(api, writes);
    api.operation("getLineItemServing", serving::get)
        .readiness("campaign-postgres", database::readiness)
        .readiness("catalogue-publication", publisher::trouble);
    return new CampaignService(database, publisher, serving);
  }

  /** Whose API keys are; for a server that this service is mounted into. */
  public ApiKeyStore apiKeys() {
    return new PostgresApiKeyStore(database.transactions());
  }

  /** The newest catalogue version that the topics have taken. */
  public long publishedVersion() {
    return publisher.publishedVersion();
  }

  @Override
  public void close() {
    publisher.close();
    serving.close();
    database.close();
  }

  /**
   * Runs it in a process of its own, on {@code api-host} and {@code api-port}, until it is ended.
   */
  public static void main(String[] args) {
    try {
      Settings settings = Settings.of(args, System.getenv());
      CampaignConfig config = CampaignConfig.of(settings);
      ApiServerConfig serverConfig =
          ApiServerConfig.of(
              settings.text("api-host", "127.0.0.1"),
              settings.integer("api-port", DEFAULT_PORT, 0, 65_535));
      settings.refuseUnknownFlags();
      Metrics metrics = new Metrics();
      ApiServer.Builder api = ApiServer.builder(serverConfig).metrics(metrics.registry());
      CampaignService service = launch(config, api, metrics);
      ApiServer server = api.keys(service.apiKeys()).start();
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    server.close();
                    service.close();
                  }));
    } catch (SettingsException | IllegalStateException e) {
      System.err.println("campaign-service: " + e.getMessage());
      System.exit(1);
    }
  }
}
