package io.adplatform.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.servers.JavaCommand;
import io.adplatform.servers.LoopbackPorts;
import io.adplatform.servers.SecretFile;
import io.adplatform.servers.ServerFolders;
import io.adplatform.testkit.server.TestClickHouse;
import io.adplatform.testkit.server.TestKafka;
import io.adplatform.testkit.server.TestPostgres;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code up} as a process, as a person runs it. */
class UpTest {
  private static final long PATIENCE_SECONDS = 300;

  /** Less than the life of any token, before whose end a lease that bids were made on is open. */
  private static final long AT_ONCE_SECONDS = 30;

  private static final int BUDGETED_BIDS = 20;
  private static final long CPM_MICROS = 2_500_000;

  @TempDir Path root;

  private final int port = LoopbackPorts.free();
  private final int apiPort = LoopbackPorts.free();
  private final HttpClient http = HttpClient.newHttpClient();
  private Process up;

  @AfterEach
  void end() {
    if (up != null) {
      up.destroyForcibly();
    }
  }

  @Test
  void shouldRunOnServersThatAreThereAlready() throws Exception {
    TestPostgres.Database database = TestPostgres.freshDatabase();
    Path password = root.resolve("password");
    SecretFile.write(password, database.password());

    start(
        "--postgres", database.jdbcUrl(),
        "--postgres-user", database.user(),
        "--postgres-password-file", password.toString(),
        "--kafka", TestKafka.bootstrapServers(),
        "--clickhouse", TestClickHouse.url());

    awaitReady();
    assertTrue(!output().contains("gets no bid"), output());
    stop();
    assertEquals(0, up.exitValue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--no-sample", "--split --no-sample"})
  void shouldBidAgainAtOnceOnASmallBudgetAfterAStopInOrder(String options) throws Exception {
    String[] arguments = options.split(" ");
    start(arguments);
    awaitReady();
    makeSmallBudget();
    await(this::bids);
    int bids = 1;
    while (bids < BUDGETED_BIDS / 4) {
      bids += bids() ? 1 : 0;
    }
    stop();
    String logs = logs();
    assertTrue(logs.contains("step=leases-given-back leases=1 freeMicros="), logs);

    start(arguments);
    awaitReady();
    await(AT_ONCE_SECONDS, this::bids);
    bids++;
    for (int tries = 0; tries < 2 * BUDGETED_BIDS; tries++) {
      bids += bids() ? 1 : 0;
    }
    assertEquals(BUDGETED_BIDS, bids, "bids in all, of a budget for as many");
    stop();
  }

  /** A line item that pays for {@link #BUDGETED_BIDS} impressions, fewer than a lease is for. */
  private void makeSmallBudget() throws Exception {
    JsonObject credentials = new JsonObject(Files.readString(data().resolve("credentials.json")));
    RestClient client =
        new RestClient(UpConfig.localUrl("127.0.0.1", apiPort), credentials.getString("apiKey"));
    JsonArray domains = new JsonArray().add("shop.example");
    JsonObject budget = new JsonObject().put("totalMicros", BUDGETED_BIDS * CPM_MICROS / 1_000);
    client.create(
        "/supply-partners",
        "partner",
        new JsonObject()
            .put("key", SampleData.SUPPLY_PARTNER)
            .put("name", "SSP")
            .put("status", "ACTIVE"));
    String advertiser =
        client.create(
            "/advertisers",
            "advertiser",
            new JsonObject().put("name", "Shop").put("currency", "USD").put("timeZone", zone()));
    String creative =
        client.create(
            "/advertisers/" + advertiser + "/creatives",
            "creative",
            new JsonObject()
                .put("name", "Banner")
                .put("format", "banner")
                .put("width", 300)
                .put("height", 250)
                .put("markup", "<a href=\"${CLICK_URL}\">Shop</a>")
                .put("landingPage", "https://shop.example/")
                .put("advertiserDomains", domains));
    String campaign =
        client.create(
            "/advertisers/" + advertiser + "/campaigns",
            "campaign",
            new JsonObject().put("name", "Campaign").put("budget", budget));
    client.create(
        "/campaigns/" + campaign + "/line-items",
        "line-item",
        new JsonObject()
            .put("name", "Line item")
            .put("bid", new JsonObject().put("model", "CPM").put("amountMicros", CPM_MICROS))
            .put("creativeIds", new JsonArray().add(creative))
            .put("budget", budget)
            .put("status", "ACTIVE"));
  }

  /** Where midnight is hours away: the leases of a day end with it. */
  private static String zone() {
    int hour = LocalTime.now(ZoneOffset.UTC).getHour();
    return hour >= 6 && hour < 18 ? "UTC" : "Pacific/Auckland";
  }

  /** Whether a bid request, which is no test, gets a bid. */
  private boolean bids() {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(UpConfig.localUrl("127.0.0.1", port) + Welcome.AUCTION_PATH))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Welcome.bidRequest(false)))
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == RestClient.OK;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private String logs() throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.list(data().resolve("logs"))) {
      for (Path file : files.toList()) {
        text.append(Files.readString(file));
      }
    }
    return text.toString();
  }

  private void awaitReady() throws InterruptedException {
    await(() -> !up.isAlive() || output().contains("AdPlatform is ready after"));
    assertTrue(output().contains("AdPlatform is ready after"), output());
  }

  @Test
  void shouldStopInOrderWhileItStarts() throws Exception {
    start();
    await(() -> output().contains("redis"));

    stop();

    assertEquals(0, up.exitValue(), output());
    assertTrue(output().contains("Stopping; nothing is lost.\n"), output());
    assertTrue(output().endsWith("\nStopped.\n"), output());
    assertTrue(LeftOvers.pidFiles(new ServerFolders(data())).isEmpty());
  }

  private void start(String... options) throws IOException {
    List<String> line =
        new ArrayList<>(
            JavaCommand.of("standalone/launcher", Launcher.class.getName())
                .options("-Xmx1g", "-Dadplatform.home=" + JavaCommand.home())
                .arguments("up", "--data", data().toString())
                .arguments("--port", Integer.toString(port))
                .arguments("--api-port", Integer.toString(apiPort))
                .arguments(options)
                .line());
    ProcessBuilder builder = new ProcessBuilder(line);
    // A lane has all of a lease, so that every bid that it is good for can be counted.
    builder.environment().put("ADPLATFORM_LANES", "1");
    up = builder.redirectErrorStream(true).redirectOutput(root.resolve("up.out").toFile()).start();
  }

  private void stop() throws InterruptedException {
    up.destroy();
    assertTrue(up.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  private Path data() {
    return root.resolve("data");
  }

  private String output() {
    try {
      return Files.readString(root.resolve("up.out"));
    } catch (IOException e) {
      return "";
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    await(PATIENCE_SECONDS, condition);
  }

  private static void await(long seconds, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not within " + seconds + " s");
      Thread.sleep(20);
    }
  }
}
