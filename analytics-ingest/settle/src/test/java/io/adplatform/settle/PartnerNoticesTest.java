package io.adplatform.settle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.settle.Events.Beacon;
import io.adplatform.settle.PartnerBids.Bid;
import io.adplatform.wire.event.PartnerBidLimits;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.SignalEncoder;
import io.adplatform.wire.sbe.SignalKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class PartnerNoticesTest {
  private static final List<String> MACROS =
      List.of(
          "ID",
          "BID_ID",
          "IMP_ID",
          "SEAT_ID",
          "AD_ID",
          "PRICE",
          "CURRENCY",
          "MBR",
          "LOSS",
          "MIN_TO_WIN",
          "MULTIPLIER",
          "IMP_TS",
          "DISCOUNT_PCT",
          "DISCOUNT_CPM");

  private Settlement settlement = new Settlement(1_000);
  private long position;

  private List<String> settle(byte[] message) {
    UnsafeBuffer out = new UnsafeBuffer(new byte[Settlement.MAX_ANSWER_LENGTH]);
    settlement.settle(new UnsafeBuffer(message), 0, message.length, Answers.UNKNOWN, out);
    return PartnerBids.texts(settlement.notices());
  }

  private List<String> bid(Bid bid) {
    return settle(bid.at(position += 64));
  }

  private byte[] message(SignalKind kind, long auction) {
    return Events.partners(Beacon.of(kind, auction).at(position += 64), PartnerBids.PARTNER, 0);
  }

  private List<String> signal(SignalKind kind, long auction) {
    return settle(message(kind, auction));
  }

  /** What the SSP says of a loss: its reason, and what would have won in place of 2.5. */
  private List<String> loss(long auction, int reason, long minToWin) {
    byte[] message = message(SignalKind.LOSS, auction);
    new SignalEncoder()
        .wrap(
            new UnsafeBuffer(message),
            io.adplatform.wire.event.EventEnvelope.LENGTH + MessageHeaderEncoder.ENCODED_LENGTH)
        .lossReason(reason)
        .minToWinCpmMicros(minToWin);
    return settle(message);
  }

  @Test
  void shouldTellTheWinnerOfItsWinAndItsChargeOncePoint27() {
    assertEquals(List.of(), bid(Bid.of(1)));
    assertEquals(List.of("NURL http://d/n"), signal(SignalKind.WIN, 1));
    assertEquals(List.of(), signal(SignalKind.WIN, 1));
    assertEquals(List.of(), signal(SignalKind.CLICK, 1));
    assertEquals(List.of("BURL http://d/b"), signal(SignalKind.IMPRESSION, 1));
    assertEquals(List.of(), signal(SignalKind.IMPRESSION, 1));
    assertEquals(List.of(), signal(SignalKind.BILL, 1));
  }

  @Test
  void shouldTellInnerLosersAtOnceAndTheWinnerOnOurLossPoint30() {
    String lurl = "http://d/l?r=${AUCTION_LOSS}&m=${AUCTION_MIN_TO_WIN}&p=${AUCTION_PRICE}";
    assertEquals(
        List.of("LURL http://d/l?r=102&m=0.9&p="), bid(Bid.of(1).lost(102).urls("", "", lurl)));
    assertEquals(List.of(), bid(Bid.of(2).urls("", "", lurl)));
    // 3.0 of the bid of 2.5 that the SSP was sent is 2.4 of the partner's 2.0.
    assertEquals(List.of("LURL http://d/l?r=4&m=2.4&p="), loss(2, 4, 3_000_000));
    bid(Bid.of(3).urls("", "", lurl));
    assertEquals(List.of("LURL http://d/l?r=&m=&p="), loss(3, 65534, -1));
  }

  @Test
  void shouldJoinASignalThatComesBeforeItsBid() {
    assertEquals(List.of(), signal(SignalKind.IMPRESSION, 1));
    assertEquals(List.of(), signal(SignalKind.WIN, 1));
    assertEquals(List.of("BURL http://d/b", "NURL http://d/n"), bid(Bid.of(1)));
    assertEquals(List.of(), signal(SignalKind.WIN, 1));
  }

  @Test
  void shouldFillAllMacrosPoint30() {
    StringBuilder template = new StringBuilder("http://d/x?");
    for (String macro : MACROS) {
      template.append(macro).append("=${AUCTION_").append(macro).append("}&");
    }
    String url = template.append("keep=${OTHER}&open=${AUCTION_").toString();
    bid(Bid.of(1).multiplied(12_500_000).urls(url, url, ""));
    String common =
        "ID=re%2Fq%201&BID_ID=b1&IMP_ID=imp%261&SEAT_ID=s1&AD_ID=ad1&PRICE=1.5&CURRENCY=EUR"
            + "&MBR=0.75&LOSS=0&MIN_TO_WIN=0.9&MULTIPLIER=12.5&IMP_TS=";
    String rest = "&DISCOUNT_PCT=&DISCOUNT_CPM=&keep=${OTHER}&open=${AUCTION_";
    assertEquals(List.of("NURL http://d/x?" + common + rest), signal(SignalKind.WIN, 1));
    assertEquals(
        List.of("BURL http://d/x?" + common + "5000" + rest), signal(SignalKind.IMPRESSION, 1));
  }

  @Test
  void shouldWriteThePriceAsAgreedPoint30() {
    String url = "http://d/?${AUCTION_PRICE}|${AUCTION_PRICE:B64}|${AUCTION_PRICE:AES}";
    bid(Bid.of(1).urls(url, "", ""));
    assertEquals(List.of("NURL http://d/?1.5||"), signal(SignalKind.WIN, 1));
    bid(Bid.of(2).encoded(1).urls(url, "", ""));
    assertEquals(List.of("NURL http://d/?MS41|MS41|"), signal(SignalKind.WIN, 2));
  }

  @Test
  void shouldTellNobodyOfATestOrOfWhatIsLate() {
    assertEquals(List.of(), bid(Bid.of(1).lost(102).asTest()));
    bid(Bid.of(2));
    settle(Events.mark(Events.NODE, 20_000_000));
    assertEquals(List.of(), signal(SignalKind.IMPRESSION, 2));
    assertEquals(List.of(), bid(Bid.of(3)));
    assertEquals(1, settlement.noticesDropped());
  }

  @Test
  void shouldPassOverABidThatIsCutOrTooLong() {
    byte[] whole = Bid.of(1).at(64);
    byte[] cut = Arrays.copyOf(whole, whole.length - 1);
    assertEquals(Verdict.GARBAGE, Answers.verdict(settlement, cut));
    assertEquals(Verdict.PARTNER_BID, Answers.verdict(settlement, whole));
    assertEquals(Verdict.RESHIPPED, Answers.verdict(settlement, whole));
    String longest = "http://d/" + "x".repeat(PartnerBidLimits.MAX_URL - 9);
    Bid bounded = Bid.of(2).urls(longest, longest, longest);
    assertEquals(Verdict.PARTNER_BID, Answers.verdict(settlement, bounded.at(128)));
    assertTrue(bounded.at(1).length <= PartnerBidLimits.MAX_LENGTH + 64);
    // What the macros make of it may be too long all the same.
    String macros = "http://d/" + "${AUCTION_ID}".repeat(150);
    position = 128;
    bid(Bid.of(3).urls(macros, "", ""));
    assertEquals(1, signal(SignalKind.WIN, 3).size());
  }

  /** Whatever the order, and however often it is begun anew from its state. */
  @Property(seed = "2026", tries = 200)
  void shouldTellOfEachThingOnce(@ForAll long seed, @ForAll @IntRange(max = 60) int auctions) {
    Random random = new Random(seed);
    settlement = new Settlement(10_000);
    List<byte[]> events = new ArrayList<>();
    Set<String> expected = new HashSet<>();
    for (int auction = 0; auction < auctions; auction++) {
      Bid bid = Bid.of(auction).urls("http://d/n" + auction, "http://d/b" + auction, "");
      boolean journaled = random.nextInt(8) > 0;
      if (journaled) {
        events.add(bid.at(position += 64));
      }
      if (random.nextBoolean()) {
        events.add(message(SignalKind.WIN, auction));
        events.add(message(SignalKind.WIN, auction));
        expected.add(journaled ? "NURL http://d/n" + auction : "");
      }
      if (random.nextBoolean()) {
        events.add(message(SignalKind.IMPRESSION, auction));
        expected.add(journaled ? "BURL http://d/b" + auction : "");
      }
    }
    expected.remove("");
    java.util.Collections.shuffle(events, random);
    List<String> told = new ArrayList<>();
    long shipped = 0;
    for (byte[] event : events) {
      // The order in which they were shipped is the one of their positions.
      io.adplatform.wire.event.EventEnvelope.write(
          new UnsafeBuffer(event), 0, Events.NODE, Events.RECORDING, shipped += 64);
      told.addAll(settle(event));
      if (random.nextInt(10) == 0) {
        Settlement resumed = new Settlement(10_000);
        resumed.read(ByteBuffer.wrap(settlement.write()));
        settlement = resumed;
      }
    }
    assertEquals(expected.size(), told.size());
    assertEquals(expected, new HashSet<>(told));
  }
}
