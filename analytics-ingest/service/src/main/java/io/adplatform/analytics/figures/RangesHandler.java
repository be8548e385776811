package io.adplatform.analytics.figures;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;

/**
 * {@code POST /internal/v1/settled/ranges}: what the events of one line item, supply partner,
 * currency and hour come to in each of the offset ranges named, without those that the ledger
 * refuses. Ranges without events are left out. {@code chargeMicros} is what each event that is
 * charged and bills nothing comes to, over-delivery included: 0 where there is none that is
 * charged, -1 where they differ.
 */
final class RangesHandler implements ApiHandler {
  private static final String CHARGE =
      """
      , if(uniqExactIf(charged_micros + over_delivery_micros, billed = 0) > 1, -1,
          maxIf(charged_micros + over_delivery_micros, billed = 0)) AS charge
      """;

  private static final String SELECT =
      """
      SELECT arrayFirstIndex((g, p, f, n) -> generation = g AND kafka_partition = p
          AND kafka_offset >= f AND kafka_offset < n,
          {generations:Array(UInt16)}, {partitions:Array(UInt16)}, {firstOffsets:Array(Int64)},
          {nextOffsets:Array(Int64)}) AS range,
      """
          + FigureQuery.figures("1", "all")
          + CHARGE
          + FigureQuery.COUNTED_OF_HOUR
          + """
           AND line_item_id + demand_partner_id = {lineItem:Int64} AND supply_partner_id = {supplyPartner:Int64}
           AND currency = {currency:UInt16} AND NOT
          """
          + FigureQuery.REFUSED
          + " GROUP BY range HAVING range > 0";

  private final FigureQuery query;

  RangesHandler(FigureQuery query) {
    this.query = query;
  }

  @Override
  public ApiResponse handle(ApiRequest request) {
    JsonObject asked = request.json();
    long from = asked.getLong("hourSeconds");
    JsonArray ranges = asked.getJsonArray("ranges");
    JsonArray answer = new JsonArray();
    for (JsonNode row :
        query.rows(
            SELECT,
            Map.ofEntries(
                Map.entry("from", Long.toString(from)),
                Map.entry("to", Long.toString(from + FigureQuery.HOUR_SECONDS)),
                Map.entry("max", Long.toString(asked.getLong("maxEventMicros"))),
                Map.entry("lineItem", Long.toString(asked.getLong("lineItemId"))),
                Map.entry("supplyPartner", Long.toString(asked.getLong("supplyPartnerId"))),
                Map.entry(
                    "currency", Integer.toString(FigureQuery.numeric(asked.getString("currency")))),
                Map.entry("generations", FigureQuery.column(ranges, "generation")),
                Map.entry("partitions", FigureQuery.column(ranges, "partition")),
                Map.entry("firstOffsets", FigureQuery.column(ranges, "from")),
                Map.entry("nextOffsets", FigureQuery.column(ranges, "next"))))) {
      answer.add(
          new JsonObject()
              .put("index", row.get("range").asInt() - 1)
              .put("chargeMicros", row.get("charge").asLong())
              .put("all", FigureQuery.figures(row.get("all"))));
    }
    return ApiResponse.ok(new JsonObject().put("ranges", answer));
  }
}
