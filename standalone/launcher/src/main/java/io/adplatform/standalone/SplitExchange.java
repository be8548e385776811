package io.adplatform.standalone;

import io.adplatform.runtime.api.ApiServerConfig;
import io.adplatform.servers.JavaCommand;
import io.adplatform.servers.ProcessConfig;
import io.adplatform.servers.ReadyProbe;
import io.adplatform.servers.ServerException;
import io.adplatform.servers.ServerProcess;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Each service as a process of its own, started by its own {@code main} and started again when it
 * dies; the hot ones share a media driver and Archive that are a process too. The public ports are
 * held by a front in this JVM.
 */
final class SplitExchange implements RunningExchange {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final long FRONT_SECONDS = 15;

  private final Deque<ServerProcess> processes = new ArrayDeque<>();
  private final UpConfig config;
  private final DataFolder folder;
  private final Console console;
  private final Map<String, Supplier<String>> checks;
  private Vertx vertx;

  private SplitExchange(
      UpConfig config, DataFolder folder, Console console, Map<String, Supplier<String>> checks) {
    this.config = config;
    this.folder = folder;
    this.console = console;
    this.checks = checks;
  }

  /**
   * Does what needs no server: starts media driver and Archive.
   *
   * @param checks further conditions of the API port's {@code /readyz}, null where all is well
   */
  static SplitExchange begin(
      UpConfig config,
      DataFolder folder,
      ServiceSettings settings,
      Console console,
      Map<String, Supplier<String>> checks) {
    SplitExchange exchange = new SplitExchange(config, folder, console, checks);
    exchange.start(
        "driver",
        "rtb-engine",
        "io.adplatform.runtime.journal.DriverMain",
        settings.copy().put("external-driver", "true"),
        0);
    return exchange;
  }

  /** Starts the services side by side, then opens the public ports. */
  @Override
  public void launch(ServiceSettings all) throws InterruptedException {
    ServiceOrigin campaign = origin("campaign-service");
    ServiceOrigin billing = origin("billing-service");
    ServiceOrigin analyticsApi = origin("analytics-ingest");
    ServiceOrigin analytics = origin("analytics-ingest-data");
    ServiceOrigin rtb = origin("rtb-engine");
    ServiceSettings settings =
        all.copy()
            .put("api-host", "127.0.0.1")
            .put("data-host", "127.0.0.1")
            .put("external-driver", "true")
            .put("billing-url", url(billing))
            .put("analytics-url", url(analyticsApi));
    List<ServerProcess> started =
        List.of(
            start(
                "campaign-service",
                "campaign-service",
                "io.adplatform.campaign.launch.CampaignMain",
                settings.copy().put("api-port", text(campaign)),
                campaign.port()),
            start(
                "billing-service",
                "billing-service",
                "io.adplatform.billing.launch.BillingMain",
                settings.copy().put("api-port", text(billing)),
                billing.port()),
            start(
                "analytics-ingest",
                "analytics-ingest/service",
                "io.adplatform.analytics.launch.AnalyticsMain",
                settings
                    .copy()
                    .put("node-id", "2")
                    .put("port", text(analytics))
                    .put("api-port", text(analyticsApi)),
                analyticsApi.port()),
            start(
                "rtb-engine",
                "rtb-engine",
                "io.adplatform.rtb.launch.RtbEngineMain",
                settings.copy().put("node-id", "1").put("port", text(rtb)),
                rtb.port()));
    openFront(
        Map.of("/openrtb2/", rtb, "/e/", analytics, "/n/", analytics),
        apiRoutes(campaign, billing, analyticsApi));
    for (ServerProcess process : started) {
      awaitReady(process);
      console.done(process.name(), "127.0.0.1:" + process.port());
    }
  }

  private static Map<String, ServiceOrigin> apiRoutes(
      ServiceOrigin campaign, ServiceOrigin billing, ServiceOrigin analytics) {
    Map<String, ServiceOrigin> routes = new LinkedHashMap<>();
    routes.put("/api/v1/", campaign);
    routes.put("/api/v1/reports/", analytics);
    routes.put("/api/v1/auctions", analytics);
    routes.put("/api/v1/billing/", billing);
    return routes;
  }

  private ServiceOrigin origin(String name) {
    return new ServiceOrigin(name.replace("-data", ""), folder.port(name));
  }

  private ServerProcess start(
      String name, String module, String mainClass, ServiceSettings settings, int port) {
    JavaCommand java =
        JavaCommand.of(module, mainClass)
            .options("-Xms64m", "-Xmx384m", "-XX:MaxDirectMemorySize=256m")
            .options("-XX:+UseSerialGC", "-Xshare:auto");
    ProcessConfig config =
        ProcessConfig.of(folder.folders(), name, port, java.line())
            .withEnvironment(environment(settings.values()));
    ReadyProbe probe = port > 0 ? ReadyProbe.http(port, "/healthz") : pid -> true;
    ServerProcess process = ServerProcess.start(config, probe, console::event);
    synchronized (processes) {
      processes.push(process);
    }
    return process;
  }

  /** Settings go by the environment: a service refuses flags that only its neighbours know. */
  private static Map<String, String> environment(Map<String, String> values) {
    Map<String, String> environment = new HashMap<>();
    values.forEach(
        (key, value) ->
            environment.put("ADPLATFORM_" + key.toUpperCase(Locale.ROOT).replace('-', '_'), value));
    return environment;
  }

  private void openFront(Map<String, ServiceOrigin> data, Map<String, ServiceOrigin> api) {
    vertx =
        Vertx.vertx(
            new VertxOptions()
                .setPreferNativeTransport(true)
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1));
    await(vertx.deployVerticle(new FrontVerticle(config.host(), config.port(), data, Map.of())));
    long deadline = ApiServerConfig.DEFAULT_REQUEST_DEADLINE.toMillis();
    await(
        vertx.deployVerticle(
            new FrontVerticle(config.host(), config.apiPort(), api, checks, deadline)));
  }

  private static void awaitReady(ServerProcess process) throws InterruptedException {
    try {
      process.awaitReady(READY);
    } catch (ServerException e) {
      throw new LaunchException(e.getMessage(), e);
    }
  }

  private static void await(Future<?> future) {
    try {
      future
          .toCompletionStage()
          .toCompletableFuture()
          .orTimeout(FRONT_SECONDS, TimeUnit.SECONDS)
          .join();
    } catch (CompletionException e) {
      throw new LaunchException("The front cannot be opened: " + e.getCause().getMessage(), e);
    }
  }

  private static String url(ServiceOrigin origin) {
    return "http://127.0.0.1:" + origin.port();
  }

  private static String text(ServiceOrigin origin) {
    return Integer.toString(origin.port());
  }

  @Override
  public String description() {
    return "five processes behind one front";
  }

  /** Not hastened by an interrupt: what was recorded is shipped. */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    if (vertx != null) {
      await(vertx.close());
    }
    synchronized (processes) {
      while (!processes.isEmpty()) {
        processes.pop().close();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
