package io.adplatform.settle;

import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.event.EventEnvelope;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.money.Cpm;
import io.adplatform.wire.sbe.AuctionRecordDecoder;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.JournalMarkDecoder;
import io.adplatform.wire.sbe.LeaseCloseDecoder;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.SettledEventEncoder;
import io.adplatform.wire.sbe.SettledKind;
import io.adplatform.wire.sbe.SettledLeaseEncoder;
import io.adplatform.wire.sbe.SettledMarkEncoder;
import io.adplatform.wire.sbe.SignalDecoder;
import io.adplatform.wire.sbe.SignalKind;
import io.adplatform.wire.token.Token;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Judges the events of one partition, in their order: what is a repeat, what is charged to which
 * lease, what supply gets ({@code docs/architecture.md}, Settlement). Knows no clock: what it
 * answers depends on the events, and on when the log says they came, alone. Owned by one thread;
 * allocates nothing per event once its tables have grown.
 */
public final class Settlement {
  /** Bytes that an answer never exceeds. */
  public static final int MAX_ANSWER_LENGTH = 1024;

  /** Auction records are at most 256 bytes; what claims to be far longer is none. */
  static final int MAX_RECORD_LENGTH = 512;

  /** Longer than any lease with its tokens lives: a closed one is remembered so long. */
  static final long CLOSED_LEASE_MEMORY_MILLIS = TimeUnit.HOURS.toMillis(24);

  private static final int STATE_VERSION = 2;

  /** One table and one horizon for signals of all lives. */
  private static final int STATE_VERSION_ONE_HORIZON = 1;

  private static final int NO_LOSS_REASON = 65534;
  private static final int BILLABLE_SHIFT = 1;
  private static final int BILLABLE_MASK = 3;
  private static final int FLAG_TEST = 1;
  private static final long MICROS_UNKNOWN = -1;
  private static final long MILLIS_PER_SECOND = 1_000;

  // By class of life, which is the code of the bid model that a signal is charged by for itself; of
  // CPM is all that ends with its token. What is held of one class makes nothing of another late.
  private final SeenAuctions[] seen = new SeenAuctions[BidModel.values().length];
  private final LeaseBalances leases = new LeaseBalances();
  private final NodeJournals nodes = new NodeJournals();
  private Verdict verdict;
  private int nodeId;

  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final SignalDecoder signal = new SignalDecoder();
  private final AuctionRecordDecoder auction = new AuctionRecordDecoder();
  private final JournalMarkDecoder journalMark = new JournalMarkDecoder();
  private final LeaseCloseDecoder leaseClose = new LeaseCloseDecoder();
  private final MessageHeaderEncoder answerHeader = new MessageHeaderEncoder();
  private final SettledEventEncoder event = new SettledEventEncoder();
  private final SettledMarkEncoder mark = new SettledMarkEncoder();
  private final SettledLeaseEncoder lease = new SettledLeaseEncoder();

  /**
   * Starts without history.
   *
   * @param maxAuctions auctions remembered at most for signals that end with their token; a quarter
   *     as many for views that are charged, an eighth for clicks and for conversions, at least one.
   *     Above it the soonest to expire are forgotten, and their further signals of that class are
   *     never charged
   */
  public Settlement(int maxAuctions) {
    for (BidModel model : BidModel.values()) {
      seen[model.code()] = new SeenAuctions(Math.max(1, maxAuctions / share(model)));
    }
  }

  /**
   * Which part of all auctions is remembered for the signals that a model charges: they are rarer
   * than impressions, and live longer.
   */
  private static int share(BidModel model) {
    return switch (model) {
      case CPM -> 1;
      case VCPM -> 4;
      case CPC, CPA -> 8;
    };
  }

  /**
   * Judges one message of {@code events}.
   *
   * @param in holds an {@link EventEnvelope} and an SBE message
   * @param appendedMillis when it was appended to {@code events}, by the broker's clock, which is
   *     the one clock that all nodes' marks are held against; negative is unknown
   * @param out takes the answer from its start; at least {@link #MAX_ANSWER_LENGTH} long
   * @return length of the answer, 0 where there is none; {@link #verdict()} says why
   */
  public int settle(
      DirectBuffer in, int offset, int length, long appendedMillis, MutableDirectBuffer out) {
    verdict = Verdict.GARBAGE;
    int body = offset + EventEnvelope.LENGTH + MessageHeaderDecoder.ENCODED_LENGTH;
    int bodyLength = length - EventEnvelope.LENGTH - MessageHeaderDecoder.ENCODED_LENGTH;
    if (bodyLength < 0) {
      return 0;
    }
    header.wrap(in, offset + EventEnvelope.LENGTH);
    int blockLength = header.blockLength();
    if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID || blockLength > bodyLength) {
      return 0;
    }
    nodeId = EventEnvelope.nodeId(in, offset);
    long recordingId = EventEnvelope.recordingId(in, offset);
    long position = EventEnvelope.position(in, offset);
    int version = header.version();
    return switch (header.templateId()) {
      case SignalDecoder.TEMPLATE_ID -> {
        if (blockLength < signalBlockLength(version)) {
          yield 0;
        }
        signal.wrap(in, body, blockLength, version);
        yield isSound(signal) && isNew(recordingId, position) ? settleSignal(out) : 0;
      }
      case AuctionRecordDecoder.TEMPLATE_ID -> {
        int recordLength = recordLength(in, body, blockLength, bodyLength, version);
        if (recordLength < 0) {
          yield 0;
        }
        auction.wrap(in, body, blockLength, version);
        yield isNew(recordingId, position) ? settleAuction(in, body, recordLength, out) : 0;
      }
      case JournalMarkDecoder.TEMPLATE_ID -> {
        if (blockLength < JournalMarkDecoder.BLOCK_LENGTH) {
          yield 0;
        }
        journalMark.wrap(in, body, blockLength, version);
        yield settleMark(appendedMillis, out);
      }
      case LeaseCloseDecoder.TEMPLATE_ID -> {
        if (blockLength < LeaseCloseDecoder.BLOCK_LENGTH) {
          yield 0;
        }
        leaseClose.wrap(in, body, blockLength, version);
        yield closeLease(out);
      }
      default -> 0;
    };
  }

  /** What became of the last message. */
  public Verdict verdict() {
    return verdict;
  }

  /** Auctions remembered, once for each class of life that a signal of them was of. */
  public int auctionsHeld() {
    int held = 0;
    for (SeenAuctions of : seen) {
      held += of.entries();
    }
    return held;
  }

  /** Leases remembered. */
  public int leasesHeld() {
    return leases.size();
  }

  private static boolean isSound(SignalDecoder signal) {
    return settledKind(signal.kindRaw()) != null
        && signal.chargeMicros() >= 0
        && signal.leaseAmountMicros() >= 0
        && signal.bidCpmMicros() >= 0;
  }

  /** What a signal of a version has at least: journals and topics hold former ones. */
  private static int signalBlockLength(int version) {
    return version < SignalDecoder.dealIdSinceVersion()
        ? SignalDecoder.dealIdEncodingOffset()
        : SignalDecoder.BLOCK_LENGTH;
  }

  private static int recordBlockLength(int version) {
    return version < AuctionRecordDecoder.dealIdSinceVersion()
        ? AuctionRecordDecoder.dealIdEncodingOffset()
        : AuctionRecordDecoder.BLOCK_LENGTH;
  }

  /** Length of an auction record with its candidates, or -1 where they do not fit. */
  private static int recordLength(
      DirectBuffer in, int body, int blockLength, int bodyLength, int version) {
    int groupHeader = AuctionRecordDecoder.CandidatesDecoder.sbeHeaderSize();
    if (blockLength < recordBlockLength(version) || blockLength + groupHeader > bodyLength) {
      return -1;
    }
    int entryLength = in.getByte(body + blockLength) & 0xff;
    int entries = in.getByte(body + blockLength + 1) & 0xff;
    int length = blockLength + groupHeader + entryLength * entries;
    boolean fits =
        length <= bodyLength
            && length <= MAX_RECORD_LENGTH
            && entryLength >= AuctionRecordDecoder.CandidatesDecoder.sbeBlockLength();
    return fits ? length : -1;
  }

  private boolean isNew(long recordingId, long position) {
    boolean isNew = nodes.advance(nodeId, recordingId, position);
    if (!isNew) {
      verdict = Verdict.RESHIPPED;
    }
    return isNew;
  }

  private int settleSignal(MutableDirectBuffer out) {
    int kind = signal.kindRaw();
    judge(kind);
    long charged = 0;
    long overDelivery = 0;
    long cost = 0;
    boolean late = verdict == Verdict.LATE;
    boolean counts = late || verdict == Verdict.COUNTED;
    boolean billed = counts && isBillable(kind, signal.flags());
    if (counts && isCharged(kind, signal.flags())) {
      long charge = signal.chargeMicros();
      charged = late ? 0 : charge(charge);
      overDelivery = charge - charged;
    }
    if (billed) {
      // Supply is owed what was shown, also where it is too late to ask demand for it.
      long notified = signal.priceCpmMicros();
      long bid = signal.bidCpmMicros();
      cost = Cpm.perImpression(notified < 0 ? bid : Math.min(notified, bid));
    }
    startEvent(out)
        .timeMillis(signal.receivedMillis())
        .auctionHi(signal.auctionHi())
        .auctionLo(signal.auctionLo())
        .leaseId(signal.leaseId())
        .lineItemId(isPartners() ? 0 : signal.lineItemId())
        .creativeId(signal.creativeId())
        .supplyPartnerId(signal.supplyPartnerId())
        .chargedMicros(charged)
        .overDeliveryMicros(overDelivery)
        .costMicros(cost)
        .priceCpmMicros(signal.priceCpmMicros())
        .minToWinCpmMicros(signal.minToWinCpmMicros())
        .expirySeconds(signal.expirySeconds())
        .currency(signal.currency())
        .country(signal.country())
        .lossReason(signal.lossReason())
        .reason(Reason.NONE.code())
        .kind(settledKind(kind))
        .disposition(disposition())
        .billed((short) (billed ? 1 : 0))
        .deviceType(signal.deviceType())
        .format(signal.format())
        .demandPartnerId(isPartners() ? signal.lineItemId() : 0)
        .dealId(signal.dealId());
    event.putRecord(out, 0, 0);
    return MessageHeaderEncoder.ENCODED_LENGTH + event.encodedLength();
  }

  private boolean isPartners() {
    return (signal.flags() & Token.FLAG_PARTNER) != 0;
  }

  /** What of a charge is charged: a partner pays what it bid, a line item what its lease holds. */
  private long charge(long micros) {
    return isPartners()
        ? micros
        : leases.charge(signal.leaseId(), signal.leaseAmountMicros(), micros);
  }

  private void judge(int kind) {
    long expirySeconds = signal.expirySeconds();
    SeenAuctions ofLife = seen[lifeClass(kind, signal.flags())];
    if ((signal.flags() & FLAG_TEST) != 0) {
      verdict = Verdict.TEST;
    } else if (ofLife.isForgotten(expirySeconds)) {
      verdict = Verdict.LATE;
    } else {
      boolean first =
          ofLife.add(signal.auctionHi(), signal.auctionLo(), expirySeconds, kindBit(kind));
      Verdict ofFirst = isOverdue(expirySeconds) ? Verdict.LATE : Verdict.COUNTED;
      verdict = first ? ofFirst : Verdict.REPEAT;
    }
  }

  /** The token says it, so all signals of a kind of an auction are of one class. */
  private static int lifeClass(int kind, int flags) {
    BidModel model = Token.model(flags);
    return (model.charges(kind) ? model : BidModel.CPM).code();
  }

  /**
   * Whether it was received after its token's expiry, by the time that the node's marks follow: its
   * clock has gone back since. The node may have been told that the bid is charged no more.
   */
  private boolean isOverdue(long expirySeconds) {
    return signal.receivedMillis() / MILLIS_PER_SECOND > expirySeconds;
  }

  private int settleAuction(DirectBuffer in, int body, int recordLength, MutableDirectBuffer out) {
    boolean test = auction.flags().test();
    boolean partners = auction.flags().partner();
    long winner = winner();
    verdict = test ? Verdict.TEST : Verdict.COUNTED;
    startEvent(out)
        .timeMillis(auction.timeMillis())
        .auctionHi(auction.auctionHi())
        .auctionLo(auction.auctionLo())
        .leaseId(auction.leaseId())
        .lineItemId(partners ? 0 : winner)
        .creativeId(auction.creativeId())
        .supplyPartnerId(auction.supplyPartnerId())
        .chargedMicros(0)
        .overDeliveryMicros(0)
        .costMicros(0)
        .priceCpmMicros(MICROS_UNKNOWN)
        .minToWinCpmMicros(MICROS_UNKNOWN)
        .expirySeconds(0)
        .currency(auction.currency())
        .country(auction.country())
        .lossReason(NO_LOSS_REASON)
        .reason(auction.reason())
        .kind(auction.flags().additional() ? SettledKind.ADDITIONAL_BID : SettledKind.AUCTION)
        .disposition(disposition())
        .billed((short) 0)
        .deviceType(auction.deviceType())
        .format(auction.format())
        .demandPartnerId(partners ? winner : 0)
        .dealId(auction.dealId());
    int from = body - MessageHeaderDecoder.ENCODED_LENGTH;
    event.putRecord(in, from, recordLength + MessageHeaderDecoder.ENCODED_LENGTH);
    return MessageHeaderEncoder.ENCODED_LENGTH + event.encodedLength();
  }

  private long winner() {
    if (auction.reason() != Reason.NONE.code()) {
      return 0;
    }
    AuctionRecordDecoder.CandidatesDecoder candidates = auction.candidates();
    while (candidates.hasNext()) {
      candidates.next();
      if (candidates.candidateReason() == Reason.NONE.code()) {
        return candidates.lineItemId();
      }
    }
    return 0;
  }

  private int settleMark(long appendedMillis, MutableDirectBuffer out) {
    verdict = Verdict.MARK;
    int markedNode = journalMark.nodeId();
    long upToMillis = nodes.mark(markedNode, journalMark.shippedUpToMillis(), appendedMillis);
    long settledMillis = nodes.settledMillis();
    for (SeenAuctions of : seen) {
      of.forget(settledMillis / MILLIS_PER_SECOND);
    }
    leases.dropClosedBefore(settledMillis - CLOSED_LEASE_MEMORY_MILLIS);
    mark.wrapAndApplyHeader(out, 0, answerHeader).nodeId(markedNode).settledUpToMillis(upToMillis);
    return MessageHeaderEncoder.ENCODED_LENGTH + mark.encodedLength();
  }

  private int closeLease(MutableDirectBuffer out) {
    verdict = Verdict.LEASE_CLOSED;
    long charged = leases.close(leaseClose.leaseId(), leaseClose.timeMillis());
    lease
        .wrapAndApplyHeader(out, 0, answerHeader)
        .leaseId(leaseClose.leaseId())
        .chargedMicros(charged);
    return MessageHeaderEncoder.ENCODED_LENGTH + lease.encodedLength();
  }

  private SettledEventEncoder startEvent(MutableDirectBuffer out) {
    return event.wrapAndApplyHeader(out, 0, answerHeader).nodeId(nodeId);
  }

  private Disposition disposition() {
    return switch (verdict) {
      case COUNTED -> Disposition.COUNTED;
      case TEST -> Disposition.TEST;
      case LATE -> Disposition.LATE;
      default -> Disposition.REPEAT;
    };
  }

  /** Whether a kind of signal is the one that the line item pays for. */
  private static boolean isCharged(int kind, int flags) {
    BidModel model = Token.model(flags);
    return model.isChargedWhenBilled() ? isBillable(kind, flags) : model.charges(kind);
  }

  /** Whether a kind of signal is the one agreed with supply to bill. */
  private static boolean isBillable(int kind, int flags) {
    int agreed = (flags >> BILLABLE_SHIFT) & BILLABLE_MASK;
    int billing =
        agreed == BillableEvent.BURL.code()
            ? SignalKind.BILL.value()
            : SignalKind.IMPRESSION.value();
    return kind == billing;
  }

  private static SettledKind settledKind(int kind) {
    return switch (kind) {
      case 1 -> SettledKind.IMPRESSION;
      case 2 -> SettledKind.CLICK;
      case 3 -> SettledKind.VIEW;
      case 4 -> SettledKind.CONVERSION;
      case 10 -> SettledKind.WIN;
      case 11 -> SettledKind.BILL;
      case 12 -> SettledKind.LOSS;
      default -> null;
    };
  }

  /** One of eight bits: those of auctions and further bids, which are no signals, are free. */
  private static int kindBit(int kind) {
    return switch (settledKind(kind)) {
      case VIEW -> 1;
      case CONVERSION -> 1 << SettledKind.AUCTION.value();
      case SettledKind other -> 1 << other.value();
    };
  }

  /** The state, to be given to {@link #read}. */
  public byte[] write() {
    int length = 4 + leases.length() + nodes.length();
    for (SeenAuctions of : seen) {
      length += of.length();
    }
    ByteBuffer into = ByteBuffer.allocate(length);
    into.putInt(STATE_VERSION);
    for (SeenAuctions of : seen) {
      of.write(into);
    }
    leases.write(into);
    nodes.write(into);
    return into.array();
  }

  /**
   * Takes over a state; only before the first event.
   *
   * @throws IllegalArgumentException where it was written by a version not known here
   */
  public void read(ByteBuffer from) {
    int version = from.getInt();
    switch (version) {
      case STATE_VERSION -> {
        for (SeenAuctions of : seen) {
          of.read(from);
        }
      }
      case STATE_VERSION_ONE_HORIZON -> readOneHorizon(from);
      default ->
          throw new IllegalArgumentException("settlement state of unknown version " + version);
    }
    leases.read(from);
    nodes.read(from);
  }

  /**
   * A former state does not say which clicks were charged for themselves: each class takes over
   * what may be its own, and the one horizon. What is not is never asked for, and expires.
   */
  private void readOneHorizon(ByteBuffer from) {
    int begin = from.position();
    for (BidModel model : BidModel.values()) {
      from.position(begin);
      int kindBits = 0;
      for (SignalKind kind : SignalKind.values()) {
        if (kind != SignalKind.NULL_VAL && (model == BidModel.CPM || model.charges(kind.value()))) {
          kindBits |= kindBit(kind.value());
        }
      }
      seen[model.code()].read(from, kindBits);
    }
  }
}
