package io.adplatform.runtime.node;

import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.config.SettingsException;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service as a process of its own: reads its settings, starts, runs until it is asked to end,
 * ends cleanly.
 */
public final class ServiceProcess {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceProcess.class);

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
