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
import java.util.List;
import java.util.function.Consumer;

/**
 * The production ingestion of {@code settled} into a ClickHouse, and beside it the HTTP client
 * alone with the same rows in the same blocks: those of an offset range, ready in memory.
 */
final class ReportRates implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(1);
  private static final Duration BOUND = Duration.ofMinutes(4);
  private static final long LOOK_MILLIS = 50;

  /** Offsets of a block, as ingestion takes them. */
  private static final int BLOCK_OFFSETS = 16_384;

  private static final List<String> TABLES = List.of("auction_records", "settled_events");

  private final ClickHouseServer server;
  private final KafkaConfig kafka;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private long expected = -1;

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
   */
  record Round(long rows, double ingestSeconds, double aloneSeconds) {}

  /** Takes all of the topic into a database of its own, then inserts the same rows alone. */
  Round round(String database) throws IOException, InterruptedException {
    double ingestSeconds = ingest(database);
    double aloneSeconds = 0;
    for (String table : TABLES) {
      aloneSeconds += alone(database, table);
    }
    long rows = rows(database);
    ask("default", "DROP DATABASE " + database + " SYNC", new byte[0]);
    return new Round(rows, ingestSeconds, aloneSeconds);
  }

  private double ingest(String database) throws IOException, InterruptedException {
    ClickHouseConfig config = ClickHouseConfig.of(server.url(), database);
    long start = System.nanoTime();
    try (Ingest ingest = Ingest.launch(IngestConfig.of(kafka, config), new SimpleMeterRegistry())) {
      long deadline = start + BOUND.toNanos();
      // At first it is not known how many rows there will be.
      while (expected < 0 ? ingest.trouble() != null || ingest.lag() != 0 : isLess(database)) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("not ingested after " + BOUND);
        }
        Thread.sleep(LOOK_MILLIS);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      expected = rows(database);
      return seconds;
    }
  }

  /** Whether not all rows are there yet. */
  private boolean isLess(String database) throws IOException, InterruptedException {
    try {
      return rows(database) < expected;
    } catch (IllegalStateException e) {
      // The tables are not made yet.
      return true;
    }
  }

  private long rows(String database) throws IOException, InterruptedException {
    long rows = 0;
    for (String table : TABLES) {
      rows += number("SELECT count() FROM " + database + "." + table);
    }
    return rows;
  }

  /** Only the inserts are timed, not how their rows come into memory. */
  private double alone(String database, String table) throws IOException, InterruptedException {
    String alone = database + "." + table + "_alone";
    String from = database + "." + table;
    ask("default", "CREATE TABLE " + alone + " AS " + from, new byte[0]);
    long nanos = 0;
    for (int partition = 0; partition < kafka.partitions(); partition++) {
      String ofPartition = " WHERE kafka_partition = " + partition;
      long last = number("SELECT max(kafka_offset) FROM " + from + ofPartition);
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
          long start = System.nanoTime();
          ask("default", "INSERT INTO " + alone + " FORMAT RowBinary", rows);
          nanos += System.nanoTime() - start;
        }
      }
    }
    return nanos / 1e9;
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
