package io.adplatform.campaign.outbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.campaign.rest.CampaignFixture;
import io.adplatform.campaign.rest.CampaignFixture.Answer;
import io.adplatform.campaign.serving.ServicePeersConfig;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.testkit.server.TestKafka;
import io.adplatform.testkit.server.TestPostgres;
import io.adplatform.wire.catalogue.CatalogueCodec;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.RateTable;
import io.adplatform.wire.catalogue.Status;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutboxPublisherTest {
  private static final ServicePeersConfig NO_PEERS =
      new ServicePeersConfig("http://127.0.0.1:1", "http://127.0.0.1:1", "node");

  private static final KafkaConfig KAFKA = new KafkaConfig(TestKafka.bootstrapServers(), 1);
  private static final int WRITERS = 6;
  private static final int WRITES_EACH = 15;
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private TestPostgres.Database database;
  private CatalogueTopicsConfig topics;

  @BeforeEach
  void prepare() {
    database = TestPostgres.freshDatabase();
    topics = CatalogueTopicsConfig.withPrefix(KAFKA, TestKafka.freshPrefix());
  }

  private record Message(long version, CatalogueKey key, byte[] value, boolean end) {}

  /** Reads a topic from its beginning until it has the version. */
  private static List<Message> read(String topic, long upTo) {
    List<Message> messages = new ArrayList<>();
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", TestKafka.bootstrapServers()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (messages.isEmpty() || messages.getLast().version() < upTo) {
        assertTrue(System.nanoTime() < deadline, topic + " ended at " + messages.size());
        consumer.poll(Duration.ofMillis(100)).forEach(r -> messages.add(message(r)));
      }
    }
    return messages;
  }

  private static Message message(ConsumerRecord<byte[], byte[]> each) {
    return new Message(
        ByteBuffer.wrap(each.headers().lastHeader("v").value()).getLong(),
        CatalogueKey.parse(new String(each.key(), StandardCharsets.UTF_8)),
        each.value(),
        each.headers().lastHeader("end") != null);
  }

  private static long version(Answer answer) {
    return Long.parseLong(answer.header("X-Catalogue-Version"));
  }

  @Test
  void shouldPublishChangesAndDeletions() {
    try (CampaignFixture api = new CampaignFixture(database, topics, NO_PEERS)) {
      String advertiser = api.newAdvertiser();
      String item = api.newLineItem(api.newCampaign(advertiser), api.newCreative(advertiser));
      api.patch("/line-items/" + item, new JsonObject().put("status", "PAUSED")).expect(200);
      Answer deleted = api.delete("/line-items/" + item).expect(204);

      List<Message> log = read(topics.log(), version(deleted));
      assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L), log.stream().map(Message::version).toList());
      assertTrue(log.stream().allMatch(Message::end));
      LineItem made = (LineItem) CatalogueCodec.read(log.get(3).key().kind(), log.get(3).value());
      assertEquals(2_500_000, made.bidCpmMicros());
      assertEquals(List.of("USA"), made.targeting().include().get("country"));
      LineItem paused = (LineItem) CatalogueCodec.read(log.get(4).key().kind(), log.get(4).value());
      assertEquals(Status.PAUSED, paused.status());
      assertEquals("line-item/" + item, log.get(5).key().text());
      assertNull(log.get(5).value());
      List<Message> catalogue = read(topics.catalogue(), version(deleted));
      assertArrayEquals(log.get(0).value(), catalogue.get(0).value());
      assertEquals(6, catalogue.getLast().version());
    }
  }

  @Test
  void shouldPublishVersionsInTheOrderOfCommitsWithoutGaps() throws Exception {
    try (CampaignFixture api = new CampaignFixture(database, topics, NO_PEERS)) {
      List<String> advertisers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        advertisers.add(api.newAdvertiser());
      }
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
          int writer = i;
          writers.add(threads.submit(() -> write(api, advertisers, writer)));
        }
        for (Future<?> each : writers) {
          each.get();
        }
      }
      long expected = WRITERS + WRITERS * WRITES_EACH;
      List<Message> log = read(topics.log(), expected);
      for (int i = 0; i < log.size(); i++) {
        assertEquals(i + 1, log.get(i).version());
      }
      assertEquals(expected, log.size());
      assertLastMessagesEqualRows(api, log);
    }
  }

  private static void write(CampaignFixture api, List<String> advertisers, int writer) {
    for (int n = 0; n < WRITES_EACH; n++) {
      api.patch("/advertisers/" + advertisers.get((writer + n) % WRITERS), named(writer + "-" + n))
          .expect(200);
      // Every third is refused after its checks began: a transaction that rolls back.
      if (n % 3 == 0) {
        JsonObject refused = new JsonObject().put("currency", "XXX");
        api.patch("/advertisers/" + advertisers.get(writer), refused).expect(422);
      }
    }
  }

  /** The last message of each thing is what is stored: no later change was overtaken. */
  private static void assertLastMessagesEqualRows(CampaignFixture api, List<Message> log)
      throws SQLException {
    try (Connection connection = api.connectAsOwner();
        Statement sql = connection.createStatement();
        ResultSet row = sql.executeQuery("SELECT id, name FROM advertiser")) {
      int rows = 0;
      while (row.next()) {
        rows++;
        String key = "advertiser/" + row.getLong(1);
        Message last =
            log.stream().filter(m -> m.key().text().equals(key)).reduce((a, b) -> b).orElseThrow();
        assertEquals(
            row.getString(2),
            new JsonObject(new String(last.value(), StandardCharsets.UTF_8)).getString("name"));
      }
      assertEquals(WRITERS, rows);
    }
  }

  @Test
  void shouldAnswerWritesWhileKafkaIsAwayAndPublishThemLater() {
    Answer last;
    CatalogueTopicsConfig away =
        new CatalogueTopicsConfig(CampaignFixture.NO_KAFKA, topics.catalogue(), topics.log());
    try (CampaignFixture api = new CampaignFixture(database, away, NO_PEERS)) {
      String advertiser = api.newAdvertiser();
      last = api.patch("/advertisers/" + advertiser, new JsonObject().put("name", "b")).expect(200);
      assertEquals(0, api.service.publishedVersion());
    }
    try (CampaignFixture api = new CampaignFixture(database, topics, NO_PEERS)) {
      assertEquals(2, read(topics.log(), version(last)).size());
      api.newAdvertiser();
      assertEquals(3, read(topics.log(), 3).size());
    }
  }

  @Test
  void shouldNotRepeatWhatTheTopicsHoldAfterAnEndBeforeItWasNoted() throws SQLException {
    try (CampaignFixture api = new CampaignFixture(database, topics, NO_PEERS)) {
      api.newAdvertiser();
      api.newAdvertiser();
      read(topics.catalogue(), 2);
      read(topics.log(), 2);
    }
    try (Connection connection = database.connect();
        Statement sql = connection.createStatement()) {
      sql.execute("UPDATE campaign.publication SET version = 0");
    }
    try (CampaignFixture api = new CampaignFixture(database, topics, NO_PEERS)) {
      Answer third = api.patch("/advertisers/" + firstAdvertiser(api), named("Third")).expect(200);
      assertEquals(3, version(third));
      assertEquals(List.of(1L, 2L, 3L), versions(read(topics.log(), 3)));
      assertEquals(List.of(1L, 2L, 3L), versions(read(topics.catalogue(), 3)));
    }
  }

  @Test
  void shouldTellEverythingAnewToTopicsThatLostIt() {
    String item;
    try (CampaignFixture api = new CampaignFixture(database, topics, NO_PEERS)) {
      String advertiser = api.newAdvertiser();
      item = api.newLineItem(api.newCampaign(advertiser), api.newCreative(advertiser));
      read(topics.log(), 4);
      read(topics.catalogue(), 4);
    }
    CatalogueTopicsConfig fresh = CatalogueTopicsConfig.withPrefix(KAFKA, TestKafka.freshPrefix());
    // The publisher notes after the topics have taken: wait for the note before the next begins.
    try (CampaignFixture api = new CampaignFixture(database, fresh, NO_PEERS)) {
      List<Message> anew = read(fresh.catalogue(), 8);
      Message last = anew.getLast();
      assertEquals("line-item/" + item, last.key().text());
      assertNotNull(last.value());
      assertEquals(1, anew.stream().filter(m -> m.version() > 4 && m.end()).count());
      api.get("/line-items/" + item).expect(200);
    }
  }

  @Test
  void shouldTellPartnersAndRatesAnewWithSecretsSealed() {
    JsonObject partner =
        CampaignFixture.demandPartner("https://dsp.example/bid")
            .put("authHeader", new JsonObject().put("name", "X-Auth").put("value", "5ecret"));
    JsonObject rates =
        new JsonObject()
            .put("date", "2026-11-22")
            .put("unitsPerUsd", new JsonObject().put("EUR", "0.92"));
    try (CampaignFixture api = new CampaignFixture(database, topics, NO_PEERS)) {
      api.post("/demand-partners", partner).expect(201);
      api.post("/rate-tables", rates).expect(201);
      read(topics.log(), 2);
      read(topics.catalogue(), 2);
    }
    CatalogueTopicsConfig fresh = CatalogueTopicsConfig.withPrefix(KAFKA, TestKafka.freshPrefix());
    try (CampaignFixture api = new CampaignFixture(database, fresh, NO_PEERS)) {
      List<Message> anew =
          read(fresh.catalogue(), 4).stream().filter(m -> m.version() > 2).toList();
      DemandPartner told =
          (DemandPartner) CatalogueCodec.read(anew.get(0).key().kind(), anew.get(0).value());
      assertEquals(
          "5ecret",
          CampaignFixture.SEAL.open(
              told.endpoint().authValue(), DemandPartner.authPlace(told.id())));
      assertFalse(new String(anew.get(0).value(), StandardCharsets.UTF_8).contains("5ecret"));
      RateTable table =
          (RateTable) CatalogueCodec.read(anew.get(1).key().kind(), anew.get(1).value());
      assertEquals(Map.of("EUR", "0.92"), table.unitsPerUsd());
      api.get("/rate-tables/" + table.id()).expect(200);
    }
  }

  @Test
  void shouldGoAboveTopicsThatKnowMoreThanTheDatabase() {
    String item;
    try (CampaignFixture api = new CampaignFixture(database, topics, NO_PEERS)) {
      String advertiser = api.newAdvertiser();
      item = api.newLineItem(api.newCampaign(advertiser), api.newCreative(advertiser));
      read(topics.log(), 4);
      read(topics.catalogue(), 4);
    }
    // The database is lost; a new one begins at version 0.
    TestPostgres.Database anew = TestPostgres.freshDatabase();
    try (CampaignFixture api = new CampaignFixture(anew, topics, NO_PEERS)) {
      List<Message> deletions =
          read(topics.catalogue(), 8).stream().filter(m -> m.version() > 4).toList();
      assertEquals(4, deletions.size());
      assertTrue(deletions.stream().allMatch(m -> m.value() == null));
      assertTrue(deletions.stream().anyMatch(m -> m.key().text().equals("line-item/" + item)));
      assertTrue(deletions.getLast().end());
      Answer made = api.post("/advertisers", named("New").put("currency", "USD")).expect(201);
      assertEquals(9, version(made));
      assertEquals("advertiser/" + made.id(), read(topics.catalogue(), 9).getLast().key().text());
      assertEquals(9, read(topics.log(), 9).getLast().version());
    }
  }

  private static List<Long> versions(List<Message> messages) {
    return messages.stream().map(Message::version).toList();
  }

  private static String firstAdvertiser(CampaignFixture api) {
    return api.get("/advertisers?limit=1").items().getJsonObject(0).getString("id");
  }

  private static JsonObject named(String name) {
    return new JsonObject().put("name", name);
  }
}
