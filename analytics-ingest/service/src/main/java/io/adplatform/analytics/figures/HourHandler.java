package io.adplatform.analytics.figures;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.wire.sbe.SettledKind;
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
 * yet, {@code pending}. {@code twice} is what auctions that were billed or charged twice came to
 * beyond the first time, which may be hours before. The roll-ups are read before the events, so
 * that these hold all that is in those.
 */
final class HourHandler implements ApiHandler {
  private static final String REPORT =
      """
      SELECT line_item_id + demand_partner_id AS demand_id, supply_partner_id, currency,
        [toInt64(sum(impressions)), sum(spend_micros), sum(supply_cost_micros),
         sum(over_delivery_micros)] AS all
      FROM delivery FINAL
      WHERE bucket >= fromUnixTimestamp({from:Int64}) AND bucket < fromUnixTimestamp({to:Int64})
      GROUP BY demand_id, supply_partner_id, currency
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
          + FigureQuery.SELECT_CELL
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

  /**
   * Seconds between which an impression, a click or a view can come twice: the longest life of a
   * token and of the click after it, {@code BidModel.chargeSeconds}, in whole quarters of an hour.
   */
  private static final long APART_SECONDS = 4_500;

  /** Of a conversion, whose charge comes up to half a day after its token's expiry. */
  private static final long CONVERSIONS_APART_SECONDS = 13 * 3_600;

  private static final int CONVERSION = SettledKind.CONVERSION.value();

  /** Where there are none, the hours around need not be read for them. */
  private static final String CONVERSIONS =
      "SELECT countIf(kind = " + CONVERSION + ") AS conversions" + FigureQuery.COUNTED_OF_HOUR;

  private static final String PLACE = "(generation, kafka_offset, kafka_partition)";

  /** Events around the hour, of a kind, that may be the first of what is there twice. */
  private static final String AROUND =
      """
      SELECT line_item_id + demand_partner_id AS demand_id, supply_partner_id, currency, auction_hi, auction_lo, kind, billed,
          charged_micros, cost_micros, over_delivery_micros, %s AS place, (%s) AS here
      FROM settled_events FINAL
      WHERE bucket >= fromUnixTimestamp({from:Int64} - {%s:Int64})
        AND bucket < fromUnixTimestamp({to:Int64} + {%s:Int64})
        AND kind %s %d AND disposition = 0 AND %s
      """;

  private static final String WINDOW =
      around("apart", "!=") + " UNION ALL " + around("conversionsApart", "=");

  private static final String AUCTION = FigureQuery.CELL + ", auction_hi, auction_lo, kind";

  private static final String AUCTIONS_OF_HOUR =
      "SELECT auction_hi, auction_lo, kind" + FigureQuery.COUNTED_OF_HOUR + " AND disposition = 0";

  private static final String ANY_TWICE =
      "SELECT count() - uniqExact(auction_hi, auction_lo, kind) AS twice FROM ("
          + WINDOW
          + ") WHERE (auction_hi, auction_lo, kind) IN ("
          + AUCTIONS_OF_HOUR
          + ")";

  /**
   * Of what is there twice the first stands where it belongs; the others are told where they stand.
   */
  private static final String BILLED_TWICE =
      """
      SELECT demand_id, supply_partner_id, currency,
        [toInt64(sumIf(n, bills = 1)), sum(charge), sum(cost), sum(over)] AS surplus
      FROM (SELECT %s, max(billed) AS bills,
          toInt64(argMin(here, place)) AS first_here, toInt64(countIf(here)) - first_here AS n,
          sumIf(charged_micros, here) - first_here * argMin(charged_micros, place) AS charge,
          sumIf(cost_micros, here) - first_here * argMin(cost_micros, place) AS cost,
          sumIf(over_delivery_micros, here) - first_here * argMin(over_delivery_micros, place) AS over
        FROM (%s) WHERE (auction_hi, auction_lo, kind) IN (%s) GROUP BY %s HAVING n > 0)
      GROUP BY demand_id, supply_partner_id, currency
      """
          .formatted(AUCTION, WINDOW, AUCTIONS_OF_HOUR, AUCTION);

  private final FigureQuery query;

  HourHandler(FigureQuery query) {
    this.query = query;
  }

  private static String around(String apart, String conversion) {
    return AROUND.formatted(
        PLACE, FigureQuery.OF_HOUR, apart, apart, conversion, CONVERSION, FigureQuery.COUNTED);
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
  private JsonArray twice(Map<String, String> ofHour) {
    JsonArray twice = new JsonArray();
    Map<String, String> parameters = new HashMap<>(ofHour);
    boolean conversions =
        query.rows(CONVERSIONS, ofHour).getFirst().get("conversions").asLong() > 0;
    parameters.put("apart", Long.toString(APART_SECONDS));
    parameters.put("conversionsApart", Long.toString(conversions ? CONVERSIONS_APART_SECONDS : 0));
    if (query.rows(ANY_TWICE, parameters).getFirst().get("twice").asLong() > 0) {
      for (JsonNode row : query.rows(BILLED_TWICE, parameters)) {
        twice.add(FigureQuery.cell(row).put("surplus", FigureQuery.figures(row.get("surplus"))));
      }
    }
    return twice;
  }
}
