package io.adplatform.campaign.certify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.campaign.certify.StubPartner.Asked;
import io.adplatform.campaign.certify.StubPartner.Reply;
import io.adplatform.campaign.rest.CampaignFixture;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CertificationTest {
  private static final long PATIENCE_SECONDS = 60;

  /** Enough for a machine that is busy. */
  private static final int LONG_MILLIS = 5_000;

  private static CampaignFixture api;
  private StubPartner stub;

  @BeforeAll
  static void start() {
    api = CampaignFixture.withoutKafka();
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  @BeforeEach
  void startStub() throws IOException {
    stub = new StubPartner(StubPartner::bid);
  }

  @AfterEach
  void stopStub() {
    stub.close();
  }

  @Test
  void shouldPassAPartnerThatKeepsTheRulesPoints12To18() {
    JsonObject report = test(configured());
    assertEquals(List.of(), failed(report), report.encode());
    assertTrue(report.getBoolean("passed"));
    assertEquals(10, report.getJsonArray("requests").size());
    assertEquals("BID", report.getJsonArray("requests").getJsonObject(0).getString("outcome"));
    assertEquals("NO_BID", report.getJsonArray("requests").getJsonObject(9).getString("outcome"));
    for (String rule : List.of("ID_ECHO", "PRICE", "AD_SIZE", "KEEP_ALIVE", "TIMING", "ADOMAIN")) {
      assertEquals("PASS", rule(report, rule).getString("result"), rule);
    }
    assertEquals("NOT_SEEN", rule(report, "GZIP_REQUEST").getString("result"));
    assertEquals("4.2.1", rule(report, "ID_ECHO").getString("section"));
  }

  @Test
  void shouldAskAsAuctionsDoAndBillNothingPoints21To25() {
    JsonObject partner =
        configured()
            .put("gzip", true)
            .put("authHeader", new JsonObject().put("name", "X-Auth").put("value", "top-5ecret"))
            .put("redactedFields", new JsonArray().add("device.ifa").add("user.eids"));
    JsonObject report = test(partner);
    assertEquals("PASS", rule(report, "GZIP_REQUEST").getString("result"));
    assertFalse(report.encode().contains("5ecret"));
    for (Asked one : stub.asked) {
      assertEquals("top-5ecret", one.headers().getFirst("X-Auth"));
      assertEquals("gzip", one.headers().getFirst("Content-Encoding"));
      assertEquals("gzip", one.headers().getFirst("Accept-Encoding"));
      assertEquals("application/json", one.headers().getFirst("Content-Type"));
      assertEquals("2.6", one.headers().getFirst("x-openrtb-version"));
      assertEquals(1, one.body().getInteger("test"));
      assertEquals(LONG_MILLIS, one.body().getInteger("tmax"));
      assertTrue(one.body().getJsonObject("source").containsKey("schain"));
      assertFalse(one.body().getJsonObject("device").containsKey("ifa"));
      assertFalse(one.body().getJsonObject("user", new JsonObject()).containsKey("eids"));
    }
  }

  @Test
  void shouldWrite25ForPartnersOf25Point21() {
    test(configured().put("protocol", "OPENRTB_2_5"));
    boolean consent = false;
    for (Asked one : stub.asked) {
      assertEquals("2.5", one.headers().getFirst("x-openrtb-version"));
      JsonObject source = one.body().getJsonObject("source");
      assertFalse(source.containsKey("schain"));
      assertTrue(source.getJsonObject("ext").containsKey("schain"));
      JsonObject regs = one.body().getJsonObject("regs", new JsonObject());
      assertFalse(regs.containsKey("gdpr"));
      JsonObject user = one.body().getJsonObject("user", new JsonObject());
      assertFalse(user.containsKey("consent"));
      consent |=
          regs.getJsonObject("ext", new JsonObject()).containsKey("gdpr")
              && user.getJsonObject("ext", new JsonObject()).containsKey("consent");
    }
    assertTrue(consent);
  }

  @Test
  void shouldAskForTheFormatsOfThePartnerAlone() {
    JsonObject report = test(configured().put("formats", new JsonArray().add("native")));
    List<String> samples = new ArrayList<>();
    report
        .getJsonArray("requests")
        .forEach(one -> samples.add(((JsonObject) one).getString("sample")));
    assertTrue(samples.contains("native"));
    assertFalse(samples.contains("video") || samples.contains("banner-site"), samples.toString());
  }

  /** A fault in an otherwise good answer, and the rule it breaks. */
  enum Fault {
    STATUS(reply -> Reply.text(500, "{}")),
    SIZE_CAP(reply -> Reply.text(200, " ".repeat(1_100_000) + "{}")),
    CONTENT_TYPE(reply -> Reply.text(200, body(reply), "Content-Type", "text/html")),
    ENCODING(reply -> Reply.text(200, body(reply), "Content-Encoding", "br")),
    NO_BID_FORM(reply -> Reply.text(200, "")),
    JSON(reply -> Reply.text(200, body(reply).substring(1))),
    ID_ECHO(changed(response -> response.put("id", "another"))),
    CURRENCY(changed(response -> response.put("cur", "EUR"))),
    SEAT(changed(response -> seat(response).put("seat", "s9"))),
    BID_ID(bid(bid -> bid.remove("id"))),
    IMP_ID(bid(bid -> bid.put("impid", "none"))),
    PRICE(bid(bid -> bid.put("price", 0))),
    FLOOR(bid(bid -> bid.put("price", 0.0001))),
    MARKUP(bid(bid -> bid.remove("adm"))),
    MEDIA_TYPE(bid(bid -> bid.put("mtype", 3))),
    AD_SIZE(bid(bid -> bid.put("w", 1))),
    ADOMAIN(bid(bid -> bid.put("adomain", new JsonArray().add("a.casino.example")))),
    CATEGORY(bid(bid -> bid.put("cat", new JsonArray().add("IAB25-3")))),
    SECURE(bid(bid -> bid.put("adm", "<VAST><img src='http://b.example/'>{\"assets\"}")));

    private final Function<Reply, Reply> broken;

    Fault(Function<Reply, Reply> broken) {
      this.broken = broken;
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void shouldNameTheRuleThatIsBroken(Fault fault) {
    stub.behave(
        request -> {
          Reply good = StubPartner.bid(request);
          return good.status() == 200 ? fault.broken.apply(good) : good;
        });
    JsonObject report = test(configured());
    assertTrue(failed(report).contains(fault.name()), report.encode());
    assertFalse(report.getBoolean("passed"));
  }

  @Test
  void shouldNotTakeRepeatedKeysTextPricesOrCutOffGzip() {
    stub.behave(
        request -> Reply.text(200, "{\"id\":\"a\",\"id\":\"" + request.getString("id") + "\"}"));
    assertTrue(failed(test(configured())).contains("JSON"));
    stub.behave(request -> bid(b -> b.put("price", "1.5")).apply(StubPartner.bid(request)));
    assertTrue(failed(test(configured())).contains("PRICE"));
    stub.behave(
        request -> {
          byte[] whole = gzip(body(StubPartner.bid(request)));
          byte[] half = java.util.Arrays.copyOf(whole, whole.length / 2);
          return new Reply(200, half, List.of("Content-Encoding", "gzip"));
        });
    assertTrue(failed(test(configured())).contains("ENCODING"));
  }

  @Test
  void shouldReadCompressedAnswersPoint4() {
    stub.behave(
        request -> {
          Reply good = StubPartner.bid(request);
          return good.status() == 204
              ? good
              : new Reply(200, gzip(body(good)), List.of("Content-Encoding", "gzip"));
        });
    JsonObject report = test(configured());
    assertEquals(List.of(), failed(report), report.encode());
    assertEquals("PASS", rule(report, "PRICE").getString("result"));
  }

  @Test
  void shouldTakeEveryFormOfNoBidPoint12() {
    for (String form : List.of("{}", "{\"seatbid\":[]}", "{\"id\":\"ID\",\"nbr\":2}")) {
      stub.behave(request -> Reply.text(200, form.replace("ID", request.getString("id"))));
      JsonObject report = test(configured());
      assertEquals(List.of(), failed(report), form + " " + report.encode());
      assertEquals("PASS", rule(report, "NO_BID_FORM").getString("result"));
      assertEquals("NOT_SEEN", rule(report, "PRICE").getString("result"));
    }
    stub.behave(request -> Reply.text(200, "{\"nbr\":\"because\"}"));
    assertTrue(failed(test(configured())).contains("NO_BID_FORM"));
  }

  @Test
  void shouldFailAPartnerThatIsSlowPoint23() {
    stub.behave(
        request -> {
          sleep(300);
          return StubPartner.bid(request);
        });
    JsonObject report = test(configured().put("timeoutMillis", 10));
    assertTrue(failed(report).contains("TIMING"), report.encode());
  }

  @Test
  void shouldGiveUpOnAPartnerThatIsSilent() {
    CountDownLatch over = new CountDownLatch(1);
    stub.behave(
        request -> {
          await(over);
          return Reply.noBid();
        });
    try {
      JsonObject report = test(configured().put("timeoutMillis", 10));
      assertTrue(failed(report).contains("TIMING"), report.encode());
      assertEquals(2, report.getJsonArray("requests").size());
      JsonObject first = report.getJsonArray("requests").getJsonObject(0);
      assertEquals("TIMEOUT", first.getString("outcome"));
      assertNull(first.getValue("status"));
    } finally {
      over.countDown();
    }
  }

  @Test
  void shouldFailAPartnerThatIsNotThere() {
    String url = stub.url();
    stub.close();
    JsonObject report = test(CampaignFixture.demandPartner(url));
    assertEquals(List.of("REACHABLE"), failed(report));
    assertEquals(2, report.getJsonArray("requests").size());
    JsonObject nowhere = test(CampaignFixture.demandPartner("http://partner.invalid/bid"));
    assertEquals(List.of("REACHABLE"), failed(nowhere));
  }

  @Test
  void shouldFailAPartnerThatClosesItsConnectionsPoint22() {
    stub.behave(
        request -> {
          Reply good = StubPartner.bid(request);
          return new Reply(good.status(), good.body(), List.of("Connection", "close"));
        });
    assertEquals(List.of("KEEP_ALIVE"), failed(test(configured())));
  }

  @Test
  void shouldFollowNoRedirect() throws IOException {
    try (StubPartner other = new StubPartner(StubPartner::bid)) {
      stub.behave(request -> Reply.text(307, "", "Location", other.url()));
      assertTrue(failed(test(configured())).contains("STATUS"));
      assertTrue(other.asked.isEmpty());
    }
  }

  @Test
  void shouldAskTheEndpointOfARegion() throws IOException {
    try (StubPartner european = new StubPartner(StubPartner::bid)) {
      JsonObject body = configured().put("endpoints", new JsonObject().put("eu", european.url()));
      String path = "/demand-partners/" + api.post("/demand-partners", body).expect(201).id();
      JsonObject report = api.post(path + "/test?region=eu", null).expect(200).json();
      assertEquals("eu", report.getString("region"));
      assertFalse(european.asked.isEmpty());
      assertTrue(stub.asked.isEmpty());
      assertEquals("region", api.post(path + "/test?region=us-east", null).expect(422).field());
    }
  }

  @Test
  void shouldBeForOperatorsAlone() {
    CampaignFixture.Tenant own = api.tenant("partner");
    JsonObject body = configured().put("accountId", own.account());
    String path =
        "/demand-partners/" + api.post("/demand-partners", body).expect(201).id() + "/test";
    api.send(own.key(), "POST", path, null).expect(403);
    api.send(null, "POST", path, null).expect(401);
    api.post("/demand-partners/1/test", null).expect(404);
    assertTrue(stub.asked.isEmpty());
  }

  @Test
  void shouldTestAPartnerOnceAtATime() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    stub.behave(
        request -> {
          asked.countDown();
          await(go);
          return Reply.noBid();
        });
    String path =
        "/demand-partners/" + api.post("/demand-partners", configured()).expect(201).id() + "/test";
    CompletableFuture<CampaignFixture.Answer> first =
        CompletableFuture.supplyAsync(() -> api.post(path, null));
    assertTrue(asked.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    try {
      api.post(path, null).expect(409);
    } finally {
      go.countDown();
    }
    first.get(PATIENCE_SECONDS, TimeUnit.SECONDS).expect(200);
    api.post(path, null).expect(200);
  }

  private JsonObject configured() {
    return CampaignFixture.demandPartner(stub.url())
        .put("timeoutMillis", LONG_MILLIS)
        .put("seats", new JsonArray().add("s1"));
  }

  private static JsonObject test(JsonObject partner) {
    String id = api.post("/demand-partners", partner).expect(201).id();
    return api.post("/demand-partners/" + id + "/test", null).expect(200).json();
  }

  private static List<String> failed(JsonObject report) {
    List<String> failed = new ArrayList<>();
    for (Object one : report.getJsonArray("rules")) {
      JsonObject rule = (JsonObject) one;
      if (rule.getString("result").equals("FAIL")) {
        failed.add(rule.getString("rule"));
      }
    }
    return failed;
  }

  private static JsonObject rule(JsonObject report, String name) {
    for (Object one : report.getJsonArray("rules")) {
      if (((JsonObject) one).getString("rule").equals(name)) {
        return (JsonObject) one;
      }
    }
    throw new AssertionError("no rule " + name);
  }

  private static String body(Reply reply) {
    return new String(reply.body(), StandardCharsets.UTF_8);
  }

  private static Function<Reply, Reply> changed(Consumer<JsonObject> change) {
    return reply -> {
      if (reply.status() != 200) {
        return reply;
      }
      JsonObject response = new JsonObject(body(reply));
      change.accept(response);
      return Reply.json(response);
    };
  }

  /** Changes the first bid. */
  private static Function<Reply, Reply> bid(Consumer<JsonObject> change) {
    return changed(response -> change.accept(seat(response).getJsonArray("bid").getJsonObject(0)));
  }

  private static JsonObject seat(JsonObject response) {
    return response.getJsonArray("seatbid").getJsonObject(0);
  }

  private static byte[] gzip(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
