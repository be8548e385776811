package io.adplatform.analytics.ship;

import io.adplatform.storage.kafka.KafkaTopics;
import io.adplatform.wire.event.EventEnvelope;
import io.adplatform.wire.sbe.JournalMarkDecoder;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.SignalDecoder;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What a broker has taken from the publishers that were opened on it, one after the other, when the
 * test says so.
 */
final class FakeBroker {
  static final int PARTITIONS = 2;

  /** A signal or a mark, as it lies in a partition. */
  record Taken(
      int partition, int nodeId, boolean isMark, long auction, long millis, long position) {}

  private final List<Taken> log = new ArrayList<>();
  private MockProducer<byte[], byte[]> producer;
  private int answered;
  private boolean away;

  EventPublisher open() {
    if (away) {
      throw new TimeoutException("the broker is away");
    }
    answered = 0;
    producer =
        new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
    return new EventPublisher(producer, PARTITIONS);
  }

  void away(boolean now) {
    away = now;
  }

  /** Takes up to so many records and says so. */
  void take(int most) {
    for (int i = 0; i < most && waiting() > 0; i++) {
      log.add(read(producer.history().get(answered++)));
      producer.completeNext();
    }
  }

  void takeAll() {
    take(Integer.MAX_VALUE);
  }

  /** Fails the next record, which it may have taken all the same. */
  void fail(boolean taken) {
    if (waiting() > 0) {
      ProducerRecord<byte[], byte[]> next = producer.history().get(answered++);
      if (taken) {
        log.add(read(next));
      }
      producer.errorNext(new TimeoutException("no answer"));
      producer = null;
    }
  }

  /** Records that were sent and not answered. */
  int waiting() {
    return producer == null ? 0 : producer.history().size() - answered;
  }

  /** All that it took, in its order. */
  List<Taken> log() {
    return log;
  }

  List<Long> auctionsOf(int nodeId) {
    return log.stream()
        .filter(taken -> !taken.isMark() && taken.nodeId() == nodeId)
        .map(Taken::auction)
        .toList();
  }

  /** The last mark of a node; 0 where there is none. */
  long markOf(int nodeId) {
    return log.stream()
        .filter(taken -> taken.isMark() && taken.nodeId() == nodeId)
        .mapToLong(Taken::millis)
        .max()
        .orElse(0);
  }

  private static Taken read(ProducerRecord<byte[], byte[]> message) {
    if (!message.topic().equals(KafkaTopics.EVENTS)) {
      throw new AssertionError(message.topic());
    }
    UnsafeBuffer buffer = new UnsafeBuffer(message.value());
    MessageHeaderDecoder header = new MessageHeaderDecoder();
    header.wrap(buffer, EventEnvelope.LENGTH);
    int nodeId = EventEnvelope.nodeId(buffer, 0);
    long position = EventEnvelope.position(buffer, 0);
    if (header.templateId() == JournalMarkDecoder.TEMPLATE_ID) {
      JournalMarkDecoder mark =
          new JournalMarkDecoder().wrapAndApplyHeader(buffer, EventEnvelope.LENGTH, header);
      return new Taken(message.partition(), nodeId, true, 0, mark.shippedUpToMillis(), position);
    }
    SignalDecoder signal =
        new SignalDecoder().wrapAndApplyHeader(buffer, EventEnvelope.LENGTH, header);
    return new Taken(
        message.partition(), nodeId, false, signal.auctionLo(), signal.receivedMillis(), position);
  }
}
