package io.adplatform.servers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * How a child process is started and ended.
 *
 * @param name short and lower-case: names its log, its pid file and its lines of progress
 * @param port the port it serves on loopback, 0 where it serves none
 * @param command program and arguments; the program is executed directly, without a shell
 * @param environment added to this process's own environment
 * @param directory its working directory; exists
 * @param logFile where its output goes, appended to
 * @param pidFile written with pid and start time while it runs
 * @param stopSignal name of the signal that asks it to end in order, as {@code kill -s} takes it
 * @param stopGrace how long it may take to end before it is killed
 * @param groupNice how far it steps back, with all its threads, from what shares its cores: the
 *     nice value, 0 to 19, of its session in Linux's autogroups
 */
public record ProcessConfig(
    String name,
    int port,
    List<String> command,
    Map<String, String> environment,
    Path directory,
    Path logFile,
    Path pidFile,
    String stopSignal,
    Duration stopGrace,
    int groupNice) {

  /**
   * How long a server may take to end in order; Kafka and PostgreSQL write their last checkpoints
   * in it.
   */
  public static final Duration DEFAULT_STOP_GRACE = Duration.ofSeconds(20);

  /**
   * Of what may be late: a tenth of what an auction's process gets of a core that both want, which
   * is enough for it to follow where that process takes both cores of a laptop.
   */
  public static final int BEHIND_LANES = 10;

  public ProcessConfig {
    Objects.requireNonNull(name, "name");
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    if (command.isEmpty()) {
      throw new IllegalArgumentException("command is empty");
    }
  }

  /** A child in its own folder of {@code folders}, ended with {@code TERM}. */
  public static ProcessConfig of(
      ServerFolders folders, String name, int port, List<String> command) {
    return new ProcessConfig(
        name,
        port,
        command,
        Map.of(),
        folders.data(name),
        folders.log(name),
        folders.pid(name),
        "TERM",
        DEFAULT_STOP_GRACE,
        0);
  }

  /** The same with another environment. */
  public ProcessConfig withEnvironment(Map<String, String> other) {
    return new ProcessConfig(
        name, port, command, other, directory, logFile, pidFile, stopSignal, stopGrace, groupNice);
  }

  /** The same with another stop signal. */
  public ProcessConfig withStopSignal(String other) {
    return new ProcessConfig(
        name, port, command, environment, directory, logFile, pidFile, other, stopGrace, groupNice);
  }

  /** The same with another time to end in. */
  public ProcessConfig withStopGrace(Duration other) {
    return new ProcessConfig(
        name,
        port,
        command,
        environment,
        directory,
        logFile,
        pidFile,
        stopSignal,
        other,
        groupNice);
  }

  /** The same, {@linkplain #BEHIND_LANES behind} what auctions need. */
  public ProcessConfig behindLanes() {
    return new ProcessConfig(
        name,
        port,
        command,
        environment,
        directory,
        logFile,
        pidFile,
        stopSignal,
        stopGrace,
        BEHIND_LANES);
  }
}
