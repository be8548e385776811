package io.adplatform.standalone;

import io.adplatform.analytics.launch.AnalyticsIngest;
import io.adplatform.billing.launch.BillingService;
import io.adplatform.campaign.launch.CampaignService;
import io.adplatform.rtb.launch.RtbEngine;
import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.api.ApiServerConfig;
import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.config.NodeConfig;
import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.node.HotNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All services in this JVM: one hot node and one API server, which every service mounts its part
 * on.
 */
final class OneJvmExchange implements RunningExchange {
  private static final Logger LOG = LoggerFactory.getLogger(OneJvmExchange.class);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Map<String, String> environment;
  private final HotNode node;
  private final ApiServer.Builder api;

  private OneJvmExchange(Settings settings, Map<String, String> environment) {
    this.environment = environment;
    this.node = HotNode.start(NodeConfig.of(settings), LaneConfig.of(settings));
    this.api =
        ApiServer.builder(
                ApiServerConfig.of(
                    settings.requiredText("api-host"), settings.integer("api-port", 0, 0, 65_535)))
            .metrics(node.metrics().registry())
            .requireEveryOperation();
    keep(node);
  }

  /**
   * Does what needs no server: starts the hot node, begins to read the API's document.
   *
   * @param checks further conditions of the API port's {@code /readyz}, null where all is well
   */
  static OneJvmExchange begin(
      ServiceSettings settings,
      Map<String, String> environment,
      Map<String, Supplier<String>> checks) {
    OneJvmExchange exchange = new OneJvmExchange(settings.settings(environment), environment);
    checks.forEach(exchange.api::readiness);
    return exchange;
  }

  /**
   * Launches the control plane's services beside those of the hot node, then opens both ports. What
   * is mounted on the node is so from this thread alone.
   */
  @Override
  public void launch(ServiceSettings all) throws Exception {
    Settings settings = all.settings(environment);
    RtbEngine engine;
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      List<Future<?>> launched =
          List.of(
              threads.submit(() -> keep(CampaignService.launch(api, settings))),
              threads.submit(() -> keep(BillingService.launch(api, settings))));
      engine = keep(RtbEngine.launch(node, settings));
      keep(AnalyticsIngest.launch(node, api, settings));
      for (Future<?> service : launched) {
        service.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception failure ? failure : e;
    }
    keep(api.start());
    node.listen();
    // while billing-service, a route of the API server, still answers
    keep(engine::giveBackLeases);
    // closed first: the shipper then sees all that was recorded
    keep(node::stopListening);
  }

  private <P extends AutoCloseable> P keep(P part) {
    synchronized (parts) {
      parts.push(part);
    }
    return part;
  }

  @Override
  public String description() {
    return "in one JVM";
  }

  /** Not hastened by an interrupt: what was recorded is shipped. */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        LOG.warn("a service did not end in order", e);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
