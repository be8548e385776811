package io.adplatform.billing.ledger;

import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Page;
import io.adplatform.runtime.api.Role;
import io.adplatform.storage.postgres.Transactions;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code GET /api/v1/billing/balances}: the accounts that a caller sees and what is on them, now or
 * as it was at a time, by what is committed: as with {@link StatementHandler}, what was posted just
 * before may be seen later. Thread-safe.
 */
public final class BalancesHandler implements ApiHandler {
  private static final String SELECT =
      """
      SELECT a.id, a.kind, a.owner_id, a.currency, b.debit_micros, b.credit_micros
        FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
       WHERE a.id > ? AND\s\
      """
          + AccountFilter.CONDITION
          + " ORDER BY a.id LIMIT ?";

  private static final String SELECT_AT =
      """
      SELECT a.id, a.kind, a.owner_id, a.currency,
             (SELECT coalesce(sum(greatest(p.amount_micros, 0)), 0) FROM ledger_posting p
               WHERE p.account_id = a.id AND p.posted_millis < ?),
             (SELECT coalesce(sum(greatest(-p.amount_micros, 0)), 0) FROM ledger_posting p
               WHERE p.account_id = a.id AND p.posted_millis < ?)
        FROM ledger_account a
       WHERE a.id > ? AND\s\
      """
          + AccountFilter.CONDITION
          + " ORDER BY a.id LIMIT ?";

  private final Transactions transactions;

  /** Reads balances. */
  public BalancesHandler(Transactions transactions) {
    this.transactions = transactions;
  }

  @Override
  public ApiResponse handle(ApiRequest request) throws Exception {
    request.caller().require(Role.ADVERTISER, Role.PARTNER);
    Page page = Page.of(request);
    AccountFilter filter = AccountFilter.of(request);
    long atMillis = AccountFilter.millis(request, "at", Long.MAX_VALUE);
    List<JsonObject> rows =
        transactions.forCaller(
            request.caller(),
            handle -> {
              filter.requireVisible(handle.getConnection(), request.caller());
              return read(handle.getConnection(), page, filter, atMillis);
            });
    return page.answer(rows.iterator());
  }

  private static List<JsonObject> read(
      Connection connection, Page page, AccountFilter filter, long atMillis) throws SQLException {
    boolean now = atMillis == Long.MAX_VALUE;
    try (PreparedStatement select = connection.prepareStatement(now ? SELECT : SELECT_AT)) {
      int next = 1;
      if (!now) {
        select.setLong(next++, atMillis);
        select.setLong(next++, atMillis);
      }
      select.setLong(next++, page.afterId());
      filter.bind(select, next);
      select.setInt(next + AccountFilter.PARAMETERS, page.fetch());
      List<JsonObject> accounts = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          accounts.add(document(row));
        }
      }
      return accounts;
    }
  }

  private static JsonObject document(ResultSet row) throws SQLException {
    String kind = row.getString(2);
    BigDecimal debit = row.getBigDecimal(5);
    BigDecimal credit = row.getBigDecimal(6);
    long balance = debit.subtract(credit).longValueExact();
    JsonObject account = EntryHandler.account(row.getLong(1), kind, row.getLong(3));
    account.remove("accountId");
    return account
        .put("id", Long.toString(row.getLong(1)))
        .put("currency", row.getString(4))
        .put("debitMicros", debit.toBigInteger())
        .put("creditMicros", credit.toBigInteger())
        .put("balanceMicros", AccountKind.valueOf(kind).balanceMicros(balance, 0));
  }
}
