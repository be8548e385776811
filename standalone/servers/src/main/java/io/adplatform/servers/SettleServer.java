package io.adplatform.servers;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * The settle job (Flink) in a JVM beside this one: reads {@code events}, writes {@code settled},
 * keeps its checkpoints in its folder. Its topics have to exist.
 */
public final class SettleServer implements AutoCloseable {
  private final ServerProcess process;

  private SettleServer(ServerProcess process) {
    this.process = process;
  }

  /**
   * Starts the job.
   *
   * @param port of its {@code /metrics} and {@code /readyz} on 127.0.0.1
   * @param bootstrapServers Kafka's
   * @param kafkaProperties file of what its Kafka clients are given besides, or null
   * @param acceptedSettled id of the topic {@code settled} that an operator has accepted though it
   *     does not hold what was settled, or null
   */
  public static SettleServer start(
      ServerFolders folders,
      int port,
      String bootstrapServers,
      Path kafkaProperties,
      String acceptedSettled,
      Consumer<String> announce) {
    Path data = folders.data("settle");
    JavaCommand java =
        JavaCommand.of("analytics-ingest/settle", "io.adplatform.settle.SettleJob")
            .options("-Xms64m", "-Xmx512m", "-XX:MaxDirectMemorySize=128m", "-XX:+UseSerialGC")
            .options("-XX:TieredStopAtLevel=1", "-Xshare:auto")
            .arguments("--kafka", bootstrapServers)
            .arguments("--path", data.toString())
            .arguments("--port", Integer.toString(port));
    if (kafkaProperties != null) {
      java.arguments("--kafka-properties", kafkaProperties.toString());
    }
    if (acceptedSettled != null) {
      java.arguments("--accept-settled", acceptedSettled);
    }
    return new SettleServer(
        ServerProcess.start(
            ProcessConfig.of(folders, "settle", port, java.line()).behindLanes(),
            ReadyProbe.http(port, "/readyz"),
            announce));
  }

  public ServerProcess process() {
    return process;
  }

  @Override
  public void close() {
    process.close();
  }
}
