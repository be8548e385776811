package io.adplatform.billing.ledger;

import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Problem;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;

/**
 * {@code POST /api/v1/billing/adjustments} (operators): credits or debits one advertiser or one
 * supply partner by hand, against the exchange's adjustments. What takes back settled events is a
 * correction ({@link CorrectionHandler}). Thread-safe.
 */
public final class AdjustmentHandler implements ApiHandler {
  private static final String AMOUNT = "/amountMicros";

  private final LedgerWrites writes;

  /** Makes entries through the writes. */
  public AdjustmentHandler(LedgerWrites writes) {
    this.writes = writes;
  }

  @Override
  public ApiResponse handle(ApiRequest request) throws Exception {
    return writes.make(
        request, Entry.Kind.ADJUSTMENT, connection -> prepare(connection, request, request.json()));
  }

  private static LedgerWrites.Prepared prepare(
      Connection connection, ApiRequest request, JsonObject body) throws SQLException {
    String advertiser = body.getString("advertiserId");
    String partner = body.getString("supplyPartnerId");
    if ((advertiser == null) == (partner == null)) {
      throw Problem.invalid(
          "/advertiserId", "either this or supplyPartnerId is required, and not both");
    }
    String currency = LedgerWrites.currency(body);
    Entry entry = new Entry(Entry.Kind.ADJUSTMENT, currency);
    entry.authorship = LedgerWrites.authorship(request, body.getString("reason"));
    boolean credit = body.getString("direction").equals("CREDIT");
    long micros = body.getLong("amountMicros");
    return advertiser != null
        ? ofAdvertiser(connection, entry, id("/advertiserId", advertiser), credit, micros)
        : ofPartner(connection, entry, id("/supplyPartnerId", partner), credit, micros);
  }

  private static long id(String field, String text) {
    long id = ApiRequest.parseId(text);
    if (id < 0) {
      throw Problem.invalid(field, "must be an id: a positive decimal number of 64 bits");
    }
    return id;
  }

  private static LedgerWrites.Prepared ofAdvertiser(
      Connection connection, Entry entry, long id, boolean credit, long micros)
      throws SQLException {
    LedgerWrites.requireAdvertiser(
        connection,
        id,
        entry.currency,
        Problem.invalid("/advertiserId", "there is no such advertiser"));
    entry.advertiserId = id;
    return new LedgerWrites.Prepared(
        entry,
        Ledger.accountsOf(id, AccountKind.ADJUSTMENT, entry.currency),
        (made, balances) -> Ledger.adjust(made, balances, credit ? micros : -micros),
        AMOUNT);
  }

  private static LedgerWrites.Prepared ofPartner(
      Connection connection, Entry entry, long id, boolean credit, long micros)
      throws SQLException {
    requirePartner(connection, id);
    entry.supplyPartnerId = id;
    BookAccount payable = new BookAccount(AccountKind.PAYABLE, id, entry.currency);
    return new LedgerWrites.Prepared(
        entry,
        Set.of(payable, BookAccount.ofExchange(AccountKind.ADJUSTMENT, entry.currency)),
        (made, balances) -> {
          balances.post(
              made,
              BookAccount.ofExchange(AccountKind.ADJUSTMENT, made.currency),
              credit ? micros : -micros);
          balances.post(made, payable, credit ? -micros : micros);
        },
        AMOUNT);
  }

  private static void requirePartner(Connection connection, long id) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT 1 FROM supply_partner WHERE id = ?")) {
      select.setLong(1, id);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw Problem.invalid("/supplyPartnerId", "there is no such supply partner");
        }
      }
    }
  }
}
