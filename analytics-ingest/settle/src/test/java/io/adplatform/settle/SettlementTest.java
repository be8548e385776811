package io.adplatform.settle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.adplatform.settle.Events.Beacon;
import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.event.EventEnvelope;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.sbe.AuctionRecordDecoder;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.SettledEventDecoder;
import io.adplatform.wire.sbe.SettledKind;
import io.adplatform.wire.sbe.SignalKind;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class SettlementTest {
  private static final int MANY = 1_000;
  private static final long DAY_MILLIS = 24 * 3_600_000L;

  private final Settlement settlement = new Settlement(MANY);
  private long position;

  private SettledEventDecoder settle(Beacon beacon) {
    position += 64;
    return Answers.event(settlement, beacon.at(position));
  }

  @Test
  void shouldChargeTheFirstImpressionOnce() {
    Beacon impression = Beacon.of(SignalKind.IMPRESSION, 1);
    SettledEventDecoder first = settle(impression);
    assertEquals(2_500, first.chargedMicros());
    assertEquals(0, first.overDeliveryMicros());
    assertEquals(2_500, first.costMicros());
    assertEquals(1, first.billed());
    assertEquals(Disposition.COUNTED, first.disposition());
    assertEquals(SettledKind.IMPRESSION, first.kind());
    assertEquals(Events.LINE_ITEM, first.lineItemId());
    assertEquals(Events.NODE, first.nodeId());

    SettledEventDecoder again = settle(impression);
    assertEquals(Disposition.REPEAT, again.disposition());
    assertEquals(0, again.chargedMicros());
    assertEquals(0, again.costMicros());
    assertEquals(0, again.billed());
  }

  @Test
  void shouldChargeOnlyTheAgreedSignal() {
    assertEquals(0, settle(Beacon.of(SignalKind.WIN, 1)).billed());
    assertEquals(0, settle(Beacon.of(SignalKind.BILL, 1)).billed());
    assertEquals(0, settle(Beacon.of(SignalKind.CLICK, 1)).chargedMicros());
    assertEquals(1, settle(Beacon.of(SignalKind.IMPRESSION, 1)).billed());

    Beacon bill = Beacon.of(SignalKind.BILL, 2).billedBy(BillableEvent.BURL);
    Beacon impression = Beacon.of(SignalKind.IMPRESSION, 2).billedBy(BillableEvent.BURL);
    assertEquals(0, settle(impression).chargedMicros());
    assertEquals(2_500, settle(bill).chargedMicros());
  }

  @Test
  void shouldTakeTheNotifiedPriceAsCostButNeverMoreThanTheBid() {
    assertEquals(2_000, settle(impression(1).price(2_500_000, 2_000_000)).costMicros());
    assertEquals(2_500, settle(impression(2).price(2_500_000, 9_000_000)).costMicros());
    assertEquals(2_500, settle(impression(3).price(2_500_000, -1)).costMicros());
    assertEquals(0, settle(impression(4).price(2_500_000, 0)).costMicros());
  }

  @Test
  void shouldRoundCostHalfEven() {
    assertEquals(2, settle(impression(1).price(9_000, 1_500)).costMicros());
    assertEquals(2, settle(impression(2).price(9_000, 2_500)).costMicros());
    assertEquals(3, settle(impression(3).price(9_000, 2_501)).costMicros());
  }

  @Test
  void shouldChargeAtMostWhatIsLeftOfTheLease() {
    assertEquals(60, settle(impression(1).lease(5, 100).charge(60)).chargedMicros());
    SettledEventDecoder second = settle(impression(2).lease(5, 100).charge(60));
    assertEquals(40, second.chargedMicros());
    assertEquals(20, second.overDeliveryMicros());
    assertEquals(1, second.billed());
    SettledEventDecoder third = settle(impression(3).lease(5, 100).charge(60));
    assertEquals(0, third.chargedMicros());
    assertEquals(60, third.overDeliveryMicros());
    assertEquals(2_500, third.costMicros());
  }

  @Test
  void shouldPassTestTrafficOnWithoutCharging() {
    SettledEventDecoder test = settle(impression(1).asTest());
    assertEquals(Disposition.TEST, test.disposition());
    assertEquals(0, test.chargedMicros());
    assertEquals(0, test.billed());
    assertEquals(0, settlement.auctionsHeld());
  }

  @Test
  void shouldPassOverRecordsShippedAgain() {
    byte[] message = impression(1).at(64);
    assertEquals(Verdict.COUNTED, Answers.verdict(settlement, message));
    assertEquals(Verdict.RESHIPPED, Answers.verdict(settlement, message));
    byte[] elsewhere = Events.signal(impression(2), Events.NODE, Events.RECORDING + 1, 64);
    assertEquals(Verdict.COUNTED, Answers.verdict(settlement, elsewhere));
    byte[] otherNode = Events.signal(impression(3), Events.NODE + 1, Events.RECORDING, 64);
    assertEquals(Verdict.COUNTED, Answers.verdict(settlement, otherNode));
  }

  @Test
  void shouldEmbedTheAuctionRecord() {
    byte[] message = Events.auction(77, Reason.NONE.code(), false, 64);
    SettledEventDecoder event = Answers.event(settlement, message);
    assertEquals(SettledKind.AUCTION, event.kind());
    assertEquals(Disposition.COUNTED, event.disposition());
    assertEquals(Events.LINE_ITEM, event.lineItemId());
    assertEquals(-1, event.priceCpmMicros());
    UnsafeBuffer embedded = new UnsafeBuffer(new byte[event.recordLength()]);
    event.getRecord(embedded, 0, embedded.capacity());
    AuctionRecordDecoder record =
        new AuctionRecordDecoder().wrapAndApplyHeader(embedded, 0, new MessageHeaderDecoder());
    assertEquals(77, record.auctionLo());
    assertEquals(2, record.candidates().count());
  }

  @Test
  void shouldTellAFurtherBidFromAnAuction() {
    byte[] message = Events.auction(77, Reason.NONE.code(), false, 64);
    UnsafeBuffer buffer = new UnsafeBuffer(message);
    int flags =
        EventEnvelope.LENGTH
            + MessageHeaderDecoder.ENCODED_LENGTH
            + AuctionRecordDecoder.flagsEncodingOffset();
    buffer.putByte(flags, (byte) (buffer.getByte(flags) | 8));
    SettledEventDecoder event = Answers.event(settlement, message);
    assertEquals(SettledKind.ADDITIONAL_BID, event.kind());
    assertEquals(Events.LINE_ITEM, event.lineItemId());
  }

  @Test
  void shouldNameNoLineItemForAnAuctionWithoutBid() {
    byte[] message = Events.auction(77, Reason.NO_MATCH.code(), true, 64);
    SettledEventDecoder event = Answers.event(settlement, message);
    assertEquals(0, event.lineItemId());
    assertEquals(Reason.NO_MATCH.code(), event.reason());
    assertEquals(Disposition.TEST, event.disposition());
  }

  @Test
  void shouldChargeNothingToAClosedLease() {
    settle(impression(1).lease(5, 100).charge(60));
    assertEquals(60, Answers.lease(settlement, Events.close(5, 1)).chargedMicros());
    SettledEventDecoder late = settle(impression(2).lease(5, 100).charge(60));
    assertEquals(0, late.chargedMicros());
    assertEquals(60, late.overDeliveryMicros());
    assertEquals(60, Answers.lease(settlement, Events.close(5, 2)).chargedMicros());
    assertEquals(0, Answers.lease(settlement, Events.close(6, 2)).chargedMicros());
    assertEquals(0, settle(impression(3).lease(6, 100).charge(60)).chargedMicros());
  }

  @Test
  void shouldForgetClosedLeasesAfterADayWithoutChargingThemAgain() {
    settle(impression(1).lease(5, 100).charge(60).expiringAt(10));
    Answers.lease(settlement, Events.close(5, 20_000));
    Answers.mark(settlement, Events.mark(Events.NODE, 30_000 + DAY_MILLIS));
    assertEquals(0, settlement.leasesHeld());
    SettledEventDecoder late = settle(impression(2).lease(5, 100).charge(60).expiringAt(10));
    assertEquals(0, late.chargedMicros());
    assertEquals(Verdict.LATE, settlement.verdict());
  }

  @Test
  void shouldForgetAuctionsOnceEveryNodeHasPassedTheirExpiry() {
    int other = Events.NODE + 1;
    Answers.mark(settlement, Events.mark(other, 1_000));
    settle(impression(1).expiringAt(100));
    assertEquals(300_000, Answers.mark(settlement, Events.mark(7, 300_000)).settledUpToMillis());
    assertEquals(1, settlement.auctionsHeld());
    Answers.mark(settlement, Events.mark(other, 300_000));
    assertEquals(0, settlement.auctionsHeld());
    SettledEventDecoder late = settle(impression(1).expiringAt(100));
    assertEquals(Disposition.LATE, late.disposition());
    assertEquals(Verdict.LATE, settlement.verdict());
    assertEquals(0, late.chargedMicros());
  }

  /** Received at 5 s: a node whose clock has gone back takes tokens that its marks have passed. */
  @Test
  void shouldNotChargeWhatWasReceivedAfterItsTokensExpiry() {
    Settlement settlement = new Settlement(100);
    Beacon beacon = Beacon.of(SignalKind.IMPRESSION, 1).expiringAt(4);
    SettledEventDecoder overdue = Answers.event(settlement, beacon.at(64));
    assertEquals(Disposition.LATE, overdue.disposition());
    assertEquals(0, overdue.chargedMicros());
    assertEquals(2_500, overdue.overDeliveryMicros());
    assertEquals(2_500, overdue.costMicros());
    assertEquals(Disposition.REPEAT, Answers.event(settlement, beacon.at(128)).disposition());
    Beacon inTime = Beacon.of(SignalKind.IMPRESSION, 2).expiringAt(5);
    assertEquals(2_500, Answers.event(settlement, inTime.at(192)).chargedMicros());
  }

  @Test
  void shouldOweSupplyTheFirstImpressionOfANodeThatWasSilentForMoreThanADay() {
    Answers.mark(settlement, Events.mark(8, 1_000));
    Answers.mark(settlement, Events.mark(7, 2_000 + DAY_MILLIS));
    byte[] sent = Events.signal(impression(1).expiringAt(100), 8, Events.RECORDING, 64);
    SettledEventDecoder late = Answers.event(settlement, sent);
    assertEquals(Disposition.LATE, late.disposition());
    assertEquals(1, late.billed());
    assertEquals(0, late.chargedMicros());
    assertEquals(2_500, late.overDeliveryMicros());
    assertEquals(2_500, late.costMicros());
    Beacon click = Beacon.of(SignalKind.CLICK, 1).expiringAt(100);
    SettledEventDecoder beside =
        Answers.event(settlement, Events.signal(click, 8, Events.RECORDING, 128));
    assertEquals(Disposition.LATE, beside.disposition());
    assertEquals(0, beside.billed());
    assertEquals(0, beside.costMicros());
  }

  @Test
  void shouldNotWaitForANodeThatIsSilentForADay() {
    Answers.mark(settlement, Events.mark(8, 1_000));
    settle(impression(1).expiringAt(100));
    Answers.mark(settlement, Events.mark(7, 2_000 + DAY_MILLIS));
    assertEquals(0, settlement.auctionsHeld());
  }

  @Test
  void shouldGoOnChargingThoughOneNodesClockIsDaysAhead() {
    long now = 1_800_000_000_000L;
    Answers.mark(settlement, Events.mark(7, now), now + 5);
    Answers.mark(settlement, Events.mark(8, now + 3 * DAY_MILLIS), now + 10);
    Answers.mark(settlement, Events.mark(7, now + 1_000), now + 1_005);
    assertEquals(
        now + 1_010 + NodeJournals.CLOCKS_APART_MILLIS,
        Answers.mark(settlement, Events.mark(8, now + 3 * DAY_MILLIS), now + 1_010)
            .settledUpToMillis());
    SettledEventDecoder shown = settle(impression(1).expiringAt(now / 1_000 + 60));
    assertEquals(Disposition.COUNTED, shown.disposition());
    assertEquals(2_500, shown.chargedMicros());
  }

  @Test
  void shouldNotTakeBackAMark() {
    Answers.mark(settlement, Events.mark(7, 5_000));
    assertEquals(5_000, Answers.mark(settlement, Events.mark(7, 4_000)).settledUpToMillis());
  }

  @Test
  void shouldForgetTheSoonestToExpireWhenFullAndNeverChargeThemAgain() {
    Settlement small = new Settlement(2);
    Answers.event(small, impression(1).expiringAt(100).at(64));
    Answers.event(small, impression(2).expiringAt(1_000).at(128));
    Answers.event(small, impression(3).expiringAt(2_000).at(192));
    assertEquals(2, small.auctionsHeld());
    assertEquals(0, Answers.event(small, impression(1).expiringAt(100).at(256)).chargedMicros());
    assertEquals(Verdict.LATE, small.verdict());
    assertEquals(
        2_500, Answers.event(small, impression(4).expiringAt(2_000).at(320)).chargedMicros());
  }

  /** Clicks outlive impressions by far: they must not take these along. */
  @Test
  void shouldForgetOnlyTheClassOfLifeThatIsFull() {
    Settlement small = new Settlement(16);
    Beacon click = Beacon.of(SignalKind.CLICK, 1).priced(BidModel.CPC).lease(9, 100_000);
    for (int i = 0; i < 10; i++) {
      Beacon next = click.auction(i).expiringAt(3_000 + 100 * i);
      assertEquals(2_500, Answers.event(small, next.at(64 * (i + 1))).chargedMicros());
    }
    assertEquals(2, small.auctionsHeld());
    Answers.verdict(small, click.auction(0).expiringAt(3_000).at(1_000));
    assertEquals(Verdict.LATE, small.verdict());
    Beacon seen = impression(20).expiringAt(100);
    assertEquals(2_500, Answers.event(small, seen.at(1_064)).chargedMicros());
    Answers.verdict(small, seen.at(1_128));
    assertEquals(Verdict.REPEAT, small.verdict());
    Beacon unpaid = Beacon.of(SignalKind.CLICK, 20).expiringAt(100);
    Answers.verdict(small, unpaid.at(1_192));
    assertEquals(Verdict.COUNTED, small.verdict());
    Beacon conversion = Beacon.of(SignalKind.CONVERSION, 21).priced(BidModel.CPA).expiringAt(3_000);
    assertEquals(2_500, Answers.event(small, conversion.at(1_256)).chargedMicros());
  }

  /** One table and one horizon for all, as it was written before charged signals had their own. */
  @Test
  void shouldGoOnFromAStateOfTheFirstVersion() {
    Beacon click = Beacon.of(SignalKind.CLICK, 2).priced(BidModel.CPC).expiringAt(6_000);
    Beacon conversion = Beacon.of(SignalKind.CONVERSION, 3).priced(BidModel.CPA).expiringAt(9_000);
    Beacon view = Beacon.of(SignalKind.VIEW, 4).priced(BidModel.VCPM).expiringAt(6_000);
    LeaseBalances leases = new LeaseBalances();
    leases.charge(9, 11_000, 10_000);
    NodeJournals nodes = new NodeJournals();
    nodes.advance(Events.NODE, Events.RECORDING, 640);
    ByteBuffer state = ByteBuffer.allocate(1_024).putInt(1).putLong(2_000).putInt(3);
    state.putLong(3_000 / SeenAuctions.BUCKET_SECONDS).putInt(1);
    state.putLong(1).putLong(1).put((byte) (1 << SettledKind.IMPRESSION.value()));
    state.putLong(6_000 / SeenAuctions.BUCKET_SECONDS).putInt(2);
    state.putLong(1).putLong(2).put((byte) (1 << SettledKind.CLICK.value()));
    state.putLong(1).putLong(4).put((byte) 1);
    state.putLong(9_000 / SeenAuctions.BUCKET_SECONDS).putInt(1);
    state.putLong(1).putLong(3).put((byte) (1 << SettledKind.AUCTION.value()));
    leases.write(state);
    nodes.write(state);
    settlement.read(state.flip());

    assertEquals(Verdict.RESHIPPED, Answers.verdict(settlement, impression(7).at(640)));
    position = 640;
    Beacon impression = impression(1).expiringAt(3_000);
    for (Beacon repeat : new Beacon[] {impression, click, conversion, view}) {
      assertEquals(Disposition.REPEAT, settle(repeat).disposition(), repeat.toString());
      SettledEventDecoder forgotten = settle(repeat.expiringAt(1_000));
      assertEquals(Disposition.LATE, forgotten.disposition(), repeat.toString());
    }
    Beacon other = click.auction(5).lease(9, 11_000);
    assertEquals(1_000, settle(other).chargedMicros(), "what is left of the lease");
    assertEquals(Verdict.REPEAT, Answers.verdict(resumed(settlement), other.at(9_999)));
  }

  /** Progress of videos is counted once each, charged never, and remembered over a restart. */
  @Test
  void shouldCountTheProgressOfVideosOnceAndChargeNothing() {
    SignalKind[] kinds = {
      SignalKind.VIDEO_START,
      SignalKind.VIDEO_FIRST_QUARTILE,
      SignalKind.VIDEO_MIDPOINT,
      SignalKind.VIDEO_THIRD_QUARTILE,
      SignalKind.VIDEO_COMPLETE,
      SignalKind.VIDEO_ERROR
    };
    assertEquals(1, settle(impression(1)).billed());
    for (SignalKind kind : kinds) {
      SettledEventDecoder first = settle(Beacon.of(kind, 1));
      assertEquals(Disposition.COUNTED, first.disposition());
      assertEquals(SettledKind.valueOf(kind.name()), first.kind());
      assertEquals(0, first.chargedMicros() + first.costMicros() + first.billed());
    }
    Settlement resumed = resumed(settlement);
    for (SignalKind kind : kinds) {
      position += 64;
      byte[] again = Beacon.of(kind, 1).at(position);
      assertEquals(Disposition.REPEAT, Answers.event(resumed, again).disposition(), kind.name());
    }
    assertEquals(Disposition.REPEAT, settle(impression(1)).disposition());
  }

  /** The state as it was before the progress of videos was remembered. */
  @Test
  void shouldGoOnFromAStateWithoutVideos() {
    settle(impression(1));
    ByteBuffer state = ByteBuffer.wrap(settlement.write()).putInt(0, 2);
    SeenAuctions none = new SeenAuctions(1);
    int classes = 4;
    int from = Integer.BYTES;
    for (int i = 0; i < classes; i++) {
      SeenAuctions of = new SeenAuctions(MANY);
      state.position(from);
      of.read(state);
      from = state.position();
    }
    byte[] whole = state.array();
    byte[] before = new byte[whole.length - none.length()];
    System.arraycopy(whole, 0, before, 0, from);
    System.arraycopy(whole, from + none.length(), before, from, before.length - from);
    Settlement resumed = new Settlement(MANY);
    resumed.read(ByteBuffer.wrap(before));
    position += 64;
    assertEquals(
        Disposition.REPEAT, Answers.event(resumed, impression(1).at(position)).disposition());
  }

  private static Settlement resumed(Settlement from) {
    Settlement resumed = new Settlement(MANY);
    resumed.read(ByteBuffer.wrap(from.write()));
    return resumed;
  }

  @Test
  void shouldPassOverWhatIsNotAnEvent() {
    byte[] good = impression(1).at(64);
    assertEquals(Verdict.GARBAGE, Answers.verdict(settlement, new byte[0]));
    assertEquals(Verdict.GARBAGE, Answers.verdict(settlement, new byte[40]));
    assertEquals(
        Verdict.GARBAGE, Answers.verdict(settlement, Arrays.copyOf(good, good.length - 1)));
    byte[] record = Events.auction(1, 0, false, 64);
    assertEquals(
        Verdict.GARBAGE, Answers.verdict(settlement, Arrays.copyOf(record, record.length - 1)));
    byte[] negative = impression(1).charge(-1).at(64);
    assertEquals(Verdict.GARBAGE, Answers.verdict(settlement, negative));
    assertEquals(Verdict.COUNTED, Answers.verdict(settlement, good));
  }

  @Test
  void shouldRefuseAStateOfAnotherVersion() {
    ByteBuffer state = ByteBuffer.allocate(64).putInt(99).flip();
    assertThrows(IllegalArgumentException.class, () -> settlement.read(state));
  }

  private static Beacon impression(long auctionLo) {
    return Beacon.of(SignalKind.IMPRESSION, auctionLo);
  }
}
