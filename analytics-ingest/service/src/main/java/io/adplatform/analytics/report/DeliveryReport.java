package io.adplatform.analytics.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Caller;
import io.adplatform.runtime.api.Problem;
import io.adplatform.runtime.api.Role;
import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.storage.clickhouse.ClickHouseException;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.targeting.Country;
import io.adplatform.wire.targeting.DeviceType;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;

/**
 * {@code GET /reports/delivery}. Of settled events alone, those of {@code test} requests left out:
 *
 * <ul>
 *   <li>{@code auctions}: decisions for one imp. Told apart by demand (or filtered by it, or asked
 *       for by an advertiser): those in which that demand's bid was sent.
 *   <li>{@code bids}: auctions answered with a bid. {@code wins}: bids with a win notice.
 *   <li>{@code impressions}: bids whose billable event came: the beacon, or the billing notice
 *       where that is agreed with the supply partner; then a beacon counts for nothing.
 *   <li>{@code clicks}, {@code views}, {@code conversions}: bids that were clicked, viewable, that
 *       led to what the advertiser counts as success.
 *   <li>{@code spendMicros}: what line items and demand partners were charged, in the hour of the
 *       event they pay for. {@code supplyCostMicros}: what supply gets. {@code marginMicros}: spend
 *       less cost. {@code overDeliveryMicros}: what the charge would have been beyond the leases,
 *       or had it not come too late.
 *   <li>{@code repeats}: beacons and notices that had come before. {@code invalid}: those refused
 *       by a traffic verdict.
 * </ul>
 *
 * Amounts of different currencies are never added: each row is of one {@code currency}.
 */
final class DeliveryReport implements ApiHandler {
  private static final List<String> FIGURES =
      List.of("auctions", "bids", "wins", "impressions", "clicks", "views", "conversions");
  private static final DateTimeFormatter HOUR = DateTimeFormatter.ISO_OFFSET_DATE_TIME;

  private final ClickHouseDatabase database;
  private final Clock clock;

  DeliveryReport(ClickHouseDatabase database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public ApiResponse handle(ApiRequest request) {
    Caller caller = request.caller();
    caller.require(Role.ADVERTISER, Role.PARTNER);
    ReportQuery query = ReportQuery.of(request, clock);
    if (caller.role() == Role.PARTNER && query.isOfLineItems()) {
      throw Problem.forbidden("A partner's reports do not tell line items apart.");
    }
    ReportSql sql = ReportSql.of(query, caller);
    List<JsonNode> rows;
    try {
      rows = database.query(sql.text(), sql.parameters());
    } catch (ClickHouseException e) {
      if (e.isUnavailable()) {
        throw Problem.unavailable("Reports are not available now; nothing is lost.");
      }
      throw e;
    }
    JsonArray items = new JsonArray();
    int limit = query.page().limit();
    for (JsonNode row : rows.subList(0, Math.min(limit, rows.size()))) {
      items.add(item(row, query, caller.role() == Role.PARTNER));
    }
    String next = rows.size() > limit ? cursor(query.page().afterId() + limit) : null;
    return ApiResponse.ok(new JsonObject().put("items", items).put("nextCursor", next));
  }

  /**
   * A row.
   *
   * @param partner whether it is for one: a demand partner sees what it is charged and not what
   *     supply gets, a supply partner the other way round
   */
  private static JsonObject item(JsonNode row, ReportQuery query, boolean partner) {
    JsonObject item = new JsonObject();
    for (int i = 0; i < query.groupings().size(); i++) {
      Grouping grouping = query.groupings().get(i);
      item.put(grouping.field(), value(grouping, row.get("g" + i).asLong(), query.zone()));
    }
    item.put("currency", CurrencyCode.letters(row.get("currency").asInt()));
    for (String figure : FIGURES) {
      item.put(figure, row.get(figure).asLong());
    }
    long spend = row.get("spend").asLong();
    long cost = row.get("cost").asLong();
    boolean pays = !partner || query.isOfDemandPartners();
    boolean paid = !partner || !query.isOfDemandPartners();
    if (pays) {
      item.put("spendMicros", spend);
    }
    if (paid) {
      item.put("supplyCostMicros", cost);
    }
    if (pays && paid) {
      item.put("marginMicros", spend - cost);
    }
    if (pays) {
      item.put("overDeliveryMicros", row.get("over_delivery").asLong());
    }
    return item.put("repeats", row.get("repeats").asLong())
        .put("invalid", row.get("invalid").asLong());
  }

  private static String value(Grouping grouping, long value, ZoneId zone) {
    return switch (grouping.form()) {
      case ID -> value == 0 ? null : Long.toString(value);
      case COUNTRY -> Country.text((int) value);
      case DEVICE_TYPE -> DeviceType.of((int) value).name();
      case HOUR -> HOUR.format(Instant.ofEpochSecond(value).atZone(zone));
      case DAY -> LocalDate.ofInstant(Instant.ofEpochSecond(value), zone).toString();
    };
  }

  /** A cursor that {@code Page.of} reads: how many rows came before. */
  private static String cursor(long offset) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(("1:" + offset).getBytes(StandardCharsets.US_ASCII));
  }
}
