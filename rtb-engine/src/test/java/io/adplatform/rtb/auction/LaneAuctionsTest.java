package io.adplatform.rtb.auction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.sbe.AuctionRecordDecoder;
import io.adplatform.wire.token.Token;
import io.adplatform.wire.token.TokenCodec;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LaneAuctionsTest {
  private static final SupplyPartner PARTNER = LaneFixture.partner(Status.ACTIVE, 0, 1_000);
  private static final long NOW_SECONDS = LaneFixture.NOW / 1_000;

  private final LaneFixture fixture = new LaneFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private static String request(String members, String... imps) {
    return "{\"id\":\"r1\",\"site\":{\"domain\":\"news.example\"}"
        + members
        + ",\"imp\":["
        + String.join(",", imps)
        + "]}";
  }

  private static String imp(String id, String members) {
    return "{\"id\":\"" + id + "\",\"banner\":{\"w\":300,\"h\":250}" + members + "}";
  }

  @Test
  void shouldBidTheBestLineItemWithATokenThatNamesItsLease() {
    fixture.lineItem(40, 1_000_000);
    fixture.lineItem(41, 2_500_000);
    fixture.publish(PARTNER);
    assertEquals(Reason.NONE, fixture.run(PARTNER, request("", imp("1", ""))));
    String answer = fixture.answer();
    assertTrue(answer.contains("\"price\":2.5"), answer);
    assertTrue(answer.contains("\"exp\":60"), answer);
    assertTrue(answer.contains("\"impid\":\"1\""), answer);
    Token token = token(answer);
    assertEquals(41, token.lineItemId);
    assertEquals(LaneFixture.CREATIVE, token.creativeId);
    assertEquals(33, token.supplyPartnerId);
    assertEquals(2_500, token.chargeMicros);
    assertEquals(2_500_000, token.bidCpmMicros);
    assertEquals(LaneFixture.LEASE_AMOUNT, token.leaseAmountMicros);
    assertEquals(NOW_SECONDS + 60 + LaneAuctions.BEACON_SECONDS, token.expirySeconds);
    AuctionRecordDecoder record = fixture.records().getFirst();
    assertEquals(token.auctionLo, record.auctionLo());
    assertEquals(token.leaseId, record.leaseId());
    assertEquals(Reason.NONE.code(), record.reason());
    AuctionRecordDecoder.CandidatesDecoder candidates = record.candidates();
    assertEquals(41, candidates.next().lineItemId());
    assertEquals(40, candidates.next().lineItemId());
    assertEquals(Reason.OUTBID.code(), candidates.candidateReason());
  }

  @Test
  void shouldSendTheBidLessTheMarginAndHoldTheFloorAgainstThat() {
    SupplyPartner taking = LaneFixture.partner(Status.ACTIVE, 1_000, 1_000);
    fixture.lineItem(40, 2_000_001);
    fixture.publish(taking);
    assertEquals(Reason.NONE, fixture.run(taking, request("", imp("1", ",\"bidfloor\":1.8"))));
    assertTrue(fixture.answer().contains("\"price\":1.8,"), fixture.answer());
    assertEquals(2_000, token(fixture.answer()).chargeMicros);
    assertEquals(
        Reason.BELOW_FLOOR, fixture.run(taking, request("", imp("1", ",\"bidfloor\":1.800001"))));
  }

  @Test
  void shouldGiveTheImpsOfARequestConsecutiveIds() {
    fixture.lineItem(40, 2_000_000);
    fixture.publish(PARTNER);
    String json = request("", imp("a", ""), imp("b", ",\"bidfloor\":9"), imp("c", ""));
    assertEquals(Reason.NONE, fixture.run(PARTNER, json));
    List<AuctionRecordDecoder> records = fixture.records();
    assertEquals(3, records.size());
    for (int i = 0; i < 3; i++) {
      assertEquals(records.getFirst().auctionLo() + i, records.get(i).auctionLo());
      assertEquals(i, records.get(i).impIndex());
      assertEquals(3, records.get(i).impCount());
    }
    assertEquals(Reason.BELOW_FLOOR.code(), records.get(1).reason());
    assertEquals(2, fixture.response.bids());
  }

  @Test
  void shouldMakeNoBidOfWhichTheJournalTakesNoRecord() {
    fixture.lineItem(40, 2_000_000);
    fixture.publish(PARTNER);
    fixture.journal.refuseAuctions(LaneJournal.JOURNAL_FULL);
    assertEquals(Reason.JOURNAL_FULL, fixture.run(PARTNER, request("", imp("1", ""))));
    assertEquals(0, fixture.journal.size());
  }

  @Test
  void shouldBidOnlyInACurrencyThatTheRequestTakes() {
    fixture.lineItem(40, 2_000_000);
    fixture.publish(PARTNER);
    String euros = request(",\"cur\":[\"EUR\"]", imp("1", ""));
    assertEquals(Reason.NO_MATCH, fixture.run(PARTNER, euros));
    String floor = request("", imp("1", ",\"bidfloor\":1,\"bidfloorcur\":\"EUR\""));
    assertEquals(Reason.NO_MATCH, fixture.run(PARTNER, floor));
    assertEquals(Reason.NONE, fixture.run(PARTNER, request(",\"cur\":[\"USD\"]", imp("1", ""))));
  }

  @Test
  void shouldMarkTestTrafficInRecordAndToken() {
    fixture.lineItem(40, 2_000_000);
    fixture.publish(PARTNER);
    assertEquals(Reason.NONE, fixture.run(PARTNER, request(",\"test\":1", imp("1", ""))));
    assertTrue(token(fixture.answer()).isTest());
    assertTrue(fixture.records().getFirst().flags().test());
  }

  @Test
  void shouldHoldAPartnerToItsRate() {
    SupplyPartner slow = LaneFixture.partner(Status.ACTIVE, 0, 2);
    fixture.lineItem(40, 2_000_000);
    fixture.publish(slow);
    String json = request("", imp("1", ""));
    assertEquals(Reason.NONE, fixture.run(slow, json));
    assertEquals(Reason.NONE, fixture.run(slow, json));
    assertEquals(Reason.RATE_LIMITED, fixture.run(slow, json));
  }

  @Test
  void shouldNotAuctionForAPausedPartnerNorWithoutTime() {
    SupplyPartner paused = LaneFixture.partner(Status.PAUSED, 0, 100);
    fixture.lineItem(40, 2_000_000);
    fixture.publish(PARTNER);
    assertEquals(Reason.PARTNER_PAUSED, fixture.run(paused, request("", imp("1", ""))));
    assertEquals(Reason.TMAX_TOO_SMALL, fixture.run(PARTNER, request(",\"tmax\":1", imp("1", ""))));
  }

  @Test
  void shouldRecordInFullWhatThePartnersShareSays() {
    fixture.lineItem(40, 2_000_000);
    fixture.publish(PARTNER);
    fixture.run(PARTNER, request("", imp("1", "")));
    assertEquals(0, fixture.details());
    assertFalse(fixture.records().getLast().flags().detailed());
    SupplyPartner whole = LaneFixture.partner(Status.ACTIVE, 0, 1_000, 1);
    fixture.run(whole, request("", imp("1", "")));
    assertEquals(1, fixture.details());
    assertTrue(fixture.records().getLast().flags().detailed());
  }

  @Test
  void shouldKnowPartnersOnlyOnceThereIsACatalogue() {
    assertNull(fixture.auctions.partner("demo-ssp"));
    fixture.publish(PARTNER);
    assertEquals(33, fixture.auctions.partner("demo-ssp").id());
    assertNull(fixture.auctions.partner("other"));
  }

  private static Token token(String answer) {
    Matcher matcher = Pattern.compile("/n/win/([A-Za-z0-9_-]{128})").matcher(answer);
    assertTrue(matcher.find(), answer);
    Token token = new Token();
    TokenCodec codec = new TokenCodec(LaneFixture.KEYS);
    assertEquals(TokenCodec.Result.VALID, codec.read(matcher.group(1), 0, NOW_SECONDS, token));
    return token;
  }
}
