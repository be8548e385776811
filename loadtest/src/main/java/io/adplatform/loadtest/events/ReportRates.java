package io.adplatform.loadtest.events;

import io.adplatform.analytics.ingest.Ingest;
import io.adplatform.analytics.ingest.IngestConfig;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.servers.ClickHouseServer;
import io.adplatform.servers.LoopbackPorts;
import io.adplatform.servers.ServerFolders;
import io.adplatform.storage.clickhouse.ClickHouseConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The production ingestion of {@code settled} into a ClickHouse, and beside it the HTTP client
 * alone with the same rows in the same blocks: those of an offset range, ready in memory, one
 * inserted right after the other. Neither begins while ClickHouse still merges what was before.
 */
final class ReportRates implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(1);
  private static final Duration BOUND = Duration.ofMinutes(4);
  private static final long LOOK_MILLIS = 5;

  /** The last blocks are not full: they wait for messages that do not come. */
  private static final double STEADY_UNTIL = 0.9;

  private static final long MERGE_LOOK_MILLIS = 200;

  /** Offsets of a block, as ingestion takes them. */
  private static final int BLOCK_OFFSETS = 16_384;

  private static final List<String> TABLES = List.of("auction_records", "settled_events");

  private final ClickHouseServer server;
  private final KafkaConfig kafka;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private double expectedMessages = -1;
  private long aloneNanos;
  private long aloneBlocks;

  private ReportRates(ClickHouseServer server, KafkaConfig kafka) {
    this.server = server;
    this.kafka = kafka;
  }

  /** Starts ClickHouse. */
  static ReportRates start(ServerFolders folders, KafkaConfig kafka, Consumer<String> announce)
      throws InterruptedException {
    ClickHouseServer server = ClickHouseServer.start(folders, LoopbackPorts.free(), announce);
    server.process().awaitReady(START);
    return new ReportRates(server, kafka);
  }

  /**
   * What a round took.
   *
   * @param rows of both tables
   * @param startSeconds until the first block was in: threads, schema, where the tables end
   * @param steadySeconds from there until {@code steadyShare} of the rows more were in
   * @param stageSeconds of ingestion's threads, by stage
   */
  record Round(
      long rows,
      double ingestSeconds,
      double startSeconds,
      double steadySeconds,
      double steadyShare,
      long ingestBlocks,
      Map<String, Double> stageSeconds,
      double aloneSeconds,
      long aloneBlocks) {
    double wholeRate() {
      return rows / ingestSeconds;
    }

    double steadyRate() {
      return rows * steadyShare / steadySeconds;
    }

    double aloneRate() {
      return rows / aloneSeconds;
    }
  }

  /** Takes all of the topic into a database of its own, then inserts the same rows alone. */
  Round round(String database) throws IOException, InterruptedException {
    awaitMerges();
    SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    ClickHouseConfig config = ClickHouseConfig.of(server.url(), database);
    long start = System.nanoTime();
    long first = 0;
    long steady = 0;
    long end;
    double firstMessages = 0;
    double steadyMessages = 0;
    try (Ingest ingest = Ingest.launch(IngestConfig.of(kafka, config), metrics)) {
      // At first it is not known how many messages there will be.
      while (expectedMessages < 0
          ? ingest.trouble() != null || ingest.lag() != 0
          : counter(metrics, "rows") < expectedMessages) {
        if (System.nanoTime() - start > BOUND.toNanos()) {
          throw new IllegalStateException("not ingested after " + BOUND);
        }
        Thread.sleep(LOOK_MILLIS);
        double messages = counter(metrics, "rows");
        if (first == 0 && messages > 0) {
          first = System.nanoTime();
          firstMessages = messages;
        }
        if (steady == 0 && messages >= STEADY_UNTIL * expectedMessages) {
          steady = System.nanoTime();
          steadyMessages = messages;
        }
      }
      end = System.nanoTime();
    }
    expectedMessages = counter(metrics, "rows");
    Map<String, Double> stages = new TreeMap<>();
    for (String stage : List.of("poll", "rows", "wait", "insert", "rollup")) {
      stages.put(
          stage,
          metrics
              .get("adplatform.ingest.time")
              .tag("topic", "settled")
              .tag("stage", stage)
              .functionCounter()
              .count());
    }
    long blocks = (long) counter(metrics, "blocks");
    aloneNanos = 0;
    aloneBlocks = 0;
    for (String table : TABLES) {
      alone(database, table);
    }
    long rows = rows(database);
    ask("default", "DROP DATABASE " + database + " SYNC", new byte[0]);
    return new Round(
        rows,
        (end - start) / 1e9,
        (first - start) / 1e9,
        (steady - first) / 1e9,
        (steadyMessages - firstMessages) / expectedMessages,
        blocks,
        stages,
        aloneNanos / 1e9,
        aloneBlocks);
  }

  private static double counter(SimpleMeterRegistry metrics, String name) {
    return metrics.get("adplatform.ingest." + name).tag("topic", "settled").counter().count();
  }

  private void awaitMerges() throws IOException, InterruptedException {
    long start = System.nanoTime();
    while (number("SELECT count() FROM system.merges") > 0) {
      if (System.nanoTime() - start > BOUND.toNanos()) {
        throw new IllegalStateException("still merging after " + BOUND);
      }
      Thread.sleep(MERGE_LOOK_MILLIS);
    }
  }

  private long rows(String database) throws IOException, InterruptedException {
    long rows = 0;
    for (String table : TABLES) {
      rows += number("SELECT count() FROM " + database + "." + table);
    }
    return rows;
  }

  /** Only the inserts are timed, not how the rows of a partition come into memory. */
  private void alone(String database, String table) throws IOException, InterruptedException {
    String alone = database + "." + table + "_alone";
    String from = database + "." + table;
    ask("default", "CREATE TABLE " + alone + " AS " + from, new byte[0]);
    awaitMerges();
    for (int partition = 0; partition < kafka.partitions(); partition++) {
      List<byte[]> blocks = blocks(from, partition);
      long start = System.nanoTime();
      for (byte[] rows : blocks) {
        ask("default", "INSERT INTO " + alone + " FORMAT RowBinary", rows);
      }
      aloneNanos += System.nanoTime() - start;
      aloneBlocks += blocks.size();
    }
  }

  private List<byte[]> blocks(String from, int partition) throws IOException, InterruptedException {
    String ofPartition = " WHERE kafka_partition = " + partition;
    long last = number("SELECT max(kafka_offset) FROM " + from + ofPartition);
    List<byte[]> blocks = new ArrayList<>();
    for (long offset = 0; offset <= last; offset += BLOCK_OFFSETS) {
      byte[] rows =
          ask(
              "default",
              "SELECT * FROM "
                  + from
                  + ofPartition
                  + " AND kafka_offset >= "
                  + offset
                  + " AND kafka_offset < "
                  + (offset + BLOCK_OFFSETS)
                  + " FORMAT RowBinary",
              new byte[0]);
      if (rows.length > 0) {
        blocks.add(rows);
      }
    }
    return blocks;
  }

  private long number(String sql) throws IOException, InterruptedException {
    return Long.parseLong(
        new String(ask("default", sql, new byte[0]), StandardCharsets.UTF_8).strip());
  }

  private byte[] ask(String database, String sql, byte[] rows)
      throws IOException, InterruptedException {
    URI address =
        URI.create(
            server.url()
                + "/?database="
                + database
                + "&async_insert=0&query="
                + URLEncoder.encode(sql, StandardCharsets.UTF_8));
    HttpResponse<byte[]> answer =
        http.send(
            HttpRequest.newBuilder(address)
                .timeout(BOUND)
                .POST(HttpRequest.BodyPublishers.ofByteArray(rows))
                .build(),
            BodyHandlers.ofByteArray());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(
          sql + ": " + new String(answer.body(), StandardCharsets.UTF_8).strip());
    }
    return answer.body();
  }

  @Override
  public void close() {
    http.shutdownNow();
    server.close();
  }
}
