package io.adplatform.analytics.ingest;

import io.adplatform.wire.sbe.AuctionRecordEncoder;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.SettledEventEncoder;
import io.adplatform.wire.sbe.SettledKind;
import java.util.ArrayList;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;

/** A settled event as settlement writes it; defaults are those of a first event in US dollars. */
public final class SettledMessage {
  private record Candidate(long lineItemId, long priceCpmMicros, int reason) {}

  private final SettledKind kind;
  private final long timeMillis;
  private final List<Candidate> candidates = new ArrayList<>();
  private Disposition disposition = Disposition.COUNTED;
  private long auctionHi = 0x0001_0000_0001_0000L;
  private long auctionLo;
  private long lineItemId;
  private long creativeId;
  private long supplyPartnerId = 900;
  private long demandPartnerId;
  private long dealId;
  private long chargedMicros;
  private long overDeliveryMicros;
  private long costMicros;
  private boolean billed;
  private int currency = 840;
  private int country;
  private int deviceType;
  private int reason;
  private long requestIdHash;
  private long catalogueVersion;
  private long bidCpmMicros;
  private boolean test;

  private SettledMessage(SettledKind kind, long timeMillis) {
    this.kind = kind;
    this.timeMillis = timeMillis;
  }

  public static SettledMessage of(SettledKind kind, long timeMillis) {
    return new SettledMessage(kind, timeMillis);
  }

  public SettledMessage auction(long lo) {
    auctionLo = lo;
    return this;
  }

  public SettledMessage disposition(Disposition judged) {
    disposition = judged;
    return this;
  }

  public SettledMessage lineItem(long id, long creative) {
    lineItemId = id;
    creativeId = creative;
    return this;
  }

  /** Of a demand partner's bid, on a deal or (0) on none. */
  public SettledMessage partner(long id, long deal) {
    demandPartnerId = id;
    dealId = deal;
    return this;
  }

  public SettledMessage supply(long id) {
    supplyPartnerId = id;
    return this;
  }

  public SettledMessage billed(long charged, long overDelivery, long cost) {
    billed = true;
    chargedMicros = charged;
    overDeliveryMicros = overDelivery;
    costMicros = cost;
    return this;
  }

  public SettledMessage currency(int numeric) {
    currency = numeric;
    return this;
  }

  public SettledMessage place(int packedCountry, int device) {
    country = packedCountry;
    deviceType = device;
    return this;
  }

  public SettledMessage reason(int code) {
    reason = code;
    return this;
  }

  public SettledMessage record(long requestHash, long version, long bid) {
    requestIdHash = requestHash;
    catalogueVersion = version;
    bidCpmMicros = bid;
    return this;
  }

  public SettledMessage candidate(long line, long price, int why) {
    candidates.add(new Candidate(line, price, why));
    return this;
  }

  public byte[] encode() {
    ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(512);
    SettledEventEncoder event = new SettledEventEncoder();
    event.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
    event.timeMillis(timeMillis).auctionHi(auctionHi).auctionLo(auctionLo).leaseId(77);
    event.lineItemId(lineItemId).creativeId(creativeId).supplyPartnerId(supplyPartnerId);
    event.chargedMicros(chargedMicros).overDeliveryMicros(overDeliveryMicros);
    event.costMicros(costMicros).priceCpmMicros(-1).minToWinCpmMicros(-1).expirySeconds(0);
    event.nodeId(1).currency(currency).country(country).lossReason(65534).reason(reason);
    event.kind(kind).disposition(disposition).billed((short) (billed ? 1 : 0));
    event.deviceType((short) deviceType).format((short) 1);
    event.demandPartnerId(demandPartnerId).dealId(dealId);
    boolean recorded = kind == SettledKind.AUCTION || kind == SettledKind.ADDITIONAL_BID;
    byte[] record = recorded ? record() : new byte[0];
    event.putRecord(record, 0, record.length);
    byte[] bytes = new byte[event.limit()];
    buffer.getBytes(0, bytes);
    return bytes;
  }

  private byte[] record() {
    ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(256);
    AuctionRecordEncoder record = new AuctionRecordEncoder();
    record.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
    record.auctionHi(auctionHi).auctionLo(auctionLo).timeMillis(timeMillis);
    record.requestIdHash(requestIdHash).catalogueVersion(catalogueVersion);
    record.supplyPartnerId(supplyPartnerId).floorCpmMicros(100_000).bidCpmMicros(bidCpmMicros);
    record.creativeId(creativeId).leaseId(77).parseNanos(1000).decideNanos(2000);
    record.totalNanos(4000).impIndex((short) 0).impCount((short) 1);
    record.flags().clear().test(test).additional(kind == SettledKind.ADDITIONAL_BID);
    record.deviceType((short) deviceType).format((short) 1).currency(currency).country(country);
    record.width(300).height(250).reason(reason).matched(candidates.size());
    record.dealId(dealId).redactions(0);
    AuctionRecordEncoder.CandidatesEncoder group = record.candidatesCount(candidates.size());
    for (Candidate candidate : candidates) {
      group.next().lineItemId(candidate.lineItemId()).priceCpmMicros(candidate.priceCpmMicros());
      group.candidateReason(candidate.reason());
    }
    byte[] bytes = new byte[record.limit()];
    buffer.getBytes(0, bytes);
    return bytes;
  }
}
