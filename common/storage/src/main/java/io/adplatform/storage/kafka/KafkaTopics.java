package io.adplatform.storage.kafka;

import io.adplatform.runtime.config.KafkaConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topics of the house: their names, and making those that are not there. */
public final class KafkaTopics {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaTopics.class);

  /** Catalogue documents by key, compacted, one partition. */
  public static final String CATALOGUE = "catalogue";

  /** The same documents uncompacted, one partition, so that past versions can be rebuilt. */
  public static final String CATALOGUE_LOG = "catalogue-log";

  /** Events as recorded, partitioned by {@code EventPartition}. */
  public static final String EVENTS = "events";

  /** Events as judged, partition for partition. */
  public static final String SETTLED = "settled";

  /** What demand partners are told of their bids, partition for partition of {@link #SETTLED}. */
  public static final String PARTNER_NOTICES = "partner-notices";

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

  /** A notice is sent for an hour; as long as senders may be away and what they missed be seen. */
  private static final Duration NOTICES_RETENTION = Duration.ofDays(2);

  /** A deletion stays readable this long: as long as a follower may be away. */
  private static final Duration TOMBSTONE_RETENTION = Duration.ofDays(7);

  /**
   * Messages are deleted by segment, a whole time after its newest: segments of hours keep what
   * retention says to hours, whatever the traffic.
   */
  private static final Duration SEGMENT = Duration.ofHours(2);

  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final Duration KEEP_LIMIT = Duration.ofSeconds(10);

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
      bringUpToDate(admin, topics, deadline);
    } finally {
      // Without a limit it would wait a minute for the answer of a Kafka that is away.
      admin.close(Duration.ZERO);
    }
  }

  /** What was made by a former release has segments of a week, and its producers' times. */
  private static void bringUpToDate(Admin admin, List<NewTopic> topics, long deadline)
      throws TimeoutException, InterruptedException {
    Map<ConfigResource, Collection<AlterConfigOp>> wanted = new HashMap<>();
    for (NewTopic topic : topics) {
      List<AlterConfigOp> settings = new ArrayList<>();
      for (String name :
          List.of(TopicConfig.SEGMENT_MS_CONFIG, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG)) {
        String value = topic.configs().get(name);
        if (value != null) {
          settings.add(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET));
        }
      }
      if (!settings.isEmpty()) {
        wanted.put(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()), settings);
      }
    }
    Throwable failure = failureOf(admin.incrementalAlterConfigs(wanted).all(), deadline);
    if (failure != null) {
      LOG.warn("the topics' settings stay as they are: {}", failure.toString());
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
    Map<String, String> events = new HashMap<>(kept(EVENTS_RETENTION));
    // Settlement holds nodes' clocks against the time at which their messages came.
    events.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
    topics.add(topic(config, EVENTS, config.partitions(), events));
    topics.add(topic(config, SETTLED, config.partitions(), kept(SETTLED_RETENTION)));
    topics.add(topic(config, PARTNER_NOTICES, config.partitions(), kept(NOTICES_RETENTION)));
    topics.add(topic(config, AUCTION_DETAILS, config.partitions(), kept(DETAILS_RETENTION)));
    return topics;
  }

  private static Map<String, String> kept(Duration retention) {
    return Map.of(
        TopicConfig.CLEANUP_POLICY_CONFIG,
        TopicConfig.CLEANUP_POLICY_DELETE,
        TopicConfig.RETENTION_MS_CONFIG,
        Long.toString(retention.toMillis()),
        TopicConfig.SEGMENT_MS_CONFIG,
        Long.toString(SEGMENT.toMillis()));
  }

  /**
   * Has a topic that is there keep its messages so long, and some hours at most.
   *
   * @throws KafkaException where Kafka is away or does not allow it
   */
  public static void keep(KafkaConfig config, String topic, Duration retention) {
    List<AlterConfigOp> wanted =
        kept(retention).entrySet().stream()
            .map(
                setting ->
                    new AlterConfigOp(
                        new ConfigEntry(setting.getKey(), setting.getValue()),
                        AlterConfigOp.OpType.SET))
            .toList();
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    ask(config, KEEP_LIMIT, admin -> admin.incrementalAlterConfigs(Map.of(resource, wanted)).all());
  }

  /**
   * What tells a topic from another that had its name before.
   *
   * @throws KafkaException where there is no such topic, or Kafka is away
   */
  public static String id(KafkaConfig config, String topic, Duration timeout) {
    return ask(
        config,
        timeout,
        admin ->
            admin
                .describeTopics(List.of(topic))
                .topicNameValues()
                .get(topic)
                .thenApply(described -> described.topicId().toString()));
  }

  private static <T> T ask(
      KafkaConfig config, Duration timeout, Function<Admin, KafkaFuture<T>> question) {
    Admin admin = KafkaClients.openAdmin(config, "topics");
    try {
      return question.apply(admin).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException | TimeoutException e) {
      throw new KafkaException("Kafka does not answer about its topics", e);
    } finally {
      admin.close(Duration.ZERO);
    }
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
