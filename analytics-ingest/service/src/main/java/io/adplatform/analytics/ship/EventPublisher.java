package io.adplatform.analytics.ship;

import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.storage.kafka.KafkaClients;
import io.adplatform.storage.kafka.KafkaTopics;
import io.adplatform.wire.event.EventEnvelope;
import io.adplatform.wire.event.EventPartition;
import io.adplatform.wire.sbe.AuctionDetailDecoder;
import io.adplatform.wire.sbe.AuctionRecordDecoder;
import io.adplatform.wire.sbe.JournalMarkEncoder;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.PartnerBidDecoder;
import io.adplatform.wire.sbe.SignalDecoder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends journal records to their partitions, in order: an idempotent producer that waits for
 * acknowledgements as long as it takes. The first record that fails ends it, before a later one can
 * overtake: then everything that is not acknowledged is to be sent by a new one. For one thread;
 * acknowledgements come on the producer's.
 */
final class EventPublisher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventPublisher.class);

  /** Bytes that may wait for Kafka: above it nothing more is read from the journal. */
  private static final long MAX_OUTSTANDING_BYTES = 16L << 20;

  /** What the producer itself needs for records, batches and their growth. */
  private static final long BUFFER_BYTES = 3 * MAX_OUTSTANDING_BYTES;

  private static final int BATCH_BYTES = 128 << 10;
  private static final int LINGER_MILLIS = 10;

  /** What does not get room or metadata for so long has failed, and is sent again. */
  private static final long MAX_BLOCK_MILLIS = 5_000;

  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final Producer<byte[], byte[]> producer;
  private final int partitions;
  private final AtomicLong outstandingBytes = new AtomicLong();
  private final ArrayDeque<Batch> sealed = new ArrayDeque<>();
  private Batch open = new Batch();
  private volatile boolean failed;

  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final SignalDecoder signal = new SignalDecoder();
  private final AuctionRecordDecoder auction = new AuctionRecordDecoder();
  private final AuctionDetailDecoder detail = new AuctionDetailDecoder();
  private final PartnerBidDecoder partnerBid = new PartnerBidDecoder();

  /** A publisher over a producer that it closes. */
  EventPublisher(Producer<byte[], byte[]> producer, int partitions) {
    this.producer = producer;
    this.partitions = partitions;
  }

  /** Opens a producer; does not wait for Kafka. */
  static EventPublisher open(KafkaConfig kafka) {
    Map<String, Object> forever =
        Map.of(
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            Integer.MAX_VALUE,
            ProducerConfig.MAX_BLOCK_MS_CONFIG,
            MAX_BLOCK_MILLIS,
            ProducerConfig.BUFFER_MEMORY_CONFIG,
            BUFFER_BYTES,
            ProducerConfig.BATCH_SIZE_CONFIG,
            BATCH_BYTES,
            ProducerConfig.LINGER_MS_CONFIG,
            LINGER_MILLIS);
    return new EventPublisher(
        KafkaClients.openProducer(kafka, "journal-shipper", forever), kafka.partitions());
  }

  /** Whether it has ended and must be replaced. */
  boolean hasFailed() {
    return failed;
  }

  /** Whether more may be sent now. */
  boolean hasRoom() {
    return outstandingBytes.get() < MAX_OUTSTANDING_BYTES;
  }

  /** Bytes sent and not acknowledged. */
  long outstandingBytes() {
    return outstandingBytes.get();
  }

  /** Sends one record of the journal. Returns what it was. */
  ShipOutcome send(
      DirectBuffer buffer, int offset, int length, int nodeId, long recordingId, long position) {
    if (length < MessageHeaderDecoder.ENCODED_LENGTH) {
      return ShipOutcome.UNREADABLE;
    }
    header.wrap(buffer, offset);
    int body = offset + MessageHeaderDecoder.ENCODED_LENGTH;
    int blockLength = header.blockLength();
    int version = header.version();
    if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID
        || blockLength > length - MessageHeaderDecoder.ENCODED_LENGTH) {
      return ShipOutcome.UNREADABLE;
    }
    switch (header.templateId()) {
      case SignalDecoder.TEMPLATE_ID -> {
        signal.wrap(buffer, body, blockLength, version);
        int partition = partition(signal.leaseId(), signal.auctionLo());
        sendEvent(partition, buffer, offset, length, nodeId, recordingId, position);
        return ShipOutcome.SIGNAL;
      }
      case AuctionRecordDecoder.TEMPLATE_ID -> {
        auction.wrap(buffer, body, blockLength, version);
        int partition = partition(auction.leaseId(), auction.auctionLo());
        sendEvent(partition, buffer, offset, length, nodeId, recordingId, position);
        return ShipOutcome.AUCTION;
      }
      case PartnerBidDecoder.TEMPLATE_ID -> {
        partnerBid.wrap(buffer, body, blockLength, version);
        // Where the signals on it go: it has no lease.
        int partition = partition(0, partnerBid.auctionLo());
        sendEvent(partition, buffer, offset, length, nodeId, recordingId, position);
        return ShipOutcome.PARTNER_BID;
      }
      case AuctionDetailDecoder.TEMPLATE_ID -> {
        detail.wrap(buffer, body, blockLength, version);
        byte[] value = new byte[length];
        buffer.getBytes(offset, value);
        send(KafkaTopics.AUCTION_DETAILS, partition(0, detail.auctionLo()), value);
        return ShipOutcome.DETAIL;
      }
      default -> {
        return ShipOutcome.UNREADABLE;
      }
    }
  }

  /** Sends a node's mark to every partition, behind all that was sent before. */
  void sendMark(int nodeId, long shippedUpToMillis) {
    for (int partition = 0; partition < partitions; partition++) {
      byte[] value =
          new byte
              [EventEnvelope.LENGTH
                  + MessageHeaderEncoder.ENCODED_LENGTH
                  + JournalMarkEncoder.BLOCK_LENGTH];
      UnsafeBuffer buffer = new UnsafeBuffer(value);
      EventEnvelope.write(buffer, 0, nodeId, 0, 0);
      new JournalMarkEncoder()
          .wrapAndApplyHeader(buffer, EventEnvelope.LENGTH, new MessageHeaderEncoder())
          .nodeId(nodeId)
          .shippedUpToMillis(shippedUpToMillis);
      send(KafkaTopics.EVENTS, partition, value);
    }
  }

  /** Says that all of this is sent now. */
  void seal(ShipProgress progress) {
    open.progress = progress;
    sealed.add(open);
    open = new Batch();
  }

  /** What is acknowledged, all of it; null where that is no news. */
  ShipProgress acknowledged() {
    ShipProgress newest = null;
    while (!failed && !sealed.isEmpty() && sealed.peek().outstanding.get() == 0) {
      newest = sealed.poll().progress;
    }
    return newest;
  }

  @Override
  public void close() {
    producer.close(failed ? Duration.ZERO : CLOSE);
  }

  private void sendEvent(
      int partition,
      DirectBuffer buffer,
      int offset,
      int length,
      int nodeId,
      long recordingId,
      long position) {
    byte[] value = new byte[EventEnvelope.LENGTH + length];
    EventEnvelope.write(new UnsafeBuffer(value), 0, nodeId, recordingId, position);
    buffer.getBytes(offset, value, EventEnvelope.LENGTH, length);
    send(KafkaTopics.EVENTS, partition, value);
  }

  private void send(String topic, int partition, byte[] value) {
    open.outstanding.incrementAndGet();
    outstandingBytes.addAndGet(value.length);
    try {
      producer.send(new ProducerRecord<>(topic, partition, null, value), open);
    } catch (InterruptException e) {
      failed = true;
      throw e;
    } catch (KafkaException | IllegalStateException e) {
      // Closed by the failure of another record, most likely: this one is sent again with it.
      open.fail(e);
    }
  }

  private int partition(long leaseId, long auctionLo) {
    return EventPartition.of(leaseId != 0 ? leaseId : auctionLo, partitions);
  }

  /** Records that are acknowledged together. */
  private final class Batch implements Callback {
    private final AtomicInteger outstanding = new AtomicInteger();
    private ShipProgress progress;

    @Override
    public void onCompletion(RecordMetadata metadata, Exception failure) {
      if (failure == null) {
        int size = metadata.serializedValueSize();
        outstandingBytes.addAndGet(-size);
        outstanding.decrementAndGet();
      } else {
        fail(failure);
      }
    }

    private void fail(Exception failure) {
      if (!failed) {
        failed = true;
        LOG.warn("a record was not taken by Kafka, sending again: {}", failure.toString());
        // On the producer's own thread, so that nothing queued behind the failed record is sent.
        producer.close(Duration.ZERO);
      }
    }
  }
}
