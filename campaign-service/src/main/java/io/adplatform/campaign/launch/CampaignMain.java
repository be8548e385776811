package io.adplatform.campaign.launch;

import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.api.ApiServerConfig;
import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.config.SettingsException;
import io.adplatform.runtime.metrics.Metrics;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** campaign-service in a process of its own. */
public final class CampaignMain {
  private static final Logger LOG = LoggerFactory.getLogger(CampaignMain.class);
  private static final int DEFAULT_API_PORT = 8081;

  private CampaignMain() {}

  /** Runs until it is asked to end; 1 where a setting is wrong or it cannot start. */
  public static void main(String[] args) throws InterruptedException {
    try {
      run(Settings.of(args, System.getenv()));
    } catch (SettingsException | IllegalStateException e) {
      System.err.println("campaign-service: " + e.getMessage());
      System.exit(1);
    }
  }

  private static void run(Settings settings) throws InterruptedException {
    ApiServer.Builder api =
        ApiServer.builder(
                ApiServerConfig.of(
                    settings.text("api-host", "127.0.0.1"),
                    settings.integer("api-port", DEFAULT_API_PORT, 0, 65_535)))
            .metrics(new Metrics().registry());
    CampaignService service = CampaignService.launch(api, settings);
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  asked.countDown();
                  awaitQuietly(ended);
                }));
    try (ApiServer server = api.start()) {
      LOG.info("campaign-service answers on port {}", server.port());
      asked.await();
    } finally {
      service.close();
      ended.countDown();
    }
  }

  private static void awaitQuietly(CountDownLatch ended) {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
