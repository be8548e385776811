package io.adplatform.analytics.notice;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Caller;
import io.adplatform.runtime.api.Problem;
import io.adplatform.runtime.api.Role;
import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.storage.clickhouse.ClickHouseException;
import io.adplatform.wire.event.AuctionId;
import io.adplatform.wire.sbe.NoticeKind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * {@code GET /api/v1/auctions/{auctionId}/notices}: what demand partners were sent of an auction
 * and what they answered, each attempt. An operator sees all; a partner what was sent to its own
 * demand partners. An auction of which nothing is seen is not found. Thread-safe.
 */
final class NoticesHandler implements ApiHandler {
  /** Of one auction: its bids, three kinds of each, some fourteen attempts in an hour. */
  private static final int MAX_ROWS = 500;

  private static final String SELECT =
      """
      SELECT toUnixTimestamp64Milli(n.time) AS millis, n.demand_partner_id AS partner, n.kind AS kind,
        n.attempt AS attempt, n.status AS status, n.outcome AS outcome, n.took_millis AS took,
        n.url AS url
      FROM partner_notices AS n
      LEFT ANY JOIN (SELECT id, account_id FROM entities FINAL WHERE kind = 'demand-partner') AS p
        ON n.demand_partner_id = p.id
      WHERE n.auction_hi = {hi:Int64} AND n.auction_lo = {lo:Int64}
        AND ({all:UInt8} = 1 OR p.account_id = {account:Int64})
      ORDER BY n.time, n.attempt LIMIT {limit:UInt32}
      """;

  private final ClickHouseDatabase database;

  NoticesHandler(ClickHouseDatabase database) {
    this.database = database;
  }

  @Override
  public ApiResponse handle(ApiRequest request) {
    Caller caller = request.caller();
    caller.require(Role.PARTNER);
    String id = request.path("auctionId");
    if (!AuctionId.isText(id)) {
      throw Problem.notFound("auction");
    }
    List<JsonNode> rows = rows(id, caller);
    if (rows.isEmpty()) {
      throw Problem.notFound("auction");
    }
    JsonArray items = new JsonArray();
    rows.forEach(row -> items.add(item(row)));
    return ApiResponse.ok(new JsonObject().put("items", items).putNull("nextCursor"));
  }

  private List<JsonNode> rows(String id, Caller caller) {
    try {
      return database.query(
          SELECT,
          Map.of(
              "hi", Long.toString(AuctionId.parseHi(id)),
              "lo", Long.toString(AuctionId.parseLo(id)),
              "all", caller.isOperator() ? "1" : "0",
              "account", Long.toString(caller.accountId()),
              "limit", Integer.toString(MAX_ROWS)));
    } catch (ClickHouseException e) {
      if (e.isUnavailable()) {
        throw Problem.unavailable("Notices are not available now.");
      }
      throw e;
    }
  }

  private static JsonObject item(JsonNode row) {
    int status = row.get("status").asInt();
    return new JsonObject()
        .put("time", Instant.ofEpochMilli(row.get("millis").asLong()).toString())
        .put("demandPartnerId", row.get("partner").asText())
        .put("kind", NoticeKind.get((short) row.get("kind").asInt()).name())
        .put("attempt", row.get("attempt").asInt())
        .put("outcome", row.get("outcome").asText())
        .put("status", status == 0 ? null : (Integer) status)
        .put("tookMillis", row.get("took").asLong())
        .put("url", row.get("url").asText());
  }
}
