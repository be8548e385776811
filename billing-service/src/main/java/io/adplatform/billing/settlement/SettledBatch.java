package io.adplatform.billing.settlement;

import io.adplatform.billing.ledger.OffsetRange;
import io.adplatform.billing.ledger.SettledSums;
import io.adplatform.billing.pacing.ChargeRateStore;
import io.adplatform.wire.event.AuctionId;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.SettledEventDecoder;
import io.adplatform.wire.sbe.SettledLeaseDecoder;
import io.adplatform.wire.sbe.SettledMarkDecoder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a run of messages of {@code settled} says, summed up: charges by lease, and by lease, lane
 * and expiry; what goes into the ledger; leases that are closed; marks; and the offsets it ran
 * over. The order of messages within a batch does not matter, because settlement charges nothing to
 * a lease after the message that closes it. Not thread-safe.
 */
public final class SettledBatch {
  /** A bucket of a lane, as nodes keep them. */
  public record Bucket(long leaseId, int lane, long expirySecond) {}

  /** A node's journal in one partition. */
  public record Journal(int nodeId, int partition) {}

  /** What came of the events on a lease. */
  public static final class Sums {
    public long chargedMicros;
    public long overDeliveryMicros;
  }

  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final SettledEventDecoder event = new SettledEventDecoder();
  private final SettledMarkDecoder mark = new SettledMarkDecoder();
  private final SettledLeaseDecoder lease = new SettledLeaseDecoder();
  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

  private final Map<Long, Sums> sums = new HashMap<>();
  private final Map<Bucket, Long> buckets = new HashMap<>();
  private final Map<Long, Long> closed = new LinkedHashMap<>();
  private final Map<Journal, Long> marks = new HashMap<>();
  private final Map<Integer, OffsetRange> ranges = new HashMap<>();
  private final SettledSums books = new SettledSums();
  private final Map<Long, ChargeRateStore.Counts> rates = new HashMap<>();
  private int unreadable;

  /** Takes one message. */
  public void add(int partition, long offset, byte[] message) {
    OffsetRange range = ranges.get(partition);
    ranges.put(partition, new OffsetRange(range == null ? offset : range.fromOffset(), offset + 1));
    if (message == null || message.length < MessageHeaderDecoder.ENCODED_LENGTH) {
      unreadable++;
      return;
    }
    buffer.wrap(message);
    header.wrap(buffer, 0);
    if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID) {
      unreadable++;
      return;
    }
    switch (header.templateId()) {
      case SettledEventDecoder.TEMPLATE_ID -> addEvent(partition);
      case SettledMarkDecoder.TEMPLATE_ID -> addMark(partition);
      case SettledLeaseDecoder.TEMPLATE_ID -> {
        lease.wrapAndApplyHeader(buffer, 0, header);
        closed.putIfAbsent(lease.leaseId(), lease.chargedMicros());
      }
      default -> unreadable++;
    }
  }

  private void addEvent(int partition) {
    event.wrapAndApplyHeader(buffer, 0, header);
    books.add(partition, event);
    long charged = event.chargedMicros();
    long over = event.overDeliveryMicros();
    if (event.demandPartnerId() == 0) {
      addRate(charged + over > 0);
    }
    boolean counts = event.disposition() == Disposition.COUNTED && event.leaseId() != 0;
    if (!counts || (charged == 0 && over == 0)) {
      return;
    }
    Sums of = sums.computeIfAbsent(event.leaseId(), id -> new Sums());
    of.chargedMicros += charged;
    of.overDeliveryMicros += over;
    if (charged != 0) {
      Bucket bucket =
          new Bucket(event.leaseId(), AuctionId.lane(event.auctionHi()), event.expirySeconds());
      buckets.merge(bucket, charged, Long::sum);
    }
  }

  /**
   * An impression that supply bills, late or not, for its click may be in time all the same; or
   * what is charged for itself and not because it bills. What was late cost the exchange by its own
   * fault: no line item is stopped for it.
   */
  private void addRate(boolean charges) {
    boolean billed = event.billed() != 0;
    boolean counted = event.disposition() == Disposition.COUNTED;
    boolean late = event.disposition() == Disposition.LATE;
    if (billed ? counted || late : counted && charges) {
      ChargeRateStore.Counts of =
          rates.computeIfAbsent(event.lineItemId(), id -> new ChargeRateStore.Counts());
      of.impressions += billed ? 1 : 0;
      of.charges += billed ? 0 : 1;
      if (counted) {
        of.chargedMicros += event.chargedMicros();
        of.costMicros += event.costMicros();
      }
    }
  }

  private void addMark(int partition) {
    mark.wrapAndApplyHeader(buffer, 0, header);
    if (mark.nodeId() != 0) {
      Journal journal = new Journal(mark.nodeId(), partition);
      marks.merge(journal, mark.settledUpToMillis(), Math::max);
    }
  }

  /** Whether no message was taken. */
  public boolean isEmpty() {
    return ranges.isEmpty();
  }

  /** Charged and over-delivered, by lease. */
  public Map<Long, Sums> sums() {
    return sums;
  }

  /** Charged, by bucket. */
  public Map<Bucket, Long> buckets() {
    return buckets;
  }

  /** Impressions and charges beside them, by line item. */
  Map<Long, ChargeRateStore.Counts> rates() {
    return rates;
  }

  /** What it comes to in the ledger. */
  public SettledSums books() {
    return books;
  }

  /** What settlement says was charged in all, by closed lease. */
  public Map<Long, Long> closed() {
    return closed;
  }

  /** Settled up to this time, by journal. */
  public Map<Journal, Long> marks() {
    return marks;
  }

  /** By partition. */
  public Map<Integer, OffsetRange> ranges() {
    return ranges;
  }

  /** About how many rows counting and posting it writes. */
  public int rows() {
    return sums.size() + buckets.size() + books.size() + rates.size() + closed.size();
  }

  /** Messages of a kind this release does not know. */
  public int unreadable() {
    return unreadable;
  }
}
