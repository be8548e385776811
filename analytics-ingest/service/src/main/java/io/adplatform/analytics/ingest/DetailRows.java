package io.adplatform.analytics.ingest;

import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.storage.clickhouse.RowBinaryBlock;
import io.adplatform.wire.sbe.AuctionDetailDecoder;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The topic {@code auction-details}: every full record becomes a row of {@code auction_details}.
 */
final class DetailRows implements BlockRows {
  static final String TABLE = "auction_details";
  private static final String COLUMNS =
      "generation, kafka_partition, kafka_offset, auction_hi, auction_lo, time, request_id_hash,"
          + " catalogue_version, supply_partner_id, imp_count, status, request_id, request,"
          + " response";

  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final AuctionDetailDecoder detail = new AuctionDetailDecoder();
  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
  private final RowBinaryBlock block = new RowBinaryBlock();
  private final IngestCounters counters;
  private final int generation;
  private long newestMillis;

  DetailRows(IngestCounters counters, int generation) {
    this.counters = counters;
    this.generation = generation;
  }

  @Override
  public void clear() {
    newestMillis = 0;
    block.clear();
  }

  @Override
  public boolean add(ConsumerRecord<byte[], byte[]> message) {
    byte[] value = message.value();
    if (value == null || value.length < MessageHeaderDecoder.ENCODED_LENGTH) {
      return false;
    }
    buffer.wrap(value);
    header.wrap(buffer, 0);
    if (header.schemaId() != AuctionDetailDecoder.SCHEMA_ID
        || header.templateId() != AuctionDetailDecoder.TEMPLATE_ID) {
      return false;
    }
    detail.wrapAndApplyHeader(buffer, 0, header);
    byte[] requestId;
    byte[] request;
    byte[] response;
    try {
      requestId = new byte[within(value, detail.requestIdLength())];
      detail.getRequestId(requestId, 0, requestId.length);
      request = new byte[within(value, detail.requestLength())];
      detail.getRequest(request, 0, request.length);
      response = new byte[within(value, detail.responseLength())];
      detail.getResponse(response, 0, response.length);
    } catch (IndexOutOfBoundsException e) {
      return false;
    }
    block.putShort(generation).putShort(message.partition()).putLong(message.offset());
    block.putLong(detail.auctionHi()).putLong(detail.auctionLo()).putLong(detail.timeMillis());
    block.putLong(detail.requestIdHash()).putLong(detail.catalogueVersion());
    block.putLong(detail.supplyPartnerId());
    block.putByte(detail.impCount()).putShort(detail.status());
    block.putBytes(requestId, 0, requestId.length);
    block.putBytes(request, 0, request.length);
    block.putBytes(response, 0, response.length);
    block.endRow();
    newestMillis = Math.max(newestMillis, detail.timeMillis());
    return true;
  }

  /** A length field of a damaged message may say anything. */
  private static int within(byte[] message, int length) {
    return java.util.Objects.checkIndex(length, message.length);
  }

  @Override
  public void insert(ClickHouseDatabase database, String range) {
    if (block.rows() > 0) {
      database.insert(TABLE, COLUMNS, block, TABLE + ":" + range);
      counters.newest(newestMillis);
    }
  }
}
