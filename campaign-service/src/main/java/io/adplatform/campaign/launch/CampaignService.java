package io.adplatform.campaign.launch;

import io.adplatform.campaign.outbox.Outbox;
import io.adplatform.campaign.outbox.OutboxPublisher;
import io.adplatform.campaign.outbox.ParticipationReader;
import io.adplatform.campaign.rest.CampaignOperations;
import io.adplatform.campaign.rest.EntityWrites;
import io.adplatform.campaign.serving.BudgetFloor;
import io.adplatform.campaign.serving.ServingHandler;
import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.config.Settings;
import io.adplatform.storage.postgres.IdempotencyStore;
import io.adplatform.storage.postgres.PostgresApiKeyStore;
import io.adplatform.storage.postgres.PostgresDatabase;
import java.time.InstantSource;

/** Accounts, demand and supply over REST, and the publication of the catalogue. Thread-safe. */
public final class CampaignService implements AutoCloseable {
  private final PostgresDatabase database;
  private final OutboxPublisher publisher;
  private final ServingHandler serving;
  private final BudgetFloor floor;
  private final ParticipationReader participations;

  private CampaignService(
      PostgresDatabase database,
      OutboxPublisher publisher,
      ServingHandler serving,
      BudgetFloor floor,
      ParticipationReader participations) {
    this.database = database;
    this.publisher = publisher;
    this.serving = serving;
    this.floor = floor;
    this.participations = participations;
  }

  /** Launches as the settings say; see {@link #launch(ApiServer.Builder, CampaignConfig)}. */
  public static CampaignService launch(ApiServer.Builder api, Settings settings) {
    return launch(api, CampaignConfig.of(settings));
  }

  /**
   * Opens the database, mounts the operations, tells the server whose API keys are, and begins to
   * publish. The server is started by whoever owns the builder, and closed before this is.
   *
   * @throws IllegalStateException where PostgreSQL cannot be reached or migrated; Kafka is waited
   *     for
   */
  public static CampaignService launch(ApiServer.Builder api, CampaignConfig config) {
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
        OutboxPublisher.start(database, config.topics(), outbox, api.meters());
    BudgetFloor floor = new BudgetFloor(config.peers());
    CampaignOperations.mount(api, writes, floor, config.partners());
    api.keys(new PostgresApiKeyStore(database.transactions()))
        .operation("getLineItemServing", serving::get)
        .operation("getDealServing", serving::getDeal)
        .readiness("campaign-postgres", database::readiness)
        .readiness("catalogue-publication", publisher::trouble);
    ParticipationReader participations =
        ParticipationReader.start(database.transactions(), outbox, config.peers(), api.meters());
    return new CampaignService(database, publisher, serving, floor, participations);
  }

  /** The newest catalogue version that the topics have taken. */
  public long publishedVersion() {
    return publisher.publishedVersion();
  }

  @Override
  public void close() {
    participations.close();
    publisher.close();
    serving.close();
    floor.close();
    database.close();
  }
}
