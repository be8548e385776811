package io.adplatform.billing.launch;

import io.adplatform.billing.budget.BudgetHandler;
import io.adplatform.billing.budget.CatalogueBudgets;
import io.adplatform.billing.budget.LeaseGrants;
import io.adplatform.billing.budget.LeaseHandler;
import io.adplatform.billing.budget.NodesHandler;
import io.adplatform.billing.budget.RegisterHandler;
import io.adplatform.billing.budget.WriteOffHandler;
import io.adplatform.billing.funds.TermsHandler;
import io.adplatform.billing.ledger.AdjustmentHandler;
import io.adplatform.billing.ledger.BalancesHandler;
import io.adplatform.billing.ledger.CorrectionHandler;
import io.adplatform.billing.ledger.EntryHandler;
import io.adplatform.billing.ledger.LedgerCounters;
import io.adplatform.billing.ledger.LedgerGauges;
import io.adplatform.billing.ledger.LedgerWrites;
import io.adplatform.billing.ledger.StatementHandler;
import io.adplatform.billing.ledger.TopUpHandler;
import io.adplatform.billing.ledger.TrialBalanceHandler;
import io.adplatform.billing.pacing.Pacer;
import io.adplatform.billing.pacing.ParticipationHandler;
import io.adplatform.billing.reconcile.Reconciling;
import io.adplatform.billing.settlement.LeaseClosePublisher;
import io.adplatform.billing.settlement.LeaseCloser;
import io.adplatform.billing.settlement.LeaseGauges;
import io.adplatform.billing.settlement.SettledReader;
import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.config.Settings;
import io.adplatform.storage.kafka.CatalogueReader;
import io.adplatform.storage.kafka.KafkaTopics;
import io.adplatform.storage.postgres.PostgresApiKeyStore;
import io.adplatform.storage.postgres.PostgresDatabase;
import io.adplatform.storage.postgres.Transactions;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeoutException;

/**
 * Budgets, leases and the ledger: learns budgets from the catalogue, grants leases to nodes, counts
 * what is settled and posts it, closes leases, paces line items, reconciles the books. Thread-safe
 * once launched.
 */
public final class BillingService implements AutoCloseable {
  private static final Duration KAFKA_START = Duration.ofSeconds(60);

  private final PostgresDatabase database;
  private final CatalogueReader catalogue;
  private final SettledReader settled;
  private final LeaseClosePublisher publisher;
  private final LeaseCloser closer;
  private final LeaseGauges gauges;
  private final LedgerGauges books;
  private Reconciling reconciling;
  private final Pacer pacer;

  private BillingService(
      BillingConfig config,
      PostgresDatabase database,
      LeaseClosePublisher publisher,
      InstantSource clock,
      MeterRegistry meters) {
    Transactions transactions = database.transactions();
    int partitions = config.kafka().partitions();
    this.database = database;
    this.publisher = publisher;
    catalogue =
        CatalogueReader.start(
            config.kafka(), "billing-catalogue", new CatalogueBudgets(transactions));
    settled =
        SettledReader.start(
            config.kafka(), transactions, clock, meters, config.acceptedSettledTopic());
    closer = LeaseCloser.start(transactions, publisher, partitions, clock);
    gauges = LeaseGauges.start(transactions, partitions, clock, meters);
    books = LedgerGauges.start(transactions, meters);
    pacer = Pacer.start(transactions, partitions, clock, meters);
  }

  /**
   * Launches with the system's clock; see {@link #launch(ApiServer.Builder, BillingConfig,
   * InstantSource)}.
   */
  public static BillingService launch(ApiServer.Builder api, Settings settings) {
    return launch(api, BillingConfig.of(settings), InstantSource.system());
  }

  /**
   * Migrates the schema, makes missing topics, mounts the routes and starts the threads.
   *
   * @param clock what days, leases and their ends go by
   * @throws IllegalStateException where PostgreSQL or Kafka cannot be reached
   */
  public static BillingService launch(
      ApiServer.Builder api, BillingConfig config, InstantSource clock) {
    createTopics(config);
    PostgresDatabase database = PostgresDatabase.open(config.postgres());
    MeterRegistry meters = api.meters();
    BillingService service =
        new BillingService(
            config, database, new LeaseClosePublisher(config.kafka()), clock, meters);
    LeaseGrants grants =
        new LeaseGrants(
            database.transactions(), config.leases(), clock, service.settled::hasCaughtUp);
    count(meters, grants);
    BudgetHandler budgets = new BudgetHandler(database.transactions(), clock);
    WriteOffHandler writeOff = new WriteOffHandler(database.transactions(), clock);
    api.keys(new PostgresApiKeyStore(database.transactions()))
        .operation("writeOffNode", writeOff)
        .operation(
            "listNodes", new NodesHandler(database.transactions(), config.kafka().partitions()))
        .nodeKey(config.nodeKey())
        .internal("POST", "/leases", new LeaseHandler(grants))
        .internal("GET", "/line-items/:id/budget", budgets)
        .internal("GET", "/campaigns/:id/budget", budgets::campaign)
        .internal(
            "GET", "/participations", new ParticipationHandler(database.transactions(), clock))
        .internal("POST", "/nodes/:id/write-off", writeOff)
        .internal(
            "POST", "/nodes/:id/register", new RegisterHandler(database.transactions(), clock))
        .readiness("billing-postgres", database::readiness)
        .readiness("billing-catalogue", service.catalogue::readiness)
        .readiness("billing-settled", service.settled::readiness)
        .readiness("billing-closer", service.closer::readiness);
    mountLedger(api, database.transactions(), clock, new LedgerCounters(meters));
    TermsHandler terms = new TermsHandler(database.transactions(), clock);
    api.operation("getPaymentTerms", terms::get)
        .operation("updatePaymentTerms", terms::update)
        .operation("listPaymentTerms", terms::history);
    service.reconciling =
        Reconciling.start(
            api, database.transactions(), config.analyticsUrl(), config.nodeKey(), clock);
    return service;
  }

  private static void mountLedger(
      ApiServer.Builder api,
      Transactions transactions,
      InstantSource clock,
      LedgerCounters counters) {
    LedgerWrites writes = new LedgerWrites(transactions, clock, counters);
    api.operation("listBalances", new BalancesHandler(transactions))
        .operation("getStatement", new StatementHandler(transactions))
        .operation("getTrialBalance", new TrialBalanceHandler(transactions))
        .operation("getLedgerEntry", new EntryHandler(transactions))
        .operation("createTopUp", new TopUpHandler(writes))
        .operation("createAdjustment", new AdjustmentHandler(writes))
        .operation("createCorrection", new CorrectionHandler(writes));
  }

  private static void createTopics(BillingConfig config) {
    try {
      KafkaTopics.create(config.kafka(), KAFKA_START);
    } catch (TimeoutException e) {
      throw new IllegalStateException("Kafka at " + config.kafka() + " does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the topics were made", e);
    }
  }

  private static void count(MeterRegistry meters, LeaseGrants grants) {
    FunctionCounter.builder("adplatform.billing.leases.granted", grants, LeaseGrants::granted)
        .description("Leases granted")
        .register(meters);
    FunctionCounter.builder("adplatform.billing.wants.refused", grants, LeaseGrants::refused)
        .description("Leases wanted and refused")
        .register(meters);
  }

  /** Ends the threads, then the connections; the API server is to be closed before. */
  @Override
  public void close() {
    reconciling.close();
    books.close();
    pacer.close();
    gauges.close();
    closer.close();
    settled.close();
    catalogue.close();
    publisher.close();
    database.close();
  }
}
