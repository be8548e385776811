package io.adplatform.kafkaserver;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The broker's settings: one node that is controller and broker, small, with topics made on purpose
 * only.
 */
final class BrokerSettings {
  static final int NODE_ID = 1;
  static final String CONTROLLER_LISTENER = "CONTROLLER";

  /** The internal topics' partitions: enough for one node, and few files to open at each start. */
  private static final String INTERNAL_PARTITIONS = "4";

  private BrokerSettings() {}

  static Map<String, String> of(Path log, int port, int advertisedPort, int controllerPort) {
    Map<String, String> settings = new HashMap<>();
    identity(settings, log, port, advertisedPort, controllerPort);
    single(settings);
    quickReturn(settings);
    small(settings);
    settings.put("auto.create.topics.enable", "false");
    return settings;
  }

  private static void identity(
      Map<String, String> settings, Path log, int port, int advertisedPort, int controllerPort) {
    String broker = "PLAINTEXT://127.0.0.1:" + port;
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(NODE_ID));
    settings.put("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort);
    settings.put("controller.listener.names", CONTROLLER_LISTENER);
    settings.put(
        "listeners", broker + "," + CONTROLLER_LISTENER + "://127.0.0.1:" + controllerPort);
    settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + advertisedPort);
    settings.put(
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
    settings.put("log.dirs", log.toString());
  }

  /** There is no second node to copy to. */
  private static void single(Map<String, String> settings) {
    settings.put("default.replication.factor", "1");
    settings.put("min.insync.replicas", "1");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", INTERNAL_PARTITIONS);
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", INTERNAL_PARTITIONS);
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("share.coordinator.state.topic.num.partitions", "1");
  }

  /** With the defaults a broker that was killed waits 12 s for its own old session to end. */
  private static void quickReturn(Map<String, String> settings) {
    settings.put("broker.session.timeout.ms", "1500");
    settings.put("broker.heartbeat.interval.ms", "300");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("controlled.shutdown.enable", "false");
  }

  private static void small(Map<String, String> settings) {
    settings.put("num.network.threads", "2");
    settings.put("num.io.threads", "4");
    settings.put("background.threads", "2");
    settings.put("num.recovery.threads.per.data.dir", "2");
    settings.put("log.segment.bytes", Integer.toString(64 << 20));
    settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(8 << 20));
    settings.put("log.cleaner.threads", "1");
    settings.put("offsets.load.buffer.size", Integer.toString(1 << 20));
  }
}
