package io.adplatform.campaign.serving;

import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Problem;
import io.adplatform.runtime.api.Role;
import io.adplatform.storage.postgres.Transactions;
import io.adplatform.wire.catalogue.Status;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * {@code GET /deals/{id}/serving}: whether line items can bid on a deal, what keeps them from it,
 * and what became of the requests that named it in the last hour and day. Thread-safe.
 */
final class DealServing {
  private final Transactions transactions;
  private final ServicePeer analytics;
  private final InstantSource clock;

  DealServing(Transactions transactions, ServicePeer analytics, InstantSource clock) {
    this.transactions = transactions;
    this.analytics = analytics;
    this.clock = clock;
  }

  ApiResponse get(ApiRequest request) {
    request.caller().require(Role.ADVERTISER);
    long id = request.pathId("id");
    State state =
        transactions
            .forCaller(request.caller(), handle -> read(handle, id))
            .orElseThrow(() -> Problem.notFound("deal"));
    // An advertiser does not see supply partners: whether its deal's is paused is read for it.
    boolean partnerActive =
        transactions.forService(handle -> isActive(handle, state.supplyPartnerId));
    JsonObject activity = analytics.get("/deals/" + id + "/activity");
    JsonArray reasons = new JsonArray();
    Instant now = clock.instant();
    if (state.status != Status.ACTIVE) {
      add(reasons, "PAUSED", "The deal is " + state.status + ".");
    }
    if (state.startAt != null && now.isBefore(state.startAt)) {
      add(reasons, "NOT_STARTED", "It starts at " + state.startAt + ".");
    }
    if (state.endAt != null && !now.isBefore(state.endAt)) {
      add(reasons, "ENDED", "It ended at " + state.endAt + ".");
    }
    if (!partnerActive) {
      add(reasons, "SUPPLY_PARTNER_PAUSED", "Its supply partner is paused.");
    }
    if (state.lineItems == 0) {
      add(reasons, "NO_LINE_ITEM", "It names no line item that could bid on it.");
    } else if (state.activeLineItems == 0) {
      add(reasons, "NO_ACTIVE_LINE_ITEM", "None of its line items and their campaigns is ACTIVE.");
    }
    boolean serving = reasons.isEmpty();
    hinder(reasons, activity, serving);
    return ApiResponse.ok(
        new JsonObject()
            .put("dealId", Long.toString(id))
            .put("serving", serving)
            .put("reasons", reasons)
            .put("lastHour", activity == null ? null : activity.getJsonObject("lastHour"))
            .put("lastDay", activity == null ? null : activity.getJsonObject("lastDay")));
  }

  /** What the last hour says of a deal that could serve. */
  private static void hinder(JsonArray reasons, JsonObject activity, boolean serving) {
    JsonObject hour = activity == null ? null : activity.getJsonObject("lastHour");
    if (hour == null) {
      add(reasons, "ACTIVITY_UNKNOWN", "What auctions recorded of it cannot be read now.");
    } else if (serving && hour.getLong("requests") == 0) {
      add(reasons, "NO_REQUESTS", "No request named it in the last hour.");
    } else if (serving && hour.getLong("matched") == 0) {
      add(reasons, "NO_MATCH", "None of its line items was for the requests that named it.");
    } else if (serving && hour.getLong("bids") == 0) {
      add(reasons, "NO_BIDS", "Its line items fell out: byReason and lineItems say why.");
    }
  }

  private static void add(JsonArray reasons, String code, String detail) {
    reasons.add(new JsonObject().put("code", code).put("detail", detail));
  }

  private record State(
      Status status,
      long supplyPartnerId,
      Instant startAt,
      Instant endAt,
      long lineItems,
      long activeLineItems) {}

  private static Optional<State> read(Handle handle, long id) {
    return handle
        .createQuery(
            """
            SELECT d.status, d.supply_partner_id, d.start_at, d.end_at, count(i.id) AS line_items,
              count(i.id) FILTER (WHERE i.status = 'ACTIVE' AND c.status = 'ACTIVE') AS active
            FROM deal d
            LEFT JOIN deal_line_item l ON l.deal_id = d.id
            LEFT JOIN line_item i ON i.id = l.line_item_id
            LEFT JOIN campaign c ON c.id = i.campaign_id
            WHERE d.id = :id GROUP BY d.id\
            """)
        .bind("id", id)
        .map((row, context) -> state(row))
        .findOne();
  }

  private static State state(ResultSet row) throws SQLException {
    return new State(
        Status.valueOf(row.getString("status")),
        row.getLong("supply_partner_id"),
        instant(row, "start_at"),
        instant(row, "end_at"),
        row.getLong("line_items"),
        row.getLong("active"));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getTimestamp(column) == null ? null : row.getTimestamp(column).toInstant();
  }

  /** Whether a line item bids on deals alone, and no ACTIVE deal names it. */
  static boolean lacksDeal(Handle handle, long lineItemId) {
    return handle
        .createQuery(
            """
            SELECT l.deal_only AND NOT EXISTS (
              SELECT 1 FROM deal_line_item x JOIN deal d ON d.id = x.deal_id
              WHERE x.line_item_id = l.id AND d.status = 'ACTIVE')
            FROM line_item l WHERE l.id = :id\
            """)
        .bind("id", lineItemId)
        .mapTo(Boolean.class)
        .findOne()
        .orElse(false);
  }

  private static boolean isActive(Handle handle, long supplyPartnerId) {
    return handle
        .createQuery("SELECT status = 'ACTIVE' FROM supply_partner WHERE id = :id")
        .bind("id", supplyPartnerId)
        .mapTo(Boolean.class)
        .findOne()
        .orElse(false);
  }
}
