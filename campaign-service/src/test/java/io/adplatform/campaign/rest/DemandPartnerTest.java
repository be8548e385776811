package io.adplatform.campaign.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.campaign.rest.CampaignFixture.Answer;
import io.adplatform.campaign.rest.CampaignFixture.Tenant;
import io.adplatform.wire.catalogue.CatalogueCodec;
import io.adplatform.wire.catalogue.CatalogueKind;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.Format;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DemandPartnerTest {
  private static final String URL = "https://dsp.example/bid";
  private static final String SECRET = "Bearer top-5ecret";

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
  void shouldFillInWhatIsLeftOut() {
    JsonObject made = api.post("/demand-partners", partner()).expect(201).json();
    assertEquals("ACTIVE", made.getString("status"));
    assertEquals(URL, made.getString("endpoint"));
    assertEquals(new JsonObject(), made.getJsonObject("endpoints"));
    assertEquals("OPENRTB_2_6", made.getString("protocol"));
    assertEquals(150, made.getInteger("timeoutMillis"));
    assertEquals(1_000, made.getInteger("queriesPerSecond"));
    assertEquals("USD", made.getString("currency"));
    assertEquals(
        new JsonArray().add("banner").add("video").add("native"), made.getValue("formats"));
    assertEquals("PLAIN", made.getString("priceEncoding"));
    assertNull(made.getValue("authHeader"));
    assertEquals(false, made.getBoolean("gzip"));
  }

  @Test
  void shouldTellTheCatalogueWhatWasConfiguredPoints22To26() throws SQLException {
    JsonObject body =
        partner()
            .put("endpoints", new JsonObject().put("eu", "https://eu.dsp.example:8443/b?s=1"))
            .put("protocol", "OPENRTB_2_5")
            .put("timeoutMillis", 120)
            .put("queriesPerSecond", 7)
            .put("gzip", true)
            .put("authHeader", new JsonObject().put("name", "X-Auth").put("value", SECRET))
            .put("currency", "EUR")
            .put("seats", new JsonArray().add("s1").add("s2"))
            .put("marginPercent", 12.5)
            .put("priceEncoding", "BASE64")
            .put("formats", new JsonArray().add("video"))
            .put("redactedFields", new JsonArray().add("device.ifa").add("user.buyeruid"))
            .put(
                "targeting",
                new JsonObject()
                    .put("include", new JsonObject().put("country", new JsonArray().add("DEU"))));
    Answer made = api.post("/demand-partners", body).expect(201);
    DemandPartner told = told(made.id());
    assertEquals(
        Map.of("default", URL, "eu", "https://eu.dsp.example:8443/b?s=1"), told.endpoint().urls());
    assertEquals(DemandPartner.Protocol.OPENRTB_2_5, told.endpoint().protocol());
    assertEquals(120, told.endpoint().timeoutMillis());
    assertEquals(7, told.endpoint().queriesPerSecond());
    assertTrue(told.endpoint().gzip());
    assertEquals("X-Auth", told.endpoint().authHeader());
    assertEquals("EUR", told.terms().currency());
    assertEquals(List.of("s1", "s2"), told.terms().seats());
    assertEquals(1_250, told.terms().marginBasisPoints());
    assertEquals(DemandPartner.PriceEncoding.BASE64, told.terms().priceEncoding());
    assertEquals(List.of(Format.VIDEO), told.sent().formats());
    assertEquals(List.of("device.ifa", "user.buyeruid"), told.sent().redactedFields());
    assertEquals(List.of("DEU"), told.sent().targeting().include().get("country"));
    Answer read = api.get("/demand-partners/" + made.id()).expect(200);
    assertEquals(made.json(), read.json());
  }

  @Test
  void shouldNeverShowTheAuthHeadersValue() throws SQLException {
    JsonObject auth = new JsonObject().put("name", "Authorization").put("value", SECRET);
    Answer made =
        api.post("/demand-partners", partner().put("authHeader", auth), "Idempotency-Key", "k-7")
            .expect(201);
    String path = "/demand-partners/" + made.id();
    Answer again =
        api.post("/demand-partners", partner().put("authHeader", auth), "Idempotency-Key", "k-7")
            .expect(201);
    Answer read = api.get(path).expect(200);
    Answer list = api.get("/demand-partners").expect(200);
    for (Answer answer : List.of(made, again, read, list)) {
      assertFalse(answer.response().body().contains("5ecret"), answer.response().body());
      assertFalse(answer.response().body().contains("s1.1."), answer.response().body());
    }
    assertEquals(
        new JsonObject().put("name", "Authorization").put("set", true),
        read.json().getJsonObject("authHeader"));
    try (Connection owner = api.connectAsOwner();
        Statement sql = owner.createStatement();
        ResultSet row =
            sql.executeQuery(
                "SELECT (SELECT count(*) FROM demand_partner t WHERE t::text LIKE '%5ecret%')"
                    + " + (SELECT count(*) FROM outbox WHERE convert_from(document, 'UTF8') LIKE"
                    + " '%5ecret%') + (SELECT count(*) FROM idempotency WHERE"
                    + " convert_from(body, 'UTF8') LIKE '%5ecret%')")) {
      row.next();
      assertEquals(0, row.getInt(1));
    }
    assertEquals(SECRET, opened(told(made.id())));
  }

  @Test
  void shouldKeepTheSecretThroughAPatchThatDoesNotNameIt() throws SQLException {
    JsonObject auth = new JsonObject().put("name", "Authorization").put("value", SECRET);
    String id = api.post("/demand-partners", partner().put("authHeader", auth)).expect(201).id();
    String path = "/demand-partners/" + id;
    api.patch(path, new JsonObject().put("timeoutMillis", 99)).expect(200);
    assertEquals(SECRET, opened(told(id)));
    JsonObject renamed = new JsonObject().put("authHeader", new JsonObject().put("name", "X-Key"));
    assertEquals(
        "X-Key",
        api.patch(path, renamed).expect(200).json().getJsonObject("authHeader").getString("name"));
    assertEquals(SECRET, opened(told(id)));
    JsonObject other = new JsonObject().put("authHeader", new JsonObject().put("value", "other"));
    api.patch(path, other).expect(200);
    assertEquals("other", opened(told(id)));
    api.patch(path, new JsonObject().putNull("authHeader")).expect(200);
    assertNull(told(id).endpoint().authValue());
    assertEquals("/authHeader/value", api.patch(path, renamed).expect(422).field());
  }

  @Test
  void shouldNotSendAStoredSecretToAnotherHost() throws SQLException {
    JsonObject auth = new JsonObject().put("name", "Authorization").put("value", SECRET);
    String id = api.post("/demand-partners", partner().put("authHeader", auth)).expect(201).id();
    String path = "/demand-partners/" + id;
    JsonObject elsewhere = new JsonObject().put("endpoint", "https://other.example/bid");
    assertEquals("/authHeader/value", api.patch(path, elsewhere).expect(422).field());
    JsonObject plain = new JsonObject().put("endpoint", "http://dsp.example/bid");
    assertEquals("/authHeader/value", api.patch(path, plain).expect(422).field());
    api.patch(path, new JsonObject().put("endpoint", "https://dsp.example/v2")).expect(200);
    api.patch(path, elsewhere.copy().put("authHeader", new JsonObject().put("value", "new one")))
        .expect(200);
    assertEquals("new one", opened(told(id)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dsp.example/bid",
        "ftp://dsp.example/",
        "//dsp.example/bid",
        "http://",
        "http:///bid",
        "http://dsp.example/a b",
        "http://dsp.example/ü",
        "http://dsp.example/?p=${AUCTION_PRICE}",
        "http://user:pass@dsp.example/",
        "http://token@dsp.example/",
        "http://dsp.example/bid#here",
        "http://dsp.example:0/",
        "http://dsp.example:99999/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://169.254.169.254/latest",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://[fe80::1]/",
        "http://[::]/",
        "http://[::ffff:169.254.169.254]/",
        "http://dsp.example/\r\nX: y"
      })
  void shouldRefuseAnAddressThatCannotBeAsked(String url) {
    assertEquals("/endpoint", refused(partner().put("endpoint", url)));
    JsonObject regional = new JsonObject().put("eu", url);
    assertEquals("/endpoints/eu", refused(partner().put("endpoints", regional)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:9100/bid/1",
        "http://localhost:9100/bid",
        "http://10.1.2.3/bid",
        "https://[2001:db8::1]:8443/bid",
        "https://dsp.example",
        "https://eu.dsp.example/rtb/bid?src=adplatform&k=%20"
      })
  void shouldTakeAddressesOfPartners(String url) {
    assertEquals(
        url,
        api.post("/demand-partners", partner().put("endpoint", url))
            .expect(201)
            .json()
            .getString("endpoint"));
  }

  @Test
  void shouldRefuseARegionThatNoNodeIsIn() {
    for (String region : List.of("mars", "default", "EU", "")) {
      JsonObject endpoints = new JsonObject().put(region, URL);
      assertEquals("/endpoints/" + region, refused(partner().put("endpoints", endpoints)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "timeoutMillis, 9, /timeoutMillis",
    "timeoutMillis, 5001, /timeoutMillis",
    "queriesPerSecond, 0, /queriesPerSecond",
    "queriesPerSecond, -5, /queriesPerSecond",
    "marginPercent, 100, /marginPercent",
    "marginPercent, -1, /marginPercent",
    "marginPercent, 1.234, /marginPercent"
  })
  void shouldRefuseNumbersThatCannotWork(String name, double value, String field) {
    boolean whole = value == Math.rint(value);
    Object number = whole ? (Object) (long) value : (Object) value;
    assertEquals(field, refused(partner().put(name, number)));
  }

  @ParameterizedTest
  @CsvSource({
    "currency, XYZ, /currency",
    "currency, eur, /currency",
    "protocol, OPENRTB_3_0, /protocol",
    "priceEncoding, ROT13, /priceEncoding",
    "status, GONE, /status",
    "name, ' ', /name"
  })
  void shouldRefuseWordsThatMeanNothing(String name, String value, String field) {
    assertEquals(field, refused(partner().put(name, value)));
  }

  @Test
  void shouldRefuseListsWithSomethingWrongInThem() {
    assertEquals("/formats/1", refused(partner().put("formats", array("banner", "audio"))));
    assertEquals("/formats", refused(partner().put("formats", new JsonArray())));
    assertEquals("/seats/0", refused(partner().put("seats", array("s 1"))));
    JsonArray many = new JsonArray();
    for (int i = 0; i < 65; i++) {
      many.add("s" + i);
    }
    assertEquals("/seats", refused(partner().put("seats", many)));
    JsonObject include = new JsonObject().put("country", array("Atlantis"));
    assertEquals(
        "/targeting/include/country/0",
        refused(partner().put("targeting", new JsonObject().put("include", include))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id",
        "imp",
        "imp.id",
        "imp.bidfloor",
        "site",
        "tmax",
        "regs",
        "regs.gdpr",
        "user.consent",
        "user.ext",
        "source.schain",
        "badv",
        "device",
        "device.nothing",
        "device.ifa.x",
        "",
        "."
      })
  void shouldRefuseToRedactWhatIsNeeded(String path) {
    assertEquals(
        "/redactedFields/1", refused(partner().put("redactedFields", array("site.page", path))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host",
        "content-length",
        "Transfer-Encoding",
        "Connection",
        "Content-Type",
        "x-openrtb-version",
        "Proxy-Authorization",
        "X Auth",
        "X-Auth:",
        "X-Auth\r\nHost",
        "X-Äuth"
      })
  void shouldRefuseHeadersThatCannotBeSet(String name) {
    JsonObject auth = new JsonObject().put("name", name).put("value", "v");
    assertEquals("/authHeader/name", refused(partner().put("authHeader", auth)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nHost: other", "a\nb", " a", "a ", "\u0000", "ä"})
  void shouldRefuseValuesThatWouldEndTheHeader(String value) {
    JsonObject auth = new JsonObject().put("name", "X-Auth").put("value", value);
    assertEquals("/authHeader/value", refused(partner().put("authHeader", auth)));
  }

  @Test
  void shouldRefuseWhatIsNoFieldOfIt() {
    assertNotEquals("", refused(partner().put("bidder", "x")));
    api.post("/demand-partners", new JsonObject().put("name", "x")).expect(422);
  }

  @Test
  void shouldDeleteWhatIsPausedAlone() {
    String path = "/demand-partners/" + api.post("/demand-partners", partner()).expect(201).id();
    assertEquals("/status", api.delete(path).expect(409).field());
    Answer paused = api.patch(path, new JsonObject().put("status", "PAUSED"), "If-Match", "1");
    assertEquals(2, paused.expect(200).json().getInteger("version"));
    api.delete(path, "If-Match", "1").expect(412);
    api.delete(path, "If-Match", "2").expect(204);
    api.get(path).expect(404);
  }

  @Test
  void shouldShowAPartnerItsOwnAlone() throws SQLException {
    Tenant own = api.tenant("partner");
    Tenant other = api.tenant("partner");
    Tenant advertiser = api.tenant("advertiser");
    String id =
        api.post("/demand-partners", partner().put("accountId", own.account())).expect(201).id();
    String path = "/demand-partners/" + id;
    api.send(own.key(), "GET", path, null).expect(200);
    assertEquals(1, api.send(own.key(), "GET", "/demand-partners", null).items().size());
    api.send(other.key(), "GET", path, null).expect(404);
    assertEquals(0, api.send(other.key(), "GET", "/demand-partners", null).items().size());
    api.send(advertiser.key(), "GET", path, null).expect(403);
    JsonObject patch = new JsonObject().put("timeoutMillis", 500);
    api.send(own.key(), "PATCH", path, patch).expect(403);
    api.send(own.key(), "POST", "/demand-partners", partner()).expect(403);
    api.send(own.key(), "DELETE", path, null).expect(403);
    assertTrue(
        api.delete("/accounts/" + own.account())
            .expect(409)
            .json()
            .getString("detail")
            .contains("demand partner"));
    try (Connection app = api.connectAsApp();
        Statement sql = app.createStatement()) {
      sql.execute("SELECT set_config('adplatform.account', '" + other.account() + "', false)");
      assertEquals(0, sql.executeUpdate("UPDATE demand_partner SET name = 'stolen'"));
      assertEquals(0, sql.executeUpdate("DELETE FROM rate_table"));
      sql.execute("SELECT set_config('adplatform.account', '" + own.account() + "', false)");
      assertEquals(1, sql.executeUpdate("UPDATE demand_partner SET name = name"));
    }
  }

  private static JsonObject partner() {
    return CampaignFixture.demandPartner(URL);
  }

  private static JsonArray array(String... texts) {
    return new JsonArray(List.of((Object[]) texts));
  }

  /** The field that a creation is refused for. */
  private static String refused(JsonObject body) {
    return api.post("/demand-partners", body).expect(422).field();
  }

  private static String opened(DemandPartner partner) {
    return CampaignFixture.SEAL.open(
        partner.endpoint().authValue(), DemandPartner.authPlace(partner.id()));
  }

  private static DemandPartner told(String id) throws SQLException {
    try (Connection connection = api.connectAsOwner();
        PreparedStatement query =
            connection.prepareStatement(
                "SELECT document FROM outbox WHERE key = ? ORDER BY version DESC LIMIT 1")) {
      query.setString(1, "demand-partner/" + id);
      try (ResultSet row = query.executeQuery()) {
        assertTrue(row.next(), "the catalogue is not told");
        String document = new String(row.getBytes(1), StandardCharsets.UTF_8);
        assertFalse(document.contains(SECRET), document);
        return (DemandPartner)
            CatalogueCodec.read(
                CatalogueKind.DEMAND_PARTNER, document.getBytes(StandardCharsets.UTF_8));
      }
    }
  }
}
