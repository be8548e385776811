package io.adplatform.billing.budget;

import io.adplatform.billing.funds.Purse;
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
 * {@code GET /internal/v1/line-items/:id/budget?priceMicros=}: what a line item, its campaign and
 * its advertiser may spend, have spent and have leased out, and why no lease can be granted now, if
 * so; {@code leaseOpen} where a node holds one with money for an impression, and so bids all the
 * same. {@code priceMicros} is what one impression is charged (1 when left out). Without a bound,
 * {@code totalMicros} and the like are null. Thread-safe.
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

  /**
   * {@code GET /internal/v1/campaigns/:id/budget}: the campaign's part of that. It is not known
   * before it has a line item: nothing is charged then.
   */
  public ApiResponse campaign(ApiRequest request) throws Exception {
    long id = request.pathId("id");
    long nowMillis = clock.millis();
    return transactions.forService(
        handle -> {
          Connection connection = handle.getConnection();
          return BudgetStore.read(connection, BudgetStore.anyOf(connection, id), nowMillis)
              .values()
              .stream()
              .findAny()
              .map(budget -> ApiResponse.ok(campaign(budget)))
              .orElseThrow(() -> Problem.notFound("campaign"));
        });
  }

  private static JsonObject campaign(LineItemBudget budget) {
    return scope(budget.campaign(), budget.campaignSpend())
        .put("campaignId", Long.toString(budget.campaign().id()));
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
            .put("campaign", campaign(budget))
            .put("advertiser", purse(budget.owner())));
  }

  private static JsonObject purse(LineItemBudget.Owner owner) {
    Purse purse = owner.purse();
    long available = purse.terms().availableMicros(purse.balanceMicros());
    return new JsonObject()
        .put("advertiserId", Long.toString(owner.advertiserId()))
        .put("terms", purse.terms().kind().name())
        .put("availableMicros", available == Long.MAX_VALUE ? null : (Long) available)
        .put("leasedMicros", purse.leasedMicros())
        .put("totalMicros", purse.terms().totalMicros())
        .put("dailyMicros", purse.terms().dailyMicros());
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
