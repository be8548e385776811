package io.adplatform.billing.launch;

import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.TestBudgets.advertiser;
import static io.adplatform.billing.TestBudgets.campaign;
import static io.adplatform.billing.TestBudgets.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.TestClock;
import io.adplatform.billing.budget.LeaseConfig;
import io.adplatform.billing.settlement.SettledMessages;
import io.adplatform.decision.budget.LeaseSource;
import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.api.ApiServerConfig;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.storage.kafka.KafkaClients;
import io.adplatform.storage.kafka.KafkaTopics;
import io.adplatform.storage.lease.HttpLeaseSource;
import io.adplatform.storage.postgres.PostgresConfig;
import io.adplatform.testkit.server.TestKafka;
import io.adplatform.testkit.server.TestPostgres;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.CatalogueCodec;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.event.EventEnvelope;
import io.adplatform.wire.event.EventPartition;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.sbe.LeaseCloseDecoder;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The whole service through its front door: HTTP for nodes, topics for the rest. */
class BillingServiceTest {
  private static final long PRICE = 2_500;
  private static final int PARTITIONS = 2;
  private static final String NODE_KEY = "a-node-key-for-tests";
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private static TestPostgres.Database database;
  private static KafkaConfig kafka;
  private static Producer<byte[], byte[]> producer;
  private static long version;

  private final TestClock clock = new TestClock("2027-03-01T12:00:00Z");
  private BillingService service;
  private ApiServer server;

  @BeforeAll
  static void openServers() {
    database = TestPostgres.freshDatabase();
    kafka = new KafkaConfig(TestKafka.bootstrapServers(), PARTITIONS);
    producer = KafkaClients.openProducer(kafka, "test");
  }

  @AfterAll
  static void closeProducer() {
    producer.close();
  }

  private void launch() {
    launch(database.jdbcUrl(), null);
  }

  private void launch(String jdbcUrl, String acceptedSettledTopic) {
    PostgresConfig postgres =
        PostgresConfig.of(
            jdbcUrl,
            BillingConfig.SCHEMA,
            new PostgresConfig.Login(database.user(), database.password()),
            "app");
    ApiServer.Builder api = ApiServer.builder(ApiServerConfig.of("127.0.0.1", 0));
    service =
        BillingService.launch(
            api,
            new BillingConfig(
                postgres,
                kafka,
                LeaseConfig.of(PARTITIONS),
                NODE_KEY,
                "http://127.0.0.1:1",
                acceptedSettledTopic),
            clock);
    server = api.start();
  }

  private void end() {
    server.close();
    service.close();
  }

  private HttpLeaseSource node(long boot) {
    return new HttpLeaseSource(address(), NODE_KEY, 1, boot);
  }

  private URI address() {
    return URI.create("http://127.0.0.1:" + server.port());
  }

  private static void publish(CatalogueEntity... entities) throws Exception {
    version++;
    for (int i = 0; i < entities.length; i++) {
      byte[] key = CatalogueKey.of(entities[i]).text().getBytes();
      byte[] value = CatalogueCodec.write(entities[i]);
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(KafkaTopics.CATALOGUE, 0, key, value);
      record.headers().add("v", ByteBuffer.allocate(8).putLong(version).array());
      if (i == entities.length - 1) {
        record.headers().add("end", new byte[] {1});
      }
      producer.send(record).get(30, TimeUnit.SECONDS);
    }
  }

  private static void settle(int partition, byte[] message) throws Exception {
    producer
        .send(new ProducerRecord<>(KafkaTopics.SETTLED, partition, null, message))
        .get(30, TimeUnit.SECONDS);
  }

  private static void settleEverywhere(byte[] message) throws Exception {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      settle(partition, message);
    }
  }

  private static <T> T await(String what, Callable<T> attempt) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (; ; ) {
      Object last = null;
      try {
        T result = attempt.call();
        if (result != null) {
          return result;
        }
      } catch (IOException e) {
        // A node does not wait long for its answer; it asks again, as here.
        last = e;
      }
      assertTrue(System.nanoTime() < deadline, "still no " + what + ", last " + last);
      Thread.sleep(50);
    }
  }

  /** Asks until there is a lease, as a node does. */
  private static LeaseSource.Lease awaitLease(HttpLeaseSource node, long lineItemId)
      throws Exception {
    LeaseSource.Want want = new LeaseSource.Want(lineItemId, PRICE, 0);
    return await(
        "lease",
        () ->
            node
                .exchange(new LeaseSource.Question(List.of(want), List.of(), List.of()))
                .leases()
                .stream()
                .filter(l -> !l.closed() && l.lineItemId() == lineItemId)
                .findFirst()
                .orElse(null));
  }

  private static LeaseSource.Answer listen(HttpLeaseSource node) throws Exception {
    LeaseSource.Question nothing = new LeaseSource.Question(List.of(), List.of(), List.of());
    return await("answer", () -> node.exchange(nothing));
  }

  private JsonObject budget(long lineItemId) throws Exception {
    HttpResponse<String> response =
        call("GET", "/internal/v1/line-items/" + lineItemId + "/budget", NODE_KEY);
    assertEquals(200, response.statusCode(), response.body());
    return new JsonObject(response.body());
  }

  private HttpResponse<String> call(String method, String path, String key) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(address().resolve(path))
              .timeout(PATIENCE)
              .header("Authorization", "Bearer " + key)
              .method(method, HttpRequest.BodyPublishers.noBody())
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private static LeaseCloseDecoder awaitClose(Consumer<byte[], byte[]> events, long leaseId)
      throws Exception {
    return await(
        "LeaseClose",
        () -> {
          for (ConsumerRecord<byte[], byte[]> record : events.poll(Duration.ofMillis(100))) {
            UnsafeBuffer buffer = new UnsafeBuffer(record.value());
            assertEquals(0, EventEnvelope.nodeId(buffer, 0));
            LeaseCloseDecoder close =
                new LeaseCloseDecoder()
                    .wrapAndApplyHeader(buffer, EventEnvelope.LENGTH, new MessageHeaderDecoder());
            if (close.leaseId() == leaseId) {
              assertEquals(EventPartition.of(leaseId, PARTITIONS), record.partition());
              return close;
            }
          }
          return null;
        });
  }

  private static Consumer<byte[], byte[]> readEvents() {
    Consumer<byte[], byte[]> events = KafkaClients.openConsumer(kafka, "test-events");
    List<TopicPartition> partitions = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      partitions.add(new TopicPartition(KafkaTopics.EVENTS, partition));
    }
    events.assign(partitions);
    return events;
  }

  @Test
  void shouldCarryLeaseFromGrantToCloseAcrossRestart() throws Exception {
    launch();
    publish(
        advertiser("UTC"),
        campaign(Budget.UNBOUNDED),
        lineItem(LINE_ITEM, new Budget(20 * PRICE, null)));
    HttpLeaseSource node = node(1_800_000_000);
    LeaseSource.Lease lease = awaitLease(node, LINE_ITEM);
    assertEquals(20 * PRICE, lease.amountMicros());
    int partition = EventPartition.of(lease.leaseId(), PARTITIONS);

    settle(partition, SettledMessages.charge(lease.leaseId(), 0, 1_900_000_000, PRICE, 0));
    LeaseSource.Charge charge =
        await("charge", () -> listen(node).charges().stream().findFirst().orElse(null));
    assertEquals(new LeaseSource.Charge(lease.leaseId(), 0, 1_900_000_000, PRICE), charge);

    end();
    settle(partition, SettledMessages.charge(lease.leaseId(), 0, 1_900_000_000, PRICE, 0));
    launch();
    HttpLeaseSource same = node(1_800_000_100);
    await(
        "charge counted after the restart",
        () -> budget(LINE_ITEM).getLong("chargedTotalMicros") == 2 * PRICE ? true : null);
    JsonObject budget = budget(LINE_ITEM);
    assertEquals(18 * PRICE, budget.getLong("leasedMicros"));
    assertEquals(0, budget.getLong("freeMicros"));
    assertEquals("TOTAL_BUDGET", budget.getString("reason"));
    listen(same);

    try (Consumer<byte[], byte[]> events = readEvents()) {
      long past = lease.lastExpiryMillis() + 10_000;
      settleEverywhere(SettledMessages.mark(1, past));
      assertEquals(lease.leaseId(), awaitClose(events, lease.leaseId()).leaseId());
      assertTrue(listen(same).settledThroughMillis() <= past);
    }
    settle(partition, SettledMessages.closed(lease.leaseId(), 2 * PRICE));
    assertEquals(18 * PRICE, awaitLease(same, LINE_ITEM).amountMicros());
    assertEquals(2 * PRICE, budget(LINE_ITEM).getLong("chargedTodayMicros"));
    end();
  }

  @Test
  void shouldCloseLeasesOfWrittenOffNodeAtOnce() throws Exception {
    launch();
    long id = LINE_ITEM + 7;
    publish(
        advertiser("UTC"), campaign(Budget.UNBOUNDED), lineItem(id, new Budget(20 * PRICE, null)));
    HttpLeaseSource dead = new HttpLeaseSource(address(), NODE_KEY, 9, 1_800_000_000);
    LeaseSource.Lease lease = awaitLease(dead, id);
    try (Consumer<byte[], byte[]> events = readEvents()) {
      assertEquals(200, call("POST", "/internal/v1/nodes/9/write-off", NODE_KEY).statusCode());
      awaitClose(events, lease.leaseId());
    }
    settle(
        EventPartition.of(lease.leaseId(), PARTITIONS), SettledMessages.closed(lease.leaseId(), 0));
    await("money", () -> budget(id).getLong("freeMicros") == 20 * PRICE ? true : null);
    assertEquals(404, call("POST", "/internal/v1/nodes/77/write-off", NODE_KEY).statusCode());
    end();
  }

  @Test
  void shouldGoOnCountingAndClosingAfterAnError() throws Exception {
    launch();
    long id = LINE_ITEM + 8;
    publish(
        advertiser("UTC"), campaign(Budget.UNBOUNDED), lineItem(id, new Budget(20 * PRICE, null)));
    HttpLeaseSource dead = new HttpLeaseSource(address(), NODE_KEY, 21, 1_800_000_000);
    LeaseSource.Lease lease = awaitLease(dead, id);
    clock.failOnce("billing-settled");
    clock.failOnce("billing-closer");
    int partition = EventPartition.of(lease.leaseId(), PARTITIONS);
    settle(partition, SettledMessages.charge(lease.leaseId(), 0, 1_900_000_000, PRICE, 0));
    await("count", () -> budget(id).getLong("chargedTotalMicros") == PRICE ? true : null);
    try (Consumer<byte[], byte[]> events = readEvents()) {
      assertEquals(200, call("POST", "/internal/v1/nodes/21/write-off", NODE_KEY).statusCode());
      awaitClose(events, lease.leaseId());
    }
    assertFalse(clock.isToFail("billing-settled"));
    assertFalse(clock.isToFail("billing-closer"));
    await("ready", () -> call("GET", "/readyz", NODE_KEY).statusCode() == 200 ? true : null);
    end();
  }

  @Test
  void shouldAwaitANodeThatRegisters() throws Exception {
    launch();
    String path = "/internal/v1/nodes/14/register";
    assertEquals(401, call("POST", path, "wrong").statusCode());
    assertEquals(404, call("POST", "/internal/v1/nodes/65536/register", NODE_KEY).statusCode());
    assertEquals(200, call("POST", path, NODE_KEY).statusCode());
    assertEquals(200, call("POST", "/internal/v1/nodes/14/write-off", NODE_KEY).statusCode());
    assertEquals(200, call("POST", path, NODE_KEY).statusCode());
    try (Connection connection = database.connect();
        Statement sql = connection.createStatement();
        ResultSet row =
            sql.executeQuery(
                "SELECT written_off_millis, first_seen_millis FROM billing.node WHERE id = 14")) {
      assertTrue(row.next());
      assertEquals(0, row.getLong(1));
      assertTrue(row.wasNull());
      assertTrue(row.getLong(2) > 0);
    }
    assertEquals(
        200, call("POST", "/internal/v1/nodes/14/write-off", NODE_KEY).statusCode(), "for others");
    end();
  }

  private JsonObject participations(String query) throws Exception {
    HttpResponse<String> answer = call("GET", "/internal/v1/participations" + query, NODE_KEY);
    assertEquals(200, answer.statusCode(), answer.body());
    return new JsonObject(answer.body());
  }

  private static long unpublished() throws SQLException {
    try (Connection connection = database.connect();
        Statement sql = connection.createStatement();
        ResultSet row =
            sql.executeQuery(
                "SELECT count(*) FROM billing.pacing WHERE published_millis IS NULL")) {
      row.next();
      return row.getLong(1);
    }
  }

  @Test
  void shouldTakeTheNextQuestionForAcknowledgementOfParticipations() throws Exception {
    launch();
    long id = LINE_ITEM + 11;
    publish(
        advertiser("UTC"),
        campaign(Budget.UNBOUNDED),
        lineItem(id, new Budget(null, 20 * PRICE)).paced(LineItem.Pacing.EVEN));
    JsonObject told =
        await(
            "participation",
            () -> {
              JsonObject answer = participations("");
              return answer.getJsonArray("items").isEmpty() ? null : answer;
            });
    JsonObject item = told.getJsonArray("items").getJsonObject(0);
    assertEquals(Long.toString(id), item.getString("lineItemId"));
    assertEquals(LineItem.Participation.START, item.getInteger("partsPerMillion"));
    long revision = told.getLong("revision");
    try (Connection connection = database.connect();
        Statement sql = connection.createStatement()) {
      sql.execute("UPDATE billing.pacing SET published_millis = NULL");
    }
    participations("");
    // Of another database: says nothing of this one.
    assertEquals(revision, participations("?after=" + (revision + 9)).getLong("newest"));
    assertEquals(1, unpublished());
    assertTrue(participations("?after=" + revision).getJsonArray("items").isEmpty());
    assertEquals(0, unpublished());
    end();
  }

  /** Stands in for campaign-service's tables: two keys, told apart by their role. */
  private static void makeApiKeys() throws SQLException {
    try (Connection connection = database.connect();
        Statement sql = connection.createStatement()) {
      sql.execute("CREATE SCHEMA campaign");
      sql.execute("GRANT USAGE ON SCHEMA campaign TO PUBLIC");
      sql.execute(
          "CREATE FUNCTION campaign.find_api_key(wanted bytea)"
              + " RETURNS TABLE (key_id bigint, account_id bigint, role text, hash bytea)"
              + " LANGUAGE sql AS $$ SELECT 1::bigint, 1::bigint, k.role, wanted"
              + " FROM (VALUES ('operator'), ('advertiser')) AS k (role)"
              + " WHERE wanted = sha256(('adp_' || k.role)::bytea) $$");
    }
  }

  @Test
  void shouldLetOperatorsWriteOffANode() throws Exception {
    makeApiKeys();
    launch();
    listen(new HttpLeaseSource(address(), NODE_KEY, 12, 1_800_000_000));
    String path = "/api/v1/billing/nodes/12/write-off";
    assertEquals(401, call("POST", path, NODE_KEY).statusCode());
    assertEquals(403, call("POST", path, "adp_advertiser").statusCode());
    HttpResponse<String> answer = call("POST", path, "adp_operator");
    assertEquals(200, answer.statusCode(), answer.body());
    assertEquals("12", new JsonObject(answer.body()).getString("nodeId"));
    assertEquals(403, call("GET", "/api/v1/billing/nodes", "adp_advertiser").statusCode());
    HttpResponse<String> nodes = call("GET", "/api/v1/billing/nodes?limit=500", "adp_operator");
    assertEquals(200, nodes.statusCode(), nodes.body());
    JsonObject node =
        new JsonObject(nodes.body())
            .getJsonArray("items").stream()
                .map(JsonObject.class::cast)
                .filter(n -> n.getString("id").equals("12"))
                .findFirst()
                .orElseThrow();
    assertEquals("2027-03-01T12:00:00Z", node.getString("lastAskedAt"));
    assertEquals("2027-03-01T12:00:00Z", node.getString("writtenOffAt"));
    assertNull(node.getString("settledUpTo"));
    String unknown = "/api/v1/billing/nodes/4711/write-off";
    assertEquals(404, call("POST", unknown, "adp_operator").statusCode());
    assertEquals(404, call("GET", "/api/v1/advertisers", "adp_operator").statusCode());
    end();
  }

  @Test
  void shouldCountWhatHasWaitedInFewerTransactionsThanPolls() throws Exception {
    launch();
    end();
    int waiting = 40_000;
    long lineItem = LINE_ITEM + 31;
    byte[] message =
        SettledMessages.Impression.of(1_800_000_000_000L, lineItem, 5, PRICE, PRICE).message();
    for (int i = 0; i < waiting; i++) {
      producer.send(new ProducerRecord<>(KafkaTopics.SETTLED, 0, null, message));
    }
    producer.flush();
    launch();
    String of = " FROM billing.ledger_entry WHERE line_item_id = " + lineItem;
    await(
        "impressions posted",
        () -> number("SELECT coalesce(sum(impressions), 0)" + of) == waiting ? true : null);
    assertEquals((long) waiting * PRICE, number("SELECT sum(charged_micros)::bigint" + of));
    long transactions = number("SELECT count(*)" + of);
    assertTrue(transactions < waiting / 5_000, transactions + " for " + waiting);
    end();
  }

  private static long number(String query) throws SQLException {
    try (Connection connection = database.connect();
        Statement sql = connection.createStatement();
        ResultSet row = sql.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  private void awaitCharged(long lineItemId, long micros) throws Exception {
    await(
        micros + " charged",
        () -> budget(lineItemId).getLong("chargedTotalMicros") == micros ? true : null);
  }

  @Test
  void shouldAnswerNobodyWithoutNodeKey() throws Exception {
    launch();
    assertEquals(401, call("GET", "/internal/v1/line-items/1/budget", "wrong").statusCode());
    assertEquals(404, call("GET", "/internal/v1/line-items/1/budget", NODE_KEY).statusCode());
    assertEquals(400, call("POST", "/internal/v1/leases", NODE_KEY).statusCode());
    end();
  }

  @Test
  void shouldRefuseWithReasonThatLanesRecord() throws Exception {
    launch();
    HttpLeaseSource node = new HttpLeaseSource(address(), NODE_KEY, 3, 1_800_000_000);
    List<LeaseSource.Want> unknown = List.of(new LeaseSource.Want(424_242, PRICE, 0));
    LeaseSource.Answer answer =
        await(
            "answer", () -> node.exchange(new LeaseSource.Question(unknown, List.of(), List.of())));
    assertEquals(List.of(new LeaseSource.Refusal(424_242, Reason.NO_LEASE)), answer.refusals());
    end();
  }

  /** The database as it is, under another name. */
  private static String copyOfTheDatabase() throws SQLException {
    String url = database.jdbcUrl();
    String name = url.substring(url.lastIndexOf('/') + 1).replaceAll("[?].*", "");
    try (Connection connection =
            DriverManager.getConnection(
                url.replace("/" + name, "/postgres"), database.user(), database.password());
        Statement sql = connection.createStatement()) {
      sql.execute("CREATE DATABASE " + name + "_copy TEMPLATE " + name);
    }
    return url.replace("/" + name, "/" + name + "_copy");
  }

  @Test
  void shouldGrantNothingTwiceFromADatabaseThatCameBackFromACopy() throws Exception {
    launch();
    long id = LINE_ITEM + 21;
    publish(
        advertiser("UTC"), campaign(Budget.UNBOUNDED), lineItem(id, new Budget(20 * PRICE, null)));
    await(
        "budget",
        () ->
            call("GET", "/internal/v1/line-items/" + id + "/budget", NODE_KEY).statusCode() == 200
                ? true
                : null);
    end();
    String copy = copyOfTheDatabase();

    launch();
    HttpLeaseSource node = new HttpLeaseSource(address(), NODE_KEY, 31, 1_800_000_000);
    long lease = awaitLease(node, id).leaseId();
    settle(
        EventPartition.of(lease, PARTITIONS),
        SettledMessages.charge(lease, id, 0, 1_900_000_000, 20 * PRICE, 0));
    awaitCharged(id, 20 * PRICE);
    end();

    launch(copy, null);
    HttpLeaseSource anew = new HttpLeaseSource(address(), NODE_KEY, 31, 1_800_000_500);
    LeaseSource.Want want = new LeaseSource.Want(id, PRICE, 0);
    LeaseSource.Answer refused =
        await(
            "all that was settled",
            () -> {
              LeaseSource.Answer answer =
                  anew.exchange(new LeaseSource.Question(List.of(want), List.of(), List.of()));
              assertEquals(List.of(), answer.leases());
              return answer.refusals().getFirst().reason() == Reason.NO_LEASE ? null : answer;
            });
    assertEquals(Reason.BUDGET_EXHAUSTED, refused.refusals().getFirst().reason());
    assertEquals(20 * PRICE, budget(id).getLong("chargedTotalMicros"));
    publish(lineItem(id, new Budget(25 * PRICE, null)));
    assertTrue(awaitLease(anew, id).leaseId() > lease);
    end();
  }

  @Test
  void shouldStopCountingWhereSettledWasMadeAnew() throws Exception {
    launch();
    long id = LINE_ITEM + 22;
    publish(advertiser("UTC"), campaign(Budget.UNBOUNDED), lineItem(id, Budget.UNBOUNDED));
    HttpLeaseSource node = new HttpLeaseSource(address(), NODE_KEY, 32, 1_800_000_000);
    long lease = awaitLease(node, id).leaseId();
    byte[] charge = SettledMessages.charge(lease, id, 0, 1_900_000_000, PRICE, 0);
    settle(EventPartition.of(lease, PARTITIONS), charge);
    awaitCharged(id, PRICE);
    String topicId = makeSettledAnew();
    settle(EventPartition.of(lease, PARTITIONS), charge);
    await(
        "decision",
        () -> {
          String ready = call("GET", "/readyz", NODE_KEY).body();
          return ready.contains("accept-settled-topic is set to " + topicId) ? true : null;
        });
    assertEquals(PRICE, budget(id).getLong("chargedTotalMicros"));
    end();

    launch(database.jdbcUrl(), topicId);
    awaitCharged(id, 2 * PRICE);
    await("ready", () -> call("GET", "/readyz", NODE_KEY).statusCode() == 200 ? true : null);
    end();
  }

  /**
   * Another topic of the same name; a producer that numbers its messages does not go on with it.
   */
  private static String makeSettledAnew() throws Exception {
    producer.close();
    TestKafka.makeAnew(KafkaTopics.SETTLED, PARTITIONS);
    producer = KafkaClients.openProducer(kafka, "test");
    try (Admin admin = KafkaClients.openAdmin(kafka, "test")) {
      return admin
          .describeTopics(List.of(KafkaTopics.SETTLED))
          .topicNameValues()
          .get(KafkaTopics.SETTLED)
          .get(30, TimeUnit.SECONDS)
          .topicId()
          .toString();
    }
  }
}
