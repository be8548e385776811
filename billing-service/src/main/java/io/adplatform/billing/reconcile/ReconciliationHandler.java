package io.adplatform.billing.reconcile;

import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Page;
import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.postgres.Transactions;
import io.vertx.core.json.JsonObject;
import java.time.LocalDate;
import java.util.List;

/** What operators see of comparisons. Each method is a handler; thread-safe. */
final class ReconciliationHandler {
  private final Transactions transactions;
  private final Reconciliation reconciliation;
  private final ReconciliationGauges gauges;

  ReconciliationHandler(
      Transactions transactions, Reconciliation reconciliation, ReconciliationGauges gauges) {
    this.transactions = transactions;
    this.reconciliation = reconciliation;
    this.gauges = gauges;
  }

  /** {@code PUT /api/v1/billing/reconciliations/{date}}: compares the day anew. */
  ApiHandler run() {
    return request -> {
      request.caller().require();
      LocalDate day = Reconciliation.date(request, "date");
      JsonObject document = reconciliation.run(day, Author.of(request.caller()));
      gauges.refresh();
      return ApiResponse.ok(document);
    };
  }

  /** {@code GET /api/v1/billing/reconciliations/{date}}: what the newest comparison came to. */
  ApiHandler get() {
    return request -> ApiResponse.ok(newest(request));
  }

  private JsonObject newest(ApiRequest request) throws Exception {
    request.caller().require();
    LocalDate day = Reconciliation.date(request, "date");
    JsonObject newest =
        transactions.forCaller(
            request.caller(), h -> ReconciliationStore.newest(h.getConnection(), day));
    if (newest == null) {
      throw Problem.notFound("reconciliation: the day was not compared yet");
    }
    return newest;
  }

  /** {@code GET /api/v1/billing/reconciliations}: comparisons, oldest first. */
  ApiHandler list() {
    return request -> {
      request.caller().require();
      Page page = Page.of(request);
      List<JsonObject> runs =
          transactions.forCaller(
              request.caller(),
              h -> ReconciliationStore.list(h.getConnection(), page.afterId(), page.fetch()));
      return page.answer(runs.iterator());
    };
  }

  /**
   * {@code GET /api/v1/billing/reconciliations/{date}/differences}: those of the newest comparison,
   * faults before what is explained.
   */
  ApiHandler differences() {
    return request -> {
      long id = Long.parseLong(newest(request).getString("id"));
      Page page = Page.of(request);
      List<JsonObject> differences =
          transactions.forCaller(
              request.caller(),
              h ->
                  ReconciliationStore.differences(
                      h.getConnection(), id, page.afterId(), page.fetch()));
      return page.answer(differences.iterator());
    };
  }
}
