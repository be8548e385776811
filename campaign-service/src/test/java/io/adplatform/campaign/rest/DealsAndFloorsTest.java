package io.adplatform.campaign.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.wire.catalogue.CatalogueCodec;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.Deal;
import io.adplatform.wire.catalogue.FloorRule;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.LineItem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Deals and floor rules, through the front door. */
class DealsAndFloorsTest {
  private static CampaignFixture api;
  private static String partner;
  private static String lineItem;
  private static int deals;

  @BeforeAll
  static void start() {
    api = CampaignFixture.withoutKafka();
    partner =
        api.post("/supply-partners", CampaignFixture.supplyPartner("demo-ssp")).expect(201).id();
    String advertiser = api.newAdvertiser();
    lineItem = api.newLineItem(api.newCampaign(advertiser), api.newCreative(advertiser));
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  private static JsonObject deal() {
    return new JsonObject()
        .put("dealId", "D-" + ++deals)
        .put("name", "Spring")
        .put("supplyPartnerId", partner)
        .put("floorMicros", 1_200_000)
        .put("currency", "USD")
        .put("auctionType", "FIXED")
        .put("wseat", new JsonArray().add("s1"))
        .put("lineItemIds", new JsonArray().add(lineItem));
  }

  private static JsonObject rule() {
    return new JsonObject()
        .put("name", "Top")
        .put("supplyPartnerId", partner)
        .put("floorMicros", 2_000_000);
  }

  /** What auctions are told of it last; null where it was deleted. */
  private static CatalogueEntity told(String key) throws SQLException {
    try (Connection connection = api.connectAsOwner();
        Statement sql = connection.createStatement();
        ResultSet row =
            sql.executeQuery(
                "SELECT document FROM outbox WHERE key = '"
                    + key
                    + "' ORDER BY version DESC LIMIT 1")) {
      assertTrue(row.next(), key);
      byte[] document = row.getBytes(1);
      return document == null
          ? null
          : CatalogueCodec.read(CatalogueKey.parse(key).kind(), document);
    }
  }

  @Test
  void shouldKeepADealAndTellTheCatalogue() throws SQLException {
    JsonObject body =
        deal()
            .put("wadomain", new JsonArray().add("acme.example"))
            .put("guaranteed", true)
            .put("endAt", "2030-01-01T00:00:00Z");
    JsonObject made = api.post("/deals", body).expect(201).json();
    String path = "/deals/" + made.getString("id");
    JsonObject read = api.get(path).expect(200).json();
    assertEquals(made, read);
    body.forEach(field -> assertEquals(field.getValue(), read.getValue(field.getKey())));
    Deal deal = (Deal) told("deal/" + made.getString("id"));
    assertEquals(new Deal.Price(1_200_000, "USD", Deal.AuctionType.FIXED), deal.price());
    assertEquals(List.of(Long.parseLong(lineItem)), deal.lineItemIds());
    assertEquals(List.of("acme.example"), deal.wadomain());
    assertTrue(deal.guaranteed());

    JsonObject change =
        new JsonObject()
            .put("auctionType", "FIRST_PRICE")
            .put("lineItemIds", new JsonArray())
            .putNull("endAt")
            .put("status", "PAUSED");
    assertEquals(412, api.patch(path, change, "If-Match", "\"9\"").status());
    api.patch(path, change, "If-Match", "\"1\"").expect(200);
    deal = (Deal) told("deal/" + made.getString("id"));
    assertEquals(Deal.AuctionType.FIRST_PRICE, deal.price().auctionType());
    assertEquals(List.of(), deal.lineItemIds());
    assertNull(deal.endAt());
    assertTrue(
        api.get("/deals").expect(200).items().stream()
            .anyMatch(item -> ((JsonObject) item).getString("id").equals(made.getString("id"))));
    api.delete(path).expect(204);
    assertNull(told("deal/" + made.getString("id")));
    api.get(path).expect(404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"dealId\":\"\"}|/dealId",
        "{\"supplyPartnerId\":\"1\"}|/supplyPartnerId",
        "{\"supplyPartnerId\":\"x\"}|/supplyPartnerId",
        "{\"floorMicros\":-1}|/floorMicros",
        "{\"floorMicros\":0}|/floorMicros",
        "{\"currency\":\"XXX\"}|/currency",
        "{\"auctionType\":\"DUTCH\"}|/auctionType",
        "{\"wadomain\":[\"acme.example\",\"ACME\"]}|/wadomain/1",
        "{\"lineItemIds\":[\"1\"],\"accountId\":\"1\"}|/accountId",
        "{\"lineItemIds\":[\"1\"]}|/lineItemIds/0",
        "{\"startAt\":\"2030-01-02T00:00:00Z\",\"endAt\":\"2030-01-01T00:00:00Z\"}|/endAt",
        "{\"seats\":[]}|/seats",
      })
  void shouldNameTheFieldThatADealCannotHave(String fields, String field) {
    JsonObject body = deal().mergeIn(new JsonObject(fields));
    assertEquals(field, api.post("/deals", body).expect(422).field());
  }

  @Test
  void shouldTakeADealIdOncePerSupplyPartner() {
    JsonObject body = deal();
    api.post("/deals", body).expect(201);
    assertEquals("/dealId", api.post("/deals", body).expect(409).field());
    String other =
        api.post("/supply-partners", CampaignFixture.supplyPartner("other-ssp")).expect(201).id();
    api.post("/deals", body.copy().put("supplyPartnerId", other)).expect(201);
    api.patch("/supply-partners/" + other, new JsonObject().put("status", "PAUSED")).expect(200);
    api.delete("/supply-partners/" + other).expect(409);
  }

  @Test
  void shouldHoldADealToLineItemsOfItsAccount() {
    CampaignFixture.Tenant tenant = api.tenant("advertiser");
    JsonObject body = deal().put("accountId", tenant.account());
    assertEquals("/lineItemIds/0", api.post("/deals", body).expect(422).field());
    api.post(
            "/deals", deal().put("accountId", tenant.account()).put("lineItemIds", new JsonArray()))
        .expect(201);
  }

  @Test
  void shouldKeepALineItemThatADealNames() {
    String advertiser = api.newAdvertiser();
    String item = api.newLineItem(api.newCampaign(advertiser), api.newCreative(advertiser));
    String deal =
        api.post("/deals", deal().put("lineItemIds", new JsonArray().add(item))).expect(201).id();
    api.patch("/line-items/" + item, new JsonObject().put("status", "PAUSED")).expect(200);
    api.delete("/line-items/" + item).expect(409);
    api.patch("/deals/" + deal, new JsonObject().put("lineItemIds", new JsonArray())).expect(200);
    api.delete("/line-items/" + item).expect(204);
  }

  @Test
  void shouldShowDealsToTheirAccountAndNobodyElse() {
    CampaignFixture.Tenant own = api.tenant("advertiser");
    CampaignFixture.Tenant other = api.tenant("advertiser");
    String id =
        api.post(
                "/deals",
                deal().put("accountId", own.account()).put("lineItemIds", new JsonArray()))
            .expect(201)
            .id();
    assertEquals(200, api.send(own.key(), "GET", "/deals/" + id, null).status());
    assertEquals(1, api.send(own.key(), "GET", "/deals", null).items().size());
    assertEquals(404, api.send(other.key(), "GET", "/deals/" + id, null).status());
    assertEquals(0, api.send(other.key(), "GET", "/deals", null).items().size());
    // Terms with supply partners are the operator's to make.
    assertEquals(403, api.send(own.key(), "POST", "/deals", deal()).status());
    JsonObject pause = new JsonObject().put("status", "PAUSED");
    assertEquals(403, api.send(own.key(), "PATCH", "/deals/" + id, pause).status());
    assertEquals(403, api.send(own.key(), "DELETE", "/deals/" + id, null).status());
  }

  @Test
  void shouldHideDealsByRowsToo() throws SQLException {
    CampaignFixture.Tenant own = api.tenant("advertiser");
    api.post("/deals", deal().put("accountId", own.account()).put("lineItemIds", new JsonArray()))
        .expect(201);
    api.post("/floor-rules", rule()).expect(201);
    try (Connection connection = api.connectAsApp();
        Statement sql = connection.createStatement()) {
      connection.setAutoCommit(false);
      sql.execute("SELECT set_config('adplatform.account', '" + own.account() + "', true)");
      for (String table : List.of("deal_line_item", "floor_rule")) {
        ResultSet rows = sql.executeQuery("SELECT count(*) FROM " + table);
        rows.next();
        assertEquals(0, rows.getLong(1), table);
      }
      ResultSet rows = sql.executeQuery("SELECT count(*) FROM deal");
      rows.next();
      assertEquals(1, rows.getLong(1));
    }
  }

  @Test
  void shouldKeepAFloorRuleAndTellTheCatalogue() throws SQLException {
    JsonObject targeting =
        new JsonObject()
            .put(
                "include",
                new JsonObject()
                    .put("country", new JsonArray().add("USA"))
                    .put("size", new JsonArray().add("300x250")))
            .put("exclude", new JsonObject().put("region", new JsonArray().add("USA/CA")));
    JsonObject body =
        rule()
            .put("placements", new JsonArray().add("top"))
            .put("formats", new JsonArray().add("banner").add("video"))
            .put("targeting", targeting);
    JsonObject made = api.post("/floor-rules", body).expect(201).json();
    String path = "/floor-rules/" + made.getString("id");
    JsonObject read = api.get(path).expect(200).json();
    body.forEach(field -> assertEquals(field.getValue(), read.getValue(field.getKey())));
    FloorRule rule = (FloorRule) told("floor-rule/" + made.getString("id"));
    assertEquals(List.of("top"), rule.placements());
    assertEquals(List.of(Format.BANNER, Format.VIDEO), rule.formats());
    assertEquals(List.of("USA"), rule.targeting().include().get("country"));
    JsonObject change = new JsonObject().put("floorMicros", 5).put("status", "PAUSED");
    api.patch(path, change).expect(200);
    assertEquals(5, ((FloorRule) told("floor-rule/" + made.getString("id"))).floorCpmMicros());
    api.delete(path).expect(204);
    assertNull(told("floor-rule/" + made.getString("id")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"floorMicros\":0}|/floorMicros",
        "{\"supplyPartnerId\":\"1\"}|/supplyPartnerId",
        "{\"formats\":[\"audio\"]}|/formats/0",
        "{\"currency\":\"XXX\"}|/currency",
        "{\"targeting\":{\"include\":{\"site\":[\"a.example\"]}}}|/targeting/include/site",
        "{\"targeting\":{\"exclude\":{\"country\":[\"ZZZ\"]}}}|/targeting/exclude/country/0",
        "{\"targeting\":{\"dayparts\":[{\"from\":\"08:00\",\"to\":\"09:00\"}]}}|/targeting/dayparts",
      })
  void shouldNameTheFieldThatAFloorRuleCannotHave(String fields, String field) {
    JsonObject body = rule().mergeIn(new JsonObject(fields));
    assertEquals(field, api.post("/floor-rules", body).expect(422).field());
  }

  @Test
  void shouldShowFloorsToTheirSupplyPartner() {
    CampaignFixture.Tenant own = api.tenant("partner");
    String ssp =
        api.post(
                "/supply-partners",
                CampaignFixture.supplyPartner("own-ssp").put("accountId", own.account()))
            .expect(201)
            .id();
    String id = api.post("/floor-rules", rule().put("supplyPartnerId", ssp)).expect(201).id();
    assertEquals(200, api.send(own.key(), "GET", "/floor-rules/" + id, null).status());
    assertEquals(403, api.send(own.key(), "POST", "/floor-rules", rule()).status());
    CampaignFixture.Tenant other = api.tenant("partner");
    assertEquals(404, api.send(other.key(), "GET", "/floor-rules/" + id, null).status());
  }

  @Test
  void shouldKeepALineItemToDealsAlone() throws SQLException {
    String advertiser = api.newAdvertiser();
    String path = "/campaigns/" + api.newCampaign(advertiser) + "/line-items";
    JsonObject body = CampaignFixture.lineItem(api.newCreative(advertiser)).put("dealOnly", true);
    String id = api.post(path, body).expect(201).id();
    assertTrue(api.get("/line-items/" + id).expect(200).json().getBoolean("dealOnly"));
    assertTrue(((LineItem) told("line-item/" + id)).dealOnly());
    api.patch("/line-items/" + id, new JsonObject().put("dealOnly", false)).expect(200);
    assertFalse(((LineItem) told("line-item/" + id)).dealOnly());
  }
}
