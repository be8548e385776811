package io.adplatform.analytics.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How far the topic of settled events is in the tables, rows and roll-ups alike. Everything before
 * it is there; some of what stands behind it may be.
 *
 * @param topics those that had the name, the newest first
 * @param nextOffsets of the newest, by partition
 */
public record SettledPosition(List<Topic> topics, Map<Integer, Long> nextOffsets) {
  /** A topic by its id at Kafka, and the number under which its rows stand. */
  public record Topic(int generation, String topicId) {}

  static SettledPosition read(ClickHouseDatabase database, String topic) {
    List<Topic> topics = new ArrayList<>();
    for (JsonNode row :
        database.query(
            "SELECT generation AS g, topic_id AS id FROM ingest_topics FINAL"
                + " WHERE topic = {topic:String} ORDER BY generation DESC",
            Map.of("topic", topic))) {
      topics.add(new Topic(row.get("g").asInt(), row.get("id").asText()));
    }
    if (topics.isEmpty()) {
      return new SettledPosition(List.of(), Map.of());
    }
    int newest = topics.getFirst().generation();
    return new SettledPosition(
        topics, new ProgressStore(database, topic, newest, SettledRows.TABLE).noted());
  }
}
