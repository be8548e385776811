package io.adplatform.analytics.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.storage.clickhouse.RowBinaryBlock;
import java.util.HashMap;
import java.util.Map;

/**
 * How far a topic is in ClickHouse. Progress is noted after the rows and all that is computed from
 * them are there, so after a kill it may lag behind the rows by what was in flight, never run
 * ahead. It outlives the rows: retention takes rows away, not progress.
 */
final class ProgressStore {
  /** Picks a little more than the rows beyond what is noted, without reading all of the table. */
  static final String BEYOND =
      "generation = {generation:UInt16}"
          + " AND (kafka_offset >= {from:Int64} OR kafka_partition NOT IN {known:Array(UInt16)})";

  private final ClickHouseDatabase database;
  private final String topic;
  private final int generation;
  private final String truthTable;

  /**
   * @param generation of the topic
   * @param truthTable has {@code kafka_partition}, {@code kafka_offset} and {@code generation}; a
   *     constant of the code
   */
  ProgressStore(ClickHouseDatabase database, String topic, int generation, String truthTable) {
    this.database = database;
    this.topic = generation == 0 ? topic : topic + "#" + generation;
    this.generation = generation;
    this.truthTable = truthTable;
  }

  /** By partition the first offset of which it is not certain that everything was followed up. */
  Map<Integer, Long> noted() {
    Map<Integer, Long> next = new HashMap<>();
    for (JsonNode row :
        database.query(
            "SELECT kafka_partition AS p, max(next_offset) AS next FROM ingest_progress"
                + " WHERE topic = {topic:String} GROUP BY p",
            Map.of("topic", topic))) {
      next.put(row.get("p").asInt(), row.get("next").asLong());
    }
    return next;
  }

  /** By partition the first offset whose row is not in the table: where reading goes on. */
  Map<Integer, Long> resume(Map<Integer, Long> noted) {
    Map<Integer, Long> next = new HashMap<>(noted);
    for (JsonNode row :
        database.query(
            "SELECT kafka_partition AS p, max(kafka_offset) + 1 AS next FROM "
                + truthTable
                + " WHERE "
                + BEYOND
                + " GROUP BY p",
            beyond(noted, generation))) {
      next.merge(row.get("p").asInt(), row.get("next").asLong(), Math::max);
    }
    return next;
  }

  /** The parameters of {@link #BEYOND}. */
  static Map<String, String> beyond(Map<Integer, Long> noted, int generation) {
    long lowest = noted.values().stream().mapToLong(Long::longValue).min().orElse(0);
    return Map.of(
        "from",
        Long.toString(lowest),
        "known",
        noted.keySet().toString(),
        "generation",
        Integer.toString(generation));
  }

  /** Notes that everything before these offsets, by partition, is in and followed up. */
  void note(Map<Integer, Long> next) {
    if (next.isEmpty()) {
      return;
    }
    RowBinaryBlock block = new RowBinaryBlock();
    next.forEach(
        (partition, offset) -> {
          block.putString(topic).putShort(partition).putLong(offset);
          block.endRow();
        });
    database.insert("ingest_progress", "topic, kafka_partition, next_offset", block, null);
  }
}
