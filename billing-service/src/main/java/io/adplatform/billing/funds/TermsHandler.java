package io.adplatform.billing.funds;

import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Page;
import io.adplatform.runtime.api.Problem;
import io.adplatform.runtime.api.Role;
import io.adplatform.storage.postgres.IdempotencyStore;
import io.adplatform.storage.postgres.Transactions;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;

/**
 * {@code GET}, {@code PATCH /api/v1/billing/advertisers/{id}/terms} and {@code GET .../history}:
 * what was agreed with an advertiser about paying, what there is of its money, and who agreed what
 * and why. Operators alone change it. Thread-safe.
 */
public final class TermsHandler {
  private final Transactions transactions;
  private final InstantSource clock;
  private final IdempotencyStore idempotency = new IdempotencyStore();

  /** Agrees at the times the clock tells. */
  public TermsHandler(Transactions transactions, InstantSource clock) {
    this.transactions = transactions;
    this.clock = clock;
  }

  /** Answers {@code getPaymentTerms}. */
  public ApiResponse get(ApiRequest request) throws Exception {
    request.caller().require(Role.ADVERTISER);
    long id = request.pathId("id");
    return transactions.forCaller(
        request.caller(), handle -> answer(handle.getConnection(), request, id));
  }

  private ApiResponse answer(Connection connection, ApiRequest request, long id)
      throws SQLException {
    TermsStore.Advertiser advertiser = TermsStore.advertiser(connection, id, request.caller());
    JsonObject document =
        TermsStore.document(connection, advertiser, clock.millis(), request.caller());
    return ApiResponse.ok(document).withVersion(document.getLong("version"));
  }

  /** Answers {@code listPaymentTerms}. */
  public ApiResponse history(ApiRequest request) throws Exception {
    request.caller().require(Role.ADVERTISER);
    long id = request.pathId("id");
    Page page = Page.of(request);
    List<JsonObject> rows =
        transactions.forCaller(
            request.caller(),
            handle -> {
              TermsStore.advertiser(handle.getConnection(), id, request.caller());
              return TermsStore.history(handle.getConnection(), id, page, request.caller());
            });
    return page.answer(rows.iterator());
  }

  /** Answers {@code updatePaymentTerms}: once per idempotency key. */
  public ApiResponse update(ApiRequest request) throws Exception {
    request.caller().require();
    return transactions.forCaller(
        request.caller(),
        handle -> idempotency.once(handle, request, () -> update(handle.getConnection(), request)));
  }

  /**
   * A limit may be lowered below what is leased: what nodes hold stays theirs, and nothing is
   * granted until enough is free.
   */
  private ApiResponse update(Connection connection, ApiRequest request) throws SQLException {
    long id = request.pathId("id");
    TermsStore.Advertiser advertiser = TermsStore.advertiser(connection, id, request.caller());
    FundsStore.lock(connection, List.of(id));
    long nowMillis = clock.millis();
    TermsStore.State before = TermsStore.state(connection, advertiser, advertiser.day(nowMillis));
    long version = before.purse().terms().version();
    Long wanted = request.ifMatch();
    if (wanted != null && wanted != version) {
      throw Problem.staleVersion(version);
    }
    JsonObject body = request.json();
    PaymentTerms after = new TermsPatch(body).apply(before, advertiser.currency());
    TermsStore.add(
        connection, advertiser, after, body.getString("reason"), request.caller(), nowMillis);
    return answer(connection, request, id);
  }
}
