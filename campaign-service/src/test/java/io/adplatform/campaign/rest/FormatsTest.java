package io.adplatform.campaign.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.wire.catalogue.CatalogueCodec;
import io.adplatform.wire.catalogue.CatalogueKind;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Videos and native ads through the front door, and what is refused with its place. */
class FormatsTest {
  private static final String VAST =
      """
      <VAST version="4.2"><Ad><InLine><AdSystem>x</AdSystem>
      <Impression>https://a.example/i</Impression>
      <Creatives><Creative><Linear skipoffset="00:00:05"><Duration>00:00:14.5</Duration>
      <MediaFiles><MediaFile type="video/mp4" width="640" height="360" bitrate="900"
        delivery="progressive">https://cdn.example/a.mp4</MediaFile></MediaFiles>
      <VideoClicks><ClickThrough>https://www.acme.example/x</ClickThrough></VideoClicks>
      </Linear></Creative></Creatives></InLine></Ad></VAST>
      """;

  private static CampaignFixture api;
  private static String advertiser;
  private static String path;

  @BeforeAll
  static void start() {
    api = CampaignFixture.withoutKafka();
    advertiser = api.newAdvertiser();
    path = "/advertisers/" + advertiser + "/creatives";
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  private static JsonObject body(String format) {
    JsonObject body = CampaignFixture.creative().put("format", format);
    body.remove("markup");
    body.remove("width");
    body.remove("height");
    return body;
  }

  private static JsonObject video(String vast) {
    return body("video").put("vast", vast);
  }

  private static JsonObject nativeAd() {
    JsonObject image =
        new JsonObject()
            .put("type", "MAIN")
            .put("url", "https://cdn.example/a.jpg?x=1")
            .put("width", 1200)
            .put("height", 627);
    JsonObject text = new JsonObject().put("type", "CTATEXT").put("value", "Shop now");
    return body("native")
        .put(
            "native",
            new JsonObject()
                .put("title", "Shoes")
                .put("images", new JsonArray().add(image))
                .put("data", new JsonArray().add(text)));
  }

  private static Creative catalogued(String id) throws SQLException {
    try (Connection connection = api.connectAsOwner();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT document FROM outbox WHERE key = 'creative/"
                    + id
                    + "'"
                    + " ORDER BY version DESC LIMIT 1")) {
      assertTrue(row.next());
      return (Creative) CatalogueCodec.read(CatalogueKind.CREATIVE, row.getBytes(1));
    }
  }

  @Test
  void shouldReadOffTheDocumentWhatPlayersChooseBy() throws SQLException {
    CampaignFixture.Answer made = api.post(path, video(VAST)).expect(201);
    JsonObject json = api.get("/creatives/" + made.id()).expect(200).json();
    assertEquals(VAST, json.getString("vast"));
    assertEquals(15, json.getJsonObject("video").getInteger("durationSeconds"));
    assertEquals(13, json.getJsonObject("video").getInteger("protocol"));
    assertEquals(new JsonArray().add(16), json.getJsonArray("attributes"));
    assertTrue(json.getBoolean("secure"));
    assertFalse(json.containsKey("markup") || json.containsKey("native"));
    Creative document = catalogued(made.id());
    assertEquals(Format.VIDEO, document.format());
    assertEquals(VAST, document.markup());
    assertEquals(640, document.width());
    assertEquals(
        new Creative.Media("video/mp4", 640, 360, 900, 2, 0), document.video().media().getFirst());
    JsonObject renamed = new JsonObject().put("name", "Other");
    api.patch("/creatives/" + made.id(), renamed).expect(200);
    assertEquals(VAST, catalogued(made.id()).markup());
  }

  @Test
  void shouldMakeAWrapperOfAnAddress() throws SQLException {
    JsonObject body =
        body("video")
            .put("vastUrl", "https://vast.example/v?a=1&b=[CACHEBUSTING]")
            .put("durationSeconds", 30)
            .put("mimes", new JsonArray().add("video/mp4").add("video/webm"));
    String id = api.post(path, body).expect(201).id();
    JsonObject json = api.get("/creatives/" + id).expect(200).json();
    assertEquals(body.getString("vastUrl"), json.getString("vastUrl"));
    assertFalse(json.containsKey("vast"));
    assertEquals(30, json.getInteger("durationSeconds"));
    Creative document = catalogued(id);
    assertEquals(6, document.video().protocol());
    assertEquals(2, document.video().media().size());
    assertTrue(document.markup().contains("<![CDATA[https://vast.example/v?a=1&b="));
    api.patch("/creatives/" + id, new JsonObject().put("durationSeconds", 20)).expect(200);
    assertEquals(20, catalogued(id).video().durationSeconds());
    body.remove("durationSeconds");
    assertEquals("/durationSeconds", api.post(path, body).expect(422).field());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "</VAST> | </VOST> | /vast | line 7",
        "version=\"4.2\" | version=\"5.0\" | /vast | version",
        "<Impression>https://a.example/i</Impression> | <Pricing/> | /vast | <Impression>",
        "<Duration>00:00:14.5</Duration> | <x/> | /vast | <Duration>",
        "MediaFile | MediaFil | /vast | must have a <MediaFile>",
        "https://cdn.example | http://cdn.example | /vast | <MediaFile> must load over https (line"
            + " 4",
        "https://a.example/i | http://a.example/i | /vast | <Impression> must load over https (line"
            + " 2",
        "www.acme.example | acme.evil.example | /vast | <ClickThrough> leads to acme.evil.example",
        "www.acme.example | notacme.example | /vast | <ClickThrough> leads to notacme.example",
        "type=\"video/mp4\" | type=\"text/html\" | /vast | type that players take",
        "<AdSystem>x | <AdSystem>&x; | /vast | well-formed",
        "<AdSystem>x | <AdSystem a=1>x | /vast | well-formed"
      })
  void shouldRefuseADocumentNamingThePlace(String part, String other, String field, String detail) {
    assertTrue(VAST.contains(part), part);
    JsonObject refused = api.post(path, video(VAST.replace(part, other))).expect(422).json();
    assertEquals(field, refused.getString("field"));
    assertTrue(refused.encode().replace("\\\"", "\"").contains(detail), refused::encode);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!DOCTYPE VAST [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE VAST [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>",
        "<!DOCTYPE VAST SYSTEM \"http://127.0.0.1:1/vast.dtd\">"
      })
  void shouldTakeNoDocumentTypes(String doctype) {
    JsonObject refused = api.post(path, video(doctype + VAST)).expect(422).json();
    assertTrue(refused.encode().contains("document type"), refused::encode);
  }

  @Test
  void shouldRefuseWrappersWithoutTheirAddress() {
    String wrapper =
        "<VAST version=\"3.0\"><Ad><Wrapper><AdSystem/><Impression/></Wrapper></Ad></VAST>";
    JsonObject refused = api.post(path, video(wrapper)).expect(422).json();
    assertTrue(refused.encode().contains("VASTAdTagURI"), refused::encode);
  }

  @Test
  void shouldKeepANativeAdAsItWasGiven() throws SQLException {
    JsonObject body = nativeAd();
    String id = api.post(path, body).expect(201).id();
    JsonObject json = api.get("/creatives/" + id).expect(200).json();
    JsonObject given = body.getJsonObject("native");
    given.getJsonArray("images").getJsonObject(0).put("mime", "image/jpeg");
    assertEquals(given, json.getJsonObject("native"));
    Creative document = catalogued(id);
    assertEquals("", document.markup());
    assertNull(document.video());
    assertEquals(new Creative.Data(12, "Shop now"), document.nativeAd().data().getFirst());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/title | \"\" | /native/title",
        "/title | \" \" | /native/title",
        "/images | [] | /native/images",
        "/images/0/url | \"http://cdn.example/a.jpg\" | /native/images/0/url",
        "/images/0/url | \"https://cdn.example/a\" | /native/images/0/mime",
        "/images/0/mime | \"text/html\" | /native/images/0/mime",
        "/data/0/type | \"OTHER\" | /native/data/0/type",
        "/data/0/value | \"0123456789012345678901234567890123456789x\" | /native/data/0/value"
      })
  void shouldRefuseNativeNamingTheAsset(String pointer, String value, String field) {
    JsonObject body = nativeAd();
    Object in = body.getJsonObject("native");
    String[] steps = pointer.substring(1).split("/");
    for (int i = 0; i < steps.length - 1; i++) {
      in =
          in instanceof JsonObject object
              ? object.getValue(steps[i])
              : ((JsonArray) in).getValue(Integer.parseInt(steps[i]));
    }
    Object parsed = new JsonObject("{\"v\":" + value + "}").getValue("v");
    ((JsonObject) in).put(steps[steps.length - 1], parsed);
    assertEquals(field, api.post(path, body).expect(422).field());
  }

  @Test
  void shouldRefuseFieldsOfOtherFormatsAndBannersWithoutTheirOwn() {
    assertEquals(
        "/vast", api.post(path, CampaignFixture.creative().put("vast", VAST)).expect(422).field());
    assertEquals(
        "/markup", api.post(path, video(VAST).put("markup", "<a></a>")).expect(422).field());
    assertEquals("/width", api.post(path, video(VAST).put("width", 1)).expect(422).field());
    assertEquals(
        "/durationSeconds",
        api.post(path, video(VAST).put("durationSeconds", 15)).expect(422).field());
    assertEquals("/width", api.post(path, body("banner")).expect(422).field());
    assertEquals("/format", api.post(path, body("audio")).expect(422).field());
    assertEquals("/vast", api.post(path, body("video")).expect(422).field());
    assertEquals("/native", api.post(path, body("native")).expect(422).field());
  }

  @Test
  void shouldRefuseLinksOfBannersToUndeclaredDomains() {
    JsonObject body =
        CampaignFixture.creative().put("markup", "<p>\n<a href='https://evil.example/'>x</a></p>");
    JsonObject refused = api.post(path, body).expect(422).json();
    assertEquals("/markup", refused.getString("field"));
    assertTrue(refused.encode().contains("evil.example"), refused::encode);
    assertTrue(refused.encode().contains("line 2, column 1"), refused::encode);
    body.put("markup", "<a href=\"https://shop.acme.example/?a=1&amp;b={c}\">x</a>");
    api.post(path, body).expect(201);
  }

  @Test
  void shouldPayByWhatAFormatTells() {
    String campaign = "/campaigns/" + api.newCampaign(advertiser) + "/line-items";
    String shown = api.post(path, nativeAd()).expect(201).id();
    String played = api.post(path, video(VAST)).expect(201).id();
    for (String creative : new String[] {shown, played}) {
      JsonObject item = CampaignFixture.lineItem(creative);
      JsonObject click = new JsonObject().put("model", "CPC").put("amountMicros", 100_000);
      api.post(campaign, item.copy().put("bid", click)).expect(201);
      JsonObject view = new JsonObject().put("model", "VCPM").put("amountMicros", 3_000_000);
      assertEquals(
          "/creativeIds/0", api.post(campaign, item.copy().put("bid", view)).expect(422).field());
    }
  }
}
