package io.adplatform.billing.ledger;

import io.adplatform.billing.budget.SqlArrays;
import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Caller;
import io.adplatform.runtime.api.Problem;
import io.adplatform.runtime.api.Role;
import io.adplatform.storage.postgres.Transactions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/**
 * {@code GET /api/v1/billing/entries/{id}}: an entry, its postings, and the chain to its events:
 * the offsets of {@code settled}, of which those of its line item, supply partner, currency and
 * hour came to it. Of its postings a caller sees those to its own accounts; a supply partner sees
 * nothing of demand, a demand partner nothing of what supply gets. Thread-safe.
 */
public final class EntryHandler implements ApiHandler {
  private static final String SELECT =
      """
      SELECT e.*, r.topic_id, r.generation, r.partition, r.from_offset, r.next_offset
        FROM ledger_entry e LEFT JOIN ledger_range r ON r.id = e.range_id WHERE e.id = ?\
      """;

  private static final String SELECT_POSTINGS =
      """
      SELECT a.id, a.kind, a.owner_id, p.amount_micros
        FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
       WHERE p.entry_id = ? ORDER BY p.id\
      """;

  private final Transactions transactions;

  /** Reads entries. */
  public EntryHandler(Transactions transactions) {
    this.transactions = transactions;
  }

  @Override
  public ApiResponse handle(ApiRequest request) throws Exception {
    request.caller().require(Role.ADVERTISER, Role.PARTNER);
    long id = request.pathId("id");
    return ApiResponse.ok(
        transactions.forCaller(
            request.caller(), handle -> read(handle.getConnection(), id, request.caller())));
  }

  /**
   * The document of an entry, in the transaction of its caller.
   *
   * @throws Problem 404 where the caller sees none
   */
  static JsonObject read(Connection connection, long id, Caller caller) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SELECT)) {
      select.setLong(1, id);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw Problem.notFound("entry");
        }
        JsonArray postings = postings(connection, id);
        return document(row, caller, postings).put("postings", postings);
      }
    }
  }

  private static JsonObject document(ResultSet row, Caller caller, JsonArray postings)
      throws SQLException {
    boolean partner = caller.role() == Role.PARTNER;
    boolean paid = !partner || isThere(postings, AccountKind.PAYABLE);
    boolean pays = !partner || isThere(postings, AccountKind.PARTNER_CLEARING);
    Long charged = SqlArrays.nullableLong(row, "charged_micros");
    Long cost = SqlArrays.nullableLong(row, "cost_micros");
    JsonObject entry =
        new JsonObject()
            .put("id", Long.toString(row.getLong("id")))
            .put("kind", row.getString("kind"))
            .put("currency", row.getString("currency"))
            .put("postedAt", time(row.getLong("posted_millis")))
            .put("supplyPartnerId", id(row, "supply_partner_id"));
    Long hour = SqlArrays.nullableLong(row, "hour_millis");
    entry
        .put("hour", hour == null ? null : time(hour))
        .put("impressions", SqlArrays.nullableLong(row, "impressions"));
    if (paid) {
      entry.put("costMicros", cost);
    }
    if (pays) {
      long demandPartner = row.getLong("demand_partner_id");
      entry
          .put("demandPartnerId", demandPartner == 0 ? null : Long.toString(demandPartner))
          .put("chargedMicros", charged);
    }
    if (!partner) {
      entry
          .put("advertiserId", id(row, "advertiser_id"))
          .put("lineItemId", id(row, "line_item_id"))
          .put("marginMicros", charged == null ? null : (Long) (charged - cost))
          .put("overDeliveryMicros", SqlArrays.nullableLong(row, "over_delivery_micros"));
    }
    entry
        .put("correctsEntryId", id(row, "corrects_entry_id"))
        .put("reason", row.getString("reason"))
        .put("chain", chain(row));
    if (caller.isOperator() && row.getString("reason") != null) {
      entry.put(
          "author",
          new JsonObject()
              .put("apiKeyId", id(row, "author_key_id"))
              .put("accountId", id(row, "author_account_id")));
    }
    return entry;
  }

  private static boolean isThere(JsonArray postings, AccountKind kind) {
    return postings.stream()
        .anyMatch(posting -> kind.name().equals(((JsonObject) posting).getString("account")));
  }

  private static JsonObject chain(ResultSet row) throws SQLException {
    Long from = SqlArrays.nullableLong(row, "from_offset");
    return from == null
        ? null
        : new JsonObject()
            .put("topic", "settled")
            .put("topicId", row.getString("topic_id"))
            .put("generation", row.getInt("generation"))
            .put("partition", row.getInt("partition"))
            .put("fromOffset", from)
            .put("nextOffset", row.getLong("next_offset"));
  }

  private static JsonArray postings(Connection connection, long id) throws SQLException {
    JsonArray postings = new JsonArray();
    try (PreparedStatement select = connection.prepareStatement(SELECT_POSTINGS)) {
      select.setLong(1, id);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          JsonObject posting = account(row.getLong(1), row.getString(2), row.getLong(3));
          postings.add(amount(posting, row.getLong(4)));
        }
      }
    }
    return postings;
  }

  /** What says which account it is. */
  static JsonObject account(long id, String kind, long ownerId) {
    JsonObject account = new JsonObject().put("accountId", Long.toString(id)).put("account", kind);
    return switch (AccountKind.valueOf(kind).owner()) {
      case ADVERTISER -> account.put("advertiserId", Long.toString(ownerId));
      case SUPPLY_PARTNER -> account.put("supplyPartnerId", Long.toString(ownerId));
      case DEMAND_PARTNER -> account.put("demandPartnerId", Long.toString(ownerId));
      case EXCHANGE -> account;
    };
  }

  /** Puts an amount in on its side. */
  static JsonObject amount(JsonObject posting, long micros) {
    return posting
        .put("debitMicros", Math.max(0, micros))
        .put("creditMicros", Math.max(0, -micros));
  }

  /** An id, or null. */
  static String id(ResultSet row, String column) throws SQLException {
    Long id = SqlArrays.nullableLong(row, column);
    return id == null ? null : id.toString();
  }

  /** RFC 3339. */
  static String time(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }
}
