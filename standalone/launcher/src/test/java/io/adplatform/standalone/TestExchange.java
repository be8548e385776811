package io.adplatform.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adplatform.analytics.figures.SettledFigures;
import io.adplatform.analytics.ingest.Ingest;
import io.adplatform.analytics.ingest.IngestConfig;
import io.adplatform.analytics.ingest.Retention;
import io.adplatform.billing.budget.LeaseConfig;
import io.adplatform.billing.launch.BillingConfig;
import io.adplatform.billing.launch.BillingService;
import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.api.ApiServerConfig;
import io.adplatform.runtime.api.Caller;
import io.adplatform.runtime.api.Role;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.servers.KafkaServer;
import io.adplatform.servers.LoopbackPorts;
import io.adplatform.servers.ServerFolders;
import io.adplatform.storage.clickhouse.ClickHouseConfig;
import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.storage.kafka.KafkaClients;
import io.adplatform.storage.kafka.KafkaTopics;
import io.adplatform.storage.postgres.PostgresConfig;
import io.adplatform.testkit.server.TestClickHouse;
import io.adplatform.testkit.server.TestPostgres;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.SettledEventEncoder;
import io.adplatform.wire.sbe.SettledKind;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.ExpandableArrayBuffer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * billing-service and the reporting half of analytics-ingest, launched as they are in an exchange,
 * on servers of their own; settlement is played by whoever writes to the topic {@code settled}.
 */
final class TestExchange implements AutoCloseable {
  static final long LINE_ITEM = 1000;
  static final long OTHER_LINE_ITEM = 1001;

  /** Pays per click, or per conversion. */
  static final long CHARGED_LATER = 1002;

  static final long CAMPAIGN = 100;
  static final long CREATIVE = 7;
  static final long PARTNER = 50;
  static final long OTHER_PARTNER = 51;

  /** Of a campaign; the account of {@link #PARTNER}. */
  private static final Map<String, Caller> KEYS =
      Map.of(
          "operator", new Caller(99, 901, Role.OPERATOR),
          "buyer", new Caller(1, 902, Role.ADVERTISER),
          "seller", new Caller(3, 904, Role.PARTNER),
          "other-seller", new Caller(4, 905, Role.PARTNER));

  private static final int PARTITIONS = 2;
  private static final int USD = 840;
  private static final String NODE_KEY = "a-node-key-for-tests";
  private static final Duration PATIENCE = Duration.ofSeconds(180);

  final ClickHouseDatabase clickHouse;
  final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final TestPostgres.Database postgres = TestPostgres.freshDatabase();
  private final KafkaServer kafkaServer;
  private final Producer<byte[], byte[]> producer;
  private final Ingest ingest;
  private final BillingService billing;
  private final ApiServer server;
  private final HttpClient client = HttpClient.newHttpClient();
  private long auctions;

  /** Starts everything; the broker keeps what it has in the folder. */
  TestExchange(Path folder) throws Exception {
    kafkaServer =
        KafkaServer.start(new ServerFolders(folder), LoopbackPorts.free(), System.err::println);
    kafkaServer.process().awaitReady(PATIENCE);
    KafkaConfig kafka = new KafkaConfig(kafkaServer.bootstrapServers(), PARTITIONS);
    ClickHouseConfig warehouse =
        ClickHouseConfig.of(TestClickHouse.url(), TestClickHouse.freshDatabase());
    int port = LoopbackPorts.free();
    ApiServer.Builder api =
        ApiServer.builder(ApiServerConfig.of("127.0.0.1", port)).metrics(metrics);
    billing =
        BillingService.launch(
            api,
            new BillingConfig(
                PostgresConfig.of(
                    postgres.jdbcUrl(),
                    BillingConfig.SCHEMA,
                    new PostgresConfig.Login(postgres.user(), postgres.password()),
                    "app"),
                kafka,
                LeaseConfig.of(PARTITIONS),
                NODE_KEY,
                "http://127.0.0.1:" + port),
            InstantSource.system());
    ingest =
        Ingest.launch(
            new IngestConfig(
                kafka,
                warehouse,
                KafkaTopics.SETTLED,
                KafkaTopics.AUCTION_DETAILS,
                Retention.USUAL,
                50),
            metrics);
    SettledFigures.mount(api, ingest, Clock.systemUTC());
    server = api.keys(KEYS::get).start();
    clickHouse = new ClickHouseDatabase(warehouse);
    producer = KafkaClients.openProducer(kafka, "test");
    asOwner(
        "INSERT INTO advertiser VALUES (10, 1, 'USD', 'UTC', 1)",
        "INSERT INTO campaign (id, account_id, advertiser_id, active, version)"
            + " VALUES (100, 1, 10, true, 1)",
        "INSERT INTO line_item (id, account_id, advertiser_id, campaign_id, active, version)"
            + " VALUES (1000, 1, 10, 100, true, 1), (1001, 1, 10, 100, true, 1)",
        "INSERT INTO line_item (id, account_id, advertiser_id, campaign_id, active, version, model)"
            + " VALUES (1002, 1, 10, 100, true, 1, 'CPC')",
        "INSERT INTO supply_partner VALUES (50, 3, 1), (51, 4, 1)");
  }

  /** Runs statements as the owner of billing-service's tables, past all triggers. */
  void asOwner(String... statements) throws Exception {
    try (Connection connection = postgres.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = billing");
      statement.execute("SET session_replication_role = replica");
      for (String one : statements) {
        statement.execute(one);
      }
    }
  }

  /** One number of billing-service's tables. */
  long number(String sql) throws Exception {
    try (Connection connection = postgres.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = billing");
      try (java.sql.ResultSet row = statement.executeQuery(sql)) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** The day on which the tests began: those of each stay its own when midnight passes. */
  private static final LocalDate TODAY = LocalDate.now(ZoneOffset.UTC);

  /** A day that is over, and of which events are kept. */
  static LocalDate day(int before) {
    return TODAY.minusDays(before);
  }

  /** What a settled event says; the rest is usual. */
  record Settled(
      LocalDate day,
      int hour,
      long lineItemId,
      SettledKind kind,
      Disposition disposition,
      boolean billed,
      long chargedMicros,
      long costMicros,
      long overDeliveryMicros,
      long priceCpmMicros) {
    /** An impression that is charged, at the notified price of its cost. */
    static Settled impression(LocalDate day, int hour, long charged, long cost) {
      return new Settled(
          day,
          hour,
          LINE_ITEM,
          SettledKind.IMPRESSION,
          Disposition.COUNTED,
          true,
          charged,
          cost,
          0,
          cost * 1_000);
    }

    Settled of(long otherLineItemId) {
      return new Settled(
          day,
          hour,
          otherLineItemId,
          kind,
          disposition,
          billed,
          chargedMicros,
          costMicros,
          overDeliveryMicros,
          priceCpmMicros);
    }

    /** Seen, and neither billed nor charged, but at its price. */
    Settled unbilled(SettledKind of, Disposition judged) {
      return new Settled(day, hour, lineItemId, of, judged, false, 0, 0, 0, priceCpmMicros);
    }

    /** What a line item pays that does not pay for impressions: charged, and nothing billed. */
    Settled charged(SettledKind of) {
      return new Settled(
          day,
          hour,
          lineItemId,
          of,
          Disposition.COUNTED,
          false,
          chargedMicros,
          0,
          0,
          priceCpmMicros);
    }

    /** Too late to be charged. */
    Settled late() {
      return new Settled(
          day,
          hour,
          lineItemId,
          kind,
          Disposition.LATE,
          true,
          0,
          costMicros,
          chargedMicros,
          priceCpmMicros);
    }
  }

  /** Writes to {@code settled} in order, an auction each. */
  void settle(Settled... events) throws Exception {
    for (Settled one : events) {
      settle(auctions, one);
    }
  }

  /** Writes another event of the last one's auction. */
  void settleAgain(Settled event) throws Exception {
    settle(auctions - 1, event);
  }

  private void settle(long auction, Settled event) throws Exception {
    int partition = (int) (auction % PARTITIONS);
    producer
        .send(new ProducerRecord<>(KafkaTopics.SETTLED, partition, null, encode(auction, event)))
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    auctions++;
  }

  private byte[] encode(long auction, Settled one) {
    ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(512);
    SettledEventEncoder event = new SettledEventEncoder();
    event.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
    long time = one.day.atStartOfDay(ZoneOffset.UTC).plusHours(one.hour).toInstant().toEpochMilli();
    event.timeMillis(time + 60_000).auctionHi(0x0001_0000_0001_0000L).auctionLo(auction);
    event.leaseId(0).lineItemId(one.lineItemId).creativeId(CREATIVE).supplyPartnerId(PARTNER);
    event.chargedMicros(one.chargedMicros).overDeliveryMicros(one.overDeliveryMicros);
    event.costMicros(one.costMicros).priceCpmMicros(one.priceCpmMicros).minToWinCpmMicros(-1);
    event.expirySeconds(0).nodeId(1).currency(USD).country(0).lossReason(65534).reason(0);
    event.kind(one.kind).disposition(one.disposition).billed((short) (one.billed ? 1 : 0));
    event.deviceType((short) 0).format((short) 1);
    event.putRecord(new byte[0], 0, 0);
    byte[] bytes = new byte[event.limit()];
    buffer.getBytes(0, bytes);
    return bytes;
  }

  /** What a request is answered. */
  HttpResponse<String> send(String key, String method, String path, String csv) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/api/v1" + path))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + key)
            .method(
                method,
                csv == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(csv));
    if (csv != null) {
      request.header("Content-Type", "text/csv");
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** The body of an answer that must be 200. */
  JsonObject ok(String key, String method, String path, String csv) throws Exception {
    HttpResponse<String> response = send(key, method, path, csv);
    assertEquals(200, response.statusCode(), response.body());
    return new JsonObject(response.body());
  }

  /** Compares a day. */
  JsonObject reconcile(LocalDate day) throws Exception {
    return ok("operator", "PUT", "/billing/reconciliations/" + day, null);
  }

  /** Whether a comparison is the newest of its day: billing-service makes some of its own. */
  boolean isNewest(LocalDate day, JsonObject run) throws Exception {
    JsonObject newest = ok("operator", "GET", "/billing/reconciliations/" + day, null);
    return newest.getString("id").equals(run.getString("id"));
  }

  /**
   * Compares a day until nothing of it is on its way any more. At first ClickHouse may have no
   * tables yet, and there is nothing to compare with.
   */
  JsonObject reconcileSettled(LocalDate day, long impressions) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    String path = "/billing/reconciliations/" + day;
    while (true) {
      HttpResponse<String> response = send("operator", "PUT", path, null);
      if (response.statusCode() != 503) {
        assertEquals(200, response.statusCode(), response.body());
      }
      JsonObject run = new JsonObject(response.body());
      if (run.getBoolean("complete", false)
          && source(run, "EVENTS", "impressions") == impressions
          && isAllNoted()) {
        return run;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not settled: " + run.encodePrettily());
      }
      Thread.sleep(100);
    }
  }

  /** Whether ClickHouse says that it has everything that was sent, roll-ups too. */
  private boolean isAllNoted() {
    String noted =
        "SELECT sum(n) FROM (SELECT max(next_offset) AS n FROM ingest_progress"
            + " WHERE topic = 'settled' GROUP BY kafka_partition)";
    return clickHouse.queryLong(noted, Map.of()) == auctions;
  }

  /** A figure of a source. */
  static long source(JsonObject run, String source, String figure) {
    return objects(run, "sources").stream()
        .filter(one -> one.getString("source").equals(source))
        .mapToLong(one -> one.getLong(figure))
        .sum();
  }

  static List<JsonObject> objects(JsonObject of, String name) {
    return of.getJsonArray(name).stream().map(JsonObject.class::cast).toList();
  }

  /**
   * The differences of a day's newest comparison, as {@code BETWEEN CAUSE HOUR impressions spend
   * cost over-delivery}.
   */
  List<String> differences(LocalDate day) throws Exception {
    String path = "/billing/reconciliations/" + day + "/differences?limit=500";
    return objects(ok("operator", "GET", path, null), "items").stream()
        .map(
            one ->
                "%s %s %s %d %d %d %d"
                    .formatted(
                        one.getString("between"),
                        one.getString("cause"),
                        one.getString("hour").substring(11, 13),
                        one.getLong("impressions"),
                        one.getLong("spendMicros"),
                        one.getLong("supplyCostMicros"),
                        one.getLong("overDeliveryMicros")))
        .toList();
  }

  /** The value of a metric, by its name and labels as Prometheus has them. */
  double metric(String name) {
    return metrics
        .scrape()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElse(Double.NaN);
  }

  @Override
  public void close() {
    client.close();
    server.close();
    ingest.close();
    billing.close();
    producer.close();
    clickHouse.close();
    kafkaServer.close();
  }
}
