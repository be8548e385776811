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
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is said of a deal that does not deliver, through the front door. */
class DealServingTest {
  private static final String NODE_KEY = "a-node-key-of-some-length";

  private static ApiServer peers;
  private static CampaignFixture api;
  private static String partner;
  private static int deals;
  private static volatile JsonObject activity;

  private String item;

  @BeforeAll
  static void start() {
    peers =
        ApiServer.builder(ApiServerConfig.of("127.0.0.1", 0))
            .nodeKey(NODE_KEY)
            .internal("GET", "/deals/:id/activity", request -> answer())
            .start();
    String url = "http://127.0.0.1:" + peers.port();
    api =
        new CampaignFixture(
            TestPostgres.freshDatabase(),
            CatalogueTopicsConfig.of(CampaignFixture.NO_KAFKA),
            new ServicePeersConfig(url, url, NODE_KEY));
    partner =
        api.post("/supply-partners", CampaignFixture.supplyPartner("demo-ssp")).expect(201).id();
  }

  private static ApiResponse answer() {
    if (activity == null) {
      throw Problem.unavailable("away");
    }
    return ApiResponse.ok(
        new JsonObject().put("lastHour", activity).put("lastDay", activity.copy()));
  }

  @AfterAll
  static void stop() {
    api.close();
    peers.close();
  }

  @BeforeEach
  void prepare() {
    activity = new JsonObject().put("requests", 9).put("matched", 7).put("bids", 5);
    String advertiser = api.newAdvertiser();
    item = api.newLineItem(api.newCampaign(advertiser), api.newCreative(advertiser));
  }

  private String deal(JsonObject members, String... lineItems) {
    JsonObject body =
        new JsonObject()
            .put("dealId", "D-" + ++deals)
            .put("name", "Spring")
            .put("supplyPartnerId", partner)
            .put("lineItemIds", new JsonArray(List.of(lineItems)))
            .mergeIn(members);
    return api.post("/deals", body).expect(201).id();
  }

  private static JsonObject serving(String deal) {
    return api.get("/deals/" + deal + "/serving").expect(200).json();
  }

  private static List<String> codes(JsonObject serving) {
    return serving.getJsonArray("reasons").stream()
        .map(reason -> ((JsonObject) reason).getString("code"))
        .toList();
  }

  @Test
  void shouldSayThatADealServes() {
    JsonObject serving = serving(deal(new JsonObject(), item));
    assertEquals(true, serving.getBoolean("serving"));
    assertEquals(List.of(), codes(serving));
    assertEquals(9, serving.getJsonObject("lastHour").getInteger("requests"));
    assertEquals(5, serving.getJsonObject("lastDay").getInteger("bids"));
  }

  @Test
  void shouldNameWhatKeepsADealFromServing() {
    JsonObject members =
        new JsonObject().put("status", "PAUSED").put("endAt", "2020-01-01T00:00:00Z");
    JsonObject serving = serving(deal(members));
    assertEquals(false, serving.getBoolean("serving"));
    assertEquals(List.of("PAUSED", "ENDED", "NO_LINE_ITEM"), codes(serving));
    String waiting = deal(new JsonObject().put("startAt", "2090-01-01T00:00:00Z"), item);
    api.patch("/line-items/" + item, new JsonObject().put("status", "PAUSED")).expect(200);
    assertEquals(List.of("NOT_STARTED", "NO_ACTIVE_LINE_ITEM"), codes(serving(waiting)));
  }

  @Test
  void shouldSayWhereRequestsWereLost() {
    String deal = deal(new JsonObject(), item);
    activity = new JsonObject().put("requests", 9).put("matched", 7).put("bids", 0);
    assertEquals(List.of("NO_BIDS"), codes(serving(deal)));
    activity = new JsonObject().put("requests", 9).put("matched", 0).put("bids", 0);
    assertEquals(List.of("NO_MATCH"), codes(serving(deal)));
    activity = new JsonObject().put("requests", 0).put("matched", 0).put("bids", 0);
    assertEquals(List.of("NO_REQUESTS"), codes(serving(deal)));
    activity = null;
    JsonObject unknown = serving(deal);
    assertEquals(List.of("ACTIVITY_UNKNOWN"), codes(unknown));
    assertEquals(true, unknown.getBoolean("serving"));
    assertNull(unknown.getJsonObject("lastHour"));
  }

  @Test
  void shouldSayThatALineItemLacksADeal() {
    String path = "/line-items/" + item;
    api.patch(path, new JsonObject().put("dealOnly", true)).expect(200);
    assertTrue(codes(api.get(path + "/serving").expect(200).json()).contains("NO_DEAL"));
    deal(new JsonObject(), item);
    assertFalse(codes(api.get(path + "/serving").expect(200).json()).contains("NO_DEAL"));
  }

  @Test
  void shouldTellItToItsAccountAlone() {
    CampaignFixture.Tenant own = api.tenant("advertiser");
    CampaignFixture.Tenant other = api.tenant("advertiser");
    String path = "/deals/" + deal(new JsonObject().put("accountId", own.account())) + "/serving";
    assertEquals(200, api.send(own.key(), "GET", path, null).status());
    assertEquals(404, api.send(other.key(), "GET", path, null).status());
  }
}
