package io.adplatform.billing.ledger;

import io.adplatform.billing.budget.SqlArrays;
import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Page;
import io.adplatform.runtime.api.Problem;
import io.adplatform.runtime.api.Role;
import io.adplatform.storage.postgres.Transactions;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code GET /api/v1/billing/statement}: what was posted to an account, or to those of an
 * advertiser or a partner, in a range of time. It goes by when it was posted, and is seen when that
 * is committed, which is a moment later, or as long as PostgreSQL was held up: a statement that
 * reaches up to now may yet get postings. Thread-safe.
 */
public final class StatementHandler implements ApiHandler {
  private static final String SELECT =
      """
      SELECT p.id, p.entry_id, p.amount_micros, p.posted_millis, a.id AS account_id, a.kind,
             a.owner_id, a.currency, e.kind AS entry_kind, e.hour_millis, e.line_item_id, e.reason
        FROM ledger_posting p
        JOIN ledger_account a ON a.id = p.account_id
        JOIN ledger_entry e ON e.id = p.entry_id
       WHERE p.id > ? AND p.posted_millis >= ? AND p.posted_millis < ? AND\s\
      """
          + AccountFilter.CONDITION
          + " ORDER BY p.id LIMIT ?";

  private final Transactions transactions;

  /** Reads statements. */
  public StatementHandler(Transactions transactions) {
    this.transactions = transactions;
  }

  @Override
  public ApiResponse handle(ApiRequest request) throws Exception {
    request.caller().require(Role.ADVERTISER, Role.PARTNER);
    Page page = Page.of(request);
    AccountFilter filter = AccountFilter.of(request);
    if (filter.isEmpty()) {
      throw Problem.invalid(
          "accountId", "this, advertiserId, supplyPartnerId or demandPartnerId is required");
    }
    long from = AccountFilter.millis(request, "from", 0);
    long to = AccountFilter.millis(request, "to", Long.MAX_VALUE);
    if (from >= to) {
      throw Problem.invalid("to", "must be after from");
    }
    boolean demand = request.caller().role() != Role.PARTNER;
    List<JsonObject> rows =
        transactions.forCaller(
            request.caller(),
            handle -> {
              filter.requireVisible(handle.getConnection(), request.caller());
              return read(handle.getConnection(), page, filter, from, to, demand);
            });
    return page.answer(rows.iterator());
  }

  private static List<JsonObject> read(
      Connection connection, Page page, AccountFilter filter, long from, long to, boolean demand)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SELECT)) {
      select.setLong(1, page.afterId());
      select.setLong(2, from);
      select.setLong(3, to);
      filter.bind(select, 4);
      select.setInt(4 + AccountFilter.PARAMETERS, page.fetch());
      List<JsonObject> postings = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          postings.add(document(row, demand));
        }
      }
      return postings;
    }
  }

  private static JsonObject document(ResultSet row, boolean demand) throws SQLException {
    Long hour = SqlArrays.nullableLong(row, "hour_millis");
    JsonObject posting =
        EntryHandler.account(
                row.getLong("account_id"), row.getString("kind"), row.getLong("owner_id"))
            .put("hour", hour == null ? null : EntryHandler.time(hour));
    if (demand) {
      posting.put("lineItemId", EntryHandler.id(row, "line_item_id"));
    }
    return EntryHandler.amount(posting, row.getLong("amount_micros"))
        .put("id", Long.toString(row.getLong("id")))
        .put("entryId", Long.toString(row.getLong("entry_id")))
        .put("kind", row.getString("entry_kind"))
        .put("currency", row.getString("currency"))
        .put("postedAt", EntryHandler.time(row.getLong("posted_millis")))
        .put("reason", row.getString("reason"));
  }
}
