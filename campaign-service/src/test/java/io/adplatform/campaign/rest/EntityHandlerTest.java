package io.adplatform.campaign.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.campaign.rest.CampaignFixture.Answer;
import io.adplatform.runtime.api.ApiDocument;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EntityHandlerTest {
  private static CampaignFixture api;

  @BeforeAll
  static void start() {
    api = CampaignFixture.withoutKafka();
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  @Test
  void shouldMountEveryOperationOfItsTag() {
    assertEquals(
        ApiDocument.load().operationIds("campaign"), new java.util.TreeSet<>(api.operationIds()));
  }

  @Test
  void shouldMakeReadChangeAndDeleteAnAccountAndItsKeys() {
    String account = api.post("/accounts", named("Acme Agency")).expect(201).id();
    Answer made =
        api.post("/accounts/" + account + "/api-keys", named("ci").put("role", "advertiser"))
            .expect(201);
    String key = made.json().getString("key");
    assertTrue(key.startsWith("adp_") && key.length() >= 40, key);
    assertEquals(made.header("Location"), "/api/v1/api-keys/" + made.id());

    JsonObject read = api.get("/api-keys/" + made.id()).expect(200).json();
    assertNull(read.getString("key"));
    assertEquals(key.substring(0, 8), read.getString("prefix"));
    assertEquals(1, api.get("/accounts/" + account + "/api-keys").expect(200).items().size());
    assertEquals(
        "nightly",
        api.patch("/api-keys/" + made.id(), named("nightly")).expect(200).json().getString("name"));
    api.send(key, "GET", "/accounts/" + account, null).expect(200);

    Answer refused = api.delete("/accounts/" + account).expect(409);
    assertTrue(refused.json().getString("detail").contains("1 API key"), refused.toString());
    api.delete("/api-keys/" + made.id()).expect(204);
    api.send(key, "GET", "/accounts/" + account, null).expect(401);
    api.delete("/accounts/" + account).expect(204);
    api.get("/accounts/" + account).expect(404);
  }

  @Test
  void shouldRefuseThatAKeyRevokesItself() {
    String own = api.get("/api-keys/" + ownKeyId()).expect(200).json().getString("id");
    api.delete("/api-keys/" + own).expect(409);
  }

  private static String ownKeyId() {
    for (Object each : api.get("/accounts").expect(200).items()) {
      String account = ((JsonObject) each).getString("id");
      for (Object key : api.get("/accounts/" + account + "/api-keys").expect(200).items()) {
        if (((JsonObject) key).getString("name").equals("bootstrap")) {
          return ((JsonObject) key).getString("id");
        }
      }
    }
    throw new AssertionError("no bootstrap key");
  }

  @Test
  void shouldMakeReadChangeAndDeleteDemand() {
    String advertiser = api.newAdvertiser();
    assertEquals("UTC", api.get("/advertisers/" + advertiser).json().getString("timeZone"));
    String campaign = api.newCampaign(advertiser);
    String creative = api.newCreative(advertiser);
    Answer made =
        api.post("/campaigns/" + campaign + "/line-items", CampaignFixture.lineItem(creative))
            .expect(201);
    JsonObject item = made.json();
    assertEquals("ACTIVE", item.getString("status"));
    assertEquals("USD", item.getString("currency"));
    assertEquals("ASAP", item.getString("pacing"));
    assertEquals(2_500_000L, item.getJsonObject("bid").getLong("amountMicros"));
    assertEquals(advertiser, item.getString("advertiserId"));
    assertEquals(List.of(creative), item.getJsonArray("creativeIds").getList());
    assertEquals(item, api.get("/line-items/" + made.id()).expect(200).json());
    assertEquals("\"1\"", made.header("ETag"));
    assertTrue(Long.parseLong(made.header("X-Catalogue-Version")) > 0);

    assertInUse("/advertisers/" + advertiser, "1 campaign");
    assertInUse("/campaigns/" + campaign, "1 line item");
    assertInUse("/creatives/" + creative, "line item " + made.id());
    assertEquals("/status", api.delete("/line-items/" + made.id()).expect(409).field());
    api.patch("/line-items/" + made.id(), new JsonObject().put("status", "PAUSED")).expect(200);
    api.delete("/line-items/" + made.id()).expect(204);
    api.delete("/creatives/" + creative).expect(204);
    api.delete("/campaigns/" + campaign).expect(204);
    api.delete("/advertisers/" + advertiser).expect(204);
    api.delete("/advertisers/" + advertiser).expect(404);
  }

  private static void assertInUse(String path, String by) {
    Answer refused = api.delete(path).expect(409);
    assertTrue(refused.json().getString("detail").contains(by), refused.json().encode());
  }

  @Test
  void shouldMergeAPatchIntoWhatIsStored() {
    String advertiser = api.newAdvertiser();
    String campaign = api.newCampaign(advertiser);
    String item = api.newLineItem(campaign, api.newCreative(advertiser));
    JsonObject patch =
        new JsonObject()
            .put("status", "PAUSED")
            .put("bid", new JsonObject().put("amountMicros", 3_000_000))
            .put("budget", new JsonObject().putNull("dailyMicros"))
            .put("endAt", "2027-01-01T01:00:00+01:00")
            .put(
                "targeting",
                new JsonObject()
                    .put(
                        "include", new JsonObject().putNull("country").put("size", list("300x250")))
                    .put(
                        "dayparts",
                        new JsonArray()
                            .add(new JsonObject().put("from", "22:00").put("to", "06:00"))));
    JsonObject changed = api.patch("/line-items/" + item, patch).expect(200).json();
    assertEquals("PAUSED", changed.getString("status"));
    assertEquals(3_000_000L, changed.getJsonObject("bid").getLong("amountMicros"));
    assertEquals(50_000_000L, changed.getJsonObject("budget").getLong("totalMicros"));
    assertNull(changed.getJsonObject("budget").getLong("dailyMicros"));
    assertEquals("2027-01-01T00:00:00Z", changed.getString("endAt"));
    JsonObject include = changed.getJsonObject("targeting").getJsonObject("include");
    assertEquals(java.util.Set.of("deviceType", "size"), include.fieldNames());
    assertEquals(2, changed.getInteger("version"));

    JsonObject cleared =
        api.patch("/line-items/" + item, new JsonObject().putNull("endAt").putNull("targeting"))
            .expect(200)
            .json();
    assertNull(cleared.getString("endAt"));
    assertTrue(cleared.getJsonObject("targeting").getJsonObject("include").isEmpty());
  }

  @Test
  void shouldKeepFrequencyCapsOfAdvertisersCampaignsAndLineItems() {
    JsonArray caps = new JsonArray().add(cap(3, 3_600)).add(cap(10, 86_400));
    String advertiser =
        api.post("/advertisers", named("Acme").put("currency", "USD").put("frequencyCaps", caps))
            .expect(201)
            .id();
    String campaign =
        api.post(
                "/advertisers/" + advertiser + "/campaigns",
                named("Sale").put("frequencyCaps", caps))
            .expect(201)
            .id();
    JsonObject body = CampaignFixture.lineItem(api.newCreative(advertiser));
    String lineItem =
        api.post("/campaigns/" + campaign + "/line-items", body.put("frequencyCaps", caps))
            .expect(201)
            .id();
    JsonArray one = new JsonArray().add(cap(1, 60));
    for (String path :
        List.of(
            "/advertisers/" + advertiser, "/campaigns/" + campaign, "/line-items/" + lineItem)) {
      assertEquals(caps, api.get(path).expect(200).json().getJsonArray("frequencyCaps"));
      api.patch(path, new JsonObject().put("frequencyCaps", one)).expect(200);
      assertEquals(one, api.get(path).expect(200).json().getJsonArray("frequencyCaps"));
      api.patch(path, new JsonObject().put("frequencyCaps", new JsonArray())).expect(200);
      assertEquals(new JsonArray(), api.get(path).expect(200).json().getJsonArray("frequencyCaps"));
    }
  }

  private static JsonObject cap(int impressions, int perSeconds) {
    return new JsonObject().put("impressions", impressions).put("perSeconds", perSeconds);
  }

  @Test
  void shouldTakeTheMediaTypeOfMergePatches() {
    String advertiser = api.newAdvertiser();
    api.send(
            api.operatorKey,
            "PATCH",
            "/advertisers/" + advertiser,
            null,
            "Content-Type",
            "application/merge-patch+json")
        .expect(400);
    assertEquals(
        "Anew", api.patch("/advertisers/" + advertiser, named("Anew")).json().getString("name"));
  }

  @Test
  void shouldMakeReadChangeAndDeleteASupplyPartner() {
    Answer made =
        api.post(
                "/supply-partners",
                CampaignFixture.supplyPartner("ssp-1")
                    .put("marginPercent", 12.5)
                    .put("recordShare", 0.25))
            .expect(201);
    JsonObject partner = made.json();
    assertEquals(12.5, partner.getDouble("marginPercent"));
    assertEquals(0.25, partner.getDouble("recordShare"));
    assertEquals(300, partner.getInteger("defaultTmaxMillis"));
    assertEquals("BEACON", partner.getString("billableEvent"));
    Answer taken = api.post("/supply-partners", CampaignFixture.supplyPartner("ssp-1")).expect(409);
    assertEquals("/key", taken.field());
    assertTrue(
        api.patch("/supply-partners/" + made.id(), new JsonObject().put("debug", true))
            .expect(200)
            .json()
            .getBoolean("debug"));
    String path = "/supply-partners/" + made.id();
    assertEquals("/status", api.delete(path).expect(409).field());
    api.patch(path, new JsonObject().put("status", "PAUSED")).expect(200);
    api.delete(path).expect(204);
  }

  @Test
  void shouldRefuseAStaleVersionAndTakeTheCurrentOne() {
    String advertiser = api.newAdvertiser();
    String path = "/advertisers/" + advertiser;
    api.patch(path, named("Two"), "If-Match", "\"1\"").expect(200);
    api.patch(path, named("Three"), "If-Match", "\"1\"").expect(412);
    api.delete(path, "If-Match", "1").expect(412);
    assertEquals("Two", api.get(path).json().getString("name"));
    Answer third = api.patch(path, named("Three"), "If-Match", "2").expect(200);
    assertEquals("\"3\"", third.header("ETag"));
    api.patch(path, named("Four"), "If-Match", "newest").expect(422);
  }

  @Test
  void shouldAnswerARepeatedWriteAsTheFirstTime() {
    String key = UUID.randomUUID().toString();
    JsonObject body = named("Once").put("currency", "EUR");
    Answer first = api.post("/advertisers", body, "Idempotency-Key", key).expect(201);
    Answer again = api.post("/advertisers", body, "Idempotency-Key", key).expect(201);
    assertEquals(first.json(), again.json());
    assertEquals(first.header("X-Catalogue-Version"), again.header("X-Catalogue-Version"));
    assertEquals("true", again.header("Idempotency-Replayed"));
    assertEquals(
        "Idempotency-Key",
        api.post("/advertisers", named("Other").put("currency", "EUR"), "Idempotency-Key", key)
            .expect(422)
            .field());
  }

  @Test
  void shouldLetARefusedWriteBeTriedAgainUnderItsKey() {
    String key = UUID.randomUUID().toString();
    String path = "/advertisers/" + api.newAdvertiser();
    api.patch(path, named("x").put("currency", "XXX"), "Idempotency-Key", key).expect(422);
    api.patch(path, named("x").put("currency", "EUR"), "Idempotency-Key", key).expect(200);
  }

  @Test
  void shouldMakeOneThingOfConcurrentWritesWithOneKey() {
    String key = UUID.randomUUID().toString();
    JsonObject body = named("Racing").put("currency", "EUR");
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<String>> ids = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        ids.add(
            CompletableFuture.supplyAsync(
                () -> api.post("/advertisers", body, "Idempotency-Key", key).expect(201).id(),
                threads));
      }
      assertEquals(1, ids.stream().map(CompletableFuture::join).distinct().count());
    }
  }

  @Test
  void shouldNotKeepAnApiKeyForRepeatedRequests() throws Exception {
    String account = api.post("/accounts", named("Quiet")).expect(201).id();
    JsonObject body = named("ci").put("role", "advertiser");
    String path = "/accounts/" + account + "/api-keys";
    Answer first = api.post(path, body, "Idempotency-Key", "k-" + account).expect(201);
    Answer again = api.post(path, body, "Idempotency-Key", "k-" + account).expect(201);
    assertNotNull(first.json().getString("key"));
    assertEquals(first.id(), again.id());
    assertNull(again.json().getString("key"));
    try (Connection connection = api.connectAsOwner();
        ResultSet row =
            connection
                .createStatement()
                .executeQuery(
                    "SELECT count(*) FILTER (WHERE b.text LIKE '%\"prefix\":\"adp_%'),"
                        + " count(*) FILTER (WHERE position('"
                        + first.json().getString("key")
                        + "' IN b.text) > 0 OR b.text LIKE '%\"key\"%')"
                        + " FROM idempotency, convert_from(body, 'UTF8') AS b (text)")) {
      row.next();
      assertEquals(1, row.getInt(1), "the answer is kept");
      assertEquals(0, row.getInt(2), "the key is not");
    }
  }

  @Test
  void shouldPageThroughAList() {
    String advertiser = api.newAdvertiser();
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      made.add(api.newCampaign(advertiser));
    }
    List<String> read = new ArrayList<>();
    String path = "/advertisers/" + advertiser + "/campaigns?limit=2";
    String cursor = null;
    int pages = 0;
    do {
      Answer page = api.get(path + (cursor == null ? "" : "&cursor=" + cursor)).expect(200);
      page.items().forEach(item -> read.add(((JsonObject) item).getString("id")));
      cursor = page.json().getString("nextCursor");
      pages++;
    } while (cursor != null);
    assertEquals(made, read);
    assertEquals(3, pages);
    assertEquals("limit", api.get("/campaigns?limit=501").expect(422).field());
    assertEquals("limit", api.get("/campaigns?limit=0").expect(422).field());
    assertEquals("cursor", api.get("/campaigns?cursor=zzz").expect(422).field());
    api.get("/advertisers/1/campaigns").expect(404);
  }

  @Test
  void shouldEndAPageOfLargeThingsEarly() {
    String advertiser = api.newAdvertiser();
    String path = "/advertisers/" + advertiser + "/creatives";
    JsonObject large = CampaignFixture.creative().put("markup", "x".repeat(65_000));
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      made.add(api.post(path, large).expect(201).id());
    }
    Answer first = api.get(path + "?limit=500").expect(200);
    assertTrue(first.response().body().length() < 1_100_000);
    assertTrue(first.items().size() < 20);
    Answer rest =
        api.get(path + "?limit=500&cursor=" + first.json().getString("nextCursor")).expect(200);
    assertNull(rest.json().getString("nextCursor"));
    List<String> read = new ArrayList<>();
    first.items().forEach(item -> read.add(((JsonObject) item).getString("id")));
    rest.items().forEach(item -> read.add(((JsonObject) item).getString("id")));
    assertEquals(made, read);
  }

  @Test
  void shouldRefuseThatMoneyChangesItsCurrency() {
    String advertiser = api.newAdvertiser();
    String path = "/advertisers/" + advertiser;
    api.patch(path, new JsonObject().put("currency", "EUR")).expect(200);
    api.newCampaign(advertiser);
    assertEquals(
        "/currency", api.patch(path, new JsonObject().put("currency", "USD")).expect(409).field());
    assertEquals(
        "/timeZone",
        api.patch(path, new JsonObject().put("timeZone", "Asia/Tokyo")).expect(409).field());
    api.patch(path, named("Only the name")).expect(200);
  }

  @Test
  void shouldMakeAnAdvertisersFirstCampaignsSideBySide() {
    for (int round = 0; round < 10; round++) {
      String advertiser = api.newAdvertiser();
      List<CompletableFuture<String>> campaigns = new ArrayList<>();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 6; i++) {
          campaigns.add(CompletableFuture.supplyAsync(() -> api.newCampaign(advertiser), threads));
        }
      }
      assertEquals(6, campaigns.stream().map(CompletableFuture::join).distinct().count());
    }
  }

  @Test
  void shouldRefuseThatMoneyChangesItsCurrencyWhenItsCampaignsAreDeleted() throws Exception {
    String advertiser = api.newAdvertiser();
    String path = "/advertisers/" + advertiser;
    String campaign = api.newCampaign(advertiser);
    api.patch("/campaigns/" + campaign, new JsonObject().put("status", "PAUSED")).expect(200);
    api.delete("/campaigns/" + campaign).expect(204);
    assertEquals(
        "/currency", api.patch(path, new JsonObject().put("currency", "EUR")).expect(409).field());
    assertEquals(
        "/timeZone",
        api.patch(path, new JsonObject().put("timeZone", "Asia/Tokyo")).expect(409).field());
    api.patch(path, named("Only the name")).expect(200);
    try (Connection connection = api.connectAsOwner()) {
      SQLException refused =
          assertThrows(
              SQLException.class,
              () ->
                  connection
                      .createStatement()
                      .execute(
                          "UPDATE campaign.advertiser SET currency = 'EUR' WHERE id = "
                              + advertiser));
      assertTrue(refused.getMessage().contains("stay as they are"), refused.toString());
    }
  }

  @Test
  void shouldSayWhetherACreativeIsSecure() {
    String advertiser = api.newAdvertiser();
    Answer secure =
        api.post("/advertisers/" + advertiser + "/creatives", CampaignFixture.creative());
    assertTrue(secure.expect(201).json().getBoolean("secure"));
    JsonObject plain =
        new JsonObject().put("markup", "<script>load('http:\\/\\/acme.example/x.js')</script>");
    assertFalse(
        api.patch("/creatives/" + secure.id(), plain).expect(200).json().getBoolean("secure"));
  }

  private static JsonObject named(String name) {
    return new JsonObject().put("name", name);
  }

  private static JsonArray list(String value) {
    return new JsonArray().add(value);
  }
}
