package io.adplatform.analytics.ingest;

import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.storage.clickhouse.RowBinaryBlock;
import io.adplatform.wire.sbe.AuctionRecordDecoder;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

/** Auction records as rows of {@code auction_records}. Of one thread. */
final class AuctionRecordRows {
  private static final String TABLE = "auction_records";
  private static final String COLUMNS =
      "kafka_partition, kafka_offset, auction_hi, auction_lo, time, request_id_hash,"
          + " catalogue_version, supply_partner_id, floor_cpm_micros, bid_cpm_micros, creative_id,"
          + " lease_id, parse_nanos, decide_nanos, total_nanos, imp_index, imp_count, flags,"
          + " device_type, format, currency, country, width, height, reason, matched,"
          + " candidate_line_items, candidate_prices, candidate_reasons, deal_id, redactions";

  /** A record is at most 256 bytes: no more candidates than this fit. */
  private static final int MAX_CANDIDATES = 255;

  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final AuctionRecordDecoder record = new AuctionRecordDecoder();
  private final RowBinaryBlock block = new RowBinaryBlock();
  private final long[] lineItems = new long[MAX_CANDIDATES];
  private final long[] prices = new long[MAX_CANDIDATES];
  private final int[] reasons = new int[MAX_CANDIDATES];

  void clear() {
    block.clear();
  }

  /** Adds a record with its header; false where it is none. */
  boolean add(int partition, long offset, DirectBuffer buffer) {
    if (buffer.capacity() < MessageHeaderDecoder.ENCODED_LENGTH) {
      return false;
    }
    header.wrap(buffer, 0);
    int blockEnd = MessageHeaderDecoder.ENCODED_LENGTH + header.blockLength();
    if (header.schemaId() != AuctionRecordDecoder.SCHEMA_ID
        || header.templateId() != AuctionRecordDecoder.TEMPLATE_ID
        || buffer.capacity() <= blockEnd) {
      return false;
    }
    record.wrapAndApplyHeader(buffer, 0, header);
    AuctionRecordDecoder.CandidatesDecoder candidates = record.candidates();
    int count = candidates.count();
    if (buffer.capacity() < record.limit() + count * candidates.actingBlockLength()) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      candidates.next();
      lineItems[i] = candidates.lineItemId();
      prices[i] = candidates.priceCpmMicros();
      reasons[i] = candidates.candidateReason();
    }
    putRow(partition, offset, count);
    return true;
  }

  private void putRow(int partition, long offset, int count) {
    block.putShort(partition).putLong(offset);
    block.putLong(record.auctionHi()).putLong(record.auctionLo()).putLong(record.timeMillis());
    block.putLong(record.requestIdHash()).putLong(record.catalogueVersion());
    block.putLong(record.supplyPartnerId()).putLong(record.floorCpmMicros());
    block.putLong(record.bidCpmMicros()).putLong(record.creativeId()).putLong(record.leaseId());
    block.putInt(record.parseNanos()).putInt(record.decideNanos()).putInt(record.totalNanos());
    block.putByte(record.impIndex()).putByte(record.impCount()).putByte(record.flags().getRaw());
    block.putByte(record.deviceType()).putByte(record.format());
    block.putShort(record.currency()).putShort(record.country());
    block.putShort(record.width()).putShort(record.height());
    block.putShort(record.reason()).putShort(record.matched());
    block.putCount(count);
    for (int i = 0; i < count; i++) {
      block.putLong(lineItems[i]);
    }
    block.putCount(count);
    for (int i = 0; i < count; i++) {
      block.putLong(prices[i]);
    }
    block.putCount(count);
    for (int i = 0; i < count; i++) {
      block.putShort(reasons[i]);
    }
    block.putLong(record.dealId()).putShort(record.redactions());
    block.endRow();
  }

  void insert(ClickHouseDatabase database, String range) {
    if (block.rows() > 0) {
      database.insert(TABLE, COLUMNS, block, TABLE + ":" + range);
    }
  }
}
