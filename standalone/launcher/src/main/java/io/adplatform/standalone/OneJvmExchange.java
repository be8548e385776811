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
import io.adplatform.runtime.config.SettingsException;
import io.adplatform.runtime.node.HotNode;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All services in this JVM: one hot node and one API server, which every service mounts its part
 * on.
 */
final class OneJvmExchange implements RunningExchange {
  private static final Logger LOG = LoggerFactory.getLogger(OneJvmExchange.class);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  private OneJvmExchange() {}

  /** Launches the services in the order in which data flows, then opens both ports. */
  static RunningExchange start(Settings settings) {
    OneJvmExchange exchange = new OneJvmExchange();
    try {
      exchange.launch(settings);
      return exchange;
    } catch (InterruptedException e) {
      exchange.close();
      Thread.currentThread().interrupt();
      throw new LaunchException("The start was interrupted", e);
    } catch (SettingsException | LaunchException e) {
      exchange.close();
      throw e;
    } catch (Exception e) {
      exchange.close();
      throw new IllegalStateException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
    }
  }

  private void launch(Settings settings) throws Exception {
    HotNode node = keep(HotNode.start(NodeConfig.of(settings), LaneConfig.of(settings)));
    ApiServer.Builder api =
        ApiServer.builder(
                ApiServerConfig.of(
                    settings.requiredText("api-host"), settings.integer("api-port", 0, 0, 65_535)))
            .metrics(node.metrics().registry());
    keep(CampaignService.launch(api, settings));
    keep(BillingService.launch(api, settings));
    keep(RtbEngine.launch(node, settings));
    keep(AnalyticsIngest.launch(node, api, settings));
    keep(api.requireEveryOperation().start());
    node.listen();
    // closed first: the shipper then sees all that was recorded
    keep(node::stopListening);
  }

  private <P extends AutoCloseable> P keep(P part) {
    parts.push(part);
    return part;
  }

  @Override
  public String description() {
    return "in one JVM";
  }

  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        LOG.warn("a service did not end in order", e);
      }
    }
  }
}
