package io.adplatform.rtb.auction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adplatform.rtb.demand.PartnerClientConfig;
import io.adplatform.rtb.demand.Redactions;
import io.adplatform.rtb.openrtb.AuctionHandler;
import io.adplatform.rtb.openrtb.EndpointConfig;
import io.adplatform.rtb.openrtb.RefusalLog;
import io.adplatform.rtb.privacy.PrivacySignals;
import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.http.LaneHttpServer;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.lane.Lanes;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.RateTable;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.sbe.AuctionRecordDecoder;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.PartnerBidDecoder;
import io.adplatform.wire.targeting.Targeting;
import io.adplatform.wire.token.Token;
import io.adplatform.wire.token.TokenCodec;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Demand partners behind the endpoint: real servers on both sides. */
class DemandPartnersTest {
  private static final long FIRST = 70;
  private static final int TMAX = 20_000;
  private static final String REQUESTS = "adplatform_demand_requests_total";
  private static final String LOST = "adplatform_candidates_lost_total";

  private final List<StubPartner> stubs = new ArrayList<>();
  private Redactions redactions = Redactions.NONE;
  private Lanes lanes;
  private LaneFixture fixture;
  private RefusalLog refusals;
  private HttpClient client;
  private long nextId = FIRST;

  @BeforeEach
  void start() {
    lanes = Lanes.start(LaneConfig.laptop());
    fixture =
        new LaneFixture(
            lanes,
            System.currentTimeMillis(),
            null,
            null,
            new PartnerClientConfig(
                "ads.example",
                "default",
                () -> (request, partner) -> redactions.of(request, partner)));
    refusals = new RefusalLog();
    client = HttpClient.newHttpClient();
  }

  @AfterEach
  void stop() {
    client.close();
    fixture.close();
    refusals.close();
    stubs.forEach(StubPartner::close);
  }

  private StubPartner bidding(String price, String members) throws Exception {
    return stub(
        StubPartner.answering(body -> StubPartner.bid(body, price, StubPartner.MARKUP + members)));
  }

  private StubPartner stub(StubPartner stub) {
    stubs.add(stub);
    return stub;
  }

  /** How a partner of a test differs from the plain one. */
  private static final class Terms {
    private DemandPartner.Protocol protocol = DemandPartner.Protocol.OPENRTB_2_6;
    private int timeoutMillis = 15_000;
    private int queriesPerSecond = 10_000;
    private boolean gzip;
    private String currency = "USD";
    private int margin;
    private List<String> seats = List.of();
    private List<String> redacted = List.of();
    private Targeting targeting = Targeting.ANY;
  }

  private long partner(String url, Terms terms) {
    long id = nextId++;
    fixture.add(
        new DemandPartner(
            id,
            1,
            "DSP " + id,
            Status.ACTIVE,
            new DemandPartner.Endpoint(
                Map.of(DemandPartner.ANY_REGION, url),
                terms.protocol,
                terms.timeoutMillis,
                terms.queriesPerSecond,
                terms.gzip,
                "x-key",
                "secret"),
            new DemandPartner.Terms(
                terms.currency, terms.seats, terms.margin, DemandPartner.PriceEncoding.PLAIN),
            new DemandPartner.Sent(List.of(Format.BANNER), terms.targeting, terms.redacted)));
    return id;
  }

  private int serve(int supplyMargin, int maxBids) throws Exception {
    fixture.publish(LaneFixture.partner(Status.ACTIVE, supplyMargin, 1_000, 0, maxBids));
    Lane lane = lanes.all().getFirst();
    CompletableFuture<Integer> listening = new CompletableFuture<>();
    lane.context()
        .runOnContext(
            start ->
                lanes
                    .vertx()
                    .createHttpServer(LaneHttpServer.options().setHost("127.0.0.1").setPort(0))
                    .requestHandler(
                        new AuctionHandler(
                            lane,
                            fixture.auctions,
                            EndpointConfig.standard(),
                            fixture.metrics,
                            refusals))
                    .listen()
                    .onComplete(
                        server -> listening.complete(server.actualPort()),
                        listening::completeExceptionally));
    return listening.get(20, TimeUnit.SECONDS);
  }

  private static String request(String members, String impMembers) {
    return "{\"id\":\"r1\",\"tmax\":"
        + TMAX
        + ",\"site\":{\"domain\":\"news.example\"},\"imp\":[{\"id\":\"i1\",\"banner\":{\"w\":300,"
        + "\"h\":250}"
        + impMembers
        + "}]"
        + members
        + "}";
  }

  private HttpResponse<String> post(int port, String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + port + "/openrtb2/auction/demo-ssp"))
            .version(HttpClient.Version.HTTP_1_1)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode bid(HttpResponse<String> answer) throws Exception {
    assertEquals(200, answer.statusCode());
    return new ObjectMapper().readTree(answer.body()).at("/seatbid/0/bid/0");
  }

  private long outcomes(long partner, String outcome) {
    return fixture.counter(REQUESTS, "outcome=\"" + outcome + "\",partner=\"" + partner + "\"");
  }

  private void await(long partner, String outcome) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (outcomes(partner, outcome) == 0) {
      assertTrue(System.nanoTime() < end, "never " + outcome);
      Thread.sleep(5);
    }
  }

  @Test
  @DisplayName("Points 12, 18, 20, 31: the best bid wins, with its markup, our beacon and notices")
  void shouldSendThePartnersBidThatIsTheBest() throws Exception {
    fixture.lineItem(40, 2_000_000);
    StubPartner stub =
        bidding(
            "2.500001",
            ",\"adomain\":[\"shop.example\"],\"crid\":\"c\\\"9\",\"cid\":\"k\",\"w\":300,\"h\":250,"
                + "\"nurl\":\"https://dsp.example/w\",\"exp\":30");
    Terms terms = new Terms();
    terms.margin = 1_000;
    long id = partner(stub.url(), terms);
    HttpResponse<String> answer = post(serve(0, 1), request("", ""));
    JsonNode bid = bid(answer);
    assertEquals("s1", new ObjectMapper().readTree(answer.body()).at("/seatbid/0/seat").asText());
    assertEquals("2.25", bid.get("price").asText());
    assertEquals("i1", bid.get("impid").asText());
    assertEquals("c\"9", bid.get("crid").asText());
    assertEquals("shop.example", bid.at("/adomain/0").asText());
    assertEquals(30, bid.get("exp").asInt());
    assertTrue(
        bid.get("adm").asText().startsWith("<b>partner</b><img src=\"https://ads.example/e/"));
    Token token = token(bid.get("nurl").asText());
    assertTrue(token.isPartner());
    assertEquals(id, token.lineItemId);
    assertEquals(0, token.leaseId);
    assertEquals(2_500, token.chargeMicros);
    assertEquals(2_250_000, token.bidCpmMicros);
    AuctionRecordDecoder record = fixture.records().getFirst();
    assertTrue(record.flags().partner());
    AuctionRecordDecoder.CandidatesDecoder candidates = record.candidates();
    List<String> seen = new ArrayList<>();
    while (candidates.hasNext()) {
      candidates.next();
      seen.add(candidates.lineItemId() + " " + Reason.of(candidates.candidateReason()));
    }
    assertTrue(seen.contains(id + " NONE"), seen.toString());
    assertTrue(seen.contains("40 OUTBID"), seen.toString());
    assertEquals(1, outcomes(id, "bids"));
  }

  private static Token token(String url) {
    Matcher matcher = Pattern.compile("/n/win/([A-Za-z0-9_-]{140})").matcher(url);
    assertTrue(matcher.find(), url);
    Token token = new Token();
    assertEquals(
        TokenCodec.Result.VALID,
        new TokenCodec(LaneFixture.KEYS).read(matcher.group(1), 0, 0, token));
    return token;
  }

  @Test
  void shouldKeepTheLineItemWhereAPartnerBidsLess() throws Exception {
    fixture.lineItem(40, 2_000_000);
    StubPartner stub = bidding("1.99", ",\"lurl\":\"https://dsp.example/l\"");
    long id = partner(stub.url(), new Terms());
    JsonNode bid = bid(post(serve(0, 1), request("", "")));
    assertEquals("2", bid.get("price").asText());
    assertFalse(token(bid.get("nurl").asText()).isPartner());
    List<PartnerBidDecoder> told = told();
    assertEquals(1, told.size());
    assertEquals(id, told.getFirst().demandPartnerId());
    assertEquals(102, told.getFirst().lossReason());
    assertEquals(2_000_000, told.getFirst().minToWinCpmMicros());
  }

  private List<PartnerBidDecoder> told() {
    List<PartnerBidDecoder> told = new ArrayList<>();
    MessageHeaderDecoder header = new MessageHeaderDecoder();
    fixture.journal.forEach(
        (buffer, offset, length, position) -> {
          header.wrap(buffer, offset);
          if (header.templateId() == PartnerBidDecoder.TEMPLATE_ID) {
            byte[] bytes = new byte[length];
            buffer.getBytes(offset, bytes);
            told.add(
                new PartnerBidDecoder()
                    .wrapAndApplyHeader(
                        new org.agrona.concurrent.UnsafeBuffer(bytes),
                        0,
                        new MessageHeaderDecoder()));
          }
        });
    return told;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"204", "{}", "{\"id\":\"r1\",\"seatbid\":[]}", "{\"id\":\"r1\",\"nbr\":2}"})
  @DisplayName("Point 12: no bid in each of its forms")
  void shouldTakeNoBidInEachOfItsFormsPoint12(String form) throws Exception {
    StubPartner stub = stub(StubPartner.answering(body -> form.equals("204") ? null : form));
    long id = partner(stub.url(), new Terms());
    assertEquals(204, post(serve(0, 1), request("", "")).statusCode());
    assertEquals(1, outcomes(id, "no_bid"));
  }

  private static final Map<String, BiConsumer<HttpServerRequest, JsonNode>> BAD =
      Map.of(
          "timeout",
          (request, body) -> {},
          "malformed",
          (request, body) -> request.response().end("{\"id\":\"r1\",\"seatbid\":[NaN"),
          "wrong_id",
          (request, body) ->
              request
                  .response()
                  .end(
                      StubPartner.bid(body, "9", StubPartner.MARKUP)
                          .replace("\"r1\"", "\"other\"")),
          "wrong_currency",
          (request, body) ->
              request
                  .response()
                  .end(
                      StubPartner.bid(body, "9", StubPartner.MARKUP)
                          .replace("\"bidid\"", "\"cur\":\"EUR\",\"bidid\"")),
          "too_large",
          (request, body) -> request.response().end(Buffer.buffer(new byte[10_000_000])),
          "status",
          (request, body) -> request.response().setStatusCode(500).end("oops"),
          "broken",
          (request, body) -> request.connection().close());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "timeout",
        "malformed",
        "wrong_id",
        "wrong_currency",
        "too_large",
        "status",
        "broken"
      })
  @DisplayName("Points 12, 26: a partner that misbehaves harms nobody else")
  void shouldHarmNobodyElsePoint26(String kind) throws Exception {
    StubPartner bad = stub(new StubPartner(BAD.get(kind)));
    StubPartner good = bidding("1.5", "");
    Terms terms = new Terms();
    terms.timeoutMillis = kind.equals("timeout") ? 200 : terms.timeoutMillis;
    long badId = partner(bad.url(), terms);
    partner(good.url(), new Terms());
    int port = serve(0, 1);
    assertEquals("1.5", bid(post(port, request("", ""))).get("price").asText());
    assertEquals("1.5", bid(post(port, request("", ""))).get("price").asText());
    await(badId, kind);
  }

  @Test
  @DisplayName("Point 26: a partner that is not there, and one that drips, harm nobody else")
  void shouldGoOnWithoutADeadAndADrippingPartnerPoint26() throws Exception {
    StubPartner gone = StubPartner.answering(body -> null);
    gone.close();
    StubPartner drips =
        stub(
            new StubPartner(
                (request, body) ->
                    request.response().setChunked(true).write("{\"id\":\"r1\",\"seatbid\":[")));
    StubPartner good = bidding("1.5", "");
    Terms terms = new Terms();
    terms.timeoutMillis = 300;
    long goneId = partner(gone.url(), terms);
    long dripsId = partner(drips.url(), terms);
    partner(good.url(), new Terms());
    int port = serve(0, 1);
    assertEquals("1.5", bid(post(port, request("", ""))).get("price").asText());
    await(goneId, "unreachable");
    await(dripsId, "timeout");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"bcat\":[\"IAB1\"]| |\"cat\":[\"IAB1-2\"]|blocked_category",
        "\"acat\":[\"IAB2\"]| |\"cat\":[\"IAB1-2\"]|category_not_allowed",
        "\"acat\":[\"IAB2\"]| |\"crid\":\"1\"|category_not_allowed",
        "\"badv\":[\"bad.example\"]| |\"adomain\":[\"www.Bad.example\"]|blocked_advertiser",
        "\"badv\":[\"bad.example\"]| |\"crid\":\"1\"|blocked_advertiser",
        "\"bapp\":[\"com.bad\"]| |\"bundle\":\"com.bad\"|blocked_advertiser",
        "\"wlang\":[\"en\"]| |\"language\":\"fr\"|bid_invalid",
        "\"bseat\":[\"s1\"]| |\"crid\":\"1\"|seat_not_allowed",
        "\"at\":1|\"bidfloor\":3|\"crid\":\"1\"|below_floor",
        "\"at\":1|\"secure\":1|\"adm\":\"<img src=\\\"http:\\/\\/x\\\">\"|creative_insecure",
        "\"at\":1| |\"w\":728,\"h\":90|size",
        "\"at\":1| |\"mtype\":2|format_not_served",
        "\"at\":1| |\"dealid\":\"d\"|deal_not_offered",
        "\"at\":1|\"exp\":60|\"exp\":30|bid_lapses",
        "\"at\":1| |\"exp\":1|bid_lapses",
        "\"at\":1| |\"nurl\":\"https://x.example/\",\"adm\":\"\"|bid_without_markup",
        "\"at\":1| |\"price\":\"2\"|bid_invalid",
        "\"at\":1| |\"price\":0|bid_invalid",
        "\"at\":1| |\"price\":1e999|bid_invalid",
        "\"at\":1| |\"price\":-1|bid_invalid",
        "\"at\":1| |\"crid\":\"1\",\"crid\":\"2\"|bid_invalid",
        "\"at\":1| |\"id\":\"\"|bid_invalid",
      })
  @DisplayName("Points 13, 14, 17, 31: a bid that the request does not allow is refused")
  void shouldRefuseABidThatTheRequestDoesNotAllow(
      String members, String impMembers, String bidMembers, String reason) throws Exception {
    String plain = "\"id\":\"1\",\"impid\":\"i1\",\"price\":2,\"adm\":\"<b>ad<\\/b>\"";
    for (String name : List.of("id", "price", "adm")) {
      if (bidMembers.contains("\"" + name + "\":")) {
        plain = plain.replaceFirst("\"" + name + "\":(\"<b>[^,]*\"|\"1\"|2),?", "");
      }
    }
    String bid = plain + (plain.endsWith(",") ? "" : ",") + bidMembers;
    StubPartner stub =
        stub(
            StubPartner.answering(
                body -> "{\"id\":\"r1\",\"seatbid\":[{\"seat\":\"s1\",\"bid\":[{" + bid + "}]}]}"));
    long id = partner(stub.url(), new Terms());
    String imp = impMembers == null ? "" : "," + impMembers;
    assertEquals(204, post(serve(0, 1), request("," + members, imp)).statusCode());
    assertEquals(1, outcomes(id, "bids"), "read as bids");
    assertEquals(1, fixture.counter(LOST, "reason=\"" + reason + "\""));
  }

  @Test
  @DisplayName("Point 16: of a group with several bids none is sent, as an SSP may take a part")
  void shouldSendNothingOfAGroupPoint16() throws Exception {
    StubPartner stub =
        stub(
            StubPartner.answering(
                body ->
                    "{\"id\":\"r1\",\"seatbid\":[{\"group\":1,\"bid\":["
                        + "{\"id\":\"1\",\"impid\":\"i1\",\"price\":3,\"adm\":\"a\"},"
                        + "{\"id\":\"2\",\"impid\":\"i1\",\"price\":4,\"adm\":\"a\"}]},"
                        + "{\"group\":1,\"bid\":["
                        + "{\"id\":\"3\",\"impid\":\"i1\",\"price\":2,\"adm\":\"a\"}]}]}"));
    partner(stub.url(), new Terms());
    assertEquals("2", bid(post(serve(0, 1), request("", ""))).get("price").asText());
    assertEquals(2, fixture.counter(LOST, "reason=\"group_broken\""));
  }

  @Test
  @DisplayName("Point 24: nobody is told of a person where a signal forbids it")
  void shouldTellNobodyOfAPersonWhereASignalForbidsItPoint24() throws Exception {
    redactions = new PrivacySignals();
    StubPartner stub = bidding("2", "");
    partner(stub.url(), new Terms());
    int port = serve(0, 1);
    String person = ",\"user\":{\"id\":\"u\",\"yob\":1990},\"device\":{\"ifa\":\"a-1\",\"ip\":";
    List<String> forbidding =
        List.of(
            "\"203.0.113.7\"},\"regs\":{\"coppa\":1}",
            "\"203.0.113.7\",\"lmt\":1}",
            "\"203.0.113.7\",\"dnt\":1}",
            "\"203.0.113.7\"},\"regs\":{\"gdpr\":1}",
            "\"203.0.113.7\"},\"regs\":{\"ext\":{\"gdpr\":1}}",
            "\"203.0.113.7\"},\"regs\":{\"us_privacy\":\"1YYN\"}",
            "\"203.0.113.7\"},\"regs\":{\"ext\":{\"us_privacy\":\"1YYN\"}}",
            "\"203.0.113.7\"},\"regs\":{\"gpp\":\"DBAA\"}",
            "\"203.0.113.7\"},\"regs\":{\"ext\":{\"gpc\":\"1\"}}");
    for (String signal : forbidding) {
      bid(post(port, request(person + signal, "")));
      JsonNode sent = stub.asked.getLast().body();
      assertTrue(sent.at("/user/id").isMissingNode(), signal);
      assertTrue(sent.at("/user/yob").isMissingNode(), signal);
      assertTrue(sent.at("/device/ifa").isMissingNode(), signal);
      assertNotEquals("203.0.113.7", sent.at("/device/ip").asText(), signal);
    }
    bid(post(port, request(person + "\"203.0.113.7\"},\"regs\":{\"us_privacy\":\"1YNN\"}", "")));
    JsonNode sent = stub.asked.getLast().body();
    assertEquals("u", sent.at("/user/id").asText());
    assertEquals("a-1", sent.at("/device/ifa").asText());
    assertEquals("203.0.113.7", sent.at("/device/ip").asText());
  }

  @Test
  @DisplayName("Points 21 to 25: what a partner is sent")
  void shouldSendWhatTheChecklistSaysPoints21To25() throws Exception {
    StubPartner stub = bidding("2", "");
    Terms terms = new Terms();
    terms.gzip = true;
    terms.timeoutMillis = 5_000;
    terms.seats = List.of("s1", "s2");
    terms.redacted = List.of("user.yob", "device.geo.zip");
    partner(stub.url(), terms);
    String members =
        ",\"bseat\":[\"s2\"],\"source\":{\"tid\":\"t\",\"fd\":0,\"x\":[1.50],\"schain\":{\"ver\":"
            + "\"1.0\",\"complete\":1,\"nodes\":[{\"asi\":\"ssp.example\",\"sid\":\"7\"}]}},"
            + "\"regs\":{\"coppa\":0,\"ext\":{\"gdpr\":1,\"gpc\":\"1\"}},\"user\":{\"id\":\"u\","
            + "\"buyeruid\":\"ours\",\"yob\":1990,\"ext\":{\"consent\":\"C\",\"z\":{\"a\":null}}},"
            + "\"device\":{\"geo\":{\"zip\":\"1\",\"lat\":1.25}},\"ext\":{\"deep\":[{\"k\":1e2}]}";
    bid(post(serve(0, 1), request(members, ",\"secure\":1,\"zz\":{\"q\":\"\\u00e9\"}")));
    StubPartner.Asked asked = stub.asked.getFirst();
    assertEquals("2.6", asked.headers().get("x-openrtb-version"));
    assertEquals("gzip", asked.headers().get("content-encoding"));
    assertEquals("gzip", asked.headers().get("accept-encoding"));
    assertEquals("secret", asked.headers().get("x-key"));
    JsonNode sent = asked.body();
    int tmax = sent.get("tmax").asInt();
    assertTrue(tmax > 0 && tmax <= 5_000, "tmax " + tmax);
    assertEquals("[\"USD\"]", sent.get("cur").toString());
    assertEquals("[\"s1\"]", sent.get("wseat").toString());
    assertEquals(
        "{\"ver\":\"1.0\",\"complete\":1,\"nodes\":[{\"asi\":\"ssp.example\",\"sid\":\"7\"},"
            + "{\"asi\":\"ads.example\",\"sid\":\"33\",\"hp\":1}]}",
        sent.at("/source/schain").toString());
    assertEquals(1, sent.at("/source/fd").asInt());
    assertEquals("t", sent.at("/source/tid").asText());
    assertEquals("[1.50]", sent.at("/source/x").toString().replace("[1.5]", "[1.50]"));
    assertEquals(1, sent.at("/regs/gdpr").asInt());
    assertEquals("1", sent.at("/regs/ext/gpc").asText());
    assertEquals("C", sent.at("/user/consent").asText());
    assertTrue(sent.at("/user/buyeruid").isMissingNode());
    assertTrue(sent.at("/user/yob").isMissingNode());
    assertEquals("u", sent.at("/user/id").asText());
    assertTrue(sent.at("/device/geo/zip").isMissingNode());
    assertEquals(1.25, sent.at("/device/geo/lat").asDouble(), 1e-9);
    assertEquals(1, sent.at("/imp/0/secure").asInt());
    assertEquals("\u00e9", sent.at("/imp/0/zz/q").asText());
    assertEquals("{\"deep\":[{\"k\":100.0}]}", sent.get("ext").toString());
  }

  @Test
  @DisplayName("Points 21, 24: what a partner of OpenRTB 2.5 is sent stands in ext")
  void shouldSpellAsOpenRtb25HasItPoint24() throws Exception {
    StubPartner stub = bidding("2", "");
    Terms terms = new Terms();
    terms.protocol = DemandPartner.Protocol.OPENRTB_2_5;
    partner(stub.url(), terms);
    String members =
        ",\"regs\":{\"gdpr\":1,\"us_privacy\":\"1YNN\"},\"user\":{\"consent\":\"C\",\"eids\":[]}";
    bid(post(serve(0, 1), request(members, "")));
    JsonNode sent = stub.asked.getFirst().body();
    assertEquals("2.5", stub.asked.getFirst().headers().get("x-openrtb-version"));
    assertEquals(1, sent.at("/regs/ext/gdpr").asInt());
    assertEquals("1YNN", sent.at("/regs/ext/us_privacy").asText());
    assertEquals("C", sent.at("/user/ext/consent").asText());
    assertTrue(sent.at("/user/ext/eids").isArray());
    assertEquals("ads.example", sent.at("/source/ext/schain/nodes/0/asi").asText());
    assertEquals(32, sent.at("/source/tid").asText().length());
    assertEquals(0, sent.at("/imp/0/secure").asInt());
    assertNull(sent.get("wseat"));
  }

  @Test
  @DisplayName("Points 14, 18: a partner bids in its own currency, over a floor said in it")
  void shouldConvertWhatAPartnerBidsInItsOwnCurrency() throws Exception {
    fixture.add(new RateTable(9, 1, LocalDate.of(2020, 1, 1), Map.of("EUR", "0.5")));
    StubPartner stub =
        stub(
            StubPartner.answering(
                body ->
                    StubPartner.bid(body, "0.6", StubPartner.MARKUP)
                        .replace("\"bidid\"", "\"cur\":\"EUR\",\"bidid\"")));
    Terms terms = new Terms();
    terms.currency = "EUR";
    partner(stub.url(), terms);
    Terms unknown = new Terms();
    unknown.currency = "CHF";
    long unknownId = partner(stub.url(), unknown);
    HttpResponse<String> answer = post(serve(1_000, 1), request("", ",\"bidfloor\":0.9"));
    assertEquals("1.08", bid(answer).get("price").asText());
    assertEquals("USD", new ObjectMapper().readTree(answer.body()).get("cur").asText());
    JsonNode imp = stub.asked.getFirst().body().at("/imp/0");
    assertEquals("EUR", imp.get("bidfloorcur").asText());
    assertEquals("0.5", imp.get("bidfloor").asText());
    assertEquals(
        1, fixture.counter(REQUESTS, "outcome=\"no_rate\",partner=\"other\""), "" + unknownId);
  }

  @Test
  @DisplayName("Point 26: quota and pretargeting")
  void shouldAskWithinTheQuotaAndThePretargetingPoint26() throws Exception {
    StubPartner few = bidding("2", "");
    StubPartner elsewhere = bidding("9", "");
    Terms quota = new Terms();
    quota.queriesPerSecond = 1;
    Terms targeted = new Terms();
    targeted.targeting =
        new Targeting(Map.of("site", List.of("other.example")), Map.of(), List.of());
    long id = partner(few.url(), quota);
    partner(elsewhere.url(), targeted);
    int port = serve(0, 1);
    int asked = 0;
    for (int i = 0; i < 20; i++) {
      asked += post(port, request("", "")).statusCode() == 200 ? 1 : 0;
    }
    assertEquals(asked, few.asked.size());
    assertTrue(asked < 20 && outcomes(id, "quota") == 20 - asked, "asked " + asked);
    assertEquals(0, elsewhere.asked.size());
  }

  @Test
  @DisplayName("Point 30: macros in markup are filled in, escaped")
  void shouldFillInTheMacrosOfMarkupPoint30() throws Exception {
    StubPartner stub =
        stub(
            StubPartner.answering(
                body ->
                    StubPartner.bid(
                        body,
                        "2.5",
                        ",\"adid\":\"a\\\"&<\",\"adm\":\"${AUCTION_ID}|${AUCTION_BID_ID}|"
                            + "${AUCTION_IMP_ID}|${AUCTION_SEAT_ID}|${AUCTION_AD_ID}|"
                            + "${AUCTION_PRICE}|${AUCTION_PRICE:B64}|${AUCTION_CURRENCY}|"
                            + "${AUCTION_MBR}|${AUCTION_LOSS}|${AUCTION_MIN_TO_WIN}|"
                            + "${AUCTION_MULTIPLIER}|${AUCTION_IMP_TS}|${AUCTION_OTHER}|\"")));
    partner(stub.url(), new Terms());
    String adm = bid(post(serve(0, 1), request("", ",\"bidfloor\":1"))).get("adm").asText();
    assertTrue(
        adm.startsWith("r1|b-1|i1|s1|a%22%26%3C|2.5|Mi41|USD|1|0|1|1||${AUCTION_OTHER}|<img"), adm);
  }

  @Test
  @DisplayName("Point 20: several bids per imp, each partner under its seat, ties drawn")
  void shouldSendSeveralBidsInOrderOfPrice() throws Exception {
    fixture.lineItem(40, 2_000_000);
    fixture.lineItem(41, 1_000_000);
    partner(bidding("3", "").url(), new Terms());
    partner(bidding("1.5", "").url(), new Terms());
    JsonNode answer = new ObjectMapper().readTree(post(serve(0, 3), request("", "")).body());
    List<String> prices = new ArrayList<>();
    answer
        .get("seatbid")
        .forEach(
            seat ->
                seat.get("bid")
                    .forEach(
                        bid -> prices.add(seat.get("seat").asText() + " " + bid.get("price"))));
    assertEquals(List.of("s1 3", "adplatform 2", "s1 1.5"), prices);
  }
}
