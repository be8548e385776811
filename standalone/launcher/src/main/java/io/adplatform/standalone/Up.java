package io.adplatform.standalone;

import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.servers.SecretFile;
import io.adplatform.servers.ServerFolders;
import io.adplatform.servers.SettleServer;
import io.adplatform.storage.kafka.KafkaTopics;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** One run of {@code up}, from the first check to the last server's end. */
final class Up {
  /** Migrations, topics and an index are made in seconds; longer means that something hangs. */
  private static final Duration READY = Duration.ofSeconds(90);

  private static final Duration TOPICS = Duration.ofSeconds(30);
  private static final Duration SETTLE_READY = Duration.ofSeconds(60);

  /** A lease has to be granted and a catalogue read before the first bid. */
  private static final Duration FIRST_BID = Duration.ofSeconds(15);

  private static final String SAMPLE_DONE = "sample-loaded";

  private final UpConfig config;
  private final Map<String, String> environment;
  private final Console console;
  private final CountDownLatch stopAsked = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile boolean stoppedInOrder;

  Up(UpConfig config, Map<String, String> environment, PrintStream out) {
    this.config = config;
    this.environment = environment;
    this.console = new Console(out);
  }

  /** Runs until it is told to stop. */
  int run() throws Exception {
    Runtime.getRuntime().addShutdownHook(new Thread(this::stopBeforeExit, "stop"));
    try (DataFolder folder = DataFolder.take(config.data())) {
      // read by logback.xml: set before the first logger is made
      System.setProperty("adplatform.log", folder.folders().log("services").toString());
      Preflight.check(config);
      console.line("Starting AdPlatform in " + config.data());
      LeftOvers.end(folder.folders(), console::event);
      folder.remember("data", config.port());
      folder.remember("api", config.apiPort());
      serve(folder);
      stoppedInOrder = true;
      return 0;
    } finally {
      stopped.countDown();
    }
  }

  /** Everything in the order in which it starts; it is closed in the opposite one. */
  private void serve(DataFolder folder) throws Exception {
    ServerFolders folders = folder.folders();
    try (DataServers servers = DataServers.start(config, folder, console)) {
      ServiceSettings settings = ServiceSettings.of(config, folders, servers);
      KafkaTopics.create(KafkaConfig.of(settings.settings(environment)), TOPICS);
      try (SettleServer settle =
              SettleServer.start(folders, folder.port("settle"), servers.kafka(), console::event);
          RunningExchange exchange = launch(folder, settings)) {
        console.done("services", exchange.description());
        settle.process().awaitReady(SETTLE_READY);
        console.done("settle", "127.0.0.1:" + settle.process().port());
        greet(folders, settings.operatorKey());
        stopAsked.await();
        console.line("Stopping; nothing is lost.");
      }
    }
    console.line("Stopped.");
  }

  private RunningExchange launch(DataFolder folder, ServiceSettings settings) {
    try {
      return config.split()
          ? SplitExchange.start(config, folder, settings, console)
          : OneJvmExchange.start(settings.settings(environment));
    } catch (IllegalStateException e) {
      LoggerFactory.getLogger(Up.class).error("the services did not start", e);
      throw new LaunchException(
          "The services did not start: "
              + e.getMessage()
              + " (log: "
              + folder.folders().log("services")
              + ")",
          e);
    }
  }

  /** Waits until all is ready, loads the sample data on a first start, and says how to go on. */
  private void greet(ServerFolders folders, String apiKey) throws Exception {
    RestClient client = new RestClient(config.apiUrl(), apiKey);
    awaitReady(client, config.dataUrl());
    awaitReady(client, config.apiUrl());
    Path done = folders.root().resolve(SAMPLE_DONE);
    if (config.sample() && !Files.exists(done)) {
      new SampleData(client).load();
      Files.createFile(done);
      console.done("sample data", SampleData.DESCRIPTION);
    }
    writeCredentials(folders.root().resolve("credentials.json"), apiKey);
    boolean bids = Files.exists(done) && client.awaitBid(config.dataUrl(), FIRST_BID, stopAsked);
    console.line(Welcome.text(config, apiKey, bids, console.seconds()));
  }

  private void awaitReady(RestClient client, String url) throws InterruptedException {
    long deadline = System.nanoTime() + READY.toNanos();
    String last = "";
    while (System.nanoTime() < deadline && stopAsked.getCount() > 0) {
      RestClient.Answer answer = client.tryGet(url + "/readyz");
      if (answer.status() == RestClient.OK) {
        return;
      }
      last = answer.body();
      TimeUnit.MILLISECONDS.sleep(20);
    }
    if (stopAsked.getCount() > 0) {
      throw new LaunchException(
          url
              + "/readyz is not ready after "
              + READY.toSeconds()
              + " s: "
              + last
              + " (logs: "
              + config.data().resolve("logs")
              + ")");
    }
  }

  private void writeCredentials(Path file, String apiKey) throws IOException {
    SecretFile.write(
        file,
        """
        {"api":"%s","data":"%s","apiKey":"%s"}
        """
            .formatted(config.apiUrl(), config.dataUrl(), apiKey));
  }

  /**
   * Runs on SIGINT and SIGTERM: asks the main thread to end everything and waits until it has. An
   * end that was asked for is a success: 0, not the signal's number.
   */
  private void stopBeforeExit() {
    boolean asked = stopped.getCount() > 0;
    stopAsked.countDown();
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (asked && stoppedInOrder) {
      Runtime.getRuntime().halt(0);
    }
  }
}
