package io.adplatform.loadtest.exchange;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The ClickHouse that {@code up} has started, behind the public interfaces. Thread-safe. */
public final class ClickHouse {
  private static final Duration BOUND = Duration.ofSeconds(20);

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI address;
  private final String password;

  public ClickHouse(Exchange exchange) throws IOException {
    address =
        URI.create(
            "http://127.0.0.1:" + exchange.serverPort("clickhouse") + "/?database=adplatform");
    password = exchange.secret("clickhouse");
  }

  /** Executes a statement; its answer as tab-separated text. */
  public String execute(String sql) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(address)
                .timeout(BOUND)
                .header("X-ClickHouse-User", "adplatform")
                .header("X-ClickHouse-Key", password)
                .POST(HttpRequest.BodyPublishers.ofString(sql))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(sql + ": " + answer.statusCode() + " " + answer.body());
    }
    return answer.body();
  }
}
