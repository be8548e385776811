package io.adplatform.campaign.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.campaign.rest.CampaignFixture;
import io.adplatform.campaign.serving.ServicePeersConfig;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.api.ApiServerConfig;
import io.adplatform.testkit.server.TestPostgres;
import io.adplatform.wire.catalogue.CatalogueCodec;
import io.adplatform.wire.catalogue.CatalogueKind;
import io.adplatform.wire.catalogue.LineItem.Participation;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Against a billing-service that says what the test wants; Kafka is away, so the outbox stays, and
 * the test says what is published.
 */
class ParticipationReaderTest {
  private static final String NODE_KEY = "a-node-key-of-some-length";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static ApiServer billing;
  private static CampaignFixture api;
  private static volatile JsonObject told;

  /** After which revision it was asked, each time; empty is from the beginning. */
  private static final List<String> ASKED = new CopyOnWriteArrayList<>();

  /** How often it had been asked when something else began to be told. */
  private static volatile int askedBefore;

  private String item;

  @BeforeAll
  static void start() {
    tell(0);
    billing =
        ApiServer.builder(ApiServerConfig.of("127.0.0.1", 0))
            .nodeKey(NODE_KEY)
            .internal("GET", "/participations", ParticipationReaderTest::answer)
            .start();
    String url = "http://127.0.0.1:" + billing.port();
    api =
        new CampaignFixture(
            TestPostgres.freshDatabase(),
            CatalogueTopicsConfig.of(CampaignFixture.NO_KAFKA),
            new ServicePeersConfig(url, url, NODE_KEY));
  }

  @AfterAll
  static void stop() {
    api.close();
    billing.close();
  }

  private static ApiResponse answer(ApiRequest request) {
    ASKED.add(Objects.requireNonNullElse(request.query("after"), ""));
    return ApiResponse.ok(told);
  }

  private static void tell(long revision, String... items) {
    JsonArray changes = new JsonArray();
    for (int i = 0; i < items.length; i += 2) {
      changes.add(
          new JsonObject()
              .put("lineItemId", items[i])
              .put("partsPerMillion", Integer.parseInt(items[i + 1])));
    }
    tell(revision, changes);
  }

  private static void tell(long revision, JsonArray changes) {
    askedBefore = ASKED.size();
    told = new JsonObject().put("items", changes).put("revision", revision).put("newest", revision);
  }

  @BeforeEach
  void prepare() throws SQLException {
    String advertiser = api.newAdvertiser();
    String campaign = api.newCampaign(advertiser);
    JsonObject body = CampaignFixture.lineItem(api.newCreative(advertiser)).put("pacing", "EVEN");
    item = api.post("/campaigns/" + campaign + "/line-items", body).expect(201).id();
    // Last: what was asked for meanwhile may wait for any of these.
    publish();
  }

  /** What the catalogue will be told of the line item's participation, in order; 0 is deleted. */
  private List<Integer> outbox() throws SQLException {
    List<Integer> parts = new ArrayList<>();
    try (Connection connection = api.connectAsOwner();
        Statement sql = connection.createStatement();
        ResultSet row =
            sql.executeQuery(
                "SELECT document FROM outbox WHERE key = 'participation/"
                    + item
                    + "' ORDER BY version")) {
      while (row.next()) {
        byte[] document = row.getBytes(1);
        parts.add(
            document == null
                ? 0
                : ((Participation) CatalogueCodec.read(CatalogueKind.PARTICIPATION, document))
                    .partsPerMillion());
      }
    }
    return parts;
  }

  /** As the publisher does when the topics have taken everything. */
  private void publish() throws SQLException {
    try (Connection connection = api.connectAsOwner();
        Statement sql = connection.createStatement()) {
      sql.execute(
          "UPDATE publication SET version = (SELECT coalesce(max(version), 0) FROM outbox)");
    }
  }

  private void awaitAsked(String after) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (ASKED.stream().skip(askedBefore).noneMatch(after::equals)) {
      assertTrue(System.nanoTime() < deadline, "asked after " + ASKED);
      Thread.sleep(50);
    }
  }

  private void await(List<Integer> expected) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!outbox().equals(expected)) {
      assertTrue(System.nanoTime() < deadline, "the outbox has " + outbox());
      Thread.sleep(50);
    }
  }

  private int serving() {
    JsonObject pacing =
        api.get("/line-items/" + item + "/serving").expect(200).json().getJsonObject("pacing");
    assertEquals("EVEN", pacing.getString("mode"));
    return pacing.getInteger("participationPartsPerMillion");
  }

  @Test
  void shouldMakeCatalogueVersionsOfWhatChanged() throws Exception {
    assertEquals(Participation.START, serving());
    tell(7, item, "250000", "4711", "9");
    await(List.of(250_000));
    assertEquals(250_000, serving());
    tell(9, item, "300000");
    publish();
    awaitAsked("7");
    await(List.of(250_000, 300_000));
    publish();
    // Told again, as after a restart, it is no change.
    tell(10, item, "300000");
    awaitAsked("10");
    assertEquals(List.of(250_000, 300_000), outbox());
    // Another database: from its beginning.
    tell(3);
    awaitAsked("");
    tell(4, item, "310000");
    await(List.of(250_000, 300_000, 310_000));
    publish();
    awaitAsked("4");
  }

  @Test
  void shouldMakeCatalogueVersionsOfMeasuredRatesBesideShares() throws Exception {
    String campaign = api.get("/line-items/" + item).json().getString("campaignId");
    String creative =
        api.get("/line-items/" + item).json().getJsonArray("creativeIds").getString(0);
    JsonObject clicks =
        CampaignFixture.lineItem(creative)
            .put("bid", new JsonObject().put("model", "CPC").put("amountMicros", 400_000));
    item = api.post("/campaigns/" + campaign + "/line-items", clicks).expect(201).id();
    JsonObject rate = new JsonObject().put("lineItemId", item).put("chargesPerMillion", 1_500);
    tell(50, new JsonArray().add(rate));
    // What was asked for since the line item was made may wait for its version.
    publish();
    // Of one that is not paced the share says nothing: it is that with which one starts.
    await(List.of(Participation.START));
    assertEquals(List.of(1_500), rates());
    publish();
    awaitAsked("50");
    JsonObject bid = api.get("/line-items/" + item + "/serving").json().getJsonObject("bid");
    assertEquals(1_500, bid.getInteger("chargesPerMillion"));
    assertEquals(true, bid.getBoolean("measured"));
    assertEquals(600_000, bid.getInteger("effectiveCpmMicros"));
    // Paced from now on: the rate stays beside its share.
    api.patch("/line-items/" + item, new JsonObject().put("pacing", "EVEN")).expect(200);
    tell(51, item, "250000");
    publish();
    await(List.of(Participation.START, 250_000));
    assertEquals(List.of(1_500, 1_500), rates());
    publish();
    api.patch("/line-items/" + item, new JsonObject().put("pacing", "ASAP")).expect(200);
    publish();
    await(List.of(Participation.START, 250_000, Participation.START));
    // It has cost more than it may.
    publish();
    awaitAsked("51");
    JsonObject stop =
        new JsonObject()
            .put("lineItemId", item)
            .put("chargesPerMillion", 0)
            .put("chargeMicros", 400_000);
    tell(52, new JsonArray().add(stop));
    await(List.of(Participation.START, 250_000, Participation.START, Participation.START));
    assertEquals(List.of(1_500, 1_500, 1_500, 0), rates());
    JsonObject serving = api.get("/line-items/" + item + "/serving").json();
    assertEquals(0, serving.getJsonObject("bid").getInteger("effectiveCpmMicros"));
    assertEquals(true, serving.encode().contains("LOSS_LIMIT"));
  }

  private List<Integer> rates() throws SQLException {
    List<Integer> rates = new ArrayList<>();
    try (Connection connection = api.connectAsOwner();
        Statement sql = connection.createStatement();
        ResultSet row =
            sql.executeQuery(
                "SELECT document FROM outbox WHERE key = 'participation/"
                    + item
                    + "' ORDER BY version")) {
      while (row.next()) {
        rates.add(
            ((Participation) CatalogueCodec.read(CatalogueKind.PARTICIPATION, row.getBytes(1)))
                .chargesPerMillion());
      }
    }
    return rates;
  }

  /** To ask after a revision says that auctions go by it. */
  @Test
  void shouldNotAskForMoreBeforeTheTopicsHaveTakenIt() throws Exception {
    tell(30, item, "250000");
    await(List.of(250_000));
    tell(31, item, "300000");
    Thread.sleep(2_500);
    assertEquals(askedBefore, ASKED.size(), "asked after " + ASKED);
    assertEquals(List.of(250_000), outbox());
    publish();
    awaitAsked("30");
    await(List.of(250_000, 300_000));
  }

  /** The log keeps documents for days only. */
  @Test
  void shouldTellAgainWhatHasNotChangedForADay() throws Exception {
    tell(40, item, "250000");
    await(List.of(250_000));
    try (Connection connection = api.connectAsOwner();
        Statement sql = connection.createStatement()) {
      sql.execute("UPDATE participation SET told_at = told_at - interval '25 hours'");
    }
    publish();
    await(List.of(250_000, 250_000));
  }

  @Test
  void shouldForgetItWithTheLineItem() throws Exception {
    tell(20, item, "250000");
    await(List.of(250_000));
    api.patch("/line-items/" + item, new JsonObject().put("status", "PAUSED")).expect(200);
    api.delete("/line-items/" + item).expect(204);
    publish();
    await(List.of(250_000, 0));
  }
}
