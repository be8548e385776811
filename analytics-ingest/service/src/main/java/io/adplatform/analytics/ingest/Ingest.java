package io.adplatform.analytics.ingest;

import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.storage.clickhouse.ClickHouseMigrations;
import io.adplatform.storage.kafka.CatalogueReader;
import io.adplatform.storage.kafka.KafkaTopics;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Ingestion as a whole: two intakes, the dimensions, the schema they need. Thread-safe. */
public final class Ingest implements AutoCloseable {
  private static final ClickHouseMigrations MIGRATIONS =
      new ClickHouseMigrations(
          Ingest.class,
          List.of(
              "V1__events.sql",
              "V2__generations.sql",
              "V3__responses.sql",
              "V4__demand_partners.sql"));

  /** So much later than a block is due that it is not only slow. */
  private static final double STALLED_SECONDS = 60;

  private final ClickHouseDatabase database;
  private final String settledTopic;
  private final int eventDays;
  private final TopicIntake settled;
  private final TopicIntake details;
  private final CatalogueReader catalogue;
  private final DimensionFeed dimensions;
  private final IngestCounters settledCounters;
  private final IngestCounters detailCounters;

  private Ingest(IngestConfig config, MeterRegistry metrics) {
    database = new ClickHouseDatabase(config.clickHouse());
    settledTopic = config.settledTopic();
    eventDays = config.retention().eventDays();
    settledCounters = new IngestCounters(metrics, "settled");
    detailCounters = new IngestCounters(metrics, "auction-details");
    DeliveryRollup rollup =
        new DeliveryRollup(config.retention(), settledCounters, Clock.systemUTC());
    settled =
        new TopicIntake(
            config,
            config.settledTopic(),
            SettledRows.TABLE,
            database,
            db -> prepareSettled(db, config, rollup),
            generation -> new SettledRows(rollup, settledCounters, generation),
            rollup,
            settledCounters);
    details =
        new TopicIntake(
            config,
            config.detailTopic(),
            DetailRows.TABLE,
            database,
            db -> prepareDetails(db, config),
            generation -> new DetailRows(detailCounters, generation),
            FollowUp.NONE,
            detailCounters);
    settled.start();
    details.start();
    dimensions = new DimensionFeed(database, () -> migrate(database, config.retention()));
    catalogue = CatalogueReader.start(config.kafka(), "ingest-catalogue", dimensions);
  }

  /** Starts ingestion; returns at once. What it needs may come later: it waits and goes on. */
  public static Ingest launch(IngestConfig config, MeterRegistry metrics) {
    return new Ingest(config, metrics);
  }

  private static int prepareSettled(
      ClickHouseDatabase database, IngestConfig config, DeliveryRollup rollup) {
    migrate(database, config.retention());
    String topic = config.settledTopic();
    int generation = TopicGenerations.current(database, config.kafka(), topic);
    ProgressStore progress = new ProgressStore(database, topic, generation, SettledRows.TABLE);
    rollup.heal(database, progress.noted(), generation);
    return generation;
  }

  /** Kafka keeps full records no longer than ClickHouse may. */
  private static int prepareDetails(ClickHouseDatabase database, IngestConfig config) {
    migrate(database, config.retention());
    String topic = config.detailTopic();
    KafkaTopics.keep(config.kafka(), topic, Duration.ofDays(config.retention().detailDays()));
    return TopicGenerations.current(database, config.kafka(), topic);
  }

  private static synchronized void migrate(ClickHouseDatabase database, Retention retention) {
    MIGRATIONS.migrate(database);
    retention.apply(database);
  }

  /** The tables, for reports. Closed with this. */
  public ClickHouseDatabase database() {
    return database;
  }

  /** How far settled events are in the tables, with their roll-ups. */
  public SettledPosition settledPosition() {
    return SettledPosition.read(database, settledTopic);
  }

  /** Settled events of before may be gone, in seconds since 1970. */
  public long eventsKeptFromSeconds(long nowSeconds) {
    return nowSeconds - TimeUnit.DAYS.toSeconds(eventDays - 1L);
  }

  /** A line item or a partner as the catalogue has it now, or null. */
  public CatalogueEntity current(long id) {
    return dimensions.current(id);
  }

  /** For {@code /readyz}: null where all is well, else what is not. */
  public String trouble() {
    if (!settled.isRunning() || !details.isRunning()) {
      return "events are not taken in: Kafka or ClickHouse is away";
    }
    double stalled = Math.max(settledCounters.stalledSeconds(), detailCounters.stalledSeconds());
    if (stalled > STALLED_SECONDS) {
      return "no events were taken in for " + Math.round(stalled) + " s";
    }
    return catalogue.readiness();
  }

  /** Messages of {@code settled} that are not in ClickHouse yet, as last measured. */
  public long lag() {
    return settledCounters.lag();
  }

  /** Ends the threads; what is under way is taken up again by the next start. */
  @Override
  public void close() {
    catalogue.close();
    settled.giveUp();
    details.giveUp();
    settled.close();
    details.close();
    database.close();
  }
}
