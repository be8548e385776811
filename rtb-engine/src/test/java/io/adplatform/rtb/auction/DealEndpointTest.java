package io.adplatform.rtb.auction;

import static io.adplatform.rtb.auction.LaneFixture.deal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adplatform.rtb.openrtb.RefusalLog;
import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.lane.Lanes;
import io.adplatform.wire.catalogue.Deal;
import io.adplatform.wire.catalogue.Deal.AuctionType;
import io.adplatform.wire.catalogue.FloorRule;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.RateTable;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.sbe.AuctionRecordDecoder;
import io.adplatform.wire.targeting.Targeting;
import io.adplatform.wire.token.Token;
import io.adplatform.wire.token.TokenCodec;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Deals and floors by the points of the exchange's checklist, over HTTP. */
class DealEndpointTest {
  private static final String BANNER = "'banner':{'w':300,'h':250}";
  private static final int ADDITIONAL = 1 << 3;

  private final HttpClient client = HttpClient.newHttpClient();
  private final RefusalLog refusals = new RefusalLog();
  private LaneFixture fixture;
  private Lanes lanes;

  @BeforeEach
  void start() {
    lanes = Lanes.start(LaneConfig.laptop());
    fixture = new LaneFixture(lanes, System.currentTimeMillis(), null);
  }

  @AfterEach
  void close() {
    refusals.close();
    client.close();
    fixture.close();
  }

  /** Answers a request whose one imp has a banner and these members besides. */
  private JsonNode ask(int maxBids, String members) throws Exception {
    return ask(maxBids, "", members);
  }

  private JsonNode ask(int maxBids, String ofRequest, String members) throws Exception {
    fixture.publish(LaneFixture.partner(Status.ACTIVE, 0, 1_000, 0, maxBids));
    int port = AuctionEndpointTest.serve(lanes, fixture, refusals);
    String body = "{'id':'r1'" + ofRequest + ",'imp':[{'id':'a'," + BANNER + members + "}]}";
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + port + "/openrtb2/auction/demo-ssp"))
                .version(HttpClient.Version.HTTP_1_1)
                .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() == 204) {
      return null;
    }
    assertEquals(200, answer.statusCode());
    return new ObjectMapper().readTree(answer.body());
  }

  private static String pmp(String... deals) {
    return ",'pmp':{'deals':[" + String.join(",", deals) + "]}";
  }

  private static String closed(String... deals) {
    return ",'pmp':{'private_auction':1,'deals':[" + String.join(",", deals) + "]}";
  }

  /** What is bid on each deal, in units; the open bids under an empty id. */
  private static Map<String, Double> prices(JsonNode response) {
    Map<String, Double> prices = new HashMap<>();
    if (response != null) {
      for (JsonNode bid : response.at("/seatbid/0/bid")) {
        prices.put(bid.path("dealid").asText(), bid.get("price").asDouble());
      }
    }
    return prices;
  }

  /** The reason of each known deal of the imp, by its id in the catalogue. */
  private Map<Long, Reason> reasons() {
    Map<Long, Reason> reasons = new HashMap<>();
    for (AuctionRecordDecoder record : fixture.records()) {
      if (record.dealId() != 0) {
        reasons.put(record.dealId(), Reason.of(record.reason()));
      }
    }
    return reasons;
  }

  private static Token token(JsonNode bid) {
    String text = bid.get("nurl") == null ? bid.toString() : bid.get("nurl").asText();
    int from = text.indexOf("/n/win/") + "/n/win/".length();
    Token token = new Token();
    assertEquals(
        TokenCodec.Result.VALID,
        new TokenCodec(LaneFixture.KEYS)
            .read(text.substring(from, from + TokenCodec.TEXT_LENGTH), 0, 0, token));
    return token;
  }

  @Test
  void shouldBidTheFixedPriceOfADealPoint15() throws Exception {
    fixture.lineItem(40, 2_500_000);
    fixture.add(deal(50, "D-1", 1_200_000, AuctionType.FIXED, 40L));
    JsonNode response = ask(1, pmp("{'id':'D-1'}"));
    assertEquals(Map.of("D-1", 1.2), prices(response));
    JsonNode bid = response.at("/seatbid/0/bid/0");
    Token token = token(bid);
    assertEquals(50, token.dealId);
    assertEquals(40, token.lineItemId);
    assertEquals(1_200_000, token.bidCpmMicros);
    // What the advertiser pays is the deal's price, not its own bid.
    assertEquals(1_200, token.chargeMicros);
    AuctionRecordDecoder record = fixture.records().getFirst();
    assertEquals(1, fixture.records().size());
    assertEquals(50, record.dealId());
    assertEquals(1_200_000, record.bidCpmMicros());
    assertEquals(1_200_000, record.floorCpmMicros());
    assertEquals(Reason.NONE.code(), record.reason());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        // What the request says of the deal goes before what was agreed.
        "'at':3, FIRST_PRICE, 1000000, 1.0",
        "'at':1, FIXED, 1000000, 2.5",
        "'at':2, FIXED, 1000000, 2.5",
        "'at':3;'bidfloor':2, FIXED, 1000000, 2.0",
        "'bidfloor':2.5, FIRST_PRICE, 9000000, 2.5",
        "'bidfloor':0, SECOND_PRICE, 2500000, 2.5",
        "'bidfloor':2.500001, FIRST_PRICE, 1000000, ",
        "'at':3;'bidfloor':2.500001, FIRST_PRICE, 1000000, ",
      })
  void shouldHoldTheTermsOfTheRequestBeforeTheAgreedOnesPoint15(
      String members, AuctionType agreed, long floor, Double price) throws Exception {
    fixture.dealOnly(40, 2_500_000);
    fixture.add(deal(50, "D-1", floor, agreed, 40L));
    JsonNode response = ask(1, pmp("{'id':'D-1'," + members.replace(';', ',') + "}"));
    assertEquals(price == null ? Map.of() : Map.of("D-1", price), prices(response));
    assertEquals(Map.of(50L, price == null ? Reason.BELOW_FLOOR : Reason.NONE), reasons());
  }

  @Test
  void shouldTakeTheDealsFloorBeforeTheImpsPoint14() throws Exception {
    fixture.lineItem(40, 2_500_000);
    fixture.lineItem(41, 2_600_000);
    fixture.add(deal(50, "D-1", 1_000_000, AuctionType.FIRST_PRICE, 40L));
    JsonNode response = ask(1, ",'bidfloor':2.6" + pmp("{'id':'D-1'}"));
    // 41 equals the imp's floor, 40 is below it and above the deal's.
    assertEquals(Map.of("", 2.6, "D-1", 2.5), prices(response));
  }

  @Test
  void shouldTakeTheImpsFloorForADealWithoutOnePoint14() throws Exception {
    fixture.dealOnly(40, 2_500_000);
    fixture.add(deal(50, "D-1", 0, AuctionType.FIRST_PRICE, 40L));
    assertEquals(Map.of(), prices(ask(1, ",'bidfloor':2.500001" + pmp("{'id':'D-1'}"))));
    assertEquals(Map.of(50L, Reason.BELOW_FLOOR), reasons());
  }

  @Test
  void shouldNotInheritTheCurrencyOfTheImpsFloorPoint8() throws Exception {
    fixture.lineItem(40, 2_500_000);
    fixture.add(deal(50, "D-1", 1, AuctionType.FIRST_PRICE, 40L));
    JsonNode response = ask(1, ",'bidfloorcur':'EUR'" + pmp("{'id':'D-1','bidfloor':2.5}"));
    assertEquals(Map.of("D-1", 2.5), prices(response));
    assertEquals("USD", response.get("cur").asText());
  }

  @Test
  void shouldConvertADealsFloorAndRefuseWhatHasNoRatePoint14() throws Exception {
    fixture.dealOnly(40, 2_500_000);
    fixture.add(deal(50, "D-1", 1, AuctionType.FIXED, 40L));
    fixture.add(deal(51, "D-2", 1, AuctionType.FIXED, 40L));
    fixture.add(new RateTable(60, 1, LocalDate.of(2020, 1, 1), Map.of("EUR", "0.8")));
    JsonNode response =
        ask(
            1,
            pmp(
                "{'id':'D-1','bidfloor':1,'bidfloorcur':'GBP'}",
                "{'id':'D-2','bidfloor':1,'bidfloorcur':'EUR'}"));
    assertEquals(Map.of("D-2", 1.25), prices(response));
    assertEquals(Map.of(50L, Reason.NO_EXCHANGE_RATE, 51L, Reason.NONE), reasons());
  }

  @Test
  void shouldBidOnDealsAloneInAPrivateAuctionPoint15() throws Exception {
    fixture.lineItem(40, 2_500_000);
    fixture.lineItem(41, 9_000_000);
    fixture.add(deal(50, "D-1", 1_000_000, AuctionType.FIRST_PRICE, 40L));
    assertEquals(Map.of("D-1", 2.5), prices(ask(7, closed("{'id':'D-1'}"))));
    assertEquals(Map.of(), prices(ask(7, closed("{'id':'D-9'}"))));
    assertEquals(1, fixture.counter("adplatform_auctions_total", "reason=\"private_auction\""));
  }

  @Test
  void shouldAddEveryDealsBidToTheOpenOnesWhateverTheirPricePoint20() throws Exception {
    fixture.lineItem(40, 9_000_000);
    fixture.lineItem(41, 1_000_000);
    fixture.lineItem(42, 500_000);
    fixture.lineItem(43, 8_000_000);
    fixture.add(deal(50, "D-1", 100_000, AuctionType.FIRST_PRICE, 41L));
    fixture.add(deal(51, "D-2", 100_000, AuctionType.SECOND_PRICE, 42L));
    fixture.add(deal(52, "D-3", 600_000, AuctionType.SECOND_PRICE, 42L));
    JsonNode response = ask(1, pmp("{'id':'D-1'}", "{'id':'D-2'}", "{'id':'D-3'}"));
    assertEquals(Map.of("", 9.0, "D-1", 1.0, "D-2", 0.5), prices(response));
    Set<String> ids = new HashSet<>();
    response.at("/seatbid/0/bid").forEach(bid -> assertTrue(ids.add(bid.get("id").asText())));
    // The auction's record, those of the two further bids, and that of the deal without one.
    List<Integer> additional = new ArrayList<>();
    Set<Long> records = new HashSet<>();
    for (AuctionRecordDecoder record : fixture.records()) {
      additional.add(record.flags().getRaw() & ADDITIONAL);
      assertTrue(records.add(record.auctionLo()));
    }
    assertEquals(List.of(0, ADDITIONAL, ADDITIONAL, ADDITIONAL), additional);
    assertEquals(Map.of(50L, Reason.NONE, 51L, Reason.NONE, 52L, Reason.BELOW_FLOOR), reasons());
  }

  @Test
  void shouldNotAskForAllOrNothingPoint16() throws Exception {
    fixture.lineItem(40, 9_000_000);
    fixture.lineItem(41, 1_000_000);
    fixture.add(deal(50, "D-1", 100_000, AuctionType.FIRST_PRICE, 41L));
    JsonNode response = ask(1, pmp("{'id':'D-1'}"));
    assertEquals(2, response.at("/seatbid/0/bid").size());
    // Absent is 0: each bid may win without the other.
    assertFalse(response.at("/seatbid/0").has("group"));
  }

  @Test
  void shouldKeepDealOnlyLineItemsOutOfTheOpenAuctionPoint15() throws Exception {
    fixture.dealOnly(40, 9_000_000);
    fixture.lineItem(41, 1_000_000);
    fixture.add(deal(50, "D-1", 100_000, AuctionType.FIRST_PRICE, 40L));
    assertEquals(Map.of("", 1.0), prices(ask(7, "")));
    assertEquals(Map.of("", 1.0, "D-1", 9.0), prices(ask(7, pmp("{'id':'D-1'}"))));
  }

  @Test
  void shouldBidOnGuaranteedDealsFirstPoint15() throws Exception {
    fixture.lineItem(40, 2_000_000);
    fixture.add(deal(50, "D-1", 1_000_000, AuctionType.FIRST_PRICE, 40L));
    fixture.add(deal(51, "D-2", 500_000, AuctionType.FIXED, 40L));
    JsonNode response = ask(1, closed("{'id':'D-1'}", "{'id':'D-2','guar':1}"));
    // One line item makes one bid on an imp.
    assertEquals(Map.of("D-2", 0.5), prices(response));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "'wseat':['adplatform'], NONE",
        "'wseat':['s1';'adplatform'], NONE",
        "'wseat':['s1'], DEAL_SEAT_NOT_ALLOWED",
        "'wseat':[], NONE",
        "'wadomain':['acme.example'], NONE",
        "'wadomain':['ACME.example'], NONE",
        "'wadomain':['example'], NONE",
        "'wadomain':['www.acme.example'], NONE",
        "'wadomain':['other.example'], DEAL_ADVERTISER_NOT_ALLOWED",
        "'wadomain':['x.acme.example'], DEAL_ADVERTISER_NOT_ALLOWED",
      })
  void shouldHoldTheSeatsAndDomainsOfADealPoint15(String member, Reason reason) throws Exception {
    fixture.dealOnly(40, 2_500_000);
    fixture.add(deal(50, "D-1", 1_000_000, AuctionType.FIRST_PRICE, 40L));
    JsonNode response = ask(1, pmp("{'id':'D-1'," + member.replace(';', ',') + "}"));
    assertEquals(reason == Reason.NONE ? Map.of("D-1", 2.5) : Map.of(), prices(response));
    assertEquals(Map.of(50L, reason), reasons());
  }

  @Test
  void shouldHoldTheAgreedDomainsStatusAndTimePoint15() throws Exception {
    fixture.dealOnly(40, 2_500_000);
    Deal agreed = deal(50, "D-1", 1_000_000, AuctionType.FIRST_PRICE, 40L);
    fixture.add(copy(agreed, 51, "D-2", Status.PAUSED, List.of(), null));
    fixture.add(copy(agreed, 52, "D-3", Status.ACTIVE, List.of("other.example"), null));
    fixture.add(copy(agreed, 53, "D-4", Status.ACTIVE, List.of(), Instant.EPOCH.plusSeconds(9)));
    assertEquals(Map.of(), prices(ask(1, pmp("{'id':'D-2'}", "{'id':'D-3'}", "{'id':'D-4'}"))));
    assertEquals(
        Map.of(51L, Reason.STATUS, 52L, Reason.DEAL_ADVERTISER_NOT_ALLOWED, 53L, Reason.SCHEDULE),
        reasons());
  }

  private static Deal copy(
      Deal deal, long id, String dealId, Status status, List<String> domains, Instant end) {
    return new Deal(
        id,
        deal.accountId(),
        dealId,
        deal.name(),
        status,
        deal.supplyPartnerId(),
        deal.price(),
        deal.wseat(),
        domains,
        false,
        deal.lineItemIds(),
        null,
        end);
  }

  @Test
  void shouldNotLetLineItemsOfAnotherAccountBidOnADeal() throws Exception {
    fixture.dealOnly(40, 2_500_000);
    Deal own = deal(50, "D-1", 1_000_000, AuctionType.FIRST_PRICE, 40L);
    fixture.add(
        new Deal(
            own.id(),
            own.accountId() + 1,
            own.dealId(),
            own.name(),
            own.status(),
            own.supplyPartnerId(),
            own.price(),
            own.wseat(),
            own.wadomain(),
            own.guaranteed(),
            own.lineItemIds(),
            null,
            null));
    assertEquals(Map.of(), prices(ask(1, pmp("{'id':'D-1'}"))));
    assertEquals(Map.of(50L, Reason.NO_MATCH), reasons());
  }

  @Test
  void shouldEchoTheDealsIdAsItIsSpelledPoint15() throws Exception {
    fixture.lineItem(40, 2_500_000);
    fixture.add(deal(50, "D/\"é", 1_000_000, AuctionType.FIXED, 40L));
    JsonNode response = ask(1, pmp("{'id':'D\\/\\u0022\\u00e9'}"));
    assertEquals(Map.of("D/\"é", 1.0), prices(response));
  }

  @Test
  void shouldAskForTheFloorOfTheMostSpecificRulePoint14() throws Exception {
    fixture.lineItem(40, 2_500_000);
    fixture.dealOnly(41, 300_000);
    fixture.add(deal(50, "D-1", 200_000, AuctionType.FIRST_PRICE, 41L));
    fixture.add(rule(60, 3_000_000, List.of(), List.of()));
    fixture.add(rule(61, 2_500_000, List.of("top"), List.of()));
    fixture.add(rule(62, 2_600_000, List.of("top"), List.of(Format.VIDEO)));
    // Deals are not held to our rules.
    assertEquals(Map.of("D-1", 0.3), prices(ask(1, pmp("{'id':'D-1'}"))));
    assertEquals(Map.of("", 2.5), prices(ask(1, ",'tagid':'top'")));
    assertEquals(Map.of(), prices(ask(1, ",'tagid':'side'")));
    // The request's own floor holds beside it.
    assertEquals(Map.of(), prices(ask(1, ",'tagid':'top','bidfloor':2.500001")));
  }

  private static FloorRule rule(
      long id, long floor, List<String> placements, List<Format> formats) {
    return new FloorRule(
        id, 1, "Rule", Status.ACTIVE, 33, placements, Targeting.ANY, formats, floor, "USD");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "'wseat':['adplatform'], true",
        "'wseat':['adplatform'];'bseat':['s1'], true",
        "'wseat':['adplatform'];'bseat':['adplatform'], false",
        "'acat':['IAB1'], true",
        "'acat':['IAB1'];'bcat':['IAB2'], true",
        "'acat':['IAB1'];'bcat':['IAB1'], false",
      })
  void shouldHoldBothListsOfAPairPoint7(String members, boolean bids) throws Exception {
    fixture.lineItem(40, 2_500_000);
    assertEquals(bids, ask(1, "," + members.replace(';', ','), "") != null);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {"'bcat':['IAB1']", "'badv':['acme.example']", "'bcat':['IAB1'];'cattax':1"})
  void shouldHoldTheBlocksOnDealsTooPoint13(String members) throws Exception {
    fixture.lineItem(40, 2_500_000);
    fixture.add(deal(50, "D-1", 1_000_000, AuctionType.FIXED, 40L));
    assertEquals(Map.of(), prices(ask(1, "," + members.replace(';', ','), pmp("{'id':'D-1'}"))));
  }
}
