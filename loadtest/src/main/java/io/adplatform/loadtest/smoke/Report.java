package io.adplatform.loadtest.smoke;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.loadtest.exchange.ApiClient;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
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
    ApiClient reader = subject.grouping().equals("lineItem") ? account : operator;
    JsonNode report =
        reader.get(
            "/reports/delivery?from="
                + from
                + "&groupBy="
                + subject.grouping()
                + ",hour&limit=500&filter="
                + subject.filter());
    return hours(report.path("items"));
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
