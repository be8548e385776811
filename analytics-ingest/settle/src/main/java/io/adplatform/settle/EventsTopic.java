package io.adplatform.settle;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * The topic {@code events} as it is now.
 *
 * @param id which Kafka gives anew to a topic that is made anew; null where it gives none
 * @param ends by partition, where the next message will stand
 */
record EventsTopic(Uuid id, Map<Integer, Long> ends) {
  /**
   * The topic {@code events} does not hold what was settled of it: it was made anew, or lost its
   * end. New events stand, or will stand, at offsets that {@code settled} has answers for, and
   * would be dropped as answered: the job does not run until an operator has decided.
   */
  @ThrowableAnnotation(ThrowableType.NonRecoverableError)
  static final class EventsLostException extends Exception {
    private static final long serialVersionUID = 1L;

    private EventsLostException(String message) {
      super(message);
    }

    static EventsLostException madeAnew(String topic, Uuid before, Uuid now) {
      return new EventsLostException(
          "the topic %s was made anew: its id was %s and is %s; see docs/hacking.md, When something is gone"
              .formatted(topic, before, now));
    }

    static EventsLostException cutOff(String topic, int partition, long end, long settled) {
      return new EventsLostException(
          ("partition %d of %s ends at %d, but its event %d was settled: it lost its end or was"
                  + " made anew; see docs/hacking.md, When something is gone")
              .formatted(partition, topic, end, settled));
    }
  }

  /**
   * Asks Kafka.
   *
   * @throws KafkaException where it does not answer, or there is no such topic
   */
  static EventsTopic read(Properties kafka, String topic) throws InterruptedException {
    try (Admin admin = Admin.create(kafka)) {
      TopicDescription described =
          admin.describeTopics(List.of(topic)).topicNameValues().get(topic).get();
      Map<TopicPartition, OffsetSpec> asked =
          described.partitions().stream()
              .collect(
                  Collectors.toMap(
                      partition -> new TopicPartition(topic, partition.partition()),
                      partition -> OffsetSpec.latest()));
      Map<Integer, Long> ends = new HashMap<>();
      for (Map.Entry<TopicPartition, ListOffsetsResultInfo> end :
          admin.listOffsets(asked).all().get().entrySet()) {
        ends.put(end.getKey().partition(), end.getValue().offset());
      }
      Uuid id = described.topicId();
      return new EventsTopic(id == null || id.equals(Uuid.ZERO_UUID) ? null : id, ends);
    } catch (ExecutionException e) {
      throw new KafkaException("the topic " + topic + " cannot be described", e.getCause());
    }
  }
}
