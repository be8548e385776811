package io.adplatform.billing.ledger;

import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.storage.postgres.Transactions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * {@code GET /api/v1/billing/trial-balance} (operators): all debits and all credits by currency,
 * and the difference between them, which is 0. Thread-safe.
 */
public final class TrialBalanceHandler implements ApiHandler {
  private static final String SELECT =
      """
      SELECT a.currency, count(*), sum(b.debit_micros), sum(b.credit_micros),
             sum(b.balance_micros)
        FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
       GROUP BY a.currency ORDER BY a.currency\
      """;

  private final Transactions transactions;

  /** Reads balances. */
  public TrialBalanceHandler(Transactions transactions) {
    this.transactions = transactions;
  }

  @Override
  public ApiResponse handle(ApiRequest request) throws Exception {
    request.caller().require();
    return transactions.forCaller(
        request.caller(),
        handle ->
            ApiResponse.ok(
                new JsonObject().put("items", read(handle.getConnection())).putNull("nextCursor")));
  }

  private static JsonArray read(Connection connection) throws SQLException {
    JsonArray currencies = new JsonArray();
    try (PreparedStatement select = connection.prepareStatement(SELECT);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        currencies.add(
            new JsonObject()
                .put("currency", row.getString(1))
                .put("accounts", row.getLong(2))
                .put("debitMicros", row.getBigDecimal(3).toBigInteger())
                .put("creditMicros", row.getBigDecimal(4).toBigInteger())
                .put("differenceMicros", row.getBigDecimal(5).toBigInteger()));
      }
    }
    return currencies;
  }
}
