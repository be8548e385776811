package io.adplatform.rtb.auction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adplatform.rtb.openrtb.RefusalLog;
import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.lane.Lanes;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.token.Token;
import io.adplatform.wire.token.TokenCodec;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Videos, native ads and several formats at once, over HTTP through one lane. */
class FormatsEndpointTest {
  private static final ObjectMapper JACKSON = new ObjectMapper();
  private static final long BANNER_ITEM = 100;
  private static final long VIDEO_ITEM = 101;
  private static final long NATIVE_ITEM = 102;
  private static final String NATIVE_REQUEST =
      "{\"ver\":\"1.2\",\"assets\":[{\"id\":41,\"required\":1,\"title\":{\"len\":90}},"
          + "{\"id\":42,\"required\":1,\"img\":{\"type\":3,\"wmin\":300,\"hmin\":150}},"
          + "{\"id\":43,\"data\":{\"type\":12}},{\"id\":44,\"data\":{\"type\":6}}],"
          + "\"eventtrackers\":[{\"event\":1,\"methods\":[1]},{\"event\":2,\"methods\":[1]}]}";
  private static final String VAST =
      "<VAST version=\"4.1\"><Ad id=\"1\"><InLine><AdSystem>x</AdSystem>"
          + "<Impression>https://a.example/i</Impression><Creatives><Creative>"
          + "<Linear><Duration>00:00:15</Duration><MediaFiles><MediaFile delivery=\"progressive\""
          + " type=\"video/mp4\" width=\"640\" height=\"360\">https://cdn.example/a.mp4</MediaFile>"
          + "</MediaFiles></Linear></Creative></Creatives></InLine></Ad></VAST>";

  private static Lanes lanes;
  private static RefusalLog refusals;
  private static LaneFixture fixture;
  private static int port;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @BeforeAll
  static void serve() throws Exception {
    lanes = Lanes.start(LaneConfig.laptop());
    refusals = new RefusalLog();
    fixture = new LaneFixture(lanes, System.currentTimeMillis(), null);
    fixture.creative(video());
    fixture.creative(nativeAd());
    fixture.lineItem(BANNER_ITEM, 1_000_000);
    fixture.lineItem(VIDEO_ITEM, 3_000_000, 21L);
    fixture.lineItem(NATIVE_ITEM, 2_000_000, 22L);
    SupplyPartner partner = LaneFixture.partner(Status.ACTIVE, 0, 1_000_000);
    fixture.publish(partner);
    port = AuctionEndpointTest.serve(lanes, fixture, refusals);
  }

  @AfterAll
  static void end() {
    refusals.close();
    lanes.close();
  }

  private static Creative creative(
      long id, Format format, String markup, Creative.Video video, Creative.NativeAd nativeAd) {
    return new Creative(
        id,
        1,
        10,
        "Creative " + id,
        Status.ACTIVE,
        format,
        video == null ? 0 : 640,
        video == null ? 0 : 360,
        markup,
        "https://acme.example/",
        List.of("acme.example"),
        List.of("IAB1"),
        List.of(3),
        true,
        video,
        nativeAd);
  }

  static Creative video() {
    Creative.Media file = new Creative.Media("video/mp4", 640, 360, 800, 2, 0);
    return creative(21, Format.VIDEO, VAST, new Creative.Video(15, 11, null, List.of(file)), null);
  }

  static Creative nativeAd() {
    return creative(
        22,
        Format.NATIVE,
        "",
        null,
        new Creative.NativeAd(
            "Buy \"two\" \\ three é",
            List.of(new Creative.Image(3, "https://cdn.example/a.png", 600, 314, "image/png")),
            List.of(new Creative.Data(12, "Shop now"))));
  }

  private static HttpResponse<String> send(String imps) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + port + "/openrtb2/auction/demo-ssp"))
            .version(HttpClient.Version.HTTP_1_1)
            .POST(HttpRequest.BodyPublishers.ofString("{\"id\":\"r1\",\"imp\":[" + imps + "]}"))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static JsonNode bid(String imp) throws Exception {
    HttpResponse<String> answer = send(imp);
    assertEquals(200, answer.statusCode(), answer.body());
    return JACKSON.readTree(answer.body()).at("/seatbid/0/bid/0");
  }

  private static String video(String more) {
    return "\"video\":{\"mimes\":[\"video/mp4\"]" + more + "}";
  }

  private static String nativeImp(String request) throws Exception {
    return "{\"id\":\"1\",\"native\":{\"request\":" + JACKSON.writeValueAsString(request) + "}}";
  }

  /** Point 29: the impression in the document is ours, and it is the signal that bills. */
  @Test
  void shouldAnswerVideoWithTheDocumentAndOurTrackersPoint29() throws Exception {
    JsonNode bid = bid("{\"id\":\"1\"," + video(",\"protocols\":[11],\"maxduration\":30") + "}");
    assertEquals(2, bid.get("mtype").asInt());
    assertEquals(15, bid.get("dur").asInt());
    assertEquals(11, bid.get("protocol").asInt());
    assertEquals(640, bid.get("w").asInt());
    assertEquals("21", bid.get("crid").asText());
    assertTrue(bid.get("exp").asInt() > 1_700, bid::toString);
    String adm = bid.get("adm").asText();
    Matcher beacons =
        Pattern.compile(
                "https://ads\\.example(/e/[\\w/]+/)([\\w-]{" + TokenCodec.TEXT_LENGTH + "})")
            .matcher(adm);
    StringBuilder paths = new StringBuilder();
    String token = null;
    while (beacons.find()) {
      paths.append(beacons.group(1)).append(' ');
      assertTrue(token == null || token.equals(beacons.group(2)));
      token = beacons.group(2);
    }
    assertEquals(
        "/e/video/error/ /e/imp/ /e/video/start/ /e/video/firstQuartile/ /e/video/midpoint/"
            + " /e/video/thirdQuartile/ /e/video/complete/ ",
        paths.toString());
    Token read = new Token();
    new TokenCodec(LaneFixture.KEYS).read(token, 0, 0, read);
    assertEquals(Format.VIDEO.code(), read.format);
    assertEquals(VIDEO_ITEM, read.lineItemId);
    assertEquals(0, read.flags >> 1 & 3, "the beacon bills, not the notice");
    assertTrue(adm.contains("<Impression>https://a.example/i</Impression>"), adm);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ",\"maxduration\":14 | VIDEO_DURATION",
        ",\"minduration\":16 | VIDEO_DURATION",
        ",\"rqddurs\":[10,30] | VIDEO_DURATION",
        ",\"protocols\":[2,3,12] | VIDEO_PROTOCOL",
        ",\"w\":360,\"h\":640 | VIDEO_PLAYER",
        ",\"maxbitrate\":500 | VIDEO_PLAYER",
        ",\"delivery\":[1] | VIDEO_PLAYER",
        ",\"linearity\":2 | VIDEO_LINEARITY",
        ",\"battr\":[3] | BLOCKED_ATTRIBUTE"
      })
  void shouldSayWhyAPlayerTakesNoVideoPoint13(String more, Reason reason) throws Exception {
    int before = fixture.records().size();
    assertEquals(204, send("{\"id\":\"1\"," + video(more) + "}").statusCode());
    assertEquals(reason.code(), fixture.records().get(before).reason());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ",\"rqddurs\":[15,30],\"maxduration\":5",
        ",\"protocol\":11",
        ",\"w\":300,\"h\":250,\"delivery\":[3],\"linearity\":1,\"skip\":0",
        ",\"protocols\":[],\"battr\":[1,16],\"companionad\":[{\"w\":300}],\"plcmt\":1"
      })
  void shouldBidWhereThePlayerTakesTheVideo(String more) throws Exception {
    assertEquals("21", bid("{\"id\":\"1\"," + video(more) + "}").get("crid").asText());
  }

  @Test
  void shouldRefuseOtherTypesOfFilesPoint13() throws Exception {
    int before = fixture.records().size();
    assertEquals(204, send("{\"id\":\"1\",\"video\":{\"mimes\":[\"video/webm\"]}}").statusCode());
    assertEquals(Reason.MIME_NOT_OFFERED.code(), fixture.records().get(before).reason());
  }

  @Test
  void shouldAnswerNativeByTheAssetsOfTheRequest() throws Exception {
    JsonNode bid = bid(nativeImp(NATIVE_REQUEST));
    assertEquals(4, bid.get("mtype").asInt());
    assertEquals("22", bid.get("crid").asText());
    assertFalse(bid.has("w"));
    JsonNode response = JACKSON.readTree(bid.get("adm").asText());
    assertEquals("1.2", response.get("ver").asText());
    assertEquals(3, response.get("assets").size());
    assertEquals(41, response.at("/assets/0/id").asInt());
    assertEquals("Buy \"two\" \\ three é", response.at("/assets/0/title/text").asText());
    assertEquals(42, response.at("/assets/1/id").asInt());
    assertEquals("https://cdn.example/a.png", response.at("/assets/1/img/url").asText());
    assertEquals(600, response.at("/assets/1/img/w").asInt());
    assertEquals("Shop now", response.at("/assets/2/data/value").asText());
    assertEquals("https://acme.example/", response.at("/link/url").asText());
    assertTrue(response.at("/link/clicktrackers/0").asText().contains("/e/clicktrack/"));
    assertEquals(2, response.get("eventtrackers").size());
    assertTrue(response.at("/eventtrackers/0/url").asText().contains("/e/imp/"));
    assertTrue(response.at("/eventtrackers/1/url").asText().contains("/e/view/"));
    assertFalse(response.has("imptrackers") || response.has("jstracker"));
  }

  @Test
  void shouldSpeakTheOlderVersionsOfNative() throws Exception {
    String assets = "\"assets\":[{\"id\":1,\"required\":1,\"title\":{\"len\":25}}]";
    JsonNode first =
        JACKSON.readTree(bid(nativeImp("{\"ver\":\"1.0\"," + assets + "}")).get("adm").asText());
    assertTrue(first.at("/native/imptrackers/0").asText().contains("/e/imp/"));
    JsonNode second =
        JACKSON.readTree(
            bid(nativeImp("{\"native\":{\"ver\":\"1.1\"," + assets + "}}")).get("adm").asText());
    assertEquals("1.1", second.get("ver").asText());
    assertTrue(second.at("/imptrackers/0").asText().contains("/e/imp/"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"assets\":[{\"id\":1,\"required\":1,\"title\":{\"len\":5}}]} | NATIVE_ASSET",
        "{\"assets\":[{\"id\":1,\"required\":1,\"data\":{\"type\":3}}]} | NATIVE_ASSET",
        "{\"assets\":[{\"id\":1,\"required\":1,\"video\":{}}]} | NATIVE_ASSET",
        "{\"assets\":[{\"id\":1,\"required\":1,\"img\":{\"type\":1}}]} | NATIVE_ASSET",
        "{\"assets\":[{\"id\":1,\"required\":1,\"img\":{\"type\":3,\"wmin\":601}}]} | NATIVE_ASSET",
        "{\"assets\":[{\"id\":1,\"required\":1,\"img\":{\"mimes\":[\"image/gif\"]}}]} |"
            + " NATIVE_ASSET",
        "{not json} | FORMAT_NOT_SERVED"
      })
  void shouldSayWhyNativeIsNotAnswered(String request, Reason reason) throws Exception {
    int before = fixture.records().size();
    assertEquals(204, send(nativeImp(request)).statusCode());
    assertEquals(reason.code(), fixture.records().get(before).reason());
  }

  /** One order of prices over all formats of an imp. */
  @Test
  void shouldBidTheDearestOfTheFormatsOffered() throws Exception {
    String banner = "\"banner\":{\"w\":300,\"h\":250}";
    String nativeOne =
        nativeImp(NATIVE_REQUEST).replace("{\"id\":\"1\",", "").replaceAll("}}$", "}");
    String open = "{\"id\":\"1\",";
    assertEquals("20", bid(open + banner + "}").get("crid").asText());
    assertEquals("22", bid(open + banner + "," + nativeOne + "}").get("crid").asText());
    assertEquals(
        "21", bid(open + banner + "," + video("") + "," + nativeOne + "}").get("crid").asText());
    JsonNode turned =
        bid(open + banner + "," + video(",\"maxduration\":5") + "," + nativeOne + "}");
    assertEquals("22", turned.get("crid").asText());
    JsonNode byBanner = bid(open + banner + "," + video(",\"battr\":[3]") + "}");
    assertEquals("20", byBanner.get("crid").asText());
    assertTrue(byBanner.get("exp").asInt() <= 60, byBanner::toString);
  }

  @Test
  void shouldServeScreensAndRefuseToBeBilledForMoreThanOneImpression() throws Exception {
    String banner = "{\"id\":\"1\",\"banner\":{\"w\":300,\"h\":250}";
    String screen =
        "{\"id\":\"r\",\"dooh\":{\"id\":\"s1\",\"venuetype\":[\"airport\"]},\"imp\":[%s}]}";
    assertEquals(200, post(screen.formatted(banner)).statusCode());
    assertEquals(
        200, post(screen.formatted(banner + ",\"qty\":{\"multiplier\":1.0}")).statusCode());
    int before = fixture.records().size();
    assertEquals(
        204, post(screen.formatted(banner + ",\"qty\":{\"multiplier\":14.2}")).statusCode());
    assertEquals(Reason.QUANTITY_NOT_SERVED.code(), fixture.records().get(before).reason());
    assertEquals(400, post(screen.formatted(banner + ",\"qty\":{\"multiplier\":0}")).statusCode());
  }

  private static HttpResponse<String> post(String body) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + port + "/openrtb2/auction/demo-ssp"))
            .version(HttpClient.Version.HTTP_1_1)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
