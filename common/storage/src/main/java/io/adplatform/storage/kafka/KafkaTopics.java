package io.adplatform.storage.kafka;

import io.adplatform.runtime.config.KafkaConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topics of the house: their names, and making those that are not there. */
public final class KafkaTopics {
  /** Catalogue documents by key, compacted, one partition. */
  public static final String CATALOGUE = "catalogue";

  /** The same documents uncompacted, one partition, so that past versions can be rebuilt. */
  public static final String CATALOGUE_LOG = "catalogue-log";

  /** Events as recorded, partitioned by {@code EventPartition}. */
  public static final String EVENTS = "events";

  /** Events as judged, partition for partition. */
  public static final String SETTLED = "settled";

  /** Full records of auctions. */
  public static final String AUCTION_DETAILS = "auction-details";

  /** As long as past decisions can be recomputed on the version they saw. */
  private static final Duration CATALOGUE_LOG_RETENTION = Duration.ofDays(7);

  /** As long as settlement may be away and still lose nothing. */
  private static final Duration EVENTS_RETENTION = Duration.ofDays(7);

  /** As long as reports and billing may be away, or be built again, and lose nothing. */
  private static final Duration SETTLED_RETENTION = Duration.ofDays(30);

  /** Full records are large and hold what was asked: no longer than needed to look into one. */
  private static final Duration DETAILS_RETENTION = Duration.ofDays(3);

  /** A deletion stays readable this long: as long as a follower may be away. */
  private static final Duration TOMBSTONE_RETENTION = Duration.ofDays(7);

  private static final Duration PAUSE = Duration.ofMillis(50);

  private KafkaTopics() {}

  /**
   * Makes the topics that are not there, and returns when all are known to the brokers.
   *
   * @param timeout how long to wait for Kafka, positive
   * @throws TimeoutException where Kafka does not answer in time
   * @throws IllegalStateException where a topic is there with another number of partitions, or
   *     cannot be made
   */
  public static void create(KafkaConfig config, Duration timeout)
      throws TimeoutException, InterruptedException {
    List<NewTopic> topics = catalogueTopics(config, CATALOGUE, CATALOGUE_LOG);
    topics.addAll(eventTopics(config));
    create(config, topics, timeout);
  }

  /**
   * Makes the two topics of a catalogue under names of their own, where they are not there; see
   * {@link #create}.
   */
  public static void createCatalogue(
      KafkaConfig config, String catalogue, String catalogueLog, Duration timeout)
      throws TimeoutException, InterruptedException {
    create(config, catalogueTopics(config, catalogue, catalogueLog), timeout);
  }

  private static void create(KafkaConfig config, List<NewTopic> topics, Duration timeout)
      throws TimeoutException, InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    Admin admin = KafkaClients.openAdmin(config, "topics");
    try {
      for (Map.Entry<String, KafkaFuture<Void>> made :
          admin.createTopics(topics).values().entrySet()) {
        Throwable failure = failureOf(made.getValue(), deadline);
        if (failure != null && !(failure instanceof TopicExistsException)) {
          throw new IllegalStateException("cannot make topic " + made.getKey(), failure);
        }
      }
      for (NewTopic topic : topics) {
        awaitKnown(admin, topic, deadline);
      }
    } finally {
      // Without a limit it would wait a minute for the answer of a Kafka that is away.
      admin.close(Duration.ZERO);
    }
  }

  private static List<NewTopic> catalogueTopics(
      KafkaConfig config, String catalogue, String catalogueLog) {
    List<NewTopic> topics = new ArrayList<>();
    topics.add(
        topic(
            config,
            catalogue,
            1,
            Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_COMPACT,
                TopicConfig.DELETE_RETENTION_MS_CONFIG,
                Long.toString(TOMBSTONE_RETENTION.toMillis()))));
    topics.add(topic(config, catalogueLog, 1, kept(CATALOGUE_LOG_RETENTION)));
    return topics;
  }

  private static List<NewTopic> eventTopics(KafkaConfig config) {
    List<NewTopic> topics = new ArrayList<>();
    topics.add(topic(config, EVENTS, config.partitions(), kept(EVENTS_RETENTION)));
    topics.add(topic(config, SETTLED, config.partitions(), kept(SETTLED_RETENTION)));
    topics.add(topic(config, AUCTION_DETAILS, config.partitions(), kept(DETAILS_RETENTION)));
    return topics;
  }

  private static Map<String, String> kept(Duration retention) {
    return Map.of(
        TopicConfig.CLEANUP_POLICY_CONFIG,
        TopicConfig.CLEANUP_POLICY_DELETE,
        TopicConfig.RETENTION_MS_CONFIG,
        Long.toString(retention.toMillis()));
  }

  private static NewTopic topic(
      KafkaConfig config, String name, int partitions, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(KafkaClients.MAX_MESSAGE_BYTES));
    // One copy may be away without stopping writers; one alone is never enough of three.
    int inSync = Math.max(1, config.replication() - 1);
    all.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(inSync));
    return new NewTopic(name, partitions, (short) config.replication()).configs(all);
  }

  private static Throwable failureOf(KafkaFuture<?> future, long deadline)
      throws TimeoutException, InterruptedException {
    try {
      future.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      return null;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof org.apache.kafka.common.errors.TimeoutException) {
        TimeoutException timeout = new TimeoutException("Kafka does not answer");
        timeout.initCause(e.getCause());
        throw timeout;
      }
      return e.getCause();
    }
  }

  private static void awaitKnown(Admin admin, NewTopic topic, long deadline)
      throws TimeoutException, InterruptedException {
    for (; ; ) {
      KafkaFuture<TopicDescription> described =
          admin.describeTopics(List.of(topic.name())).topicNameValues().get(topic.name());
      Throwable failure = failureOf(described, deadline);
      if (failure == null) {
        int partitions =
            described.toCompletionStage().toCompletableFuture().join().partitions().size();
        if (partitions != topic.numPartitions()) {
          throw new IllegalStateException(
              "topic "
                  + topic.name()
                  + " has "
                  + partitions
                  + " partitions, the setting says "
                  + topic.numPartitions());
        }
        return;
      }
      if (!(failure instanceof UnknownTopicOrPartitionException)) {
        throw new IllegalStateException("cannot read topic " + topic.name(), failure);
      }
      Thread.sleep(PAUSE);
    }
  }
}
