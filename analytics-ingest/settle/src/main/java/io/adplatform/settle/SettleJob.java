package io.adplatform.settle;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ExceptionUtils;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settlement as a Flink job in this process: {@code events} → {@link SettlementStep} → {@code
 * settled} and {@code partner-notices}, one chain on one thread, state and offsets in checkpoints,
 * output in transactions that end with them.
 */
public final class SettleJob {
  private static final Logger LOG = LoggerFactory.getLogger(SettleJob.class);

  /** A checkpoint waits for the answers' acknowledgement: as long as Kafka may be slow. */
  private static final Duration CHECKPOINT_TIMEOUT = Duration.ofMinutes(5);

  /** A checkpoint that is this late says that the job does not run as it should. */
  private static final Duration LATELY = Duration.ofSeconds(30);

  private static final Duration FIRST_RESTART = Duration.ofMillis(500);
  private static final Duration SLOWEST_RESTART = Duration.ofSeconds(10);
  private static final Duration CALM = Duration.ofMinutes(1);

  /** State smaller than this stands in the metadata itself: one file a checkpoint. */
  private static final MemorySize INLINE_STATE = MemorySize.ofMebiBytes(1);

  /** Few, large requests: nobody sees an answer before the checkpoint commits it anyway. */
  private static final int BATCH_BYTES = 256 << 10;

  private static final int LINGER_MILLIS = 50;

  private static final String TRANSACTIONAL_ID_PREFIX = "adplatform-settle";
  private static final String JOB_NAME = "settle";

  private final SettleConfig config;
  private final CheckpointStore checkpoints;

  private SettleJob(SettleConfig config) {
    this.config = config;
    this.checkpoints = new CheckpointStore(config.path());
  }

  /** Runs the job until the process is ended. */
  public static void main(String[] arguments) throws Exception {
    SettleConfig config;
    try {
      config = SettleConfig.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(1);
      return;
    }
    try {
      run(config);
    } catch (EventsTopic.EventsLostException | SettledProgress.SettledLostException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  /** Runs the job; returns only where it ends, which it does not by itself. */
  static void run(SettleConfig config) throws Exception {
    if (config.metricsPort() == 0) {
      new SettleJob(config).runUntilEnded();
      return;
    }
    SettleMetricsServer server =
        new SettleMetricsServer(config.metricsPort(), config.checkpointInterval().plus(LATELY));
    try {
      new SettleJob(config).runUntilEnded();
    } finally {
      server.close();
    }
  }

  /**
   * Starts from the newest checkpoint; from the one before it where its output was lost. Where more
   * than that is lost, an operator decides, and no checkpoint is removed.
   */
  private void runUntilEnded() throws Exception {
    Files.createDirectories(config.path());
    while (true) {
      Optional<Path> from = checkpoints.newest();
      checkpoints.clean();
      LOG.info("starting from {}", from.map(Path::toString).orElse("the beginning of events"));
      try {
        execute(from);
        return;
      } catch (Exception e) {
        Optional<EventsTopic.EventsLostException> events =
            ExceptionUtils.findThrowable(e, EventsTopic.EventsLostException.class);
        if (events.isPresent()) {
          throw events.get();
        }
        Optional<SettledProgress.SettledLostException> settled =
            ExceptionUtils.findThrowable(e, SettledProgress.SettledLostException.class);
        if (settled.isPresent()) {
          throw settled.get();
        }
        Optional<SettledProgress.OutputLostException> lost =
            ExceptionUtils.findThrowable(e, SettledProgress.OutputLostException.class);
        // The job may have failed on a later checkpoint than the one it was started from.
        Optional<Path> failed = checkpoints.newest();
        if (lost.isEmpty() || failed.isEmpty()) {
          throw e;
        }
        LOG.warn("set aside {}: {}", failed.get(), lost.get().getMessage());
        checkpoints.remove(failed.get());
        SettleCounters.INSTANCE.checkpointSetAside();
      }
    }
  }

  private void execute(Optional<Path> from) throws Exception {
    Configuration flink = flinkConfiguration();
    from.ifPresent(
        checkpoint ->
            flink
                .set(StateRecoveryOptions.SAVEPOINT_PATH, checkpoint.toUri().toString())
                .set(StateRecoveryOptions.RESTORE_MODE, RecoveryClaimMode.CLAIM));
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(1, flink);
    environment
        .fromSource(source(), WatermarkStrategy.noWatermarks(), "events")
        .uid("events")
        .process(
            new SettlementStep(
                config.kafka(),
                config.eventsTopic(),
                config.settledTopic(),
                config.noticesTopic(),
                config.maxAuctions(),
                config.acceptedSettled()))
        .returns(Settled.class)
        .uid("settlement")
        .sinkTo(sink())
        .uid("settled");
    try {
      environment.execute(JOB_NAME);
    } finally {
      environment.close();
    }
  }

  private Configuration flinkConfiguration() {
    Configuration flink = new Configuration();
    flink
        .set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem")
        .set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, config.path().toUri().toString())
        .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, config.checkpointInterval())
        .set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, CHECKPOINT_TIMEOUT)
        .set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, CheckpointStore.RETAINED)
        .set(CheckpointingOptions.FS_SMALL_FILE_THRESHOLD, INLINE_STATE)
        .set(
            CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
            ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION)
        .set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay")
        .set(
            RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF,
            FIRST_RESTART)
        .set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF, SLOWEST_RESTART)
        .set(
            RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD, CALM)
        .set(PipelineOptions.OBJECT_REUSE, true)
        .set(PipelineOptions.GENERIC_TYPES, false)
        .set(TaskManagerOptions.NUM_TASK_SLOTS, 1)
        // One chain without an exchange: Flink's own memory is hardly used.
        .set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(1))
        .set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(8))
        .set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(8));
    flink.setString(
        "metrics.reporter." + SettleMetrics.REPORTER + ".factory.class",
        SettleMetrics.class.getName());
    return flink;
  }

  private KafkaSource<Event> source() {
    return KafkaSource.<Event>builder()
        .setProperties(config.kafka())
        .setTopics(config.eventsTopic())
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setDeserializer(new EventAdapter())
        .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
        // Offsets stand in the checkpoints; a group in Kafka would say the same again.
        .setProperty("commit.offsets.on.checkpoint", "false")
        .build();
  }

  private KafkaSink<Settled> sink() {
    Properties producer = config.kafka();
    producer.setProperty(
        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
        Long.toString(config.transactionTimeout().toMillis()));
    producer.setProperty(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(BATCH_BYTES));
    producer.setProperty(ProducerConfig.LINGER_MS_CONFIG, Integer.toString(LINGER_MILLIS));
    return KafkaSink.<Settled>builder()
        .setBootstrapServers(config.bootstrap())
        .setKafkaProducerConfig(producer)
        .setRecordSerializer(new SettledPublisher(config.settledTopic(), config.noticesTopic()))
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        // A pool of ids instead of a new one per checkpoint, each of which the broker keeps a week.
        .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
        .setTransactionalIdPrefix(TRANSACTIONAL_ID_PREFIX)
        .build();
  }
}
