package io.adplatform.settle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adplatform.settle.Events.Beacon;
import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.SettledEventDecoder;
import io.adplatform.wire.sbe.SettledKind;
import io.adplatform.wire.sbe.SignalKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is charged, and what supply gets, where a line item does not pay for impressions. */
class BidModelSettlementTest {
  private static final long CHARGE = 400_000;
  private static final long COST = 2_500;

  private final Settlement settlement = new Settlement(1_000);
  private long position;

  private SettledEventDecoder settle(Beacon beacon) {
    position += 64;
    return Answers.event(settlement, beacon.at(position));
  }

  private static Beacon beacon(BidModel model, SignalKind kind, long auction) {
    return Beacon.of(kind, auction).priced(model).charge(CHARGE);
  }

  private void assertSettled(Beacon beacon, long charged, long cost, int billed) {
    SettledEventDecoder event = settle(beacon);
    assertEquals(charged, event.chargedMicros(), beacon.toString());
    assertEquals(cost, event.costMicros(), beacon.toString());
    assertEquals(billed, event.billed(), beacon.toString());
  }

  @ParameterizedTest
  @CsvSource({"CPC, CLICK", "VCPM, VIEW", "CPA, CONVERSION"})
  void shouldOweTheImpressionToSupplyAndChargeWhatIsPaidFor(BidModel model, SignalKind paidFor) {
    assertSettled(beacon(model, SignalKind.WIN, 1), 0, 0, 0);
    assertSettled(beacon(model, SignalKind.IMPRESSION, 1), 0, COST, 1);
    assertSettled(beacon(model, SignalKind.BILL, 1), 0, 0, 0);
    for (SignalKind kind :
        new SignalKind[] {SignalKind.CLICK, SignalKind.VIEW, SignalKind.CONVERSION}) {
      assertSettled(beacon(model, kind, 1), kind == paidFor ? CHARGE : 0, 0, 0);
    }
    SettledEventDecoder again = settle(beacon(model, paidFor, 1));
    assertEquals(Disposition.REPEAT, again.disposition());
    assertEquals(0, again.chargedMicros() + again.overDeliveryMicros());
  }

  @Test
  void shouldTellViewsAndConversionsByTheirKinds() {
    assertEquals(SettledKind.VIEW, settle(Beacon.of(SignalKind.VIEW, 1)).kind());
    assertEquals(SettledKind.CONVERSION, settle(Beacon.of(SignalKind.CONVERSION, 1)).kind());
    assertEquals(Disposition.COUNTED, settle(Beacon.of(SignalKind.IMPRESSION, 1)).disposition());
  }

  @Test
  void shouldOweTheNoticeToSupplyWhereThatIsAgreed() {
    Beacon click = beacon(BidModel.CPC, SignalKind.CLICK, 1).billedBy(BillableEvent.BURL);
    assertSettled(click.as(SignalKind.IMPRESSION), 0, 0, 0);
    assertSettled(click, CHARGE, 0, 0);
    assertSettled(click.as(SignalKind.BILL), 0, COST, 1);
  }

  /** Beacons of one bid may come over several nodes, and so in any order. */
  @Test
  void shouldChargeAClickThatComesBeforeItsImpression() {
    assertSettled(beacon(BidModel.CPC, SignalKind.CLICK, 1), CHARGE, 0, 0);
    assertSettled(beacon(BidModel.CPC, SignalKind.IMPRESSION, 1), 0, COST, 1);
  }

  @Test
  void shouldChargeAtMostWhatIsLeftOfTheLeaseAndCountTheRest() {
    long lease = CHARGE + CHARGE / 4;
    assertSettled(beacon(BidModel.CPC, SignalKind.CLICK, 1).lease(5, lease), CHARGE, 0, 0);
    SettledEventDecoder second = settle(beacon(BidModel.CPC, SignalKind.CLICK, 2).lease(5, lease));
    assertEquals(CHARGE / 4, second.chargedMicros());
    assertEquals(CHARGE - CHARGE / 4, second.overDeliveryMicros());
    assertEquals(0, second.billed());
    assertEquals(0, second.costMicros());
  }

  @Test
  void shouldChargeNothingToAClosedLease() {
    Beacon click = beacon(BidModel.CPC, SignalKind.CLICK, 1);
    Answers.verdict(settlement, Events.close(click.leaseId(), 5_000));
    SettledEventDecoder event = settle(click);
    assertEquals(0, event.chargedMicros());
    assertEquals(CHARGE, event.overDeliveryMicros());
  }

  /** The charged signal is in time for longer, and carries the later end. */
  @Test
  void shouldJudgeEachKindByTheEndOfItsOwnTime() {
    Beacon impression = beacon(BidModel.CPC, SignalKind.IMPRESSION, 1).expiringAt(4);
    Beacon click = impression.as(SignalKind.CLICK).expiringAt(4 + 1_800);
    SettledEventDecoder late = settle(impression);
    assertEquals(Disposition.LATE, late.disposition());
    assertEquals(COST, late.costMicros());
    assertEquals(0, late.overDeliveryMicros(), "what is late is not what is paid for");
    assertSettled(click, CHARGE, 0, 0);
  }

  @Test
  void shouldCountALateClickAsOverDeliveryThatCostsNothing() {
    SettledEventDecoder late = settle(beacon(BidModel.CPC, SignalKind.CLICK, 1).expiringAt(4));
    assertEquals(Disposition.LATE, late.disposition());
    assertEquals(0, late.chargedMicros());
    assertEquals(CHARGE, late.overDeliveryMicros());
    assertEquals(0, late.costMicros());
  }
}
