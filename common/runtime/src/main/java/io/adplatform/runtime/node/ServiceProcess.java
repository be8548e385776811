package io.adplatform.runtime.node;

import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.api.ApiServerConfig;
import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.config.SettingsException;
import io.adplatform.runtime.metrics.Metrics;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service as a process of its own: reads its settings, starts, runs until it is asked to end,
 * ends cleanly.
 */
public final class ServiceProcess {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceProcess.class);

  private static final int MAX_PORT = 65_535;

  private ServiceProcess() {}

  /** What a service does to start. */
  @FunctionalInterface
  public interface Start {
    /**
     * Starts it.
     *
     * @return what ends it, losing nothing
     */
    AutoCloseable start(Settings settings) throws Exception;
  }

  /** What a service of the control plane does to start: it mounts, and the server comes after. */
  @FunctionalInterface
  public interface Launch {
    /**
     * Launches it.
     *
     * @return what ends it, once the server takes no more requests
     */
    AutoCloseable launch(ApiServer.Builder api, Settings settings) throws Exception;
  }

  /**
   * Runs a service that has an API server of its own ({@code api-host}, {@code api-port}); see
   * {@link #run}. A flag that nothing asked for is refused before the server listens.
   *
   * @param defaultPort where the settings name none
   */
  public static void runApi(String name, String[] arguments, int defaultPort, Launch service) {
    run(name, arguments, settings -> startApi(settings, defaultPort, service));
  }

  private static AutoCloseable startApi(Settings settings, int defaultPort, Launch service)
      throws Exception {
    ApiServer.Builder api =
        ApiServer.builder(
                ApiServerConfig.of(
                    settings.text("api-host", "127.0.0.1"),
                    settings.integer("api-port", defaultPort, 0, MAX_PORT)))
            .metrics(new Metrics().registry());
    AutoCloseable launched = service.launch(api, settings);
    try {
      settings.refuseUnknownFlags();
      ApiServer server = api.start();
      LOG.info("step=listening port={}", server.port());
      return () -> {
        server.close();
        launched.close();
      };
    } catch (RuntimeException e) {
      launched.close();
      throw e;
    }
  }

  /**
   * Runs a service until the process is asked to end (SIGTERM, Ctrl-C). Exits with 1 and one line
   * on standard error where a setting is wrong or it cannot start.
   *
   * @param arguments flags
   */
  public static void run(String name, String[] arguments, Start service) {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    try {
      Settings settings = Settings.of(arguments, System.getenv());
      AutoCloseable running = service.start(settings);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(asked, ended)));
      settings.refuseUnknownFlags();
      LOG.info("{} step=running", name);
      asked.await();
      running.close();
      LOG.info("{} step=ended", name);
    } catch (SettingsException e) {
      fail(name, e);
    } catch (Exception e) {
      LOG.error("{} step=failed", name, e);
      fail(name, e);
    } finally {
      ended.countDown();
    }
  }

  private static void end(CountDownLatch asked, CountDownLatch ended) {
    asked.countDown();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void fail(String name, Exception failure) {
    System.err.println(name + ": " + failure.getMessage());
    Runtime.getRuntime().halt(1);
  }
}
