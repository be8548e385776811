package io.adplatform.analytics.figures;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.storage.clickhouse.ClickHouseException;
import io.adplatform.wire.money.CurrencyCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Asks ClickHouse for figures: {@code [impressions, spend, cost, over-delivery]}, counted as the
 * delivery report counts. Thread-safe.
 */
record FigureQuery(ClickHouseDatabase database) {
  static final long HOUR_SECONDS = 3_600;

  /** Whether an event bills, is charged or would have been. */
  static final String COUNTED =
      """
      (billed = 1 OR charged_micros != 0 OR cost_micros != 0 OR over_delivery_micros != 0)
      """;

  /** Whether an event is of the hour. */
  static final String OF_HOUR =
      "bucket >= fromUnixTimestamp({from:Int64}) AND bucket < fromUnixTimestamp({to:Int64})";

  /** The hour's events that the report or the ledger counts. */
  static final String COUNTED_OF_HOUR =
      " FROM settled_events FINAL WHERE " + OF_HOUR + " AND disposition IN (0, 4) AND " + COUNTED;

  /** What the ledger does not take in: it is an amount that cannot be. {@code max} bounds it. */
  static final String REFUSED =
      """
      (if(disposition = 0, charged_micros, 0) NOT BETWEEN 0 AND {max:Int64}
        OR cost_micros NOT BETWEEN 0 AND {max:Int64}
        OR over_delivery_micros NOT BETWEEN 0 AND {max:Int64}
        OR line_item_id < 0 OR demand_partner_id < 0 OR line_item_id > 0 AND demand_partner_id > 0
        OR supply_partner_id < 0)\
      """;

  /** What is compared at once; who was charged is a line item or a demand partner. */
  static final String CELL = "demand_id, supply_partner_id, currency";

  /** What {@link #CELL} names, of a table. */
  static final String SELECT_CELL =
      "line_item_id + demand_partner_id AS demand_id, supply_partner_id, currency";

  /** The figures of the events that a condition picks, as an array of that name. */
  static String figures(String condition, String name) {
    return "[toInt64(countIf(billed = 1 AND (%1$s))), sumIf(charged_micros, disposition = 0 AND (%1$s)), sumIf(cost_micros, %1$s), sumIf(over_delivery_micros, %1$s)] AS %2$s"
        .formatted(condition, name);
  }

  List<JsonNode> rows(String sql, Map<String, String> parameters) {
    return orUnavailable(() -> database.query(sql, parameters));
  }

  /**
   * Runs what asks ClickHouse.
   *
   * @throws Problem 503 where ClickHouse is away
   */
  static <T> T orUnavailable(Supplier<T> work) {
    try {
      return work.get();
    } catch (ClickHouseException e) {
      if (e.isUnavailable()) {
        throw Problem.unavailable("ClickHouse is away.");
      }
      throw e;
    }
  }

  /** The letters of a currency, or its number where there is no such currency. */
  static String currency(int numeric) {
    String letters = CurrencyCode.letters(numeric);
    return letters == null ? Integer.toString(numeric) : letters;
  }

  /** The number of what {@link #currency} says. */
  static int numeric(String currency) {
    return Character.isDigit(currency.charAt(0))
        ? Integer.parseInt(currency)
        : CurrencyCode.numeric(currency);
  }

  /** What says which cell a row is of. */
  static JsonObject cell(JsonNode row) {
    return new JsonObject()
        .put("lineItemId", row.get("demand_id").asLong())
        .put("supplyPartnerId", row.get("supply_partner_id").asLong())
        .put("currency", currency(row.get("currency").asInt()));
  }

  static JsonArray figures(JsonNode array) {
    JsonArray figures = new JsonArray();
    array.forEach(number -> figures.add(number.asLong()));
    return figures;
  }

  /** Numbers under a name of each object, as ClickHouse takes an array. */
  static String column(JsonArray objects, String name) {
    return objects.stream()
        .map(one -> Long.toString(((JsonObject) one).getLong(name)))
        .collect(Collectors.joining(",", "[", "]"));
  }
}
