package io.adplatform.campaign.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.campaign.outbox.CatalogueTopicsConfig;
import io.adplatform.campaign.rest.CampaignFixture;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.api.ApiServerConfig;
import io.adplatform.runtime.api.Problem;
import io.adplatform.testkit.server.TestPostgres;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServingHandlerTest {
  private static final String NODE_KEY = "a-node-key-of-some-length";
  private static final int WARM_UP = 20;

  private static ApiServer peers;
  private static CampaignFixture api;
  private static volatile JsonObject budget;
  private static volatile JsonObject activity;

  private String campaign;
  private String creative;
  private String item;

  @BeforeAll
  static void start() {
    peers =
        ApiServer.builder(ApiServerConfig.of("127.0.0.1", 0))
            .nodeKey(NODE_KEY)
            .internal("GET", "/line-items/:id/budget", r -> answer(budget))
            .internal("GET", "/campaigns/:id/budget", r -> answer(budget))
            .internal("GET", "/line-items/:id/activity", r -> answer(activity))
            .start();
    String url = "http://127.0.0.1:" + peers.port();
    api =
        new CampaignFixture(
            TestPostgres.freshDatabase(),
            CatalogueTopicsConfig.of(CampaignFixture.NO_KAFKA),
            new ServicePeersConfig(url, url, NODE_KEY));
    api.post("/supply-partners", CampaignFixture.supplyPartner("demo-ssp")).expect(201);
    awaitPeers();
  }

  /** A question to a peer is not waited for long, and the first one finds everything cold. */
  private static void awaitPeers() {
    answerAll();
    String advertiser = api.newAdvertiser();
    String first = api.newLineItem(api.newCampaign(advertiser), api.newCreative(advertiser));
    JsonObject serving = null;
    for (int i = 0; i < WARM_UP && (serving == null || codes(serving).size() > 0); i++) {
      serving = api.get("/line-items/" + first + "/serving").expect(200).json();
    }
  }

  private static ApiResponse answer(JsonObject body) {
    if (body == null) {
      throw Problem.unavailable("away");
    }
    return ApiResponse.ok(body);
  }

  @AfterAll
  static void stop() {
    api.close();
    peers.close();
  }

  @BeforeEach
  void prepare() {
    answerAll();
    String advertiser = api.newAdvertiser();
    campaign = api.newCampaign(advertiser);
    creative = api.newCreative(advertiser);
    item = api.newLineItem(campaign, creative);
  }

  private static void answerAll() {
    budget = new JsonObject().put("freeMicros", 5_000_000L).putNull("reason");
    activity =
        new JsonObject()
            .put("auctions", 200L)
            .put("matched", 50L)
            .put("lostOnPrice", 10L)
            .put("targeting", new JsonObject().put("imps", 100L).put("matches", 25L));
  }

  private JsonObject serving() {
    return api.get("/line-items/" + item + "/serving").expect(200).json();
  }

  private static List<String> codes(JsonObject serving) {
    return serving.getJsonArray("reasons").stream()
        .map(reason -> ((JsonObject) reason).getString("code"))
        .filter(code -> !code.equals("CHANGE_PENDING"))
        .toList();
  }

  @Test
  void shouldSayThatItServes() {
    JsonObject serving = serving();
    assertTrue(serving.getBoolean("serving"));
    assertEquals(List.of(), codes(serving));
    assertEquals(0.25, serving.getDouble("targetingShare"));
    assertEquals(5_000_000L, serving.getJsonObject("budget").getLong("freeMicros"));
    assertEquals(200L, serving.getJsonObject("lastHour").getLong("auctions"));
  }

  @Test
  void shouldNameEveryReasonOfItsOwn() {
    api.patch("/line-items/" + item, new JsonObject().put("status", "PAUSED")).expect(200);
    api.patch(
            "/campaigns/" + campaign,
            new JsonObject().put("status", "PAUSED").put("startAt", "2090-01-01T00:00:00Z"))
        .expect(200);
    api.patch("/creatives/" + creative, new JsonObject().put("status", "PAUSED")).expect(200);
    JsonObject serving = serving();
    assertFalse(serving.getBoolean("serving"));
    assertEquals(
        List.of("LINE_ITEM_PAUSED", "CAMPAIGN_PAUSED", "NOT_STARTED", "CREATIVES_PAUSED"),
        codes(serving));
  }

  @Test
  void shouldSayThatItEnded() {
    api.patch("/line-items/" + item, new JsonObject().put("endAt", "2020-01-01T00:00:00Z"))
        .expect(200);
    assertEquals(List.of("ENDED"), codes(serving()));
  }

  @Test
  void shouldSayThatTheBudgetIsSpent() {
    budget = new JsonObject().put("reason", "DAILY_BUDGET");
    JsonObject serving = serving();
    assertFalse(serving.getBoolean("serving"));
    assertEquals(List.of("DAILY_BUDGET"), codes(serving));
  }

  @Test
  void shouldServeOnALeaseThatIsOpenWhereNothingElseIsFree() {
    budget = new JsonObject().put("reason", "DAILY_BUDGET").put("leaseOpen", true);
    JsonObject serving = serving();
    assertTrue(serving.getBoolean("serving"));
    assertEquals(List.of("BUDGET_LEASED"), codes(serving));
    budget = new JsonObject().put("reason", "CAMPAIGN_PAUSED").put("leaseOpen", true);
    assertFalse(serving().getBoolean("serving"));
  }

  @Test
  void shouldSayThatItsAdvertiserHasNoMoneyLeft() {
    for (String reason : List.of("PREPAID_FUNDS", "CREDIT_LIMIT", "ADVERTISER_DAILY_BUDGET")) {
      budget = new JsonObject().put("reason", reason);
      JsonObject serving = serving();
      assertFalse(serving.getBoolean("serving"));
      assertEquals(List.of(reason), codes(serving));
      assertTrue(serving.getJsonArray("reasons").encode().contains("advertiser"));
      budget.put("leaseOpen", true);
      assertEquals(List.of("BUDGET_LEASED"), codes(serving()));
    }
  }

  private static JsonObject budgetOf(Long total, Long daily) {
    JsonObject bounds = new JsonObject().put("totalMicros", total).put("dailyMicros", daily);
    return new JsonObject().put("budget", bounds);
  }

  @Test
  void shouldRefuseABudgetBelowWhatIsCharged() {
    budget = new JsonObject().put("chargedTotalMicros", 500L).put("chargedTodayMicros", 50L);
    for (String path : List.of("/line-items/" + item, "/campaigns/" + campaign)) {
      assertEquals(
          "/budget/totalMicros", api.patch(path, budgetOf(499L, null)).expect(422).field());
      assertEquals("/budget/dailyMicros", api.patch(path, budgetOf(500L, 49L)).expect(422).field());
      api.patch(path, budgetOf(500L, 50L)).expect(200);
      budget.put("chargedTotalMicros", 600L);
      // What stays as it was, or goes up, may be below what leases were still charged.
      api.patch(path, budgetOf(550L, 50L)).expect(200);
      budget.put("chargedTotalMicros", 500L);
    }
  }

  @Test
  void shouldTakeABudgetWhileBillingIsAway() {
    budget = null;
    api.patch("/line-items/" + item, budgetOf(1L, 1L)).expect(200);
  }

  @Test
  void shouldNotTellTenantsHowMuchTheWholeExchangeDoes() {
    CampaignFixture.Tenant tenant = api.tenant("advertiser");
    JsonObject own = new JsonObject().put("name", "Mine").put("currency", "USD");
    String advertiser = api.send(tenant.key(), "POST", "/advertisers", own).expect(201).id();
    item = api.newLineItem(api.newCampaign(advertiser), api.newCreative(advertiser));
    activity.put("matched", 0L).remove("targeting");
    JsonObject serving =
        api.send(tenant.key(), "GET", "/line-items/" + item + "/serving", null).expect(200).json();
    assertFalse(serving.getJsonObject("lastHour").containsKey("auctions"));
    assertFalse(serving.encode().contains("200"), serving.encode());
    assertEquals(200L, serving().getJsonObject("lastHour").getLong("auctions"));
  }

  @Test
  void shouldSayThatCreativesAreNotSecure() {
    JsonObject plain = new JsonObject().put("markup", "<img src='http://acme.example/x.png'>");
    api.patch("/creatives/" + creative, plain).expect(200);
    JsonObject serving = serving();
    assertTrue(serving.getBoolean("serving"));
    assertEquals(List.of("CREATIVES_NOT_SECURE"), codes(serving));
  }

  @Test
  void shouldSayWhatHindersIt() {
    activity = new JsonObject().put("auctions", 200L).put("matched", 0L);
    assertEquals(List.of("NO_MATCH"), codes(serving()));
    activity = new JsonObject().put("auctions", 200L).put("matched", 9L).put("lostOnPrice", 9L);
    JsonObject serving = serving();
    assertEquals(List.of("LOST_ON_PRICE"), codes(serving));
    assertTrue(serving.getBoolean("serving"));
  }

  @Test
  void shouldSayWhichPartIsUnknown() {
    budget = null;
    activity = null;
    JsonObject serving = serving();
    assertEquals(List.of("BUDGET_UNKNOWN", "ACTIVITY_UNKNOWN"), codes(serving));
    assertNull(serving.getValue("budget"));
    assertNull(serving.getValue("lastHour"));
  }

  private boolean isChangePending() {
    return serving().getJsonArray("reasons").stream()
        .anyMatch(r -> ((JsonObject) r).getString("code").equals("CHANGE_PENDING"));
  }

  @Test
  void shouldSayThatAChangeOfAnythingItHangsOnIsNotPublishedYet() throws SQLException {
    String advertiser =
        api.get("/campaigns/" + campaign).expect(200).json().getString("advertiserId");
    for (String path :
        List.of(
            "/line-items/" + item,
            "/campaigns/" + campaign,
            "/advertisers/" + advertiser,
            "/creatives/" + creative)) {
      takeForPublished();
      assertFalse(isChangePending());
      api.patch(path, new JsonObject().put("name", "Anew")).expect(200);
      assertTrue(isChangePending(), path);
    }
  }

  /** As if the topics, which are away here, had taken everything. */
  private static void takeForPublished() throws SQLException {
    try (Connection connection = api.connectAsOwner();
        Statement sql = connection.createStatement()) {
      sql.execute("UPDATE publication SET version = (SELECT version FROM catalogue_clock)");
    }
  }
}
