package io.adplatform.analytics.figures;

import io.adplatform.analytics.ingest.Ingest;
import io.adplatform.analytics.ingest.SettledPosition;
import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;

/**
 * {@code GET /internal/v1/settled/position}: up to which offsets settled events are in the tables
 * with their roll-ups, and since when they are kept.
 */
final class PositionHandler implements ApiHandler {
  private final Ingest ingest;
  private final Clock clock;

  PositionHandler(Ingest ingest, Clock clock) {
    this.ingest = ingest;
    this.clock = clock;
  }

  @Override
  public ApiResponse handle(ApiRequest request) {
    SettledPosition position = FigureQuery.orUnavailable(ingest::settledPosition);
    JsonArray topics = new JsonArray();
    position
        .topics()
        .forEach(
            topic ->
                topics.add(
                    new JsonObject()
                        .put("generation", topic.generation())
                        .put("topicId", topic.topicId())));
    JsonArray partitions = new JsonArray();
    position
        .nextOffsets()
        .forEach(
            (partition, next) ->
                partitions.add(new JsonObject().put("partition", partition).put("offset", next)));
    return ApiResponse.ok(
        new JsonObject()
            .put("keptFromSeconds", ingest.eventsKeptFromSeconds(clock.instant().getEpochSecond()))
            .put("topics", topics)
            .put("rolledUp", partitions));
  }
}
