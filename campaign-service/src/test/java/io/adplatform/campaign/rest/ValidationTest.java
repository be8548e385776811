package io.adplatform.campaign.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValidationTest {
  private static CampaignFixture api;
  private static String advertiser;
  private static String campaign;
  private static String creative;

  @BeforeAll
  static void start() {
    api = CampaignFixture.withoutKafka();
    advertiser = api.newAdvertiser();
    campaign = api.newCampaign(advertiser);
    creative = api.newCreative(advertiser);
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  /** Puts a value at a JSON pointer of a body, making objects on the way. */
  private static JsonObject with(JsonObject body, String pointer, String json) {
    String[] parts = pointer.substring(1).split("/");
    JsonObject at = body;
    for (int i = 0; i < parts.length - 1; i++) {
      if (at.getJsonObject(parts[i]) == null) {
        at.put(parts[i], new JsonObject());
      }
      at = at.getJsonObject(parts[i]);
    }
    at.put(parts[parts.length - 1], new JsonObject("{\"v\":" + json + "}").getValue("v"));
    return body;
  }

  @ParameterizedTest(name = "{0} = {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/name | \"\" | /name",
        "/name | \"  \" | /name",
        "/nmae | \"x\" | /nmae",
        "/status | \"ON\" | /status",
        "/bid | {\"model\":\"CPM\"} | /bid/amountMicros",
        "/bid/amountMicros | 0 | /bid/amountMicros",
        "/bid/amountMicros | -5 | /bid/amountMicros",
        "/bid/amountMicros | 500 | /bid/amountMicros",
        "/bid/amountMicros | 1.5 | /bid/amountMicros",
        "/bid/amountMicros | \"2500000\" | /bid/amountMicros",
        "/bid/amountMicros | 10000000001 | /bid/amountMicros",
        "/bid/model | \"CPX\" | /bid/model",
        "/bid | {\"model\":\"CPC\",\"amountMicros\":1000000001} | /bid/amountMicros",
        "/bid | {\"model\":\"VCPM\",\"amountMicros\":500} | /bid/amountMicros",
        "/bid | {\"model\":\"CPA\",\"amountMicros\":10000000001} | /bid/amountMicros",
        "/bid | {\"model\":\"CPA\",\"amountMicros\":-1} | /bid/amountMicros",
        "/bid | {\"model\":\"CPA\",\"amountMicros\":20000000} | /creativeIds/0",
        "/bid | {\"model\":\"VCPM\",\"amountMicros\":3000000} | /creativeIds/0",
        "/pacing | \"HASTY\" | /pacing",
        "/frequencyCaps | [{\"impressions\":0,\"perSeconds\":60}] | /frequencyCaps/0/impressions",
        "/frequencyCaps | [{\"impressions\":1001,\"perSeconds\":60}] |"
            + " /frequencyCaps/0/impressions",
        "/frequencyCaps | [{\"impressions\":1,\"perSeconds\":59}] | /frequencyCaps/0/perSeconds",
        "/frequencyCaps | [{\"impressions\":1,\"perSeconds\":2678401}] |"
            + " /frequencyCaps/0/perSeconds",
        "/frequencyCaps | [{\"impressions\":1}] | /frequencyCaps/0/perSeconds",
        "/frequencyCaps |"
            + " [{\"impressions\":1,\"perSeconds\":60},{\"impressions\":2,\"perSeconds\":60}] |"
            + " /frequencyCaps/1/perSeconds",
        "/creativeIds | [] | /creativeIds",
        "/creativeIds | [\"999999\"] | /creativeIds/0",
        "/creativeIds | [\"x\"] | /creativeIds/0",
        "/creativeIds | [\"9999999999999999999\"] | /creativeIds/0",
        "/name | \"\\u2003\" | /name",
        "/name | \"\\u00a0 \" | /name",
        "/budget/totalMicros | 0 | /budget/totalMicros",
        "/budget/dailyMicros | 60000000 | /budget/dailyMicros",
        "/budget/weeklyMicros | 1 | /budget/weeklyMicros",
        "/startAt | \"tomorrow\" | /startAt",
        "/startAt | \"1999-12-31T23:59:59Z\" | /startAt",
        "/endAt | \"2026-11-20\" | /endAt",
        "/targeting/include/colour | [\"red\"] | /targeting/include/colour",
        "/targeting/include/country | [] | /targeting/include/country",
        "/targeting/include/country | [\"US\"] | /targeting/include/country/0",
        "/targeting/include/country | [\"USA\",\"XYZ\"] | /targeting/include/country/1",
        "/targeting/exclude/region | [\"USA-CA\"] | /targeting/exclude/region/0",
        "/targeting/include/deviceType | [\"PC\"] | /targeting/include/deviceType/0",
        "/targeting/include/deviceType | [\"UNKNOWN\"] | /targeting/include/deviceType/0",
        "/targeting/include/connection | [\"5G\"] | /targeting/include/connection/0",
        "/targeting/include/operatingSystem | [\"iOS\"] | /targeting/include/operatingSystem/0",
        "/targeting/include/size | [\"300*250\"] | /targeting/include/size/0",
        "/targeting/include/size | [\"300x10001\"] | /targeting/include/size/0",
        "/targeting/include/site | [\"www.news.example\"] | /targeting/include/site/0",
        "/targeting/include/site | [\"https://news.example\"] | /targeting/include/site/0",
        "/targeting/include/category | [\"IAB27\"] | /targeting/include/category/0",
        "/targeting/include/language | [\"EN\"] | /targeting/include/language/0",
        "/targeting/include/keyValue | [\"sport\"] | /targeting/include/keyValue/0",
        "/targeting/dayparts | [{\"from\":\"8:00\",\"to\":\"18:00\"}] | /targeting/dayparts/0/from",
        "/targeting/dayparts | [{\"from\":\"08:00\",\"to\":\"24:30\"}] | /targeting/dayparts/0/to",
        "/targeting/dayparts | [{\"from\":\"08:00\",\"to\":\"08:00\"}] | /targeting/dayparts/0/to",
        "/targeting/dayparts | [{\"days\":[\"XYZ\"],\"from\":\"08:00\",\"to\":\"09:00\"}]"
            + " | /targeting/dayparts/0/days/0",
      })
  void shouldRefuseLineItemNamingTheField(String pointer, String value, String field) {
    JsonObject body = with(CampaignFixture.lineItem(creative), pointer, value);
    assertEquals(
        field, api.post("/campaigns/" + campaign + "/line-items", body).expect(422).field());
  }

  @ParameterizedTest(name = "{0} = {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/format | \"audio\" | /format",
        "/width | 0 | /width",
        "/height | 10001 | /height",
        "/markup | \"\" | /markup",
        "/name | \"\\u2003\" | /name",
        "/markup | \"\\u2003\" | /markup",
        "/landingPage | \"/sale\" | /landingPage",
        "/landingPage | \"https://acme.example/\\u00e4?q=x\" | /landingPage",
        "/landingPage | \"https://acme.example/?q=\\u65e5\" | /landingPage",
        "/name | \"a\\u001b]0;x\" | /name",
        "/landingPage | \"ftp://acme.example/\" | /landingPage",
        "/landingPage | \"https://acme.example/a b\" | /landingPage",
        "/landingPage | \"https://other.example/\" | /advertiserDomains",
        "/landingPage | \"https://notacme.example/\" | /advertiserDomains",
        "/advertiserDomains | [] | /advertiserDomains",
        "/advertiserDomains | [\"acme.example\",\"ACME.example\"] | /advertiserDomains/1",
        "/categories | [\"IAB1-1\",\"sports\"] | /categories/1",
        "/attributes | [99] | /attributes/0",
        "/secure | true | /secure",
      })
  void shouldRefuseCreativeNamingTheField(String pointer, String value, String field) {
    JsonObject body = with(CampaignFixture.creative(), pointer, value);
    assertEquals(
        field, api.post("/advertisers/" + advertiser + "/creatives", body).expect(422).field());
  }

  @Test
  void shouldTakeASchemeInAnyCase() {
    JsonObject body = CampaignFixture.creative().put("landingPage", "HTTPS://acme.example/");
    api.post("/advertisers/" + advertiser + "/creatives", body).expect(201);
  }

  @Test
  void shouldRefuseTargetingOfMoreThan256KiB() {
    JsonArray values = new JsonArray();
    for (int i = 0; i < 1_100; i++) {
      values.add(i + "=" + "v".repeat(240));
    }
    JsonObject body = CampaignFixture.lineItem(creative);
    body.put(
        "targeting", new JsonObject().put("include", new JsonObject().put("keyValue", values)));
    assertEquals(
        "/targeting", api.post("/campaigns/" + campaign + "/line-items", body).expect(422).field());
  }

  @Test
  void shouldNameTheFieldThatTheDatabaseRefuses() throws SQLException {
    try (Connection connection = api.connectAsOwner();
        Statement sql = connection.createStatement()) {
      sql.execute(
          "ALTER TABLE advertiser ADD CONSTRAINT advertiser_time_zone_check1"
              + " CHECK (time_zone <> 'Asia/Tokyo')");
      sql.execute(
          "ALTER TABLE advertiser RENAME CONSTRAINT advertiser_time_zone_check TO"
              + " advertiser_time_zone_length");
      sql.execute(
          "ALTER TABLE advertiser RENAME CONSTRAINT advertiser_time_zone_check1 TO"
              + " advertiser_time_zone_check");
    }
    JsonObject body =
        new JsonObject().put("name", "x").put("currency", "JPY").put("timeZone", "Asia/Tokyo");
    assertEquals("/timeZone", api.post("/advertisers", body).expect(422).field());
  }

  @Test
  void shouldRefuseMarkupOfMoreThan64KiB() {
    String path = "/advertisers/" + advertiser + "/creatives";
    JsonObject body = CampaignFixture.creative();
    api.post(path, body.copy().put("markup", "x".repeat(65_536))).expect(201);
    assertEquals(
        "/markup",
        api.post(path, body.copy().put("markup", "x".repeat(65_537))).expect(422).field());
    assertEquals(
        "/markup",
        api.post(path, body.copy().put("markup", "ä".repeat(40_000))).expect(422).field());
    assertEquals("/markup", api.post(path, body.copy().put("markup", "a\0b")).expect(422).field());
  }

  @ParameterizedTest(name = "{0} = {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/advertisers | /currency | \"XXX\" | /currency",
        "/advertisers | /currency | \"usd\" | /currency",
        "/advertisers | /currency | \"ABC\" | /currency",
        "/advertisers | /currency | \"DEM\" | /currency",
        "/advertisers | /currency | \"XAU\" | /currency",
        "/advertisers | /name | \"\\u2003\" | /name",
        "/advertisers | /timeZone | \"Mars/Base\" | /timeZone",
        "/advertisers | /timeZone | \"+02:00\" | /timeZone",
        "/advertisers | /accountId | \"999999\" | /accountId",
        "/supply-partners | /key | \"Demo SSP\" | /key",
        "/supply-partners | /marginPercent | 100 | /marginPercent",
        "/supply-partners | /marginPercent | -1 | /marginPercent",
        "/supply-partners | /marginPercent | 12.345 | /marginPercent",
        "/supply-partners | /recordShare | 1.5 | /recordShare",
        "/supply-partners | /billableEvent | \"VAST_IMPRESSION\" | /billableEvent",
        "/supply-partners | /maxBidsPerImp | 0 | /maxBidsPerImp",
        "/supply-partners | /maxBidsPerImp | 8 | /maxBidsPerImp",
        "/supply-partners | /queriesPerSecond | 0 | /queriesPerSecond",
        "/supply-partners | /debug | \"yes\" | /debug",
      })
  void shouldRefuseNamingTheField(String path, String pointer, String value, String field) {
    JsonObject body =
        path.equals("/advertisers")
            ? new JsonObject().put("name", "Acme").put("currency", "USD")
            : CampaignFixture.supplyPartner("ssp-validation");
    assertEquals(field, api.post(path, with(body, pointer, value)).expect(422).field());
  }

  @Test
  void shouldNameEveryFieldAtOnce() {
    JsonObject body = CampaignFixture.lineItem(creative);
    body.put("bid", new JsonObject().put("model", "CPC").put("amountMicros", 2_000_000_000L))
        .put("startAt", "2027-01-02T00:00:00Z");
    body.put("endAt", "2027-01-01T00:00:00Z");
    JsonArray errors =
        api.post("/campaigns/" + campaign + "/line-items", body)
            .expect(422)
            .json()
            .getJsonArray("errors");
    assertEquals(2, errors.size());
    assertEquals("/bid/amountMicros", errors.getJsonObject(0).getString("field"));
    assertEquals("/endAt", errors.getJsonObject(1).getString("field"));
  }

  @Test
  void shouldPaceEvenlyOnlyWhatHasAPlan() {
    String path = "/campaigns/" + campaign + "/line-items";
    JsonObject body = CampaignFixture.lineItem(creative).put("pacing", "EVEN");
    JsonObject made = api.post(path, body).expect(201).json();
    assertEquals("EVEN", made.getString("pacing"));
    assertEquals("EVEN", api.get("/line-items/" + made.getString("id")).json().getString("pacing"));
    JsonObject unbounded = body.copy();
    unbounded.remove("budget");
    assertEquals("/budget", api.post(path, unbounded).expect(422).field());
    JsonObject total = body.copy().put("budget", new JsonObject().put("totalMicros", 50_000_000L));
    assertEquals("/endAt", api.post(path, total).expect(422).field());
    JsonObject end = new JsonObject().put("endAt", "2090-01-01T00:00:00Z");
    api.post(path, total.copy().mergeIn(end)).expect(201);
    api.patch("/campaigns/" + campaign, end).expect(200);
    String ends = api.post(path, total).expect(201).id();
    JsonObject endless = new JsonObject().putNull("endAt");
    assertEquals("/endAt", api.patch("/campaigns/" + campaign, endless).expect(422).field());
    api.patch("/line-items/" + ends, new JsonObject().put("pacing", "FORECAST")).expect(200);
    assertEquals("/endAt", api.patch("/campaigns/" + campaign, endless).expect(422).field());
    api.patch("/line-items/" + ends, new JsonObject().put("pacing", "ASAP")).expect(200);
    api.patch("/campaigns/" + campaign, endless).expect(200);
    body.getJsonObject("targeting")
        .put(
            "dayparts",
            new JsonArray()
                .add(
                    new JsonObject()
                        .put("days", new JsonArray().add("MON"))
                        .put("from", "08:00")
                        .put("to", "18:00")));
    assertEquals("/pacing", api.post(path, body).expect(422).field());
  }

  @Test
  void shouldHoldAPatchToTheSameRules() {
    String item = api.newLineItem(campaign, creative);
    JsonObject patch =
        new JsonObject().put("budget", new JsonObject().put("dailyMicros", 60_000_000L));
    assertEquals("/budget/dailyMicros", api.patch("/line-items/" + item, patch).field());
    assertEquals(
        "/id",
        api.patch("/line-items/" + item, new JsonObject().put("id", "5")).expect(422).field());
    assertEquals(
        "/advertiserId",
        api.patch("/line-items/" + item, new JsonObject().put("advertiserId", "5"))
            .expect(422)
            .field());
  }

  @Test
  void shouldRefuseCreativesOfAnotherAdvertiser() {
    String foreign = api.newCreative(api.newAdvertiser());
    assertEquals(
        "/creativeIds/0",
        api.post("/campaigns/" + campaign + "/line-items", CampaignFixture.lineItem(foreign))
            .expect(422)
            .field());
  }

  @Test
  void shouldNotKnowPathsOfLaterIssues() {
    api.post("/publishers", new JsonObject().put("name", "x")).expect(404);
  }

  @Test
  void shouldNameTheFieldWhoseTextCannotBeStored() {
    JsonObject body = new JsonObject().put("name", "a\0b").put("currency", "USD");
    assertEquals("/name", api.post("/advertisers", body).expect(422).field());
  }
}
