package io.adplatform.billing.ledger;

import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Problem;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * {@code POST /api/v1/billing/advertisers/{id}/top-ups} (operators): money came in from an
 * advertiser. It pays what the advertiser owes first; the rest is there to be spent. Thread-safe.
 */
public final class TopUpHandler implements ApiHandler {
  private final LedgerWrites writes;

  /** Makes entries through the writes. */
  public TopUpHandler(LedgerWrites writes) {
    this.writes = writes;
  }

  @Override
  public ApiResponse handle(ApiRequest request) throws Exception {
    return writes.make(
        request, Entry.Kind.TOP_UP, connection -> prepare(connection, request, request.json()));
  }

  private static LedgerWrites.Prepared prepare(
      Connection connection, ApiRequest request, JsonObject body) throws SQLException {
    long advertiserId = request.pathId("id");
    String currency = LedgerWrites.currency(body);
    LedgerWrites.requireAdvertiser(
        connection, advertiserId, currency, Problem.notFound("advertiser"));
    long micros = body.getLong("amountMicros");
    Entry entry = new Entry(Entry.Kind.TOP_UP, currency);
    entry.advertiserId = advertiserId;
    entry.authorship = LedgerWrites.authorship(request, body.getString("reference"));
    return new LedgerWrites.Prepared(
        entry,
        Ledger.accountsOf(advertiserId, AccountKind.CASH, currency),
        (made, balances) -> Ledger.topUp(made, balances, micros),
        "/amountMicros");
  }
}
