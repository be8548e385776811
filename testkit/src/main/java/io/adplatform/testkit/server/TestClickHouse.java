package io.adplatform.testkit.server;

import io.adplatform.servers.ClickHouseServer;
import io.adplatform.servers.LoopbackPorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** The ClickHouse engine of this test JVM. */
public final class TestClickHouse {
  private static final Duration QUERY = Duration.ofSeconds(30);
  private static final int OK = 200;
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private TestClickHouse() {}

  /**
   * Where it answers, {@code http://127.0.0.1:PORT}; starts the engine if this is the first call of
   * the JVM.
   */
  public static String url() {
    return server().url();
  }

  /** Makes an empty database and returns its name. */
  public static String freshDatabase() {
    String name = "test" + DATABASES.incrementAndGet();
    query("CREATE DATABASE " + name);
    return name;
  }

  /** Runs one statement and returns the answer's text, as the engine formats it. */
  public static String query(String sql) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url() + "/"))
            .timeout(QUERY)
            .POST(HttpRequest.BodyPublishers.ofString(sql))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != OK) {
        throw new IllegalStateException(sql + ": " + answer.statusCode() + " " + answer.body());
      }
      return answer.body();
    } catch (IOException e) {
      throw new IllegalStateException("ClickHouse does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in a query", e);
    }
  }

  /** The engine's process, for tests that stop or inspect it; started if it is not. */
  public static ClickHouseServer server() {
    return Holder.SERVER;
  }

  private static final class Holder {
    static final ClickHouseServer SERVER = start();

    private static ClickHouseServer start() {
      ClickHouseServer server =
          ClickHouseServer.start(TestFolder.folders(), LoopbackPorts.free(), System.err::println);
      TestServers.awaitReady(TestFolder.closeAtEnd(server).process());
      return server;
    }
  }
}
