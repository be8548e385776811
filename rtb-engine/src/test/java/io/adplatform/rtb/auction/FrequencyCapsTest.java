package io.adplatform.rtb.auction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.wire.catalogue.Deal.AuctionType;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.frequency.FrequencyCap;
import io.adplatform.wire.sbe.AuctionRecordDecoder;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Auctions with frequency caps, from the request to the answer, on counters in memory. */
class FrequencyCapsTest {
  private static final SupplyPartner PARTNER = LaneFixture.partner(Status.ACTIVE, 0, 1_000);
  private static final String LOOKUPS = "adplatform_frequency_lookups_total";
  private static final String ID = "6D92078A-8246-4BA4-AE5B-76104861E7DC";
  private static final FrequencyCap ONCE = new FrequencyCap(1, 3_600);

  private final LaneFixture fixture = new LaneFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private static String request(String ifa, int imps) {
    return request(ifa, imps, "");
  }

  private static String request(String ifa, int imps, String members) {
    StringBuilder text = new StringBuilder("{\"id\":\"r1\",\"app\":{\"bundle\":\"a\"}");
    text.append(members).append(",\"device\":{\"ifa\":\"").append(ifa).append("\"},\"imp\":[");
    for (int i = 0; i < imps; i++) {
      text.append(i == 0 ? "" : ",")
          .append("{\"id\":\"" + i + "\",\"banner\":{\"w\":300,\"h\":250}}");
    }
    return text.append("]}").toString();
  }

  private long lookups(String outcome) {
    return fixture.counter(LOOKUPS, "outcome=\"" + outcome + "\"");
  }

  @Test
  void shouldBidAsOftenAsTheCapAllowsAndLeaveTheRestToOthers() {
    fixture.lineItem(40, 1_000_000);
    fixture.lineItem(41, 2_000_000, new FrequencyCap(3, 3_600), new FrequencyCap(9, 86_400));
    fixture.publish(PARTNER);
    for (int i = 0; i < 10; i++) {
      assertEquals(Reason.NONE, fixture.run(PARTNER, request(ID, 1)));
      assertEquals(i < 3, fixture.answer().contains("\"price\":2"), "request " + i);
    }
    assertEquals(Reason.NONE, fixture.run(PARTNER, request("another", 1)));
    assertTrue(fixture.answer().contains("\"price\":2"));
    assertEquals(11, lookups("answered"));
    AuctionRecordDecoder record = fixture.records().get(9);
    var candidates = record.candidates();
    int capped = 0;
    while (candidates.hasNext()) {
      candidates.next();
      capped += candidates.candidateReason() == Reason.FREQUENCY_CAPPED.code() ? 1 : 0;
    }
    assertEquals(1, capped);
  }

  @Test
  void shouldSayThatItIsCapped() {
    fixture.lineItem(41, 2_000_000, ONCE);
    fixture.publish(PARTNER);
    assertEquals(Reason.NONE, fixture.run(PARTNER, request(ID, 1)));
    assertEquals(Reason.FREQUENCY_CAPPED, fixture.run(PARTNER, request(ID, 1)));
    // The same id in small letters.
    assertEquals(Reason.FREQUENCY_CAPPED, fixture.run(PARTNER, request(ID.toLowerCase(), 1)));
  }

  @Test
  void shouldHoldCapsOnDealsToo() {
    fixture.lineItem(40, 2_000_000, ONCE);
    fixture.add(LaneFixture.deal(50, "D-1", 1_000_000, AuctionType.FIXED, 40L));
    fixture.publish(PARTNER);
    String json =
        request(ID, 1).replace("\"banner\"", "\"pmp\":{\"deals\":[{\"id\":\"D-1\"}]},\"banner\"");
    assertEquals(Reason.NONE, fixture.run(PARTNER, json));
    assertTrue(fixture.answer().contains("\"dealid\":\"D-1\""), fixture.answer());
    assertEquals(Reason.FREQUENCY_CAPPED, fixture.run(PARTNER, json));
    assertEquals(2, lookups("answered"));
  }

  @Test
  void shouldCountCampaignsOverTheirLineItems() {
    fixture.campaign(new FrequencyCap(2, 3_600));
    fixture.lineItem(40, 1_000_000);
    fixture.lineItem(41, 2_000_000, ONCE);
    fixture.publish(PARTNER);
    assertEquals(Reason.NONE, fixture.run(PARTNER, request(ID, 1)));
    assertTrue(fixture.answer().contains("\"price\":2"));
    assertEquals(Reason.NONE, fixture.run(PARTNER, request(ID, 1)));
    assertTrue(fixture.answer().contains("\"price\":1"));
    assertEquals(Reason.FREQUENCY_CAPPED, fixture.run(PARTNER, request(ID, 1)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ",\"regs\":{\"coppa\":1}",
        ",\"regs\":{\"ext\":{\"us_privacy\":\"1YYN\"}}",
        ",\"regs\":{\"gdpr\":1}"
      })
  void shouldNotBidWhereTheUserMayNotBeToldFromOthers(String members) {
    fixture.lineItem(40, 1_000_000);
    fixture.lineItem(41, 2_000_000, ONCE);
    fixture.publish(PARTNER);
    assertEquals(Reason.NONE, fixture.run(PARTNER, request(ID, 1, members)));
    assertTrue(fixture.answer().contains("\"price\":1"));
    assertEquals(1, lookups("no_user"));
    assertEquals(Reason.NONE, fixture.run(PARTNER, request("00000000-0000-0000", 1)));
    assertTrue(fixture.answer().contains("\"price\":1"));
    assertEquals(2, lookups("no_user"));
  }

  @Test
  void shouldLetOthersBidWhileCountersAreAway() {
    fixture.lineItem(40, 1_000_000);
    fixture.lineItem(41, 2_000_000, ONCE);
    fixture.publish(PARTNER);
    fixture.caps.away(true);
    assertEquals(Reason.NONE, fixture.run(PARTNER, request(ID, 1)));
    assertTrue(fixture.answer().contains("\"price\":1"));
    assertEquals(1, lookups("away"));
    fixture.caps.away(false);
    fixture.whileWaiting = () -> fixture.caps.away(true);
    assertEquals(Reason.NONE, fixture.run(PARTNER, request(ID, 1)));
    assertTrue(fixture.answer().contains("\"price\":1"));
    assertEquals(1, lookups("failed"));
  }

  @Test
  void shouldDecideWithoutAnAnswerThatIsLate() {
    fixture.lineItem(41, 2_000_000, ONCE);
    fixture.publish(PARTNER);
    fixture.whileWaiting =
        () -> {
          fixture.lookup.giveUp();
          fixture.caps.doWork();
        };
    assertEquals(Reason.FREQUENCY_UNKNOWN, fixture.run(PARTNER, request(ID, 1)));
    assertEquals(1, lookups("late"));
    fixture.whileWaiting = () -> {};
    assertEquals(Reason.NONE, fixture.run(PARTNER, request(ID, 1)));
  }

  @Test
  void shouldAskNothingWhereNoLineItemWithCapsMayBid() {
    fixture.lineItem(40, 2_000_000);
    fixture.lineItem(41, 1_000_000, ONCE);
    fixture.publish(PARTNER);
    String above = request(ID, 1).replace("\"banner\"", "\"bidfloor\":1.5,\"banner\"");
    assertEquals(Reason.NONE, fixture.run(PARTNER, above));
    assertEquals(0, lookups("answered"));
    assertEquals(Reason.NONE, fixture.run(PARTNER, request(ID, 1)));
    assertEquals(1, lookups("answered"));
  }

  @Test
  void shouldNotAskWhereTheSspLeavesNoTime() {
    fixture.lineItem(41, 1_000_000, ONCE);
    fixture.publish(PARTNER);
    assertEquals(Reason.FREQUENCY_UNKNOWN, fixture.run(PARTNER, request(ID, 1, ",\"tmax\":8")));
    assertEquals(1, lookups("no_time"));
    assertEquals(Reason.NONE, fixture.run(PARTNER, request(ID, 1, ",\"tmax\":9")));
  }

  @Test
  void shouldGiveBackWhatWasOutbid() {
    fixture.lineItem(40, 2_000_000);
    fixture.lineItem(41, 1_000_000, ONCE);
    fixture.publish(PARTNER);
    for (int i = 0; i < 3; i++) {
      assertEquals(Reason.NONE, fixture.run(PARTNER, request(ID, 1)));
      assertTrue(fixture.answer().contains("\"price\":2"));
    }
    fixture.lineItem(41, 3_000_000, ONCE);
    fixture.publish(PARTNER);
    assertEquals(Reason.NONE, fixture.run(PARTNER, request(ID, 1)));
    assertTrue(fixture.answer().contains("\"price\":3"));
    assertEquals(Reason.NONE, fixture.run(PARTNER, request(ID, 1)));
    assertTrue(fixture.answer().contains("\"price\":2"));
  }

  @Test
  void shouldHoldTheCapOverTheImpsOfOneRequest() {
    fixture.lineItem(41, 2_000_000, new FrequencyCap(2, 3_600));
    fixture.publish(PARTNER);
    assertEquals(Reason.NONE, fixture.run(PARTNER, request(ID, 3)));
    assertEquals(3, fixture.answer().split("\"impid\"").length);
    assertEquals(
        List.of(Reason.NONE.code(), Reason.NONE.code(), Reason.FREQUENCY_CAPPED.code()),
        fixture.records().stream().map(AuctionRecordDecoder::reason).toList());
    assertEquals(Reason.FREQUENCY_CAPPED, fixture.run(PARTNER, request(ID, 1)));
  }

  @Test
  void shouldNotBidForWhatGotCapsWhileItWaited() {
    fixture.lineItem(40, 1_000_000, ONCE);
    fixture.publish(PARTNER);
    fixture.whileWaiting =
        () -> {
          fixture.lineItem(41, 2_000_000, ONCE);
          fixture.publish(PARTNER);
        };
    assertEquals(Reason.NONE, fixture.run(PARTNER, request(ID, 1)));
    assertTrue(fixture.answer().contains("\"price\":1"));
  }

  @Test
  void shouldCountNothingForATest() {
    fixture.lineItem(41, 2_000_000, ONCE);
    fixture.publish(PARTNER);
    String test = request(ID, 1, ",\"test\":1");
    assertEquals(Reason.NONE, fixture.run(PARTNER, test));
    assertEquals(Reason.NONE, fixture.run(PARTNER, test));
    assertEquals(Reason.NONE, fixture.run(PARTNER, request(ID, 1)));
    assertEquals(Reason.FREQUENCY_CAPPED, fixture.run(PARTNER, test));
  }

  @Test
  void shouldGiveEachAuctionAnIdOfItsOwnWhereRequestsWait() {
    fixture.lineItem(40, 1_000_000);
    fixture.lineItem(41, 2_000_000, ONCE);
    fixture.publish(PARTNER);
    for (int i = 0; i < 4; i++) {
      fixture.run(PARTNER, i % 2 == 0 ? request(ID, 2) : request("", 1));
    }
    List<Long> ids = fixture.records().stream().map(AuctionRecordDecoder::auctionLo).toList();
    assertEquals(6, ids.size());
    assertEquals(ids.size(), ids.stream().distinct().count());
    assertFalse(ids.contains(0L));
  }
}
