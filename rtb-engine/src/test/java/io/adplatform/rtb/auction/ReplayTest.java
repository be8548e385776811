package io.adplatform.rtb.auction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.decision.choice.Replay;
import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.frequency.FrequencyCap;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.OpenRtbReader;
import io.adplatform.wire.sbe.AuctionRecordDecoder;
import io.adplatform.wire.targeting.Targeting;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the lane records, replayed from its record and its recorded request alone. */
class ReplayTest {
  private static final int ROUNDS = 60;
  private static final int REQUESTS = 25;

  /** What chance must have brought about, or the test has shown little. */
  private static final Set<Reason> EXPECTED =
      EnumSet.of(
          Reason.NONE,
          Reason.OUTBID,
          Reason.LOST_TIE,
          Reason.NO_LEASE,
          Reason.BUDGET_EXHAUSTED,
          Reason.FREQUENCY_CAPPED,
          Reason.FREQUENCY_UNKNOWN,
          Reason.PACED,
          Reason.BELOW_FLOOR,
          Reason.BLOCKED_ADVERTISER,
          Reason.RESPONSE_FULL,
          Reason.TMAX_TOO_SMALL,
          Reason.PARTNER_PAUSED,
          Reason.PRIVATE_AUCTION,
          Reason.NO_MATCH);

  private final Set<Reason> seen = EnumSet.noneOf(Reason.class);
  private final Replay replay = new Replay(true, "adplatform");
  private int behindTheRecord;

  @Test
  void shouldComeOutAsRecordedForWhateverWasAuctioned() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      round(seed, new Random(seed));
    }
    Set<Reason> missing = EnumSet.copyOf(EXPECTED);
    missing.removeAll(seen);
    assertTrue(missing.isEmpty(), "never came about: " + missing);
    assertTrue(behindTheRecord > 0, "no winner stood behind more than a record holds");
  }

  private void round(int seed, Random random) {
    LaneFixture fixture = new LaneFixture();
    try {
      fixture.refusing =
          id ->
              switch ((int) (id % 4)) {
                case 0 -> Reason.NO_LEASE;
                case 1 -> Reason.BUDGET_EXHAUSTED;
                default -> Reason.NONE;
              };
      fixture.leaseAmount(random.nextInt(10) == 0 ? 8_000 : LaneFixture.LEASE_AMOUNT);
      if (random.nextInt(8) == 0) {
        fixture.creative("x".repeat(65_000));
      }
      lineItems(fixture, random);
      SupplyPartner partner =
          LaneFixture.partner(
              random.nextInt(12) == 0 ? Status.PAUSED : Status.ACTIVE,
              random.nextInt(3) * 750,
              100_000,
              1.0,
              1 + random.nextInt(3));
      fixture.publish(partner);
      for (int i = 0; i < REQUESTS; i++) {
        fixture.run(partner, request(random));
        fixture.turn();
      }
      check(seed, fixture, partner);
    } finally {
      fixture.close();
    }
  }

  private static void lineItems(LaneFixture fixture, Random random) {
    int count = random.nextInt(40);
    for (int i = 0; i < count; i++) {
      long id = 40 + i;
      long price = 500_000L * (1 + random.nextInt(6));
      switch (random.nextInt(5)) {
        case 0 -> fixture.lineItem(id, price, new FrequencyCap(1 + random.nextInt(3), 3_600));
        case 1 -> fixture.lineItem(id, BidModel.CPC, 1_000_000);
        case 2 -> paced(fixture, id, price, random.nextInt(LineItem.Participation.ALL));
        default -> fixture.lineItem(id, price);
      }
    }
  }

  private static void paced(LaneFixture fixture, long id, long price, int partsPerMillion) {
    fixture.add(
        new LineItem(
            id,
            1,
            10,
            11,
            "Paced " + id,
            Status.ACTIVE,
            price,
            List.of(LaneFixture.CREATIVE),
            Budget.UNBOUNDED,
            null,
            null,
            Targeting.ANY,
            List.of(),
            LineItem.Pacing.EVEN));
    fixture.add(new LineItem.Participation(id, 1, partsPerMillion, null));
  }

  private static String request(Random random) {
    StringBuilder json = new StringBuilder("{\"id\":\"r\",\"app\":{\"bundle\":\"a\"}");
    if (random.nextInt(4) != 0) {
      json.append(",\"device\":{\"ifa\":\"user-").append(random.nextInt(4)).append("\"}");
    }
    json.append(pick(random, 10, ",\"test\":1"));
    json.append(pick(random, 12, ",\"tmax\":" + random.nextInt(5)));
    json.append(pick(random, 12, ",\"badv\":[\"acme.example\"]"));
    json.append(",\"imp\":[");
    int imps = 1 + random.nextInt(8);
    for (int i = 0; i < imps; i++) {
      json.append(i == 0 ? "{" : ",{").append("\"id\":\"").append(i).append("\"");
      json.append(",\"bidfloor\":").append(random.nextInt(4)).append(".25");
      json.append(pick(random, 12, ",\"pmp\":{\"private_auction\":1}"));
      int width = random.nextInt(12) == 0 ? 970 : 300;
      json.append(",\"banner\":{\"w\":").append(width).append(",\"h\":250}}");
    }
    return json.append("]}").toString();
  }

  private static String pick(Random random, int oneIn, String members) {
    return random.nextInt(oneIn) == 0 ? members : "";
  }

  private void check(int seed, LaneFixture fixture, SupplyPartner partner) {
    Map<Long, String> requests = fixture.requests();
    for (AuctionRecordDecoder record : fixture.records()) {
      if (record.flags().additional()) {
        continue;
      }
      Replay.Outcome recorded = outcome(record);
      String json = requests.get(record.auctionLo() - record.impIndex());
      assertNotNull(json);
      Replay.Outcome replayed =
          replay.run(
              fixture.latest(),
              partner,
              read(json),
              new Replay.Recorded(
                  record.auctionHi(),
                  record.auctionLo(),
                  record.timeMillis(),
                  record.impIndex(),
                  recorded));
      assertEquals(recorded, replayed, "seed " + seed + ", request " + json);
    }
  }

  private Replay.Outcome outcome(AuctionRecordDecoder record) {
    seen.add(Reason.of(record.reason()));
    List<Replay.Candidate> candidates = new ArrayList<>();
    for (AuctionRecordDecoder.CandidatesDecoder each : record.candidates()) {
      seen.add(Reason.of(each.candidateReason()));
      candidates.add(
          new Replay.Candidate(each.lineItemId(), each.priceCpmMicros(), each.candidateReason()));
    }
    boolean lastWon = candidates.size() == 7 && candidates.getLast().reason() == Reason.NONE.code();
    behindTheRecord += lastWon && record.matched() > candidates.size() ? 1 : 0;
    return new Replay.Outcome(
        record.reason(), record.bidCpmMicros(), record.creativeId(), candidates);
  }

  private static BidRequest read(String json) {
    BidRequest request = new BidRequest();
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, request.receive(bytes.length), 0, bytes.length);
    assertEquals(ReadFailure.NONE, new OpenRtbReader().read(request));
    return request;
  }
}
