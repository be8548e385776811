package io.adplatform.analytics.ingest;

import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.storage.clickhouse.RowBinaryBlock;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.SettledEventDecoder;
import io.adplatform.wire.sbe.SettledKind;
import io.adplatform.wire.sbe.SettledLeaseDecoder;
import io.adplatform.wire.sbe.SettledMarkDecoder;
import java.util.Set;
import java.util.TreeSet;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The topic {@code settled}: every event becomes a row of {@code settled_events}, an auction and an
 * additional bid one of {@code auction_records} too. Marks and closed leases are billing-service's
 * and are passed over.
 */
final class SettledRows implements BlockRows {
  static final String TABLE = "settled_events";
  private static final String COLUMNS =
      "generation, kafka_partition, kafka_offset, time, kind, disposition, billed, auction_hi,"
          + " auction_lo, lease_id, line_item_id, creative_id, supply_partner_id, charged_micros,"
          + " over_delivery_micros, cost_micros, price_cpm_micros, min_to_win_cpm_micros, node_id,"
          + " currency, country, loss_reason, reason, device_type, format, demand_partner_id,"
          + " deal_id";

  private static final long NO_BUCKET = Long.MIN_VALUE;

  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final SettledEventDecoder event = new SettledEventDecoder();
  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
  private final UnsafeBuffer recordBuffer = new UnsafeBuffer(0, 0);
  private final RowBinaryBlock events = new RowBinaryBlock();
  private final AuctionRecordRows records = new AuctionRecordRows();
  private final DeliveryRollup rollup;
  private final IngestCounters counters;
  private final int generation;
  private final Set<Long> buckets = new TreeSet<>();
  // Events come in about the order of their time.
  private long lastBucket = NO_BUCKET;
  private long newestMillis;

  SettledRows(DeliveryRollup rollup, IngestCounters counters, int generation) {
    this.rollup = rollup;
    this.counters = counters;
    this.generation = generation;
  }

  @Override
  public void clear() {
    buckets.clear();
    lastBucket = NO_BUCKET;
    newestMillis = 0;
    events.clear();
    records.clear();
  }

  @Override
  public boolean add(ConsumerRecord<byte[], byte[]> message) {
    byte[] value = message.value();
    if (value == null || value.length < MessageHeaderDecoder.ENCODED_LENGTH) {
      return false;
    }
    buffer.wrap(value);
    header.wrap(buffer, 0);
    if (header.schemaId() != SettledEventDecoder.SCHEMA_ID) {
      return false;
    }
    return switch (header.templateId()) {
      case SettledEventDecoder.TEMPLATE_ID -> addEvent(message);
      case SettledMarkDecoder.TEMPLATE_ID, SettledLeaseDecoder.TEMPLATE_ID -> true;
      default -> false;
    };
  }

  private boolean addEvent(ConsumerRecord<byte[], byte[]> message) {
    if (buffer.capacity()
        < MessageHeaderDecoder.ENCODED_LENGTH
            + header.blockLength()
            + SettledEventDecoder.recordHeaderLength()) {
      return false;
    }
    event.wrapAndApplyHeader(buffer, 0, header);
    SettledKind kind = event.kind();
    if (kind == SettledKind.AUCTION || kind == SettledKind.ADDITIONAL_BID) {
      event.wrapRecord(recordBuffer);
      if (recordBuffer.capacity() > 0
          && !records.add(message.partition(), message.offset(), recordBuffer)) {
        return false;
      }
    }
    events.putShort(generation).putShort(message.partition()).putLong(message.offset());
    events.putLong(event.timeMillis());
    events.putByte(event.kindRaw()).putByte(event.dispositionRaw()).putByte(event.billed());
    events.putLong(event.auctionHi()).putLong(event.auctionLo()).putLong(event.leaseId());
    events.putLong(event.lineItemId()).putLong(event.creativeId());
    events.putLong(event.supplyPartnerId());
    events.putLong(event.chargedMicros()).putLong(event.overDeliveryMicros());
    events.putLong(event.costMicros()).putLong(event.priceCpmMicros());
    events.putLong(event.minToWinCpmMicros());
    events.putShort(event.nodeId()).putShort(event.currency()).putShort(event.country());
    events.putShort(event.lossReason()).putShort(event.reason());
    events.putByte(event.deviceType()).putByte(event.format());
    events.putLong(event.demandPartnerId()).putLong(event.dealId());
    events.endRow();
    touch(DeliveryRollup.bucket(event.timeMillis()));
    newestMillis = Math.max(newestMillis, event.timeMillis());
    return true;
  }

  private void touch(long bucket) {
    if (bucket != lastBucket) {
      lastBucket = bucket;
      buckets.add(bucket);
    }
  }

  @Override
  public void insert(ClickHouseDatabase database, String range) {
    records.insert(database, range);
    if (events.rows() > 0) {
      database.insert(TABLE, COLUMNS, events, TABLE + ":" + range);
    }
    rollup.touch(buckets);
    counters.newest(newestMillis);
  }
}
