package io.adplatform.analytics.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.storage.kafka.KafkaTopics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of the topics that had a name one after the other is meant: its offsets begin anew, so
 * rows, tokens and progress are told apart by a number. What was ingested before there were numbers
 * is of generation 0.
 */
final class TopicGenerations {
  private static final Logger LOG = LoggerFactory.getLogger(TopicGenerations.class);
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private TopicGenerations() {}

  /** The generation of the topic that is there now; a topic seen for the first time gets one. */
  static int current(ClickHouseDatabase database, KafkaConfig kafka, String topic) {
    String id = KafkaTopics.id(kafka, topic, LIMIT);
    List<JsonNode> newest =
        database.query(
            "SELECT generation AS g, topic_id AS id FROM ingest_topics FINAL"
                + " WHERE topic = {topic:String} ORDER BY generation DESC LIMIT 1",
            Map.of("topic", topic));
    if (!newest.isEmpty() && newest.getFirst().get("id").asText().equals(id)) {
      return newest.getFirst().get("g").asInt();
    }
    int next = newest.isEmpty() ? 0 : newest.getFirst().get("g").asInt() + 1;
    if (next > 0) {
      LOG.warn("topic {} was made anew: it is read from its beginning", topic);
    }
    database.execute(
        "INSERT INTO ingest_topics (topic, generation, topic_id)"
            + " SELECT {topic:String}, {generation:UInt16}, {id:String}",
        Map.of("topic", topic, "generation", Integer.toString(next), "id", id));
    return next;
  }
}
