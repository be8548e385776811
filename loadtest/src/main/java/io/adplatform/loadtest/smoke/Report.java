package io.adplatform.loadtest.smoke;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adplatform.loadtest.exchange.ApiClient;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The delivery report from the hour in which the run began: of line items as their account reads
 * it, of supply partners as an operator does.
 */
final class Report {
  private final ApiClient account;
  private final ApiClient operator;
  private final Instant from;

  Report(ApiClient account, ApiClient operator, Instant from) {
    this.account = account;
    this.operator = operator;
    this.from = from;
  }

  /** Hour by hour, what the report shows of a line item or partner. */
  SortedMap<Instant, Delivery> of(Subject subject) throws IOException, InterruptedException {
    if (!subject.grouping().equals("lineItem")) {
      return hours(rows(operator, subject));
    }
    return hours(withCost(rows(account, subject), rows(operator, subject)));
  }

  private JsonNode rows(ApiClient reader, Subject subject)
      throws IOException, InterruptedException {
    return reader
        .get(
            "/reports/delivery?from="
                + from
                + "&groupBy="
                + subject.grouping()
                + ",hour&limit=500&filter="
                + subject.filter())
        .path("items");
  }

  /**
   * An account's rows with what supply got, which an operator alone is told. Whoever compares them
   * does so again where something was settled between the two readings.
   */
  static JsonNode withCost(JsonNode own, JsonNode all) {
    Map<String, Long> costs = new HashMap<>();
    for (JsonNode row : all) {
      costs.put(row.path("hour").asText(), row.path("supplyCostMicros").longValue());
    }
    for (JsonNode row : own) {
      if (row.has("supplyCostMicros") || row.has("marginMicros")) {
        throw new IllegalStateException("an account is told what supply gets: " + row);
      }
      long cost = costs.getOrDefault(row.path("hour").asText(), 0L);
      ((ObjectNode) row)
          .put("supplyCostMicros", cost)
          .put("marginMicros", row.path("spendMicros").longValue() - cost);
    }
    return own;
  }

  /** The rows of a report by their hour. */
  static SortedMap<Instant, Delivery> hours(JsonNode rows) {
    SortedMap<Instant, Delivery> hours = new TreeMap<>();
    for (JsonNode row : rows) {
      hours.merge(
          OffsetDateTime.parse(row.path("hour").asText()).toInstant(),
          Delivery.ofRow(row),
          Delivery::plus);
    }
    return hours;
  }
}
