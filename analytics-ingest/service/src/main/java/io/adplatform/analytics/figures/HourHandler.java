package io.adplatform.analytics.figures;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code POST /internal/v1/settled/hour}: an hour by line item, supply partner and currency, once
 * from the roll-ups and once from the events. Of the events: {@code all}; those {@code below} the
 * offsets named; of them those that are {@code refused} by the ledger for an amount that cannot be,
 * and those {@code free}, with neither charge nor cost; and those that may not be in the roll-ups
 * yet, {@code pending}. {@code twice} is what auctions that were billed twice came to beyond the
 * first time. The roll-ups are read before the events, so that these hold all that is in those.
 */
final class HourHandler implements ApiHandler {
  private static final String REPORT =
      """
      SELECT line_item_id, supply_partner_id, currency,
        [toInt64(sum(impressions)), sum(spend_micros), sum(supply_cost_micros),
         sum(over_delivery_micros)] AS all
      FROM delivery FINAL
      WHERE bucket >= fromUnixTimestamp({from:Int64}) AND bucket < fromUnixTimestamp({to:Int64})
      GROUP BY line_item_id, supply_partner_id, currency
      HAVING all != [0, 0, 0, 0]
      """;

  /** Beyond the newest topic's offset of the partition; everything where none is named. */
  private static final String BEHIND =
      "generation > {generation:Int32} OR generation = {generation:Int32} AND kafka_offset >="
          + " arrayElement({%1$sOffsets:Array(Int64)},"
          + " indexOf({%1$sPartitions:Array(UInt16)}, kafka_partition))";

  private static final String BELOW = "NOT (" + BEHIND.formatted("below") + ")";

  private static final String EVENTS =
      "SELECT "
          + FigureQuery.CELL
          + ", "
          + FigureQuery.figures("1", "all")
          + ", "
          + FigureQuery.figures(BELOW, "below")
          + ", "
          + FigureQuery.figures(BELOW + " AND " + FigureQuery.REFUSED, "refused")
          + ", "
          + FigureQuery.figures(
              BELOW + " AND cost_micros = 0 AND (disposition = 4 OR charged_micros = 0)", "free")
          + ", "
          + FigureQuery.figures(BEHIND.formatted("rolledUp"), "pending")
          + FigureQuery.COUNTED_OF_HOUR
          + " GROUP BY "
          + FigureQuery.CELL;

  private static final String TWICE = FigureQuery.COUNTED_OF_HOUR + " AND disposition = 0";

  private static final String ANY_TWICE =
      "SELECT count() - uniqExact(auction_hi, auction_lo, kind) AS twice" + TWICE;

  private static final String BILLED_TWICE =
      """
      SELECT line_item_id, supply_partner_id, currency,
        [toInt64(sumIf(n - 1, bills = 1)), sum(charge - charge1), sum(cost - cost1), sum(over - over1)] AS surplus
      FROM (SELECT line_item_id, supply_partner_id, currency, max(billed) AS bills, count() AS n,
          sum(charged_micros) AS charge, argMin(charged_micros, place) AS charge1,
          sum(cost_micros) AS cost, argMin(cost_micros, place) AS cost1,
          sum(over_delivery_micros) AS over, argMin(over_delivery_micros, place) AS over1
        FROM (SELECT *, (generation, kafka_offset, kafka_partition) AS place
      """
          + TWICE
          + """
              ) GROUP BY line_item_id, supply_partner_id, currency, auction_hi, auction_lo, kind HAVING n > 1)
          GROUP BY line_item_id, supply_partner_id, currency
          """;

  private final FigureQuery query;

  HourHandler(FigureQuery query) {
    this.query = query;
  }

  @Override
  public ApiResponse handle(ApiRequest request) {
    JsonObject asked = request.json();
    long from = asked.getLong("hourSeconds");
    Map<String, String> parameters = new HashMap<>();
    parameters.put("from", Long.toString(from));
    parameters.put("to", Long.toString(from + FigureQuery.HOUR_SECONDS));
    parameters.put("max", Long.toString(asked.getLong("maxEventMicros")));
    parameters.put("generation", Integer.toString(asked.getInteger("generation")));
    for (String name : List.of("below", "rolledUp")) {
      JsonArray offsets = asked.getJsonArray(name);
      parameters.put(name + "Partitions", FigureQuery.column(offsets, "partition"));
      parameters.put(name + "Offsets", FigureQuery.column(offsets, "offset"));
    }
    JsonArray report = new JsonArray();
    for (JsonNode row : query.rows(REPORT, parameters)) {
      report.add(FigureQuery.cell(row).put("all", FigureQuery.figures(row.get("all"))));
    }
    JsonArray events = new JsonArray();
    for (JsonNode row : query.rows(EVENTS, parameters)) {
      JsonObject cell = FigureQuery.cell(row);
      for (String name : List.of("all", "below", "refused", "free", "pending")) {
        cell.put(name, FigureQuery.figures(row.get(name)));
      }
      events.add(cell);
    }
    return ApiResponse.ok(
        new JsonObject()
            .put("report", report)
            .put("events", events)
            .put("twice", twice(parameters)));
  }

  /** Most hours have none, which is told at a fraction of the cost. */
  private JsonArray twice(Map<String, String> parameters) {
    JsonArray twice = new JsonArray();
    if (query.rows(ANY_TWICE, parameters).getFirst().get("twice").asLong() > 0) {
      for (JsonNode row : query.rows(BILLED_TWICE, parameters)) {
        twice.add(FigureQuery.cell(row).put("surplus", FigureQuery.figures(row.get("surplus"))));
      }
    }
    return twice;
  }
}
