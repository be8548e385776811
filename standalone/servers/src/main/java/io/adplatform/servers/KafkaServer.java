package io.adplatform.servers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A Kafka broker of our own on 127.0.0.1, controller and broker in one JVM beside this one. */
public final class KafkaServer implements AutoCloseable {
  private static final String SIMPLE_LOGGERS =
      "org.apache.logging.log4j.simple.SimpleLoggerContextFactory";

  private final ServerProcess process;

  private KafkaServer(ServerProcess process) {
    this.process = process;
  }

  /** Starts the broker of {@code folders} on {@code port}. */
  public static KafkaServer start(ServerFolders folders, int port, Consumer<String> announce) {
    return start(folders, port, port, announce);
  }

  /**
   * Starts the broker of {@code folders} on {@code port}.
   *
   * @param advertisedPort where it tells clients to come: another where something stands between
   */
  public static KafkaServer start(
      ServerFolders folders, int port, int advertisedPort, Consumer<String> announce) {
    Path data = folders.data("kafka");
    Path ready = data.resolve("ready");
    JavaCommand java =
        JavaCommand.of("standalone/kafka-server", "io.adplatform.kafkaserver.KafkaServer")
            .options("-Xms64m", "-Xmx192m", "-XX:MaxDirectMemorySize=64m", "-XX:+UseSerialGC")
            .options("-XX:TieredStopAtLevel=1", "-Xshare:auto")
            // Kafka logs over SLF4J; the few lines that go to Log4j's interface have no home
            .options("-Dlog4j2.loggerContextFactory=" + SIMPLE_LOGGERS)
            .arguments("--port", Integer.toString(port))
            .arguments("--advertised-port", Integer.toString(advertisedPort))
            .arguments("--controller-port", Integer.toString(LoopbackPorts.free()))
            .arguments("--path", data.toString())
            .arguments("--ready-file", ready.toString());
    ReadyProbe probe = pid -> Files.readString(ready).strip().equals(Long.toString(pid));
    return new KafkaServer(
        ServerProcess.start(
            ProcessConfig.of(folders, "kafka", port, java.line()).behindLanes(), probe, announce));
  }

  public ServerProcess process() {
    return process;
  }

  public int port() {
    return process.port();
  }

  /** What clients take as {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port();
  }

  @Override
  public void close() {
    process.close();
  }
}
