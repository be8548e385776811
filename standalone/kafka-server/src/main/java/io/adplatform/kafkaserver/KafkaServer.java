package io.adplatform.kafkaserver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * The Kafka broker as a process: {@code --port P --controller-port C --path DIR [--advertised-port
 * A] [--ready-file FILE]}. Formats an empty folder, serves on 127.0.0.1, writes its pid to the
 * ready file once clients may come, and ends in order on {@code SIGTERM}.
 */
public final class KafkaServer {
  private KafkaServer() {}

  public static void main(String[] arguments) throws Exception {
    Map<String, String> given = parse(arguments);
    Path path = Path.of(required(given, "--path"));
    Path log = path.resolve("log");
    int port = Integer.parseInt(required(given, "--port"));
    int advertisedPort =
        Integer.parseInt(given.getOrDefault("--advertised-port", given.get("--port")));
    int controllerPort = Integer.parseInt(required(given, "--controller-port"));
    format(log);
    KafkaRaftServer server =
        new KafkaRaftServer(
            new KafkaConfig(BrokerSettings.of(log, port, advertisedPort, controllerPort)),
            Time.SYSTEM);
    CountDownLatch started = new CountDownLatch(1);
    AtomicBoolean serves = new AtomicBoolean();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> shutdown(server, started, serves), "shutdown"));
    try {
      server.startup();
      serves.set(true);
    } finally {
      started.countDown();
    }
    if (given.containsKey("--ready-file")) {
      announce(Path.of(given.get("--ready-file")));
    }
    server.awaitShutdown();
  }

  private static void format(Path log) throws Exception {
    if (Files.exists(log.resolve("meta.properties"))) {
      return;
    }
    Files.createDirectories(log);
    new Formatter()
        .setPrintStream(System.out)
        .setNodeId(BrokerSettings.NODE_ID)
        .setClusterId(Uuid.randomUuid().toString())
        .setDirectories(List.of(log.toString()))
        .setMetadataLogDirectory(log.toString())
        .setControllerListenerName(BrokerSettings.CONTROLLER_LISTENER)
        .setReleaseVersion(MetadataVersion.latestProduction())
        .setIgnoreFormatted(true)
        .run();
  }

  /**
   * A stop that comes while the broker starts waits for the start, which may fail for it: a
   * half-started broker does not shut down, and has promised nothing.
   */
  private static void shutdown(
      KafkaRaftServer server, CountDownLatch started, AtomicBoolean serves) {
    try {
      started.await();
      if (serves.get()) {
        server.shutdown();
      } else {
        Runtime.getRuntime().halt(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void announce(Path ready) throws IOException {
    Files.writeString(ready, Long.toString(ProcessHandle.current().pid()));
  }

  private static Map<String, String> parse(String[] arguments) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      given.put(arguments[i], arguments[i + 1]);
    }
    return given;
  }

  private static String required(Map<String, String> given, String name) {
    String value = given.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          name
              + " is missing; usage: --port P --controller-port C --path DIR [--advertised-port A]"
              + " [--ready-file FILE]");
    }
    return value;
  }
}
