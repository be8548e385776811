package io.adplatform.standalone;

import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.runtime.config.Settings;
import io.adplatform.servers.ReadyProbe;
import io.adplatform.servers.ServerException;
import io.adplatform.servers.SettleServer;
import io.adplatform.storage.kafka.KafkaTopics;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * The settle job as a child: started, on a thread of its own, as soon as Kafka is there and the
 * topics are made. Thread-safe.
 */
final class SettleChild implements AutoCloseable {
  private static final Duration TOPICS = Duration.ofSeconds(30);
  private static final Duration READY = Duration.ofSeconds(90);

  private final DataFolder folder;
  private final DataServers servers;
  private final Console console;
  private final CompletableFuture<SettleServer> started = new CompletableFuture<>();
  private final CompletableFuture<Void> topics = new CompletableFuture<>();
  private final Thread thread;
  private final Function<String, Settings> settings;

  private SettleChild(
      DataFolder folder,
      DataServers servers,
      Function<String, Settings> settings,
      Console console) {
    this.folder = folder;
    this.servers = servers;
    this.settings = settings;
    this.console = console;
    this.thread = new Thread(this::run, "start-settle");
  }

  /**
   * Begins to wait for Kafka, and returns at once.
   *
   * @param settings gives the settings of Kafka's clients at an address
   */
  static SettleChild start(
      DataFolder folder,
      DataServers servers,
      Function<String, Settings> settings,
      Console console) {
    SettleChild child = new SettleChild(folder, servers, settings, console);
    child.thread.start();
    return child;
  }

  private void run() {
    try {
      Settings known = settings.apply(servers.kafka());
      KafkaConfig config = KafkaConfig.of(known);
      createTopics(config);
      topics.complete(null);
      started.complete(
          SettleServer.start(
              folder.folders(),
              folder.port("settle"),
              config.bootstrap(),
              known.path("kafka-properties", null),
              known.text("accept-settled-topic", null),
              console::event));
    } catch (Exception e) {
      topics.completeExceptionally(e);
      started.completeExceptionally(e);
    }
  }

  private static void createTopics(KafkaConfig config) throws InterruptedException {
    try {
      KafkaTopics.create(config, TOPICS);
    } catch (TimeoutException e) {
      throw new LaunchException(
          "Kafka at " + config.bootstrap() + " does not answer within " + TOPICS.toSeconds() + " s",
          e);
    } catch (IllegalStateException e) {
      Throwable cause = e.getCause();
      throw new LaunchException(
          "Kafka at "
              + config.bootstrap()
              + ": "
              + e.getMessage()
              + (cause == null ? "" : " (" + cause.getMessage() + ")"),
          e);
    }
  }

  /** Waits until all topics are there. */
  void awaitTopics() throws InterruptedException {
    get(topics);
  }

  /** Waits until the job has completed its first checkpoint, and says so. */
  void awaitReady() throws InterruptedException {
    SettleServer server = get(started);
    try {
      server.process().awaitReady(READY);
    } catch (ServerException e) {
      throw new LaunchException(e.getMessage(), e);
    }
    console.done("settle", "127.0.0.1:" + server.process().port());
  }

  /**
   * A condition for {@code /readyz}: null while the child lives and its job completes checkpoints.
   */
  String trouble() {
    SettleServer server = started.isCompletedExceptionally() ? null : started.getNow(null);
    if (server == null) {
      return "settle is starting";
    }
    String trouble = ServerTrouble.of(server.process());
    if (trouble != null) {
      return trouble;
    }
    try {
      return ReadyProbe.http(server.process().port(), "/readyz").ready(server.process().pid())
          ? null
          : "settle completes no checkpoints";
    } catch (IOException e) {
      return "settle does not answer";
    }
  }

  private static <T> T get(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof LaunchException known) {
        throw known;
      }
      throw new LaunchException(
          cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    }
  }

  /** Ends the job, also where its start is under way. Not hastened by an interrupt. */
  @Override
  public void close() {
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (!started.isCompletedExceptionally()) {
      started.join().close();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
