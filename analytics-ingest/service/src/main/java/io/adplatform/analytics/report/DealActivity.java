package io.adplatform.analytics.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.storage.clickhouse.ClickHouseException;
import io.adplatform.wire.event.Reason;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code GET /internal/v1/deals/{id}/activity}: what became of a deal in the last hour and day, for
 * campaign-service. Each imp that names a known deal leaves one record of it (ADR 0118): {@code
 * requests} counts these, {@code matched} those in which one of its line items came through
 * targeting, {@code bids} those that were bid on, {@code byReason} the others by why; {@code wins},
 * {@code lost} and what follows them are of the notices that came back.
 */
final class DealActivity implements ApiHandler {
  private static final String REQUESTS =
      """
      SELECT reason, count() AS requests, countIf(notEmpty(candidate_line_items)) AS matched
      FROM auction_records FINAL
      WHERE deal_id = {id:Int64} AND time >= fromUnixTimestamp64Milli({from:Int64})
        AND NOT bitTest(flags, 0)
      GROUP BY reason ORDER BY reason
      """;
  private static final String LINE_ITEMS =
      """
      SELECT item, why, count() AS requests
      FROM (SELECT candidate_line_items, candidate_reasons FROM auction_records FINAL
        WHERE deal_id = {id:Int64} AND time >= fromUnixTimestamp64Milli({from:Int64})
          AND NOT bitTest(flags, 0))
      ARRAY JOIN candidate_line_items AS item, candidate_reasons AS why
      GROUP BY item, why ORDER BY item, why
      """;
  private static final String DELIVERED =
      """
      SELECT countIf(billed = 1) AS impressions, countIf(kind = 4) AS wins, countIf(kind = 6) AS lost,
        sum(charged_micros) AS spend
      FROM settled_events FINAL
      WHERE bucket >= fromUnixTimestamp64Milli({from:Int64}) - 900
        AND time >= fromUnixTimestamp64Milli({from:Int64})
        AND deal_id = {id:Int64} AND disposition = 0 AND kind NOT IN (1, 7)
      """;
  private static final String LOSSES =
      """
      SELECT loss_reason, count() AS bids
      FROM settled_events FINAL
      WHERE bucket >= fromUnixTimestamp64Milli({from:Int64}) - 900
        AND time >= fromUnixTimestamp64Milli({from:Int64})
        AND deal_id = {id:Int64} AND disposition = 0 AND kind = 6
      GROUP BY loss_reason ORDER BY loss_reason
      """;

  private final ClickHouseDatabase database;
  private final Clock clock;

  DealActivity(ClickHouseDatabase database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public ApiResponse handle(ApiRequest request) {
    long id = request.pathId("id");
    Instant to = clock.instant();
    try {
      return ApiResponse.ok(
          new JsonObject()
              .put("dealId", Long.toString(id))
              .put("lastHour", window(id, to.minus(Duration.ofHours(1)), to))
              .put("lastDay", window(id, to.minus(Duration.ofDays(1)), to)));
    } catch (ClickHouseException e) {
      if (e.isUnavailable()) {
        throw Problem.unavailable("ClickHouse is away.");
      }
      throw e;
    }
  }

  private JsonObject window(long id, Instant from, Instant to) {
    Map<String, String> parameters =
        Map.of("id", Long.toString(id), "from", Long.toString(from.toEpochMilli()));
    long requests = 0;
    long matched = 0;
    long bids = 0;
    JsonObject byReason = new JsonObject();
    for (JsonNode row : database.query(REQUESTS, parameters)) {
      long count = row.get("requests").asLong();
      int reason = row.get("reason").asInt();
      requests += count;
      matched += row.get("matched").asLong();
      if (reason == Reason.NONE.code()) {
        bids += count;
      } else {
        byReason.put(name(reason), count);
      }
    }
    JsonNode delivered = database.query(DELIVERED, parameters).getFirst();
    JsonObject lossReasons = new JsonObject();
    for (JsonNode row : database.query(LOSSES, parameters)) {
      lossReasons.put(row.get("loss_reason").asText(), row.get("bids").asLong());
    }
    return new JsonObject()
        .put("from", from.toString())
        .put("to", to.toString())
        .put("requests", requests)
        .put("matched", matched)
        .put("bids", bids)
        .put("byReason", byReason)
        .put("wins", delivered.get("wins").asLong())
        .put("lost", delivered.get("lost").asLong())
        .put("lossReasons", lossReasons)
        .put("impressions", delivered.get("impressions").asLong())
        .put("spendMicros", delivered.get("spend").asLong())
        .put("lineItems", lineItems(database.query(LINE_ITEMS, parameters)));
  }

  /** By line item, how it fared: NONE counts its bids. */
  private static JsonArray lineItems(List<JsonNode> rows) {
    Map<String, JsonObject> byItem = new LinkedHashMap<>();
    for (JsonNode row : rows) {
      byItem
          .computeIfAbsent(row.get("item").asText(), item -> new JsonObject())
          .put(name(row.get("why").asInt()), row.get("requests").asLong());
    }
    JsonArray items = new JsonArray();
    byItem.forEach(
        (item, reasons) ->
            items.add(new JsonObject().put("lineItemId", item).put("byReason", reasons)));
    return items;
  }

  private static String name(int code) {
    Reason reason = Reason.of(code);
    return reason == null ? Integer.toString(code) : reason.name();
  }
}
