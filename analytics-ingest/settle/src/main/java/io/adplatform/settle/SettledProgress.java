package io.adplatform.settle;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads from {@code settled} how far each partition of {@code events} is settled and committed. */
final class SettledProgress {
  /** The partition is empty and always was. */
  static final long NOTHING = EventOffsetHeader.NONE;

  /** How a topic is named to which the brokers give no id. */
  static final String UNNAMED_TOPIC = "unnamed";

  /** Retention took all that the partition held: it cannot be told. */
  static final long UNKNOWN = -2;

  /**
   * A transaction that was being committed is visible within milliseconds; this is for a slow one.
   */
  private static final Duration OPEN_TRANSACTION_WAIT = Duration.ofSeconds(60);

  private static final Duration POLL = Duration.ofMillis(200);
  private static final long FIRST_STEP_BACK = 16;
  private static final long STEP_GROWTH = 16;

  private final String topic;
  private final Properties properties;

  /**
   * The state of a checkpoint is ahead of what {@code settled} holds: the transaction that belongs
   * to it was aborted after the checkpoint was complete, as a broker does when its producer was
   * away too long. Starting from that checkpoint would lose its events; an older one settles them
   * again.
   */
  @ThrowableAnnotation(ThrowableType.NonRecoverableError)
  static final class OutputLostException extends Exception {
    OutputLostException(int partition, long stateOffset, long settledOffset) {
      super(
          "partition %d: the state has settled events up to offset %d, settled holds %d"
              .formatted(partition, stateOffset, settledOffset));
    }
  }

  /**
   * The topic {@code settled} does not hold what was told there: it was made anew. Settling again
   * from the beginning of {@code events} would tell up to a week once more, which billing-service
   * and reports have counted: the job does not run until an operator has decided.
   */
  @ThrowableAnnotation(ThrowableType.NonRecoverableError)
  static final class SettledLostException extends Exception {
    private static final long serialVersionUID = 1L;

    SettledLostException(String topic, Uuid before, Uuid now) {
      super(
          ("the topic %s was made anew: its id was %s and is %s; see docs/hacking.md, When"
                  + " something is gone, before --accept-settled is set to %s")
              .formatted(topic, name(before), name(now), name(now)));
    }

    /** How an operator names a topic. */
    static String name(Uuid id) {
      return id == null ? UNNAMED_TOPIC : id.toString();
    }
  }

  SettledProgress(Properties kafka, String topic) {
    this.topic = topic;
    properties = new Properties();
    properties.putAll(kafka);
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(
        ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    properties.put(
        ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
  }

  /**
   * By partition, the offset of the last event whose answer is committed, {@link #NOTHING} or
   * {@link #UNKNOWN}; nothing where there is no such topic. To be called when no transaction is to
   * come that ends before the answer.
   *
   * @throws IllegalStateException where a transaction stays open
   */
  Map<Integer, Long> read() throws InterruptedException {
    try (KafkaConsumer<byte[], byte[]> committed = consumer("read_committed");
        KafkaConsumer<byte[], byte[]> all = consumer("read_uncommitted")) {
      List<PartitionInfo> known = committed.partitionsFor(topic);
      if (known == null) {
        return Map.of();
      }
      List<TopicPartition> partitions =
          known.stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .collect(Collectors.toList());
      Map<TopicPartition, Long> ends = settledEnds(committed, all, partitions);
      Map<TopicPartition, Long> begins = committed.beginningOffsets(partitions);
      Map<Integer, Long> progress = new HashMap<>();
      for (TopicPartition partition : partitions) {
        long last = last(committed, partition, begins.get(partition), ends.get(partition));
        progress.put(partition.partition(), last);
      }
      return progress;
    }
  }

  private static Map<TopicPartition, Long> settledEnds(
      KafkaConsumer<byte[], byte[]> committed,
      KafkaConsumer<byte[], byte[]> all,
      List<TopicPartition> partitions)
      throws InterruptedException {
    long deadlineNanos = System.nanoTime() + OPEN_TRANSACTION_WAIT.toNanos();
    Map<TopicPartition, Long> ends = committed.endOffsets(partitions);
    while (!ends.equals(all.endOffsets(partitions))) {
      if (System.nanoTime() > deadlineNanos) {
        throw new IllegalStateException("a transaction on settled stays open");
      }
      Thread.sleep(POLL.toMillis() / 4);
      ends = committed.endOffsets(partitions);
    }
    return ends;
  }

  /** Looks back from the end, further each time: the last offsets are transactions' own marks. */
  private static long last(
      KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long begin, long end) {
    consumer.assign(List.of(partition));
    long from = end;
    for (long step = FIRST_STEP_BACK; from > begin; step *= STEP_GROWTH) {
      long to = from;
      from = Math.max(begin, end - step);
      consumer.seek(partition, from);
      long last = NOTHING;
      while (consumer.position(partition) < to) {
        for (ConsumerRecord<byte[], byte[]> message : consumer.poll(POLL)) {
          last = Math.max(last, EventOffsetHeader.read(message.headers()));
        }
      }
      if (last != NOTHING) {
        return last;
      }
    }
    return begin > 0 ? UNKNOWN : NOTHING;
  }

  private KafkaConsumer<byte[], byte[]> consumer(String isolation) {
    Properties own = new Properties();
    own.putAll(properties);
    own.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
    return new KafkaConsumer<>(own);
  }
}
