package io.adplatform.analytics.explain;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.analytics.report.TargetingSampler;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.decision.targeting.NaiveMatcher;
import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;

/**
 * Tries a line item's targeting, as it is now, on the newest requests recorded in full within the
 * last hour. Thread-safe.
 */
public final class TargetingSample implements TargetingSampler {
  private static final Duration WINDOW = Duration.ofHours(1);

  /** A share is known to a few percent from so many, and they are matched in milliseconds. */
  private static final int REQUESTS = 300;

  private static final String NEWEST =
      """
      SELECT toUnixTimestamp64Milli(time) AS millis, supply_partner_id AS partner, imp_count AS imps, request
      FROM auction_details
      WHERE time >= fromUnixTimestamp64Milli({from:Int64})
      ORDER BY time DESC LIMIT {limit:UInt32}
      """;

  private final ClickHouseDatabase database;
  private final LongFunction<CatalogueEntity> catalogue;
  private final Endpoint endpoint;
  private final Clock clock;

  /**
   * How the exchange answers.
   *
   * @param secure whether beacons and notices are https
   * @param seat under which it bids
   */
  public record Endpoint(boolean secure, String seat) {}

  /**
   * @param catalogue line items and supply partners as they are now, by id; null for others
   */
  public TargetingSample(
      ClickHouseDatabase database,
      LongFunction<CatalogueEntity> catalogue,
      Endpoint endpoint,
      Clock clock) {
    this.database = database;
    this.catalogue = catalogue;
    this.endpoint = endpoint;
    this.clock = clock;
  }

  @Override
  public JsonObject sample(long lineItemId) {
    if (!(catalogue.apply(lineItemId) instanceof LineItem lineItem)) {
      return null;
    }
    RecordedQuery recorded = new RecordedQuery(endpoint.secure(), endpoint.seat());
    Map<String, Integer> mismatches = new TreeMap<>();
    int imps = 0;
    int matches = 0;
    for (JsonNode row :
        database.query(
            NEWEST,
            Map.of(
                "from", Long.toString(clock.instant().minus(WINDOW).toEpochMilli()),
                "limit", Integer.toString(REQUESTS)))) {
      if (!(catalogue.apply(row.get("partner").asLong()) instanceof SupplyPartner partner)) {
        continue;
      }
      for (int imp = 0; imp < row.get("imps").asInt(); imp++) {
        AdQuery query =
            recorded.read(
                row.get("request").asText(),
                partner,
                CatalogueSnapshot.EMPTY,
                row.get("millis").asLong(),
                imp);
        if (query == null) {
          break;
        }
        imps++;
        String failed = new NaiveMatcher(query).firstMismatch(lineItem.targeting());
        if (failed == null) {
          matches++;
        } else {
          mismatches.merge(failed, 1, Integer::sum);
        }
      }
    }
    JsonObject byAttribute = new JsonObject();
    mismatches.forEach(byAttribute::put);
    return new JsonObject()
        .put("imps", imps)
        .put("matches", matches)
        .put("mismatches", byAttribute);
  }
}
