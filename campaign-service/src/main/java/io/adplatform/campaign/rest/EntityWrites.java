package io.adplatform.campaign.rest;

import io.adplatform.campaign.entity.EntityKind;
import io.adplatform.campaign.entity.Stored;
import io.adplatform.campaign.outbox.Outbox;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.postgres.IdempotencyStore;
import io.adplatform.storage.postgres.Transactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/** What every write goes through. Thread-safe. */
public record EntityWrites(Transactions transactions, IdempotencyStore idempotency, Outbox outbox) {
  private static final String CHECK = "_check";

  /**
   * Does a write in one transaction, once per idempotency key.
   *
   * @param answered changes the first answer after it has been stored for repeated requests
   * @throws Problem 409 or 422 where a constraint of the database refuses what was not refused
   *     before
   */
  ApiResponse once(
      ApiRequest request,
      HandleCallback<ApiResponse, Exception> write,
      UnaryOperator<ApiResponse> answered)
      throws Exception {
    try {
      return transactions.forCaller(
          request.caller(),
          handle -> idempotency.once(handle, request, () -> write.withHandle(handle), answered));
    } catch (UnableToExecuteStatementException e) {
      throw refusal(e);
    }
  }

  private static RuntimeException refusal(UnableToExecuteStatementException e) {
    Transactions.Violation violation = Transactions.violation(e);
    if (violation == null) {
      return e;
    }
    if (violation.check()) {
      return Problem.invalid(field(violation), "has a value that cannot be stored");
    }
    if (violation.name().equals("supply_partner_key")) {
      return Problem.conflict("/key", "is taken by another supply partner");
    }
    if (violation.name().equals("rate_table_date")) {
      return Problem.conflict("/date", "there is a rate table of that day: change it");
    }
    if (violation.name().equals("deal_of_partner")) {
      return Problem.conflict("/dealId", "is taken by another deal of this supply partner");
    }
    return violation.name().endsWith("_fkey") ? Problem.conflict("It is in use.") : e;
  }

  /**
   * The field of the column that a CHECK is about: PostgreSQL names one of {@code landing_page} in
   * {@code creative} {@code creative_landing_page_check}. Empty where it is about several columns.
   */
  private static String field(Transactions.Violation violation) {
    String prefix = violation.table() + "_";
    String name = violation.name();
    if (!name.startsWith(prefix)
        || !name.endsWith(CHECK)
        || name.length() < prefix.length() + CHECK.length()) {
      return "";
    }
    String column = name.substring(prefix.length(), name.length() - CHECK.length());
    StringBuilder field = new StringBuilder("/");
    for (String word : column.split("_")) {
      boolean first = field.length() == 1;
      field.append(first ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return field.toString();
  }

  /** Reads a row of the kind's query. */
  <E> Stored<E> stored(EntityKind<E> kind, ResultSet row) throws SQLException {
    return new Stored<>(
        kind.read(row),
        row.getLong("version"),
        row.getTimestamp("created_at").toInstant(),
        row.getTimestamp("updated_at").toInstant(),
        kind.terms().hasCurrency() ? row.getString("currency") : null);
  }
}
