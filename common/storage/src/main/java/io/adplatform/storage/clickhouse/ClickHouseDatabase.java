package io.adplatform.storage.clickhouse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * One database of a ClickHouse. Each call is one request and blocks until it is answered.
 * Thread-safe.
 */
public final class ClickHouseDatabase implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
  private static final String EXCEPTION_CODE = "X-ClickHouse-Exception-Code";

  /** Rows of one answer that are kept in memory; a reader that needs more pages. */
  private static final int MAX_ROWS = 1_000_000;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final ClickHouseConfig config;
  private final HttpClient http;

  /** Connects when first used. */
  public ClickHouseDatabase(ClickHouseConfig config) {
    this.config = config;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .executor(
                Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("clickhouse-http-", 0).factory()))
            .build();
  }

  /** Where it is. */
  public ClickHouseConfig config() {
    return config;
  }

  /** Runs a statement that answers nothing. */
  public void execute(String sql) {
    execute(sql, Map.of());
  }

  /**
   * Runs a statement that answers nothing.
   *
   * @param parameters values of its {@code {name:Type}} places, by name, as text; arrays as {@code
   *     [1,2]}
   */
  public void execute(String sql, Map<String, String> parameters) {
    drain(send(config.database(), parameters, Map.of(), BodyPublishers.ofString(sql)));
  }

  /**
   * Runs a query.
   *
   * @param parameters as for {@link #execute(String, Map)}
   * @return its rows as JSON objects by column; 64-bit integers are numbers. At most a million
   * @throws ClickHouseException where it fails
   */
  public List<JsonNode> query(String sql, Map<String, String> parameters) {
    Map<String, String> settings =
        Map.of(
            "default_format", "JSONEachRow",
            "output_format_json_quote_64bit_integers", "0",
            "output_format_json_quote_decimals", "1");
    HttpResponse<InputStream> response = ask(sql, parameters, settings);
    List<JsonNode> rows = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        if (rows.size() == MAX_ROWS) {
          throw new ClickHouseException(0, "more than " + MAX_ROWS + " rows");
        }
        rows.add(JSON.readTree(line));
      }
    } catch (IOException e) {
      throw new ClickHouseException("ClickHouse broke off its answer", e);
    }
    return rows;
  }

  /** Once more where no answer came: the server may have closed the idle connection meanwhile. */
  private HttpResponse<InputStream> ask(
      String sql, Map<String, String> parameters, Map<String, String> settings) {
    try {
      return send(config.database(), parameters, settings, BodyPublishers.ofString(sql));
    } catch (ClickHouseException e) {
      if (e.code() != ClickHouseException.UNREACHABLE || Thread.currentThread().isInterrupted()) {
        throw e;
      }
      return send(config.database(), parameters, settings, BodyPublishers.ofString(sql));
    }
  }

  /** Runs a query of one row and one column of whole numbers. */
  public long queryLong(String sql, Map<String, String> parameters) {
    return query(sql, parameters).getFirst().elements().next().asLong();
  }

  /**
   * Inserts a block: all of it or nothing, where it falls into one partition of the table. The same
   * block with the same token is inserted once however often this is called, as long as the table's
   * deduplication window remembers it.
   *
   * @param table of this database; a constant of the code
   * @param columns comma-separated, in the order of the block's values; a constant of the code
   * @param deduplicationToken null for none
   */
  public void insert(
      String table, String columns, RowBinaryBlock block, String deduplicationToken) {
    String statement = "INSERT INTO " + table + " (" + columns + ") FORMAT RowBinary";
    Map<String, String> settings =
        deduplicationToken == null
            ? Map.of("query", statement, "async_insert", "0")
            : Map.of(
                "query",
                statement,
                "async_insert",
                "0",
                "insert_deduplicate",
                "1",
                "insert_deduplication_token",
                deduplicationToken);
    BodyPublisher body =
        BodyPublishers.fromPublisher(
            BodyPublishers.ofInputStream(block::open), Math.max(1, block.length()));
    drain(send(config.database(), Map.of(), settings, body));
  }

  /** Makes the database where it is missing. */
  void createDatabase() {
    if (!config.database().matches("[A-Za-z_][A-Za-z0-9_]*")) {
      throw new IllegalArgumentException("not a database name: " + config.database());
    }
    String sql = "CREATE DATABASE IF NOT EXISTS " + config.database() + " ENGINE = Atomic";
    drain(send("default", Map.of(), Map.of(), BodyPublishers.ofString(sql)));
  }

  private HttpResponse<InputStream> send(
      String database,
      Map<String, String> parameters,
      Map<String, String> settings,
      BodyPublisher body) {
    StringBuilder address = new StringBuilder(config.url()).append("/?database=").append(database);
    settings.forEach((name, value) -> append(address, name, value));
    parameters.forEach((name, value) -> append(address, "param_" + name, value));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address.toString())).timeout(config.timeout()).POST(body);
    if (!config.user().isEmpty()) {
      request.header("X-ClickHouse-User", config.user());
      request.header("X-ClickHouse-Key", config.password());
    }
    try {
      HttpResponse<InputStream> response = http.send(request.build(), BodyHandlers.ofInputStream());
      if (response.statusCode() != 200) {
        throw refused(response);
      }
      return response;
    } catch (IOException e) {
      throw new ClickHouseException("ClickHouse at " + config.url() + " does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClickHouseException("interrupted while waiting for ClickHouse", e);
    }
  }

  private static void append(StringBuilder address, String name, String value) {
    address
        .append('&')
        .append(name)
        .append('=')
        .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
  }

  private static ClickHouseException refused(HttpResponse<InputStream> response)
      throws IOException {
    String message;
    try (InputStream body = response.body()) {
      message = new String(body.readNBytes(16 * 1024), StandardCharsets.UTF_8).strip();
    }
    int code =
        response
            .headers()
            .firstValue(EXCEPTION_CODE)
            .map(Integer::parseInt)
            .orElse(ClickHouseException.UNREACHABLE);
    return new ClickHouseException(code, "HTTP " + response.statusCode() + ": " + message);
  }

  private static void drain(HttpResponse<InputStream> response) {
    try (InputStream body = response.body()) {
      body.readAllBytes();
    } catch (IOException e) {
      throw new ClickHouseException("ClickHouse broke off its answer", e);
    }
  }

  /** Ends its connections; statements under way are cut off. */
  @Override
  public void close() {
    http.shutdownNow();
  }
}
