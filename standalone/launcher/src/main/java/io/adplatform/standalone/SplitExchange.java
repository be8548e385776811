package io.adplatform.standalone;

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

/**
 * Each service as a process of its own, started by its own {@code main} and started again when it
 * dies; the hot ones share a media driver and Archive that are a process too. The public ports are
 * held by a front in this JVM.
 */
final class SplitExchange implements RunningExchange {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final long FRONT_SECONDS = 15;

  private final Deque<ServerProcess> processes = new ArrayDeque<>();
  private final DataFolder folder;
  private final ServiceSettings settings;
  private final Console console;
  private Vertx vertx;

  private SplitExchange(DataFolder folder, ServiceSettings settings, Console console) {
    this.folder = folder;
    this.settings = settings;
    this.console = console;
  }

  /** Starts the services in the order of the data's flow, then opens the public ports. */
  static RunningExchange start(
      UpConfig config, DataFolder folder, ServiceSettings settings, Console console) {
    SplitExchange exchange = new SplitExchange(folder, settings, console);
    try {
      exchange.startServices(config);
      return exchange;
    } catch (InterruptedException e) {
      exchange.close();
      Thread.currentThread().interrupt();
      throw new LaunchException("The start was interrupted", e);
    } catch (RuntimeException e) {
      exchange.close();
      throw e;
    }
  }

  private void startServices(UpConfig config) throws InterruptedException {
    ServiceOrigin campaign = origin("campaign-service");
    ServiceOrigin billing = origin("billing-service");
    ServiceOrigin analyticsApi = origin("analytics-ingest");
    ServiceOrigin analytics = origin("analytics-ingest-data");
    ServiceOrigin rtb = origin("rtb-engine");
    settings.put("api-host", "127.0.0.1").put("data-host", "127.0.0.1");
    settings.put("external-driver", "true").put("billing-url", url(billing));
    settings.put("analytics-url", url(analyticsApi));
    ServerProcess driver =
        start("driver", "rtb-engine", "io.adplatform.runtime.journal.DriverMain", Map.of(), 0);
    driver.awaitReady(READY);
    List<ServerProcess> started =
        List.of(
            start(
                "campaign-service",
                "campaign-service",
                "io.adplatform.campaign.launch.CampaignMain",
                Map.of("api-port", text(campaign)),
                campaign.port()),
            start(
                "billing-service",
                "billing-service",
                "io.adplatform.billing.launch.BillingMain",
                Map.of("api-port", text(billing)),
                billing.port()),
            start(
                "analytics-ingest",
                "analytics-ingest/service",
                "io.adplatform.analytics.launch.AnalyticsMain",
                Map.of("node-id", "2", "port", text(analytics), "api-port", text(analyticsApi)),
                analyticsApi.port()),
            start(
                "rtb-engine",
                "rtb-engine",
                "io.adplatform.rtb.launch.RtbEngineMain",
                Map.of("node-id", "1", "port", text(rtb)),
                rtb.port()));
    openFront(
        config,
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
    // nothing of billing-service is public yet, but its readiness counts
    routes.put("/api/v1/billing/", billing);
    return routes;
  }

  private ServiceOrigin origin(String name) {
    return new ServiceOrigin(name.replace("-data", ""), folder.port(name));
  }

  private ServerProcess start(
      String name, String module, String mainClass, Map<String, String> own, int port) {
    ServiceSettings all = settings.copy();
    own.forEach(all::put);
    JavaCommand java =
        JavaCommand.of(module, mainClass)
            .options("-Xms64m", "-Xmx384m", "-XX:MaxDirectMemorySize=256m")
            .options("-XX:+UseSerialGC", "-Xshare:auto");
    ProcessConfig config =
        ProcessConfig.of(folder.folders(), name, port, java.line())
            .withEnvironment(environment(all.values()));
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

  private void openFront(
      UpConfig config, Map<String, ServiceOrigin> data, Map<String, ServiceOrigin> api) {
    vertx =
        Vertx.vertx(
            new VertxOptions()
                .setPreferNativeTransport(true)
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1));
    await(vertx.deployVerticle(new FrontVerticle(config.host(), config.port(), data)));
    await(vertx.deployVerticle(new FrontVerticle(config.host(), config.apiPort(), api)));
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

  @Override
  public void close() {
    if (vertx != null) {
      await(vertx.close());
    }
    synchronized (processes) {
      while (!processes.isEmpty()) {
        processes.pop().close();
      }
    }
  }
}
