package io.adplatform.analytics.figures;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/**
 * {@code POST /internal/v1/settled/supply}: what came of a supply partner's hours by line item or
 * creative, as {@code [impressions, micros]}: {@code owed} to it; of that what came {@code late}
 * and what has no notified price ({@code assumed}: our bid stands in); and, owed nothing, what it
 * may have counted itself: billable signals of {@code test} requests, those refused as {@code
 * invalid}, and bids {@code won} whose billable signal never came, at the price of their notice.
 */
final class SupplyHandler implements ApiHandler {
  /** CPM to one impression, half-even; nothing where no price was notified. */
  private static final String PRICE =
      "if(price_cpm_micros < 0, 0, intDiv(price_cpm_micros, 1000) + (price_cpm_micros % 1000 > 500"
          + " OR price_cpm_micros % 1000 = 500 AND intDiv(price_cpm_micros, 1000) % 2 = 1))";

  private static final String OF_PARTNER =
      """
       FROM settled_events FINAL
      WHERE bucket >= fromUnixTimestamp({from:Int64}) AND bucket < fromUnixTimestamp({to:Int64})
        AND supply_partner_id = {supplyPartner:Int64}\
      """;

  /** The kind that is billed: the notice where that is agreed, else the beacon. */
  private static final String BILLABLE =
      "(SELECT if(countIf(kind = 5) > 0, 5, 2)" + OF_PARTNER + " AND billed = 1)";

  private static final String HOUR = "toUnixTimestamp(toStartOfHour(bucket)) AS hour";

  private static final String SIGNALS =
      """
      SELECT %1$s AS id, %2$s, currency,
        [toInt64(countIf(billed = 1 AND disposition IN (0, 4))),
         sumIf(cost_micros, disposition IN (0, 4))] AS owed,
        [toInt64(countIf(billed = 1 AND disposition = 4)), sumIf(cost_micros, disposition = 4)] AS late,
        [toInt64(countIf(billed = 1 AND disposition IN (0, 4) AND price_cpm_micros < 0)),
         sumIf(cost_micros, billed = 1 AND disposition IN (0, 4) AND price_cpm_micros < 0)] AS assumed,
        [toInt64(countIf(disposition = 2 AND kind = billable)),
         toInt64(sumIf(%3$s, disposition = 2 AND kind = billable))] AS test,
        [toInt64(countIf(disposition = 3 AND kind = billable)),
         toInt64(sumIf(%3$s, disposition = 3 AND kind = billable))] AS invalid
      FROM (SELECT *, bucket, %4$s AS billable%5$s AND kind IN (2, 5))
      GROUP BY id, hour, currency
      HAVING owed != [0, 0] OR test != [0, 0] OR invalid != [0, 0]
      """;

  private static final String WON =
      """
      SELECT id, toUnixTimestamp(toStartOfHour(won_at)) AS hour, currency,
        [toInt64(count()), toInt64(sum(price))] AS won
      FROM (SELECT %1$s AS id, currency, auction_hi, auction_lo,
          minIf(bucket, kind = 4) AS won_at, anyIf(%2$s, kind = 4) AS price,
          countIf(kind = 4) AS wins, countIf(billed = 1) AS bills
        %3$s AND disposition IN (0, 4) AND kind IN (2, 4, 5)
        GROUP BY id, currency, auction_hi, auction_lo HAVING wins > 0 AND bills = 0)
      GROUP BY id, hour, currency
      """;

  private final FigureQuery query;

  SupplyHandler(FigureQuery query) {
    this.query = query;
  }

  @Override
  public ApiResponse handle(ApiRequest request) {
    JsonObject asked = request.json();
    String id = asked.getString("by").equals("creative") ? "creative_id" : "line_item_id";
    Map<String, String> parameters =
        Map.of(
            "from", Long.toString(asked.getLong("fromSeconds")),
            "to", Long.toString(asked.getLong("toSeconds")),
            "supplyPartner", Long.toString(asked.getLong("supplyPartnerId")));
    JsonArray rows = new JsonArray();
    String signals = SIGNALS.formatted(id, HOUR, PRICE, BILLABLE, OF_PARTNER);
    for (JsonNode row : query.rows(signals, parameters)) {
      JsonObject one = place(row);
      for (String name : List.of("owed", "late", "assumed", "test", "invalid")) {
        one.put(name, FigureQuery.figures(row.get(name)));
      }
      rows.add(one);
    }
    for (JsonNode row : query.rows(WON.formatted(id, PRICE, OF_PARTNER), parameters)) {
      rows.add(place(row).put("won", FigureQuery.figures(row.get("won"))));
    }
    return ApiResponse.ok(new JsonObject().put("rows", rows));
  }

  private static JsonObject place(JsonNode row) {
    return new JsonObject()
        .put("id", row.get("id").asLong())
        .put("hourSeconds", row.get("hour").asLong())
        .put("currency", FigureQuery.currency(row.get("currency").asInt()));
  }
}
