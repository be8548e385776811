package io.adplatform.billing.budget;

import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.lease.LeaseRefusal;
import io.adplatform.storage.postgres.Transactions;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;

/**
 * {@code GET /internal/v1/line-items/:id/budget?priceMicros=}: what a line item and its campaign
 * may spend, have spent and have leased out, and why no lease can be granted now, if so; {@code
 * leaseOpen} where a node holds one with money for an impression, and so bids all the same. {@code
 * priceMicros} is what one impression is charged (1 when left out). Without a bound, {@code
 * totalMicros} and the like are null. Thread-safe.
 */
public final class BudgetHandler implements ApiHandler {
  private final Transactions transactions;
  private final InstantSource clock;

  /** Reads budgets at the times the clock tells. */
  public BudgetHandler(Transactions transactions, InstantSource clock) {
    this.transactions = transactions;
    this.clock = clock;
  }

  @Override
  public ApiResponse handle(ApiRequest request) throws Exception {
    long id = request.pathId("id");
    long priceMicros = request.query("priceMicros") == null ? 1 : request.queryId("priceMicros");
    long nowMillis = clock.millis();
    return transactions.forService(
        handle -> answer(handle.getConnection(), id, priceMicros, nowMillis));
  }

  private static ApiResponse answer(
      Connection connection, long id, long priceMicros, long nowMillis) throws SQLException {
    LineItemBudget budget = BudgetStore.read(connection, List.of(id), nowMillis).get(id);
    if (budget == null) {
      throw Problem.notFound("line item");
    }
    LeaseRefusal reason = budget.refusal(nowMillis, priceMicros);
    long free = budget.freeMicros();
    return ApiResponse.ok(
        scope(budget.lineItem(), budget.lineItemSpend())
            .put("lineItemId", Long.toString(id))
            .put("currency", budget.owner().currency())
            .put("day", budget.day().toString())
            .put("freeMicros", free == Long.MAX_VALUE ? null : (Long) Math.max(0, free))
            .put("leaseOpen", LeaseStore.anyOpen(connection, id, priceMicros, nowMillis))
            .put("reason", reason == null ? null : reason.name())
            .put(
                "campaign",
                scope(budget.campaign(), budget.campaignSpend())
                    .put("campaignId", Long.toString(budget.campaign().id()))));
  }

  private static JsonObject scope(Flight flight, Spend spend) {
    return new JsonObject()
        .put("totalMicros", flight.totalMicros())
        .put("dailyMicros", flight.dailyMicros())
        .put("chargedTotalMicros", spend.totalCharged())
        .put("chargedTodayMicros", spend.dayCharged())
        .put("leasedMicros", spend.totalCommitted() - spend.totalCharged());
  }
}
