package io.adplatform.billing.ledger;

import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.FieldError;
import io.adplatform.runtime.api.Problem;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * {@code POST /api/v1/billing/entries/{id}/corrections} (operators): takes back some or all of what
 * an entry of settled events charged and owes, such as for invalid traffic found late: a credit to
 * the advertiser (or the demand partner, where its bid was charged) and a debit from the supply
 * partner, in a new entry. What is between them is an adjustment of the exchange's. All corrections
 * of an entry come to no more than it. Thread-safe.
 */
public final class CorrectionHandler implements ApiHandler {
  private static final String CREDIT = "/advertiserCreditMicros";
  private static final String DEBIT = "/supplyDebitMicros";

  private static final String SELECT =
      """
      SELECT e.kind, e.currency, e.advertiser_id, e.line_item_id, e.demand_partner_id,
             e.supply_partner_id, e.hour_millis, e.charged_micros - coalesce(c.charged, 0) AS charged_left,
             e.cost_micros - coalesce(c.cost, 0) AS cost_left
        FROM ledger_entry e,
             LATERAL (SELECT sum(charged_micros) AS charged, sum(cost_micros) AS cost
                        FROM ledger_entry WHERE corrects_entry_id = e.id) AS c
       WHERE e.id = ?\
      """;

  private final LedgerWrites writes;

  /** Makes entries through the writes. */
  public CorrectionHandler(LedgerWrites writes) {
    this.writes = writes;
  }

  @Override
  public ApiResponse handle(ApiRequest request) throws Exception {
    return writes.make(
        request, Entry.Kind.CORRECTION, connection -> prepare(connection, request, request.json()));
  }

  private static LedgerWrites.Prepared prepare(
      Connection connection, ApiRequest request, JsonObject body) throws SQLException {
    long id = request.pathId("id");
    long credit = body.getLong("advertiserCreditMicros", 0L);
    long debit = body.getLong("supplyDebitMicros", 0L);
    if (credit == 0 && debit == 0) {
      throw Problem.invalid(CREDIT, "this or supplyDebitMicros must be above 0");
    }
    Entry entry = entry(connection, id, credit, debit);
    entry.authorship = LedgerWrites.authorship(request, body.getString("reason"));
    Set<BookAccount> accounts = Ledger.accountsOf(entry, AccountKind.ADJUSTMENT);
    return new LedgerWrites.Prepared(entry, accounts, Ledger::correct, CREDIT);
  }

  /** The correction, without postings; others of the same entry wait until it is made. */
  private static Entry entry(Connection connection, long id, long credit, long debit)
      throws SQLException {
    try (PreparedStatement hold = connection.prepareStatement("SELECT hold_correction(?)");
        PreparedStatement select = connection.prepareStatement(SELECT)) {
      hold.setLong(1, id);
      hold.executeQuery();
      select.setLong(1, id);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw Problem.notFound("entry");
        }
        if (!row.getString("kind").equals(Entry.Kind.SETTLED.name())) {
          throw Problem.conflict("Only an entry of settled events can be corrected.");
        }
        requireWithin(credit, row.getLong("charged_left"), debit, row.getLong("cost_left"));
        Entry entry = new Entry(Entry.Kind.CORRECTION, row.getString("currency"));
        entry.advertiserId = row.getLong("advertiser_id");
        entry.lineItemId = row.getLong("line_item_id");
        entry.demandPartnerId = row.getLong("demand_partner_id");
        entry.supplyPartnerId = row.getLong("supply_partner_id");
        entry.hourMillis = row.getLong("hour_millis");
        entry.chargedMicros = credit;
        entry.costMicros = debit;
        entry.correctsEntryId = id;
        return entry;
      }
    }
  }

  private static void requireWithin(long credit, long chargedLeft, long debit, long costLeft) {
    List<FieldError> errors = new ArrayList<>();
    if (credit > chargedLeft) {
      errors.add(
          new FieldError(
              CREDIT, "is more than the " + chargedLeft + " that are left of the charge"));
    }
    if (debit > costLeft) {
      errors.add(
          new FieldError(DEBIT, "is more than the " + costLeft + " that are left of the cost"));
    }
    if (!errors.isEmpty()) {
      throw Problem.invalid(errors);
    }
  }
}
