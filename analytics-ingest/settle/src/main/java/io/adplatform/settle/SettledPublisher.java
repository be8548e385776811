package io.adplatform.settle;

import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacetProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Messages of {@code settled} and of {@code partner-notices}, each to the partition its event came
 * from, with the offset of that event in the header {@link EventOffsetHeader#KEY}, and that of the
 * message before it in {@link EventOffsetHeader#PREVIOUS_KEY}: a reader sees where one is missing.
 */
final class SettledPublisher
    implements KafkaRecordSerializationSchema<Settled>, KafkaDatasetFacetProvider {
  private static final long serialVersionUID = 1L;

  private final String topic;
  private final String noticesTopic;

  SettledPublisher(String topic, String noticesTopic) {
    this.topic = topic;
    this.noticesTopic = noticesTopic;
  }

  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      Settled settled, KafkaSinkContext context, Long timestamp) {
    Header offset = new EventOffsetHeader(EventOffsetHeader.KEY, settled.eventOffset);
    if (settled.notice) {
      return new ProducerRecord<>(
          noticesTopic, settled.partition, null, null, settled.value, List.of(offset));
    }
    List<Header> headers =
        List.of(
            offset, new EventOffsetHeader(EventOffsetHeader.PREVIOUS_KEY, settled.previousOffset));
    return new ProducerRecord<>(topic, settled.partition, null, null, settled.value, headers);
  }

  /** Names the topics: a restart looks there for transactions left open. */
  @Override
  public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
    return Optional.of(
        new DefaultKafkaDatasetFacet(
            DefaultKafkaDatasetIdentifier.ofTopics(List.of(topic, noticesTopic)),
            new Properties()));
  }
}
