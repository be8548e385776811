package io.adplatform.standalone;

import io.adplatform.runtime.config.Settings;
import io.adplatform.servers.SecretFile;
import io.adplatform.servers.ServerFolders;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/** One run of {@code up}, from the first check to the last server's end. */
final class Up {
  /** Migrations, topics and an index are made in seconds; longer means that something hangs. */
  private static final Duration READY = Duration.ofSeconds(90);

  private final UpConfig config;
  private final Map<String, String> environment;
  private final Console console;
  private final Thread main = Thread.currentThread();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile boolean stopAsked;
  private volatile boolean stoppedInOrder;

  /** To be run on this thread. */
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
      folder.remember(config.host(), config.port(), config.apiPort());
      serve(folder);
      console.line("Stopped.");
      stoppedInOrder = true;
      return 0;
    } finally {
      stopped.countDown();
    }
  }

  /**
   * Everything in the order in which it starts; it is closed in the opposite one. A stop, also one
   * that is asked for on the way, interrupts this thread.
   */
  private void serve(DataFolder folder) throws Exception {
    ServiceSettings settings = ServiceSettings.of(config, folder.folders());
    try (DataServers servers = DataServers.start(config, folder, console);
        SettleChild settle = SettleChild.start(folder, servers, this::kafka, console);
        RunningExchange exchange = begin(folder, settings, checks(servers, settle))) {
      servers.awaitReady();
      settle.awaitTopics();
      exchange.launch(settings.put(servers));
      console.done("services", exchange.description());
      greet(folder.folders(), settle, settings.operatorKey());
      stopped.await();
    } catch (Exception e) {
      if (!stopAsked) {
        throw asLaunchException(e, folder.folders());
      }
      LoggerFactory.getLogger(Up.class).info("told to stop");
    } finally {
      Thread.interrupted();
    }
  }

  private Settings kafka(String bootstrap) {
    return ServiceSettings.empty().put("kafka", bootstrap).settings(environment);
  }

  private static Map<String, Supplier<String>> checks(DataServers servers, SettleChild settle) {
    Map<String, Supplier<String>> checks = new LinkedHashMap<>();
    checks.put("redis", servers::redisTrouble);
    checks.put("settle", settle::trouble);
    return checks;
  }

  private RunningExchange begin(
      DataFolder folder, ServiceSettings settings, Map<String, Supplier<String>> checks) {
    return config.split()
        ? SplitExchange.begin(config, folder, settings, console, checks)
        : OneJvmExchange.begin(settings, environment, checks);
  }

  private static Exception asLaunchException(Exception e, ServerFolders folders) {
    if (!(e instanceof IllegalStateException)) {
      return e;
    }
    LoggerFactory.getLogger(Up.class).error("the services did not start", e);
    return new LaunchException(
        "The services did not start: " + e.getMessage() + " (log: " + folders.log("services") + ")",
        e);
  }

  /** Waits until all is ready, loads the sample data on a first start, and says how to go on. */
  private void greet(ServerFolders folders, SettleChild settle, String apiKey) throws Exception {
    writeCredentials(folders.root().resolve("credentials.json"), apiKey);
    RestClient client = new RestClient(config.apiUrl(), apiKey);
    boolean sample = SampleData.ensure(folders.root(), config.sample(), client, console);
    FirstBid bid = sample ? FirstBid.ask(client, config.dataUrl(), console) : null;
    settle.awaitReady();
    awaitReady(client, config.dataUrl());
    awaitReady(client, config.apiUrl());
    if (bid != null) {
      bid.await();
    }
    console.line(Welcome.text(config, apiKey, bid != null, console.seconds()));
    if (bid != null) {
      bid.sayIfThereIsNone();
    }
  }

  private void awaitReady(RestClient client, String url) throws InterruptedException {
    long deadline = System.nanoTime() + READY.toNanos();
    String last = "";
    while (System.nanoTime() < deadline) {
      RestClient.Answer answer = client.tryGet(url + "/readyz");
      if (answer.status() == RestClient.OK) {
        return;
      }
      last = answer.body();
      TimeUnit.MILLISECONDS.sleep(20);
    }
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

  private void writeCredentials(Path file, String apiKey) throws IOException {
    SecretFile.write(
        file,
        """
        {"api":"%s","data":"%s","apiKey":"%s"}
        """
            .formatted(config.apiUrl(), config.dataUrl(), apiKey));
  }

  /**
   * Runs on SIGINT and SIGTERM: asks the main thread to end everything, wherever it is, and waits
   * until it has. An end that was asked for is a success: 0, not the signal's number.
   */
  private void stopBeforeExit() {
    boolean asked = stopped.getCount() > 0;
    if (asked) {
      console.line("Stopping; nothing is lost.");
      stopAsked = true;
      main.interrupt();
    }
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
