package io.adplatform.billing.reconcile;

import io.adplatform.runtime.api.ApiServer;
import io.adplatform.storage.postgres.Transactions;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;

/** The package as a whole: its routes, its job, its gauges. Thread-safe. */
public final class Reconciling implements AutoCloseable {
  private final SettledFigures settled;
  private final ReconciliationJob job;

  private Reconciling(SettledFigures settled, ReconciliationJob job) {
    this.settled = settled;
    this.job = job;
  }

  /**
   * Mounts the routes and starts the job.
   *
   * @param analyticsUrl where analytics-ingest sums up settled events
   * @param nodeKey what it asks for
   */
  public static Reconciling start(
      ApiServer.Builder api,
      Transactions transactions,
      String analyticsUrl,
      String nodeKey,
      InstantSource clock) {
    MeterRegistry metrics = api.meters();
    SettledFigures settled = new SettledFigures(analyticsUrl, nodeKey);
    Reconciliation reconciliation = new Reconciliation(transactions, settled, clock);
    ReconciliationGauges gauges = new ReconciliationGauges(transactions, clock, metrics);
    ReconciliationJob job = new ReconciliationJob(transactions, reconciliation, gauges, clock);
    ReconciliationHandler handler = new ReconciliationHandler(transactions, reconciliation, gauges);
    PartnerFileHandler files = new PartnerFileHandler(transactions, settled, clock, metrics);
    api.operation("reconcile", handler.run())
        .operation("getReconciliation", handler.get())
        .operation("listReconciliations", handler.list())
        .operation("listReconciliationDifferences", handler.differences())
        .operation("putPartnerFigures", files)
        .operation("listPartnerFigures", files::list);
    job.start();
    return new Reconciling(settled, job);
  }

  /** Ends the job. */
  @Override
  public void close() {
    job.close();
    settled.close();
  }
}
