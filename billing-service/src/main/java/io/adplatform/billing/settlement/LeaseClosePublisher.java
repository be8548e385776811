package io.adplatform.billing.settlement;

import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.storage.kafka.KafkaClients;
import io.adplatform.storage.kafka.KafkaTopics;
import io.adplatform.wire.event.EventEnvelope;
import io.adplatform.wire.event.EventPartition;
import io.adplatform.wire.sbe.LeaseCloseEncoder;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Sends {@code LeaseClose} to the topic {@code events}, to the partition of the lease, in an
 * envelope of node 0. Thread-safe.
 */
public final class LeaseClosePublisher implements AutoCloseable {
  private static final int LENGTH =
      EventEnvelope.LENGTH + MessageHeaderEncoder.ENCODED_LENGTH + LeaseCloseEncoder.BLOCK_LENGTH;

  /** The producer gives up before; this is for one that hangs. */
  private static final long ACKNOWLEDGE_SECONDS = 60;

  private final Producer<byte[], byte[]> producer;
  private final int partitions;

  /** Opens a producer, which is closed with this. */
  public LeaseClosePublisher(KafkaConfig kafka) {
    this.producer = KafkaClients.openProducer(kafka, "billing-events");
    this.partitions = kafka.partitions();
  }

  /**
   * Sends, and returns when all are acknowledged.
   *
   * @throws ExecutionException where Kafka did not take one; some may have been sent
   */
  void send(List<Long> leaseIds, long nowMillis)
      throws InterruptedException, ExecutionException, TimeoutException {
    List<Future<RecordMetadata>> sent = new ArrayList<>(leaseIds.size());
    for (long leaseId : leaseIds) {
      int partition = EventPartition.of(leaseId, partitions);
      byte[] message = encode(leaseId, nowMillis);
      sent.add(producer.send(new ProducerRecord<>(KafkaTopics.EVENTS, partition, null, message)));
    }
    for (Future<RecordMetadata> one : sent) {
      one.get(ACKNOWLEDGE_SECONDS, TimeUnit.SECONDS);
    }
  }

  static byte[] encode(long leaseId, long nowMillis) {
    byte[] message = new byte[LENGTH];
    UnsafeBuffer buffer = new UnsafeBuffer(message);
    EventEnvelope.write(buffer, 0, 0, 0, 0);
    new LeaseCloseEncoder()
        .wrapAndApplyHeader(buffer, EventEnvelope.LENGTH, new MessageHeaderEncoder())
        .leaseId(leaseId)
        .timeMillis(nowMillis);
    return message;
  }

  @Override
  public void close() {
    producer.close();
  }
}
