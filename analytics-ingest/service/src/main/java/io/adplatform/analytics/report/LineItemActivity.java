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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * {@code GET /internal/v1/line-items/{id}/activity}: the line item's last hour, for
 * campaign-service. {@code auctions} counts all auctions, {@code matched} those whose record names
 * the line item among its best candidates (records keep the best: with many better ones a match may
 * go unseen), {@code lostOnPrice} those of them that another's price won, {@code lastReasons} why
 * the newest of them did not become its bid.
 */
final class LineItemActivity implements ApiHandler {
  private static final Duration WINDOW = Duration.ofHours(1);
  private static final int LAST_REASONS = 10;

  /** ClickHouse's number for a statement that took longer than it may. */
  private static final int TIMEOUT_EXCEEDED = 159;

  /** Whoever asks waits no longer than this, and an hour of a busy exchange is read in less. */
  private static final String BOUNDED = " SETTINGS max_execution_time = 5";

  /** An answer serves all that ask within so long: each reads an hour of records. */
  static final Duration SHARED = Duration.ofSeconds(3);

  /** Line items whose answers are kept. */
  private static final int MAX_SHARED = 256;

  private static final String AUCTIONS =
      """
      SELECT count() AS auctions, countIf(at > 0) AS matched,
        countIf(at > 0 AND candidate_reasons[at] IN {lost:Array(UInt16)}) AS lost,
        countIf(at > 0 AND candidate_reasons[at] = 0) AS bids
      FROM (SELECT candidate_reasons, indexOf(candidate_line_items, {id:Int64}) AS at
        FROM auction_records FINAL
        WHERE time >= fromUnixTimestamp64Milli({from:Int64})
          AND NOT bitTest(flags, 0) AND NOT bitTest(flags, 3))
      """
          + BOUNDED;
  private static final String DELIVERED =
      """
      SELECT countIf(billed = 1) AS impressions, countIf(kind = 4) AS wins, countIf(kind = 3) AS clicks,
        countIf(kind = 8) AS views, countIf(kind = 9) AS conversions, sum(charged_micros) AS spend
      FROM settled_events FINAL
      WHERE bucket >= fromUnixTimestamp64Milli({from:Int64}) - 900
        AND time >= fromUnixTimestamp64Milli({from:Int64})
        AND line_item_id = {id:Int64} AND disposition = 0 AND kind NOT IN (1, 7)
      """
          + BOUNDED;
  private static final String REASONS =
      """
      SELECT toUnixTimestamp64Milli(time) AS millis,
        candidate_reasons[indexOf(candidate_line_items, {id:Int64})] AS reason
      FROM auction_records
      WHERE time >= fromUnixTimestamp64Milli({from:Int64}) AND has(candidate_line_items, {id:Int64})
        AND reason != 0 AND NOT bitTest(flags, 0)
      ORDER BY time DESC LIMIT {limit:UInt32}
      """
          + BOUNDED;

  private final ClickHouseDatabase database;
  private final TargetingSampler sampler;
  private final Clock clock;

  /** The first asked first. */
  private final LinkedHashMap<Long, Shared> shared = new LinkedHashMap<>();

  /** An answer, or one that is on its way, and until when it serves. */
  private record Shared(Instant until, CompletableFuture<ApiResponse> answer) {}

  LineItemActivity(ClickHouseDatabase database, TargetingSampler sampler, Clock clock) {
    this.database = database;
    this.sampler = sampler;
    this.clock = clock;
  }

  @Override
  public ApiResponse handle(ApiRequest request) {
    long id = request.pathId("id");
    Instant now = clock.instant();
    Shared own = new Shared(now.plus(SHARED), new CompletableFuture<>());
    Shared known;
    synchronized (shared) {
      known = shared.get(id);
      if (known == null || !now.isBefore(known.until())) {
        shared.remove(id);
        shared.put(id, own);
        if (shared.size() > MAX_SHARED) {
          shared.pollFirstEntry();
        }
        known = own;
      }
    }
    if (known != own) {
      return await(known.answer());
    }
    try {
      own.answer().complete(ask(id, now));
    } catch (RuntimeException | Error e) {
      own.answer().completeExceptionally(e);
      synchronized (shared) {
        shared.remove(id, own);
      }
    }
    return await(own.answer());
  }

  private static ApiResponse await(CompletableFuture<ApiResponse> answer) {
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private ApiResponse ask(long id, Instant to) {
    Instant from = to.minus(WINDOW);
    Map<String, String> parameters =
        Map.of(
            "id", Long.toString(id),
            "from", Long.toString(from.toEpochMilli()),
            "lost", "[" + Reason.OUTBID.code() + "," + Reason.LOST_TIE.code() + "]",
            "limit", Integer.toString(LAST_REASONS));
    try {
      JsonNode auctions = database.query(AUCTIONS, parameters).getFirst();
      JsonNode delivered = database.query(DELIVERED, parameters).getFirst();
      return ApiResponse.ok(
          new JsonObject()
              .put("lineItemId", Long.toString(id))
              .put("from", from.toString())
              .put("to", to.toString())
              .put("auctions", auctions.get("auctions").asLong())
              .put("matched", auctions.get("matched").asLong())
              .put("lostOnPrice", auctions.get("lost").asLong())
              .put("bids", auctions.get("bids").asLong())
              .put("wins", delivered.get("wins").asLong())
              .put("impressions", delivered.get("impressions").asLong())
              .put("clicks", delivered.get("clicks").asLong())
              .put("views", delivered.get("views").asLong())
              .put("conversions", delivered.get("conversions").asLong())
              .put("spendMicros", delivered.get("spend").asLong())
              .put("lastReasons", reasons(database.query(REASONS, parameters)))
              .put("targeting", sampler.sample(id)));
    } catch (ClickHouseException e) {
      if (e.isUnavailable() || e.code() == TIMEOUT_EXCEEDED) {
        throw Problem.unavailable("ClickHouse is away, or has too much to do.");
      }
      throw e;
    }
  }

  private static JsonArray reasons(List<JsonNode> rows) {
    JsonArray reasons = new JsonArray();
    for (JsonNode row : rows) {
      Reason reason = Reason.of(row.get("reason").asInt());
      reasons.add(
          new JsonObject()
              .put("time", Instant.ofEpochMilli(row.get("millis").asLong()).toString())
              .put("reason", reason == null ? row.get("reason").asText() : reason.name()));
    }
    return reasons;
  }
}
