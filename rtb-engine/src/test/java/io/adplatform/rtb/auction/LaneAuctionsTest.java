package io.adplatform.rtb.auction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.openrtb.BidResponseWriter;
import io.adplatform.wire.sbe.AuctionRecordDecoder;
import io.adplatform.wire.token.Token;
import io.adplatform.wire.token.TokenCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaneAuctionsTest {
  private static final SupplyPartner PARTNER = LaneFixture.partner(Status.ACTIVE, 0, 1_000);
  private static final String AUCTIONS = "adplatform_auctions_total";
  private static final String RECORDS = "adplatform_auction_records_total";
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

  @ParameterizedTest
  @CsvSource({"CPC, 3000000, 3000000", "VCPM, 6000000, 6000", "CPA, 60000000, 60000000"})
  void shouldBidWhatAThousandImpressionsAreWorthAndSayWhatIsCharged(
      BidModel model, long amount, long charge) {
    fixture.leaseAmount(10 * charge);
    fixture.lineItem(40, 2_500_000);
    fixture.lineItem(41, model, amount);
    fixture.publish(PARTNER);
    assertEquals(Reason.NONE, fixture.run(PARTNER, request("", imp("1", ""))));
    assertTrue(fixture.answer().contains("\"price\":3,"), fixture.answer());
    assertTrue(fixture.answer().contains("\"exp\":60"), fixture.answer());
    Token token = token(fixture.answer());
    assertEquals(41, token.lineItemId);
    assertEquals(model, token.model());
    assertEquals(charge, token.chargeMicros);
    assertEquals(3_000_000, token.bidCpmMicros);
    // That of the impression: what is paid for may come later.
    assertEquals(NOW_SECONDS + 60 + LaneAuctions.BEACON_SECONDS, token.expirySeconds);
    AuctionRecordDecoder record = fixture.records().getFirst();
    assertEquals(3_000_000, record.bidCpmMicros());
    assertEquals(3_000_000, record.candidates().next().priceCpmMicros());
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
  void shouldBidOnNoMoreImpsThanAResponseHasRoomFor() {
    fixture.creative("x".repeat(65_000));
    fixture.lineItem(40, 2_000_000);
    fixture.publish(PARTNER);
    String json =
        request("", IntStream.range(0, 8).mapToObj(i -> imp("i" + i, "")).toArray(String[]::new));
    assertEquals(Reason.NONE, fixture.run(PARTNER, json));
    int bids = fixture.response.bids();
    assertTrue(bids >= 2 && bids < 8, "bids: " + bids);
    assertTrue(fixture.response.length() <= BidResponseWriter.MAX_LENGTH);
    List<AuctionRecordDecoder> records = fixture.records();
    assertEquals(8, records.size());
    for (int i = 0; i < 8; i++) {
      Reason expected = i < bids ? Reason.NONE : Reason.RESPONSE_FULL;
      assertEquals(expected.code(), records.get(i).reason());
      assertEquals(expected.code(), records.get(i).candidates().next().candidateReason());
    }
    assertEquals(8 - bids, fixture.counter(AUCTIONS, "reason=\"response_full\""));
  }

  @Test
  void shouldNotAuctionWhileTheJournalIsFull() {
    fixture.lineItem(40, 2_000_000);
    fixture.publish(PARTNER);
    fixture.journal.refuseAuctions(LaneJournal.JOURNAL_FULL);
    assertEquals(Reason.JOURNAL_FULL, fixture.run(PARTNER, request("", imp("1", ""))));
    assertEquals(0, fixture.journal.size());
    assertEquals(1, fixture.counter(AUCTIONS, "reason=\"journal_full\""));
  }

  @Test
  void shouldMakeNoBidOfWhichTheJournalTakesNoRecordAndFreeWhatItReserved() {
    int all = bidsUntilTheBudgetIsReserved(0);
    assertTrue(all > 0 && all < 1_000, "bids: " + all);
    assertEquals(all, bidsUntilTheBudgetIsReserved(2 * all));
  }

  private static int bidsUntilTheBudgetIsReserved(int refusedBefore) {
    try (LaneFixture small = new LaneFixture()) {
      small.leaseAmount(10 * 2_000);
      small.lineItem(40, 2_000_000);
      small.publish(PARTNER);
      String json = request("", imp("1", ""));
      small.journal.refuseAuctions(LaneJournal.BACK_PRESSURED);
      for (int i = 0; i < refusedBefore; i++) {
        assertEquals(Reason.OVERLOADED, small.run(PARTNER, json));
      }
      assertEquals(0, small.journal.size());
      assertEquals(refusedBefore, small.counter(AUCTIONS, "reason=\"overloaded\""));
      assertEquals(refusedBefore, small.counter(RECORDS, "outcome=\"record_not_taken\""));
      assertEquals(0, small.counter(AUCTIONS, "reason=\"none\""));
      small.journal.refuseAuctions(0);
      int bids = 0;
      while (small.run(PARTNER, json) == Reason.NONE) {
        bids++;
      }
      assertEquals(bids, small.counter(AUCTIONS, "reason=\"none\""));
      return bids;
    }
  }

  @Test
  void shouldMakeAsManyBidsPerImpAsAgreedEachWithAnIdOfItsOwn() {
    SupplyPartner several = LaneFixture.partner(Status.ACTIVE, 0, 1_000, 1, 3);
    for (int i = 0; i < 9; i++) {
      fixture.lineItem(40 + i, 1_000_000 + 100_000 * i);
    }
    fixture.publish(several);
    String json = request("", imp("a", ""), imp("b", ",\"bidfloor\":1.7"));
    assertEquals(Reason.NONE, fixture.run(several, json));
    List<Token> tokens = tokens(fixture.answer());
    List<AuctionRecordDecoder> records = fixture.records();
    assertEquals(List.of(48L, 47L, 46L, 48L, 47L), lineItems(tokens));
    assertEquals(5, records.size());
    long first = records.getFirst().auctionLo();
    assertEquals(
        List.of(first, first + 2, first + 3, first + 1, first + 4),
        tokens.stream().map(token -> token.auctionLo).toList());
    for (int i = 0; i < 5; i++) {
      AuctionRecordDecoder record = records.get(i);
      Token token = tokens.get(i);
      assertEquals(token.auctionLo, record.auctionLo());
      assertEquals(token.leaseId, record.leaseId());
      assertEquals(token.bidCpmMicros, record.bidCpmMicros());
      assertEquals(i != 0 && i != 3, record.flags().additional());
      assertEquals(i < 3 ? 0 : 1, record.impIndex());
      AuctionRecordDecoder.CandidatesDecoder candidates = record.candidates();
      assertEquals(record.flags().additional() ? 1 : 7, candidates.count());
      assertEquals(token.lineItemId, firstWinner(candidates));
    }
    assertEquals(1, fixture.answer().split("\"seat\"", -1).length - 1, "seats");
    assertEquals(2, fixture.counter(AUCTIONS, "reason=\"none\""));
    assertEquals(3, fixture.counter("adplatform_additional_bids_total", "reason=\"none\""));
    assertEquals(Reason.NONE, fixture.run(several, request("", imp("c", ""))));
    assertEquals(first + 6, fixture.records().get(5).auctionLo());
  }

  private static long firstWinner(AuctionRecordDecoder.CandidatesDecoder candidates) {
    while (candidates.hasNext()) {
      if (candidates.next().candidateReason() == Reason.NONE.code()) {
        return candidates.lineItemId();
      }
    }
    return 0;
  }

  private static List<Long> lineItems(List<Token> tokens) {
    return tokens.stream().map(token -> token.lineItemId).toList();
  }

  @Test
  void shouldHoldNoBidLongerThanTheImpSays() {
    fixture.lineItem(40, 2_000_000);
    fixture.publish(PARTNER);
    assertEquals(Reason.NONE, fixture.run(PARTNER, request("", imp("1", ",\"exp\":20"))));
    assertTrue(fixture.answer().contains("\"exp\":20,"), fixture.answer());
    assertEquals(
        NOW_SECONDS + 20 + LaneAuctions.BEACON_SECONDS, token(fixture.answer()).expirySeconds);
    assertEquals(Reason.NONE, fixture.run(PARTNER, request("", imp("1", ",\"exp\":3600"))));
    assertTrue(fixture.answer().contains("\"exp\":60,"), fixture.answer());
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
  void shouldMarkTestTrafficAndCountItApart() {
    fixture.lineItem(40, 2_000_000);
    fixture.lineItem(41, 1_000_000);
    fixture.publish(PARTNER);
    assertEquals(Reason.NONE, fixture.run(PARTNER, request(",\"test\":1", imp("1", ""))));
    assertTrue(token(fixture.answer()).isTest());
    assertTrue(fixture.records().getFirst().flags().test());
    assertEquals(0, fixture.counter(AUCTIONS, "reason=\"none\""));
    assertEquals(0, fixture.counter("adplatform_candidates_lost_total", "reason=\"outbid\""));
    assertEquals(1, fixture.counter("adplatform_test_auctions_total", "reason=\"none\""));
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
    AuctionRecordDecoder record = fixture.records().getFirst();
    assertEquals(Reason.PARTNER_PAUSED.code(), record.reason());
    assertEquals(0, record.candidates().count());
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
    assertFalse(fixture.auctions.isReady());
    assertEquals(Reason.NO_CATALOGUE, fixture.auctions.admit(null));
    fixture.publish(PARTNER);
    assertTrue(fixture.auctions.isReady());
    assertEquals(33, fixture.auctions.partner("demo-ssp").id());
    assertNull(fixture.auctions.partner("other"));
  }

  private static Token token(String answer) {
    return tokens(answer).getFirst();
  }

  /** Of all bids, in their order. */
  private static List<Token> tokens(String answer) {
    Matcher matcher = Pattern.compile("/n/win/([A-Za-z0-9_-]{140})").matcher(answer);
    TokenCodec codec = new TokenCodec(LaneFixture.KEYS);
    List<Token> tokens = new ArrayList<>();
    while (matcher.find()) {
      Token token = new Token();
      assertEquals(TokenCodec.Result.VALID, codec.read(matcher.group(1), 0, NOW_SECONDS, token));
      tokens.add(token);
    }
    assertFalse(tokens.isEmpty(), answer);
    return tokens;
  }
}
