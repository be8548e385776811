package io.adplatform.billing.reconcile;

import io.adplatform.billing.ledger.SettledSums;
import io.adplatform.runtime.api.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What analytics-ingest sums up of settled events and their roll-ups, asked over {@code
 * /internal/v1/settled}. Thread-safe.
 */
final class SettledFigures implements AutoCloseable {
  /** An hour of ten million impressions is summed up in less. */
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Ids or ranges of one call: they travel in an address on their way to ClickHouse. */
  private static final int BATCH = 200;

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(3))
          .build();
  private final String base;
  private final String nodeKey;

  /**
   * @param url of analytics-ingest, such as {@code http://127.0.0.1:8081}
   * @param nodeKey what it asks for
   */
  SettledFigures(String url, String nodeKey) {
    this.base = url + "/internal/v1/settled";
    this.nodeKey = nodeKey;
  }

  /**
   * How far events are in the tables.
   *
   * @param keptFromSeconds events of before may be gone
   * @param generations numbers of the topics by their ids
   * @param newest number of the newest topic, 0 where there is none yet
   * @param newestTopicId its id; null where there is none yet
   * @param rolledUp of the newest, the first offset by partition that may not be rolled up yet
   */
  record Position(
      long keptFromSeconds,
      Map<String, Integer> generations,
      int newest,
      String newestTopicId,
      Map<Integer, Long> rolledUp) {}

  /**
   * Events of a cell; see {@code HourHandler} of analytics-ingest.
   *
   * @param below those that the ledger should have
   * @param refused of these, those it does not take in
   * @param free of these, those that come to nothing
   * @param pending of all, those that may not be rolled up yet
   */
  record Events(Figures all, Figures below, Figures refused, Figures free, Figures pending) {
    static final Events NONE =
        new Events(Figures.ZERO, Figures.ZERO, Figures.ZERO, Figures.ZERO, Figures.ZERO);
  }

  /**
   * An hour.
   *
   * @param twice what auctions billed or charged twice come to beyond the first time, in the hour
   *     of the later event
   */
  record Hour(Map<Cell, Events> events, Map<Cell, Figures> report, Map<Cell, Figures> twice) {}

  /** A run of offsets of a topic. */
  record Range(int generation, int partition, long fromOffset, long nextOffset) {}

  Position position() {
    JsonObject answer = call("GET", "/position", null);
    Map<String, Integer> generations = new HashMap<>();
    JsonArray topics = answer.getJsonArray("topics");
    for (int i = 0; i < topics.size(); i++) {
      JsonObject topic = topics.getJsonObject(i);
      generations.put(topic.getString("topicId"), topic.getInteger("generation"));
    }
    Map<Integer, Long> rolledUp = new TreeMap<>();
    for (JsonObject one : objects(answer, "rolledUp")) {
      rolledUp.put(one.getInteger("partition"), one.getLong("offset"));
    }
    JsonObject newest = topics.isEmpty() ? null : topics.getJsonObject(0);
    return new Position(
        answer.getLong("keptFromSeconds"),
        generations,
        newest == null ? 0 : newest.getInteger("generation"),
        newest == null ? null : newest.getString("topicId"),
        rolledUp);
  }

  /**
   * An hour's figures.
   *
   * @param below of the newest topic, the offset by partition where the ledger's ends
   */
  Hour hour(long hourSeconds, Position position, Map<Integer, Long> below) {
    JsonObject answer =
        call(
            "POST",
            "/hour",
            bounds(hourSeconds)
                .put("generation", position.newest())
                .put("below", offsets(below))
                .put("rolledUp", offsets(position.rolledUp())));
    Map<Cell, Events> events = new TreeMap<>();
    for (JsonObject row : objects(answer, "events")) {
      events.put(
          Cell.of(hourSeconds, row),
          new Events(
              figures(row, "all"),
              figures(row, "below"),
              figures(row, "refused"),
              figures(row, "free"),
              figures(row, "pending")));
    }
    return new Hour(
        events,
        byCell(hourSeconds, answer, "report", "all"),
        byCell(hourSeconds, answer, "twice", "surplus"));
  }

  private static JsonObject bounds(long hourSeconds) {
    return new JsonObject()
        .put("hourSeconds", hourSeconds)
        .put("maxEventMicros", SettledSums.MAX_EVENT_MICROS);
  }

  private static JsonArray offsets(Map<Integer, Long> byPartition) {
    JsonArray offsets = new JsonArray();
    byPartition.forEach(
        (partition, offset) ->
            offsets.add(new JsonObject().put("partition", partition).put("offset", offset)));
    return offsets;
  }

  private static Map<Cell, Figures> byCell(
      long hourSeconds, JsonObject answer, String list, String name) {
    Map<Cell, Figures> cells = new TreeMap<>();
    for (JsonObject row : objects(answer, list)) {
      cells.put(Cell.of(hourSeconds, row), figures(row, name));
    }
    return cells;
  }

  private static Figures figures(JsonObject row, String name) {
    return Figures.of(row.getJsonArray(name));
  }

  private static List<JsonObject> objects(JsonObject answer, String name) {
    return answer.getJsonArray(name).stream().map(JsonObject.class::cast).toList();
  }

  /**
   * What a cell's events come to in a range.
   *
   * @param chargeMicros see {@link Comparison.Checked}
   */
  record Ranged(Figures events, long chargeMicros) {
    private static final Ranged NONE = new Ranged(Figures.ZERO, 0);
  }

  /** What a cell's events come to in each of some ranges, in their order. */
  List<Ranged> ranges(Cell cell, List<Range> ranges) {
    List<Ranged> all = new ArrayList<>();
    for (int from = 0; from < ranges.size(); from += BATCH) {
      List<Range> some = ranges.subList(from, Math.min(ranges.size(), from + BATCH));
      JsonArray asked = new JsonArray();
      some.forEach(
          range ->
              asked.add(
                  new JsonObject()
                      .put("generation", range.generation())
                      .put("partition", range.partition())
                      .put("from", range.fromOffset())
                      .put("next", range.nextOffset())));
      JsonObject body =
          bounds(cell.hourSeconds())
              .put("lineItemId", cell.lineItemId())
              .put("supplyPartnerId", cell.supplyPartnerId())
              .put("currency", cell.currency())
              .put("ranges", asked);
      Ranged[] answered = new Ranged[some.size()];
      java.util.Arrays.fill(answered, Ranged.NONE);
      for (JsonObject row : objects(call("POST", "/ranges", body), "ranges")) {
        answered[row.getInteger("index")] =
            new Ranged(figures(row, "all"), row.getLong("chargeMicros"));
      }
      all.addAll(List.of(answered));
    }
    return all;
  }

  /**
   * What came of a supply partner's hours, by line item or creative; see {@code SupplyHandler} of
   * analytics-ingest.
   */
  List<JsonObject> supply(
      long supplyPartnerId, long fromSeconds, long toSeconds, boolean byCreative) {
    return objects(
        call(
            "POST",
            "/supply",
            new JsonObject()
                .put("supplyPartnerId", supplyPartnerId)
                .put("fromSeconds", fromSeconds)
                .put("toSeconds", toSeconds)
                .put("by", byCreative ? "creative" : "lineItem")),
        "rows");
  }

  /**
   * Those of the creatives or line items that were ever bid to a supply partner.
   *
   * @param by {@code creative} or {@code lineItem}
   */
  Set<Long> known(long supplyPartnerId, String by, Collection<Long> ids) {
    Set<Long> known = new HashSet<>();
    List<Long> all = List.copyOf(ids);
    for (int from = 0; from < all.size(); from += BATCH) {
      JsonObject body =
          new JsonObject()
              .put("supplyPartnerId", supplyPartnerId)
              .put("by", by)
              .put("ids", new JsonArray(all.subList(from, Math.min(all.size(), from + BATCH))));
      call("POST", "/creatives", body)
          .getJsonArray("known")
          .forEach(id -> known.add(((Number) id).longValue()));
    }
    return known;
  }

  private JsonObject call(String method, String path, JsonObject body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(LIMIT)
            .header("Authorization", "Bearer " + nodeKey)
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body.encode()));
    try {
      HttpResponse<byte[]> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() == 200) {
        return new JsonObject(Buffer.buffer(response.body()));
      }
      throw Problem.unavailable(
          "analytics-ingest does not sum up settled events: it answers " + response.statusCode());
    } catch (IOException e) {
      throw Problem.unavailable("analytics-ingest, which sums up settled events, is away.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Problem.unavailable("interrupted");
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
