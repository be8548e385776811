package io.adplatform.settle;

import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.event.EventEnvelope;
import io.adplatform.wire.sbe.AuctionRecordEncoder;
import io.adplatform.wire.sbe.JournalMarkEncoder;
import io.adplatform.wire.sbe.LeaseCloseEncoder;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.SignalDecoder;
import io.adplatform.wire.sbe.SignalEncoder;
import io.adplatform.wire.sbe.SignalKind;
import io.adplatform.wire.token.Token;
import org.agrona.concurrent.UnsafeBuffer;

/** Messages of {@code events} for tests. */
final class Events {
  static final int NODE = 7;
  static final long RECORDING = 3;
  static final long CREATIVE = 55;
  static final long LINE_ITEM = 44;

  private static final int BODY = EventEnvelope.LENGTH;
  private static final int ROOM = 1024;

  private Events() {}

  /** A signal with everything that settling looks at; changed by copying. */
  record Beacon(
      SignalKind kind,
      long auctionLo,
      long leaseId,
      long leaseAmountMicros,
      long chargeMicros,
      long bidCpmMicros,
      long priceCpmMicros,
      BillableEvent billable,
      boolean test,
      long expirySeconds,
      BidModel model) {
    static Beacon of(SignalKind kind, long auctionLo) {
      return new Beacon(
          kind,
          auctionLo,
          9,
          1_000_000,
          2_500,
          2_500_000,
          -1,
          BillableEvent.BEACON,
          false,
          10_000,
          BidModel.CPM);
    }

    Beacon lease(long id, long amountMicros) {
      return new Beacon(
          kind,
          auctionLo,
          id,
          amountMicros,
          chargeMicros,
          bidCpmMicros,
          priceCpmMicros,
          billable,
          test,
          expirySeconds,
          model);
    }

    Beacon charge(long micros) {
      return new Beacon(
          kind,
          auctionLo,
          leaseId,
          leaseAmountMicros,
          micros,
          bidCpmMicros,
          priceCpmMicros,
          billable,
          test,
          expirySeconds,
          model);
    }

    Beacon price(long bid, long notified) {
      return new Beacon(
          kind,
          auctionLo,
          leaseId,
          leaseAmountMicros,
          chargeMicros,
          bid,
          notified,
          billable,
          test,
          expirySeconds,
          model);
    }

    Beacon billedBy(BillableEvent event) {
      return new Beacon(
          kind,
          auctionLo,
          leaseId,
          leaseAmountMicros,
          chargeMicros,
          bidCpmMicros,
          priceCpmMicros,
          event,
          test,
          expirySeconds,
          model);
    }

    Beacon asTest() {
      return new Beacon(
          kind,
          auctionLo,
          leaseId,
          leaseAmountMicros,
          chargeMicros,
          bidCpmMicros,
          priceCpmMicros,
          billable,
          true,
          expirySeconds,
          model);
    }

    Beacon expiringAt(long seconds) {
      return new Beacon(
          kind,
          auctionLo,
          leaseId,
          leaseAmountMicros,
          chargeMicros,
          bidCpmMicros,
          priceCpmMicros,
          billable,
          test,
          seconds,
          model);
    }

    Beacon priced(BidModel otherwise) {
      return new Beacon(
          kind,
          auctionLo,
          leaseId,
          leaseAmountMicros,
          chargeMicros,
          bidCpmMicros,
          priceCpmMicros,
          billable,
          test,
          expirySeconds,
          otherwise);
    }

    Beacon auction(long otherwise) {
      return new Beacon(
          kind,
          otherwise,
          leaseId,
          leaseAmountMicros,
          chargeMicros,
          bidCpmMicros,
          priceCpmMicros,
          billable,
          test,
          expirySeconds,
          model);
    }

    Beacon as(SignalKind otherwise) {
      return new Beacon(
          otherwise,
          auctionLo,
          leaseId,
          leaseAmountMicros,
          chargeMicros,
          bidCpmMicros,
          priceCpmMicros,
          billable,
          test,
          expirySeconds,
          model);
    }

    byte[] at(long position) {
      return signal(this, NODE, RECORDING, position);
    }
  }

  static byte[] signal(Beacon beacon, int node, long recording, long position) {
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[ROOM]);
    EventEnvelope.write(buffer, 0, node, recording, position);
    SignalEncoder encoder =
        new SignalEncoder().wrapAndApplyHeader(buffer, BODY, new MessageHeaderEncoder());
    encoder
        .receivedMillis(5_000)
        .priceCpmMicros(beacon.priceCpmMicros())
        .minToWinCpmMicros(-1)
        .lossReason(65534)
        .kind(beacon.kind())
        .flags(
            (short)
                ((beacon.test() ? 1 : 0)
                    | beacon.billable().code() << 1
                    | beacon.model().code() << 3))
        .auctionHi(1)
        .auctionLo(beacon.auctionLo())
        .leaseId(beacon.leaseId())
        .leaseAmountMicros(beacon.leaseAmountMicros())
        .lineItemId(LINE_ITEM)
        .creativeId(CREATIVE)
        .supplyPartnerId(33)
        .chargeMicros(beacon.chargeMicros())
        .bidCpmMicros(beacon.bidCpmMicros())
        .expirySeconds(beacon.expirySeconds())
        .currency(840)
        .country(0)
        .deviceType((short) 2)
        .format((short) 1)
        .dealId(0);
    return bytes(buffer, encoder.encodedLength());
  }

  static byte[] auction(long auctionLo, int reason, boolean test, long position) {
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[ROOM]);
    EventEnvelope.write(buffer, 0, NODE, RECORDING, position);
    AuctionRecordEncoder encoder =
        new AuctionRecordEncoder().wrapAndApplyHeader(buffer, BODY, new MessageHeaderEncoder());
    encoder
        .auctionHi(1)
        .auctionLo(auctionLo)
        .timeMillis(4_000)
        .requestIdHash(1)
        .catalogueVersion(2)
        .supplyPartnerId(33)
        .floorCpmMicros(0)
        .bidCpmMicros(2_000_000)
        .creativeId(CREATIVE)
        .leaseId(9)
        .parseNanos(1)
        .decideNanos(2)
        .totalNanos(3)
        .impIndex((short) 0)
        .impCount((short) 1)
        .deviceType((short) 2)
        .format((short) 1)
        .currency(840)
        .country(0)
        .width(300)
        .height(250)
        .reason(reason)
        .matched(2)
        .dealId(0)
        .redactions(0);
    encoder.flags().clear().test(test);
    AuctionRecordEncoder.CandidatesEncoder candidates = encoder.candidatesCount(2);
    candidates.next().lineItemId(43).priceCpmMicros(3_000_000).candidateReason(30);
    candidates.next().lineItemId(LINE_ITEM).priceCpmMicros(2_500_000).candidateReason(reason);
    return bytes(buffer, encoder.encodedLength());
  }

  /** The same signal on a demand partner's bid, which has no lease. */
  static byte[] partners(byte[] message, long partnerId, long dealId) {
    UnsafeBuffer buffer = new UnsafeBuffer(message.clone());
    SignalDecoder read =
        new SignalDecoder().wrapAndApplyHeader(buffer, BODY, new MessageHeaderDecoder());
    new SignalEncoder()
        .wrap(buffer, read.offset())
        .flags((short) (read.flags() | Token.FLAG_PARTNER))
        .leaseId(0)
        .leaseAmountMicros(0)
        .lineItemId(partnerId)
        .dealId(dealId);
    return buffer.byteArray();
  }

  /** As a release before version 2 wrote it: a block shorter by the fields of version 2. */
  static byte[] former(byte[] message, int formerBlockLength) {
    UnsafeBuffer from = new UnsafeBuffer(message);
    MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(from, BODY);
    int body = BODY + MessageHeaderDecoder.ENCODED_LENGTH;
    int shorter = header.blockLength() - formerBlockLength;
    byte[] former = new byte[message.length - shorter];
    UnsafeBuffer into = new UnsafeBuffer(former);
    int behind = body + header.blockLength();
    from.getBytes(0, former, 0, body + formerBlockLength);
    from.getBytes(behind, former, body + formerBlockLength, message.length - behind);
    new MessageHeaderEncoder().wrap(into, BODY).blockLength(formerBlockLength).version(1);
    return former;
  }

  static byte[] mark(int node, long upToMillis) {
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[ROOM]);
    EventEnvelope.write(buffer, 0, node, 0, 0);
    JournalMarkEncoder encoder =
        new JournalMarkEncoder().wrapAndApplyHeader(buffer, BODY, new MessageHeaderEncoder());
    encoder.nodeId(node).shippedUpToMillis(upToMillis);
    return bytes(buffer, encoder.encodedLength());
  }

  static byte[] close(long leaseId, long timeMillis) {
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[ROOM]);
    EventEnvelope.write(buffer, 0, 0, 0, 0);
    LeaseCloseEncoder encoder =
        new LeaseCloseEncoder().wrapAndApplyHeader(buffer, BODY, new MessageHeaderEncoder());
    encoder.leaseId(leaseId).timeMillis(timeMillis);
    return bytes(buffer, encoder.encodedLength());
  }

  private static byte[] bytes(UnsafeBuffer buffer, int encodedLength) {
    byte[] bytes = new byte[BODY + MessageHeaderEncoder.ENCODED_LENGTH + encodedLength];
    buffer.getBytes(0, bytes);
    return bytes;
  }
}
