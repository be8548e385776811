package io.adplatform.analytics.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.analytics.ingest.ApiFixture;
import io.adplatform.analytics.ingest.SettledMessage;
import io.adplatform.analytics.ingest.TopicFixture;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.CatalogueKind;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.LineItem.Participation;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.AuctionId;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.event.RequestIdHash;
import io.adplatform.wire.sbe.AuctionDetailEncoder;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.SettledKind;
import io.adplatform.wire.targeting.Country;
import io.adplatform.wire.targeting.DeviceType;
import io.adplatform.wire.targeting.Targeting;
import io.adplatform.wire.token.TokenKeys;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AuctionExplanationsTest {
  private static final TokenKeys KEYS = TokenKeys.of(new byte[16]);
  private static final long BASE = 9_000_000;
  private static final long WINNER = BASE + 1;
  private static final long OUTBID = BASE + 2;
  private static final long ELSEWHERE = BASE + 3;
  private static final long PAUSED = BASE + 4;
  private static final long LATER = BASE + 5;
  private static final long SUPPLY = BASE + 30;

  /** More line items than are listed one by one. */
  private static final int MANY = Recomputation.MAX_LISTED + 10;

  private static final long HI = 0x0001_0000_0001_0000L;
  private static final long LO = 4711;
  private static final String REQUEST_ID = "req-\u00e9-1";
  private static final String REQUEST =
      """
      {"id":"req-\u00e9-1","imp":[{"id":"1","banner":{"w":300,"h":250},"bidfloor":0.5}],
       "site":{"domain":"news.example"},"device":{"geo":{"country":"USA"},"devicetype":2}}
      """;
  private static final String PATH = "/api/v1/auctions/" + AuctionId.text(HI, LO);

  private static TopicFixture fixture;
  private static ApiFixture api;

  @BeforeAll
  static void hold() {
    fixture = new TopicFixture();
    long version = 9_000;
    fixture.publish(version++, new Advertiser(BASE + 20, ApiFixture.BUYER, "Acme", "USD", "UTC"));
    fixture.publish(
        version++, new Advertiser(BASE + 21, ApiFixture.OTHER_BUYER, "Bolt", "USD", "UTC"));
    fixture.publish(version++, campaign(BASE + 10, ApiFixture.BUYER, BASE + 20));
    fixture.publish(version++, campaign(BASE + 11, ApiFixture.OTHER_BUYER, BASE + 21));
    fixture.publish(version++, creative(BASE + 40, ApiFixture.BUYER, BASE + 20));
    fixture.publish(version++, creative(BASE + 41, ApiFixture.OTHER_BUYER, BASE + 21));
    fixture.publish(version++, partner());
    // Worth 3.00 per thousand while two impressions of a thousand are clicked.
    fixture.publish(
        version++,
        lineItem(WINNER, true, 0, Status.ACTIVE, Targeting.ANY).priced(BidModel.CPC, 1_500_000));
    fixture.publish(
        version++, new Participation(WINNER, ApiFixture.BUYER, Participation.START, 2_000));
    fixture.publish(version++, lineItem(OUTBID, false, 2_000_000, Status.ACTIVE, Targeting.ANY));
    Targeting germany = new Targeting(Map.of("country", List.of("DEU")), Map.of(), List.of());
    fixture.publish(version++, lineItem(ELSEWHERE, false, 9_000_000, Status.ACTIVE, germany));
    long seen = version;
    fixture.publish(version++, lineItem(PAUSED, true, 8_000_000, Status.PAUSED, Targeting.ANY));
    // What came after the auction must not be in its explanation.
    fixture.publish(
        version++, new Participation(WINNER, ApiFixture.BUYER, Participation.START, 10));
    fixture.publish(version++, lineItem(LATER, true, 7_000_000, Status.ACTIVE, Targeting.ANY));
    fixture.publish(version++, lineItem(PAUSED, true, 8_000_000, Status.ACTIVE, Targeting.ANY));
    fixture.publish(version++, new CatalogueKey(CatalogueKind.LINE_ITEM, OUTBID), null);
    for (int i = 0; i < MANY; i++) {
      fixture.publish(
          version++, lineItem(BASE + 100 + i, false, 1_000_000, Status.ACTIVE, germany));
    }
    long now = System.currentTimeMillis() - 1_000;
    fixture.send(
        0,
        SettledMessage.of(SettledKind.AUCTION, now)
            .auction(LO)
            .supply(SUPPLY)
            .place(Country.pack("USA"), DeviceType.DESKTOP.code())
            .lineItem(WINNER, BASE + 40)
            .record(new RequestIdHash(KEYS).of(REQUEST_ID), seen, 2_700_000)
            .candidate(WINNER, 3_000_000, 0)
            .candidate(OUTBID, 2_000_000, Reason.OUTBID.code()));
    fixture.send(
        1,
        SettledMessage.of(SettledKind.IMPRESSION, now + 500)
            .auction(LO)
            .supply(SUPPLY)
            .lineItem(WINNER, BASE + 40)
            .billed(3_000, 0, 2_700));
    fixture.send(
        0,
        SettledMessage.of(SettledKind.AUCTION, now + 1)
            .auction(LO + 1)
            .supply(SUPPLY)
            .reason(Reason.BELOW_FLOOR.code())
            .record(new RequestIdHash(KEYS).of("no-bid"), seen, 0)
            .candidate(WINNER, 3_000_000, Reason.BELOW_FLOOR.code()));
    long both = new RequestIdHash(KEYS).of("two-bids");
    fixture.send(
        0,
        SettledMessage.of(SettledKind.AUCTION, now + 2)
            .auction(LO + 10)
            .supply(SUPPLY)
            .lineItem(WINNER, BASE + 40)
            .record(both, seen, 2_700_000)
            .candidate(WINNER, 3_000_000, 0)
            .candidate(OUTBID, 2_000_000, 0));
    fixture.send(
        1,
        SettledMessage.of(SettledKind.ADDITIONAL_BID, now + 2)
            .auction(LO + 11)
            .supply(SUPPLY)
            .lineItem(OUTBID, BASE + 41)
            .record(both, seen, 1_800_000)
            .candidate(OUTBID, 2_000_000, 0));
    fixture.send(
        0,
        SettledMessage.of(SettledKind.ADDITIONAL_BID, now + 2)
            .auction(LO + 12)
            .supply(SUPPLY)
            .partner(0, BASE + 60)
            .reason(Reason.BELOW_FLOOR.code())
            .record(both, seen, 0)
            .candidate(OUTBID, 2_000_000, Reason.BELOW_FLOOR.code()));
    fixture.send(
        0,
        SettledMessage.of(SettledKind.AUCTION, now + 3)
            .auction(LO + 20)
            .supply(SUPPLY)
            .reason(Reason.BELOW_FLOOR.code())
            .record(new RequestIdHash(KEYS).of("many"), version, 0)
            .candidate(WINNER, 15_000, Reason.BELOW_FLOOR.code()));
    fixture.sendRaw(fixture.config.detailTopic(), 0, detail(LO, REQUEST_ID, now, seen));
    fixture.sendRaw(fixture.config.detailTopic(), 0, detail(LO + 20, "many", now + 3, version));
    fixture.whileIngesting(
        () -> {
          fixture.awaitNumber(6, "SELECT count() FROM auction_records");
          fixture.awaitNumber(2, "SELECT count() FROM auction_details");
          fixture.awaitNumber(7, "SELECT count() FROM settled_events");
          fixture.awaitNumber(
              1, "SELECT count() FROM entities FINAL WHERE id = " + OUTBID + " AND deleted");
        });
    api =
        new ApiFixture(
            builder ->
                AuctionExplanations.mount(
                    builder, fixture.database, fixture.config.kafka(), KEYS, false, "adplatform"));
  }

  @AfterAll
  static void close() {
    api.close();
    fixture.close();
  }

  @Test
  void shouldSayWhyADealWasNotBidOnPoint15() {
    JsonObject auction = api.json("operator", "/api/v1/auctions/" + AuctionId.text(HI, LO + 10));
    assertEquals(1, auction.getJsonArray("additionalBids").size());
    assertEquals(1, auction.getJsonArray("dealsWithoutBid").size());
    JsonObject deal = auction.getJsonArray("dealsWithoutBid").getJsonObject(0);
    assertEquals(Long.toString(BASE + 60), deal.getString("dealId"));
    assertEquals("BELOW_FLOOR", deal.getString("reason"));
    JsonObject own = api.json("operator", "/api/v1/auctions/" + AuctionId.text(HI, LO + 12));
    assertEquals(Long.toString(BASE + 60), own.getString("dealId"));
    assertEquals("NO_BID", own.getString("outcome"));
  }

  @Test
  void shouldSayWhatAPriceWasMadeOfOnTheCatalogueOfTheAuction() {
    JsonObject expected =
        new JsonObject()
            .put("model", "CPC")
            .put("amountMicros", 1_500_000)
            .put("chargesPerMillion", 2_000);
    for (String key : new String[] {"operator", "buyer"}) {
      JsonObject winner = candidate(api.json(key, PATH), WINNER);
      assertEquals(expected, winner.getJsonObject("pricing"));
      assertEquals(3_000_000, winner.getLong("priceCpmMicros"));
    }
    assertNull(candidate(api.json("operator", PATH), OUTBID).getJsonObject("pricing"));
  }

  private static Campaign campaign(long id, long account, long advertiser) {
    return new Campaign(
        id, account, advertiser, "Campaign", Status.ACTIVE, null, null, Budget.UNBOUNDED);
  }

  private static Creative creative(long id, long account, long advertiser) {
    return new Creative(
        id,
        account,
        advertiser,
        "Banner",
        Status.ACTIVE,
        Format.BANNER,
        300,
        250,
        "<a href=\"${CLICK_URL}\">x</a>",
        "https://acme.example/",
        List.of("acme.example"),
        List.of("IAB1"),
        List.of(),
        true);
  }

  private static LineItem lineItem(
      long id, boolean acme, long cpmMicros, Status status, Targeting targeting) {
    return new LineItem(
        id,
        acme ? ApiFixture.BUYER : ApiFixture.OTHER_BUYER,
        acme ? BASE + 20 : BASE + 21,
        acme ? BASE + 10 : BASE + 11,
        "line " + id,
        status,
        cpmMicros,
        List.of(acme ? BASE + 40 : BASE + 41),
        Budget.UNBOUNDED,
        null,
        null,
        targeting);
  }

  private static SupplyPartner partner() {
    return new SupplyPartner(
        SUPPLY,
        ApiFixture.SELLER,
        "explain-ssp",
        "Explain SSP",
        Status.ACTIVE,
        300,
        BillableEvent.BEACON,
        1_000,
        1000,
        1,
        1.0,
        false);
  }

  private static byte[] detail(long lo, String requestId, long timeMillis, long version) {
    ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(1024);
    AuctionDetailEncoder detail = new AuctionDetailEncoder();
    detail.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
    detail.auctionHi(HI).auctionLo(lo).timeMillis(timeMillis).catalogueVersion(version);
    detail.requestIdHash(new RequestIdHash(KEYS).of(requestId)).supplyPartnerId(SUPPLY);
    detail.impCount((short) 1).status(200);
    byte[] id = requestId.getBytes(StandardCharsets.UTF_8);
    byte[] request = REQUEST.getBytes(StandardCharsets.UTF_8);
    byte[] response = "{\"id\":\"x\"}".getBytes(StandardCharsets.UTF_8);
    detail.putRequestId(id, 0, id.length).putRequest(request, 0, request.length);
    detail.putResponse(response, 0, response.length);
    byte[] bytes = new byte[detail.limit()];
    buffer.getBytes(0, bytes);
    return bytes;
  }

  private static JsonObject candidate(JsonObject auction, long lineItemId) {
    for (Object each : auction.getJsonArray("candidates")) {
      JsonObject candidate = (JsonObject) each;
      if (candidate.getString("lineItemId").equals(Long.toString(lineItemId))) {
        return candidate;
      }
    }
    return null;
  }

  @Test
  void shouldExplainEveryLineItemOfTheCatalogueThatTheAuctionSaw() {
    JsonObject auction = api.json("operator", PATH);
    assertEquals("BID", auction.getString("outcome"));
    assertEquals(2_700_000, auction.getJsonObject("bid").getLong("priceCpmMicros"));
    assertEquals("Explain SSP", auction.getString("supplyPartner"));
    JsonObject winner = candidate(auction, WINNER);
    assertEquals("WON", winner.getString("outcome"));
    assertEquals("line " + WINNER, winner.getString("lineItem"));
    assertEquals("RECORDED", winner.getString("source"));
    JsonObject outbid = candidate(auction, OUTBID);
    assertEquals("OUTBID", outbid.getString("reason"));
    assertEquals("Another line item bid more.", outbid.getString("explanation"));
    JsonObject elsewhere = candidate(auction, ELSEWHERE);
    assertEquals("TARGETING", elsewhere.getString("reason"));
    assertEquals("country", elsewhere.getString("attribute"));
    assertEquals("RECOMPUTED", elsewhere.getString("source"));
    assertEquals("STATUS", candidate(auction, PAUSED).getString("reason"));
    assertEquals(2_000_000, winner.getLong("minToWinCpmMicros"));
    assertEquals(3_000_000, outbid.getLong("minToWinCpmMicros"));
    assertNull(candidate(auction, LATER));
  }

  @Test
  void shouldShowWhatBecameOfTheBidAndWhatWasAsked() {
    JsonObject auction = api.json("operator", PATH);
    JsonObject impression = auction.getJsonArray("events").getJsonObject(0);
    assertEquals("IMPRESSION", impression.getString("kind"));
    assertEquals(3_000, impression.getLong("chargedMicros"));
    assertEquals(2_700, impression.getLong("costMicros"));
    assertNull(impression.getInteger("lossReason"));
    JsonObject ofBuyer = api.json("buyer", PATH).getJsonArray("events").getJsonObject(0);
    assertEquals(3_000, ofBuyer.getLong("chargedMicros"));
    assertFalse(ofBuyer.containsKey("costMicros"));
    assertEquals(REQUEST_ID, auction.getJsonObject("request").getString("id"));
    assertEquals("x", auction.getJsonObject("response").getString("id"));
  }

  @Test
  void shouldFindAuctionsByTheRequestIdOfTheSsp() {
    String query = "/api/v1/auctions?requestId=";
    JsonArray items =
        api.json("operator", query + java.net.URLEncoder.encode(REQUEST_ID, StandardCharsets.UTF_8))
            .getJsonArray("items");
    assertEquals(1, items.size());
    assertEquals(AuctionId.text(HI, LO), items.getJsonObject(0).getString("auctionId"));
    JsonObject none = api.json("operator", query + "no-bid").getJsonArray("items").getJsonObject(0);
    assertEquals("NO_BID", none.getString("outcome"));
    assertEquals("BELOW_FLOOR", none.getString("reason"));
    // A list has the records alone.
    for (Object each : items) {
      JsonObject listed = (JsonObject) each;
      assertNull(candidate(listed, ELSEWHERE));
      assertEquals("RECORDED", candidate(listed, OUTBID).getString("source"));
      assertFalse(listed.containsKey("request"));
      assertFalse(listed.containsKey("events"));
    }
    assertEquals(422, api.get("operator", query + "no-bid&limit=33").statusCode());
    assertEquals(1, api.json("operator", query + "no-bid&limit=32").getJsonArray("items").size());
    String noBid = "/api/v1/auctions/" + none.getString("auctionId");
    JsonObject alone = api.json("operator", noBid);
    assertTrue(alone.getJsonObject("recomputed").containsKey("missing"));
    assertEquals(0, api.json("operator", query + "unheard-of").getJsonArray("items").size());
  }

  @Test
  void shouldReplayWhatWasRecordedAndNameWhatDiffers() {
    JsonObject identical = api.json("operator", PATH + "/replay");
    assertEquals("IDENTICAL", identical.getString("verdict"), identical.encode());
    assertEquals(2_700_000, identical.getJsonObject("replayed").getLong("bidCpmMicros"));
    // Its record leaves out better ones, which that catalogue has.
    String changed = "/api/v1/auctions/" + AuctionId.text(HI, LO + 20) + "/replay";
    JsonObject different = api.json("operator", changed);
    assertEquals("DIFFERENT", different.getString("verdict"), different.encode());
    assertEquals(
        "reason", different.getJsonArray("differences").getJsonObject(0).getString("field"));
    String noBid = "/api/v1/auctions/" + AuctionId.text(HI, LO + 1) + "/replay";
    assertEquals("NOT_POSSIBLE", api.json("operator", noBid).getString("verdict"));
    assertEquals(403, api.get("buyer", PATH + "/replay").statusCode());
    assertEquals(403, api.get("seller", PATH + "/replay").statusCode());
    String unknown = "/api/v1/auctions/" + AuctionId.text(1, 1) + "/replay";
    assertEquals(404, api.get("operator", unknown).statusCode());
  }

  @Test
  void shouldFindNothingOfWhatACallerMayNotSee() {
    String query = "/api/v1/auctions?requestId=no-bid";
    assertEquals(1, api.json("buyer", query).getJsonArray("items").size());
    assertEquals(1, api.json("seller", query).getJsonArray("items").size());
    assertEquals(0, api.json("other-buyer", query).getJsonArray("items").size());
  }

  @Test
  void shouldListAFewOfManyLineItemsAndCountTheRest() {
    String path = "/api/v1/auctions/" + AuctionId.text(HI, LO + 20);
    JsonObject auction = api.json("operator", path);
    // Other tests may have left line items in the topics.
    int lineItems = auction.getJsonObject("recomputed").getInteger("lineItems");
    assertTrue(lineItems >= MANY + 4, "line items: " + lineItems);
    assertEquals(1 + Recomputation.MAX_LISTED, auction.getJsonArray("candidates").size());
    assertEquals(
        lineItems - 1 - Recomputation.MAX_LISTED, sum(auction.getJsonObject("furtherCandidates")));
    JsonObject own = api.json("buyer", path);
    assertNull(candidate(own, ELSEWHERE));
    assertEquals("RECOMPUTED", candidate(own, LATER).getString("source"));
    assertFalse(own.containsKey("furtherCandidates"));
    assertEquals(
        lineItems - own.getJsonArray("candidates").size(), sum(own.getJsonObject("others")));
  }

  private static int sum(JsonObject counts) {
    return counts.stream().mapToInt(reason -> (Integer) reason.getValue()).sum();
  }

  @Test
  void shouldShowAnAdvertiserItsOwnAndOnlyCountTheOthers() {
    JsonObject winner = api.json("buyer", PATH);
    assertEquals("BID", winner.getString("outcome"));
    assertNull(candidate(winner, OUTBID));
    assertEquals(1, winner.getJsonObject("others").getInteger("OUTBID"));
    assertFalse(winner.containsKey("request"));
    JsonObject loser = api.json("other-buyer", PATH);
    assertEquals("OUTBID", candidate(loser, OUTBID).getString("reason"));
    assertFalse(loser.toString().contains("3000000"));
    assertFalse(loser.toString().contains("2700000"));
    assertFalse(loser.toString().contains("line " + WINNER));
    assertFalse(loser.containsKey("events"));
  }

  @Test
  void shouldListFurtherBidsUnderTheFirstAndExplainThemByThemselves() {
    JsonArray items =
        api.json("operator", "/api/v1/auctions?requestId=two-bids").getJsonArray("items");
    assertEquals(1, items.size());
    JsonObject first = items.getJsonObject(0);
    assertEquals(AuctionId.text(HI, LO + 10), first.getString("auctionId"));
    JsonArray additional = first.getJsonArray("additionalBids");
    assertEquals(1, additional.size());
    String id = AuctionId.text(HI, LO + 11);
    assertEquals(id, additional.getJsonObject(0).getString("auctionId"));
    assertEquals(1_800_000, additional.getJsonObject(0).getLong("priceCpmMicros"));
    JsonObject further = api.json("operator", "/api/v1/auctions/" + id);
    assertTrue(further.getBoolean("additional"));
    assertEquals(AuctionId.text(HI, LO + 10), further.getString("firstAuctionId"));
    assertEquals(1_800_000, further.getJsonObject("bid").getLong("priceCpmMicros"));
  }

  @Test
  void shouldShowAnAdvertiserOfSeveralBidsItsOwnAlone() {
    String path = "/api/v1/auctions/" + AuctionId.text(HI, LO + 10);
    JsonObject best = api.json("buyer", path);
    assertEquals("BID", best.getString("outcome"));
    assertFalse(best.toString().contains("1800000"));
    JsonObject beside = api.json("other-buyer", path);
    assertEquals("BID", beside.getString("outcome"));
    assertTrue(beside.getJsonArray("additionalBids").toString().contains("1800000"));
    assertFalse(beside.toString().contains("2700000"));
    assertFalse(beside.toString().contains("3000000"));
  }

  @Test
  void shouldShowAPartnerTheOutcomeOfItsSupply() {
    JsonObject auction = api.json("seller", PATH);
    assertEquals("BID", auction.getString("outcome"));
    assertFalse(auction.containsKey("candidates"));
    assertEquals(403, api.get("publisher", PATH).statusCode());
  }

  @Test
  void shouldTryTargetingOnWhatWasRecorded() {
    LineItem us = lineItem(WINNER, true, 1, Status.ACTIVE, Targeting.ANY);
    Targeting germany = new Targeting(Map.of("country", List.of("DEU")), Map.of(), List.of());
    LineItem de = lineItem(ELSEWHERE, true, 1, Status.ACTIVE, germany);
    Map<Long, CatalogueEntity> catalogue = Map.of(WINNER, us, ELSEWHERE, de, SUPPLY, partner());
    TargetingSample sample =
        new TargetingSample(
            fixture.database,
            catalogue::get,
            new TargetingSample.Endpoint(false, "adplatform"),
            Clock.systemUTC());
    assertEquals("{\"imps\":2,\"matches\":2,\"mismatches\":{}}", sample.sample(WINNER).encode());
    assertEquals(
        "{\"imps\":2,\"matches\":0,\"mismatches\":{\"country\":2}}",
        sample.sample(ELSEWHERE).encode());
    assertNull(sample.sample(PAUSED));
  }

  @Test
  void shouldNotFindWhatIsNotThereOrNotTheCallers() {
    assertEquals(404, api.get("operator", "/api/v1/auctions/" + AuctionId.text(1, 1)).statusCode());
    assertEquals(404, api.get("operator", "/api/v1/auctions/nonsense").statusCode());
    // Recorded without its request: only the winner's line item is known to have been looked at.
    String noBid = "/api/v1/auctions/" + AuctionId.text(HI, LO + 1);
    assertEquals(200, api.get("buyer", noBid).statusCode());
    assertEquals(404, api.get("other-buyer", noBid).statusCode());
  }
}
