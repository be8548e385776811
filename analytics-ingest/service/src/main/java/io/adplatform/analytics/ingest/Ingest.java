package io.adplatform.analytics.ingest;

import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.storage.clickhouse.ClickHouseMigrations;
import io.adplatform.storage.kafka.CatalogueReader;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** Ingestion as a whole: two intakes, the dimensions, the schema they need. Thread-safe. */
public final class Ingest implements AutoCloseable {
  private static final ClickHouseMigrations MIGRATIONS =
      new ClickHouseMigrations(Ingest.class, List.of("V1__events.sql"));

  private final ClickHouseDatabase database;
  private final TopicIntake settled;
  private final TopicIntake details;
  private final CatalogueReader catalogue;
  private final DimensionFeed dimensions;
  private final IngestCounters settledCounters;

  private Ingest(IngestConfig config, MeterRegistry metrics) {
    database = new ClickHouseDatabase(config.clickHouse());
    settledCounters = new IngestCounters(metrics, "settled");
    IngestCounters detailCounters = new IngestCounters(metrics, "auction-details");
    DeliveryRollup rollup =
        new DeliveryRollup(config.retention(), settledCounters, Clock.systemUTC());
    SettledRows settledRows = new SettledRows(rollup, settledCounters);
    DetailRows detailRows = new DetailRows(detailCounters);
    settled =
        new TopicIntake(
            config,
            config.settledTopic(),
            database,
            settledRows,
            db -> prepareSettled(db, config, settledRows, rollup),
            settledCounters);
    details =
        new TopicIntake(
            config,
            config.detailTopic(),
            database,
            detailRows,
            db -> prepare(db, config, config.detailTopic(), detailRows),
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

  private static Map<Integer, Long> prepareSettled(
      ClickHouseDatabase database, IngestConfig config, SettledRows rows, DeliveryRollup rollup) {
    Map<Integer, Long> resume = prepare(database, config, config.settledTopic(), rows);
    ProgressStore progress = new ProgressStore(database, config.settledTopic(), rows.truthTable());
    rollup.heal(database, progress.noted());
    return resume;
  }

  private static Map<Integer, Long> prepare(
      ClickHouseDatabase database, IngestConfig config, String topic, BlockRows rows) {
    migrate(database, config.retention());
    ProgressStore progress = new ProgressStore(database, topic, rows.truthTable());
    return progress.resume(progress.noted());
  }

  private static synchronized void migrate(ClickHouseDatabase database, Retention retention) {
    MIGRATIONS.migrate(database);
    retention.apply(database);
  }

  /** The tables, for reports. Closed with this. */
  public ClickHouseDatabase database() {
    return database;
  }

  /** A line item or a supply partner as the catalogue has it now, or null. */
  public CatalogueEntity current(long id) {
    return dimensions.current(id);
  }

  /** For {@code /readyz}: null where all is well, else what is not. */
  public String trouble() {
    if (!settled.isRunning() || !details.isRunning()) {
      return "events are not taken in: Kafka or ClickHouse is away";
    }
    return catalogue.isCaughtUp() ? null : "the catalogue is not read to its end yet";
  }

  /** Messages of {@code settled} that are not in ClickHouse yet, as last measured. */
  public long lag() {
    return settledCounters.lag();
  }

  /** Ends the threads; what is under way is taken up again by the next start. */
  @Override
  public void close() {
    catalogue.close();
    settled.close();
    details.close();
    database.close();
  }
}
