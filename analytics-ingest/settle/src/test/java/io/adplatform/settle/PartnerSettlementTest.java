package io.adplatform.settle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adplatform.settle.Events.Beacon;
import io.adplatform.wire.event.EventEnvelope;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.sbe.AuctionRecordDecoder;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.SettledEventDecoder;
import io.adplatform.wire.sbe.SignalDecoder;
import io.adplatform.wire.sbe.SignalKind;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What demand partners bid has no lease; and what a former release wrote is settled as before. */
class PartnerSettlementTest {
  private static final long PARTNER = 77;
  private static final long DEAL = 78;
  private static final int PARTNER_FLAG = 1 << 4;

  private final Settlement settlement = new Settlement(1_000);
  private long position;

  private SettledEventDecoder settle(Beacon beacon) {
    position += 64;
    return Answers.event(settlement, Events.partners(beacon.at(position), PARTNER, DEAL));
  }

  @Test
  void shouldChargeAPartnerInFullWithoutALease() {
    SettledEventDecoder first = settle(impression(1).charge(3_000));
    assertEquals(3_000, first.chargedMicros());
    assertEquals(0, first.overDeliveryMicros());
    assertEquals(2_500, first.costMicros());
    assertEquals(1, first.billed());
    assertEquals(0, first.lineItemId());
    assertEquals(PARTNER, first.demandPartnerId());
    assertEquals(DEAL, first.dealId());
    assertEquals(0, first.leaseId());
    assertEquals(0, settlement.leasesHeld());

    SettledEventDecoder again = settle(impression(1).charge(3_000));
    assertEquals(Disposition.REPEAT, again.disposition());
    assertEquals(0, again.chargedMicros());
    assertEquals(PARTNER, again.demandPartnerId());
    assertEquals(0, settle(impression(2).as(SignalKind.WIN)).chargedMicros());
  }

  @Test
  void shouldOverDeliverWhatComesLate() {
    Answers.mark(settlement, Events.mark(Events.NODE, 20_000_000));
    SettledEventDecoder late = settle(impression(1));
    assertEquals(Disposition.LATE, late.disposition());
    assertEquals(0, late.chargedMicros());
    assertEquals(2_500, late.overDeliveryMicros());
    assertEquals(2_500, late.costMicros());
    assertEquals(PARTNER, late.demandPartnerId());
  }

  @Test
  void shouldNeitherChargeNorCountATest() {
    SettledEventDecoder test = settle(impression(1).asTest());
    assertEquals(Disposition.TEST, test.disposition());
    assertEquals(0, test.chargedMicros());
    assertEquals(0, test.costMicros());
  }

  @Test
  void shouldNameThePartnerThatWonAnAuction() {
    byte[] message = Events.auction(5, Reason.NONE.code(), false, 64);
    UnsafeBuffer buffer = new UnsafeBuffer(message);
    int flags =
        EventEnvelope.LENGTH
            + MessageHeaderDecoder.ENCODED_LENGTH
            + AuctionRecordDecoder.flagsEncodingOffset();
    buffer.putByte(flags, (byte) (buffer.getByte(flags) | PARTNER_FLAG));
    SettledEventDecoder event = Answers.event(settlement, message);
    assertEquals(0, event.lineItemId());
    assertEquals(Events.LINE_ITEM, event.demandPartnerId());
  }

  @Test
  void shouldSettleSignalsOfTheFormerRelease() {
    byte[] current = impression(1).at(64);
    byte[] former = Events.former(current, SignalDecoder.dealIdEncodingOffset());
    SettledEventDecoder event = Answers.event(settlement, former);
    assertEquals(2_500, event.chargedMicros());
    assertEquals(Events.LINE_ITEM, event.lineItemId());
    assertEquals(0, event.demandPartnerId());
    assertEquals(0, event.dealId());
    byte[] cut = Arrays.copyOf(former, former.length - 1);
    assertEquals(Verdict.GARBAGE, Answers.verdict(settlement, cut));
    // A block of the former length that says it is of this version lacks what it should have.
    byte[] liar = former.clone();
    new UnsafeBuffer(liar).putShort(EventEnvelope.LENGTH + 6, (short) 2);
    assertEquals(Verdict.GARBAGE, Answers.verdict(settlement, liar));
  }

  @Test
  void shouldSettleAuctionsOfTheFormerRelease() {
    byte[] current = Events.auction(77, Reason.NONE.code(), false, 64);
    byte[] former = Events.former(current, AuctionRecordDecoder.dealIdEncodingOffset());
    SettledEventDecoder event = Answers.event(settlement, former);
    assertEquals(Events.LINE_ITEM, event.lineItemId());
    assertEquals(0, event.dealId());
    UnsafeBuffer embedded = new UnsafeBuffer(new byte[event.recordLength()]);
    event.getRecord(embedded, 0, embedded.capacity());
    AuctionRecordDecoder record =
        new AuctionRecordDecoder().wrapAndApplyHeader(embedded, 0, new MessageHeaderDecoder());
    assertEquals(0, record.dealId());
    assertEquals(0, record.redactions());
    assertEquals(2, record.candidates().count());
    assertEquals(77, record.auctionLo());
  }

  private static Beacon impression(long auctionLo) {
    return Beacon.of(SignalKind.IMPRESSION, auctionLo);
  }
}
