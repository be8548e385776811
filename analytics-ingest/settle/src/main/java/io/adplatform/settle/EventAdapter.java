package io.adplatform.settle;

import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Messages of {@code events} as they come, with where they stand. */
final class EventAdapter implements KafkaRecordDeserializationSchema<Event> {
  private static final long serialVersionUID = 1L;
  private static final byte[] EMPTY = new byte[0];

  private transient Event event;

  @Override
  public void open(DeserializationSchema.InitializationContext context) {
    event = new Event();
  }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> message, Collector<Event> out) {
    event.partition = message.partition();
    event.offset = message.offset();
    event.appendedMillis = message.timestamp();
    event.value = message.value() == null ? EMPTY : message.value();
    out.collect(event);
  }

  @Override
  public TypeInformation<Event> getProducedType() {
    return TypeInformation.of(Event.class);
  }
}
