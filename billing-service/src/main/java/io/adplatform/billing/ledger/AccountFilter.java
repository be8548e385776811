package io.adplatform.billing.ledger;

import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.Caller;
import io.adplatform.runtime.api.Problem;
import io.adplatform.runtime.api.Role;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * Which accounts a request is about: one, an advertiser's, a partner's, or all that the caller
 * sees.
 *
 * @param accountId of the ledger; null is any, and so on
 */
record AccountFilter(
    Long accountId, Long advertiserId, Long supplyPartnerId, Long demandPartnerId) {
  /** Of accounts {@code a}; takes {@link #bind}. */
  static final String CONDITION =
      """
      (?::bigint IS NULL OR a.id = ?)
         AND (?::bigint IS NULL OR a.owner_id = ? AND a.kind IN ('FUNDS', 'RECEIVABLE'))
         AND (?::bigint IS NULL OR a.owner_id = ? AND a.kind = 'PAYABLE')
         AND (?::bigint IS NULL OR a.owner_id = ? AND a.kind = 'PARTNER_CLEARING')\
      """;

  /** Parameters of {@link #CONDITION}. */
  static final int PARAMETERS = 8;

  /** Reads it from the query. */
  static AccountFilter of(ApiRequest request) {
    return new AccountFilter(
        request.queryId("accountId"),
        request.queryId("advertiserId"),
        request.queryId("supplyPartnerId"),
        request.queryId("demandPartnerId"));
  }

  /** Whether it names none. */
  boolean isEmpty() {
    return accountId == null
        && advertiserId == null
        && supplyPartnerId == null
        && demandPartnerId == null;
  }

  /** Binds the parameters of {@link #CONDITION}. */
  void bind(PreparedStatement statement, int first) throws SQLException {
    Long[] values = {
      accountId,
      accountId,
      advertiserId,
      advertiserId,
      supplyPartnerId,
      supplyPartnerId,
      demandPartnerId,
      demandPartnerId
    };
    for (int i = 0; i < values.length; i++) {
      statement.setObject(first + i, values[i], java.sql.Types.BIGINT);
    }
  }

  /**
   * Checks that what is named is the caller's, in the caller's transaction.
   *
   * @throws Problem 404 where it is not, or does not exist
   */
  void requireVisible(Connection connection, Caller caller) throws SQLException {
    if (accountId != null
        && find(connection, "SELECT 0 FROM ledger_account WHERE id = ?", accountId) == null) {
      throw Problem.notFound("account");
    }
    if (advertiserId != null) {
      Long owner = find(connection, "SELECT account_id FROM advertiser WHERE id = ?", advertiserId);
      require(caller, Role.ADVERTISER, owner, "advertiser");
    }
    if (supplyPartnerId != null) {
      String sql = "SELECT account_id FROM supply_partner WHERE id = ?";
      require(caller, Role.PARTNER, find(connection, sql, supplyPartnerId), "supply partner");
    }
    if (demandPartnerId != null) {
      String sql = "SELECT account_id FROM demand_partner WHERE id = ?";
      require(caller, Role.PARTNER, find(connection, sql, demandPartnerId), "demand partner");
    }
  }

  private static void require(Caller caller, Role role, Long owner, String noun) {
    boolean own = owner != null && caller.role() == role && caller.accountId() == owner;
    if (owner == null || !(own || caller.isOperator())) {
      throw Problem.notFound(noun);
    }
  }

  private static Long find(Connection connection, String sql, long id) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setLong(1, id);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? row.getLong(1) : null;
      }
    }
  }

  /**
   * A time in the query: RFC 3339, or the beginning of a day in UTC.
   *
   * @return milliseconds since 1970 UTC
   * @throws Problem 422 where it is neither
   */
  static long millis(ApiRequest request, String name, long otherwise) {
    String text = request.query(name);
    if (text == null) {
      return otherwise;
    }
    try {
      return (text.indexOf('T') < 0
              ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
              : OffsetDateTime.parse(text).toInstant())
          .toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw Problem.invalid(name, "must be a day or an RFC 3339 time, such as 2026-11-20");
    }
  }
}
