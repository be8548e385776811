package io.adplatform.rtb.launch;

import io.adplatform.decision.budget.NodeLeases;
import io.adplatform.decision.catalogue.CatalogueCompiler;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.frequency.CapStore;
import io.adplatform.rtb.auction.LaneAuctions;
import io.adplatform.rtb.auction.LaneParts;
import io.adplatform.rtb.demand.Demand;
import io.adplatform.rtb.demand.PartnerClient;
import io.adplatform.rtb.demand.PartnerClientConfig;
import io.adplatform.rtb.openrtb.AuctionHandler;
import io.adplatform.rtb.openrtb.EndpointConfig;
import io.adplatform.rtb.openrtb.RefusalLog;
import io.adplatform.rtb.privacy.PrivacySignals;
import io.adplatform.rtb.rate.NodeRates;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.config.SettingsException;
import io.adplatform.runtime.http.ReadinessCheck;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.node.HotNode;
import io.adplatform.storage.cap.RedisAddress;
import io.adplatform.storage.cap.RedisCapStore;
import io.adplatform.storage.cap.SettledCapReader;
import io.adplatform.storage.kafka.KafkaCatalogueFeed;
import io.adplatform.storage.kafka.KafkaTopics;
import io.adplatform.storage.lease.HttpLeaseSource;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.token.TokenKeys;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.agrona.CloseHelper;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.SystemEpochClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine on a hot node. A stop in order: the node's {@link HotNode#stopListening}, then {@link
 * #giveBackLeases()}, while lanes and billing-service still run; then the node is its owner's to
 * close, and after it the engine, which ends catalogue and leases.
 */
public final class RtbEngine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RtbEngine.class);

  /**
   * How often the node asks for leases at least: a new line item bids within two seconds of its
   * 2xx.
   */
  private static final long LEASE_POLL_MILLIS = 20;

  /**
   * How long a stop waits for its leases to be taken back, which takes some tens of milliseconds:
   * long enough for a request that billing-service leaves hanging (3 s) and another one, short
   * enough for whoever kills what has not ended after ten. What it does not get rid of is free when
   * the longest token's life is over.
   */
  static final Duration GIVE_BACK_TIMEOUT = Duration.ofSeconds(5);

  private static final long GIVE_BACK_POLL_MILLIS = 5;

  /** The broker may be starting beside us. */
  private static final Duration TOPICS_TIMEOUT = Duration.ofSeconds(30);

  private static final URI LOCAL_BILLING = URI.create("http://127.0.0.1:8081");

  private final KafkaCatalogueFeed feed;
  private final HttpLeaseSource source;
  private final NodeLeases nodeLeases;
  private final AgentRunner leases;
  private final RefusalLog refusals;
  private final SettledCapReader seen;

  private RtbEngine(
      KafkaCatalogueFeed feed,
      HttpLeaseSource source,
      NodeLeases nodeLeases,
      AgentRunner leases,
      RefusalLog refusals,
      SettledCapReader seen) {
    this.feed = feed;
    this.source = source;
    this.nodeLeases = nodeLeases;
    this.leases = leases;
    this.refusals = refusals;
    this.seen = seen;
  }

  /**
   * Mounts the endpoint on a node that does not listen yet.
   *
   * @throws io.adplatform.runtime.config.SettingsException in one line if a setting is wrong
   */
  public static RtbEngine launch(HotNode node, Settings settings)
      throws InterruptedException, TimeoutException {
    KafkaConfig kafka = KafkaConfig.of(settings);
    TokenKeys keys = TokenKeys.parse(required(settings, "token-keys-file"), "token-keys-file");
    String publicUrl = node.config().publicUrl().toString();
    KafkaTopics.create(kafka, TOPICS_TIMEOUT);
    CreativeTemplates templates = new CreativeTemplates(publicUrl);
    KafkaCatalogueFeed feed =
        KafkaCatalogueFeed.start(
            kafka, "rtb-catalogue", new CatalogueCompiler(templates, PartnerSecrets.of(settings)));
    node.metrics()
        .gauge(
            "adplatform_catalogue_creatives_refused",
            "Versions of active creatives that could not be prepared since the start",
            templates::refusedCount);
    HttpLeaseSource source =
        new HttpLeaseSource(
            settings.url("billing-url", LOCAL_BILLING),
            required(settings, "node-key-file"),
            node.nodeId(),
            node.bootSeconds());
    int lanes = node.lanes().all().size();
    NodeLeases nodeLeases = new NodeLeases(source, feed, lanes, SystemEpochClock.INSTANCE);
    AgentRunner leases =
        new AgentRunner(
            new SleepingMillisIdleStrategy(LEASE_POLL_MILLIS),
            error -> LOG.warn("leases failed and go on", error),
            null,
            nodeLeases);
    AgentRunner.startOnThread(leases);
    RefusalLog refusals = new RefusalLog();
    RedisAddress redis = RedisAddress.of(settings);
    LanePartsSource parts =
        new LanePartsSource(node, new NodeRates(lanes), feed, nodeLeases, keys, redis);
    PartnerClientConfig partners =
        new PartnerClientConfig(
            node.config().publicUrl().getHost(),
            settings.text("region", DemandPartner.ANY_REGION),
            PrivacySignals::new);
    node.route(
        AuctionHandler.PREFIX,
        lane -> endpoint(parts.of(lane), parts.demand(lane, partners), publicUrl, refusals));
    node.readiness().register("catalogue", () -> catalogueReady(feed));
    bindMetrics(node, feed, source);
    SettledCapReader seen =
        redis == null ? null : SettledCapReader.start(kafka, feed, redis, node.metrics());
    LOG.info("rtb-engine step=launched lanes={}", lanes);
    return new RtbEngine(feed, source, nodeLeases, leases, refusals, seen);
  }

  private static String required(Settings settings, String key) {
    String secret = settings.secret(key);
    if (secret == null) {
      throw new SettingsException(key + ": must be given, a file of mode 600");
    }
    return secret;
  }

  /** What every lane's parts are made of. */
  private record LanePartsSource(
      HotNode node,
      NodeRates rates,
      KafkaCatalogueFeed feed,
      NodeLeases leases,
      TokenKeys keys,
      RedisAddress redis) {
    LaneParts of(Lane lane) {
      return new LaneParts(
          lane,
          rates,
          feed,
          leases.gate(lane.index()),
          node.journal(lane),
          node.metrics(),
          keys,
          node.nodeId(),
          node.bootSeconds(),
          node.config().secure(),
          EndpointConfig.standard().seat(),
          caps(lane));
    }

    Demand demand(Lane lane, PartnerClientConfig config) {
      return new PartnerClient(node.lanes().vertx(), lane, rates, node.metrics(), config);
    }

    /** Without counters line items with caps do not bid; all others do. It ends with its lane. */
    private CapStore caps(Lane lane) {
      if (redis == null) {
        return CapStore.NONE;
      }
      RedisCapStore store = RedisCapStore.start(node.lanes().vertx(), lane, redis);
      node.metrics()
          .gauge(
              "adplatform_frequency_store_away",
              "1 while a lane cannot ask for counters of frequency caps",
              "lane",
              Integer.toString(lane.index()),
              () -> store.isConnected() ? 0 : 1);
      return store;
    }
  }

  private static AuctionHandler endpoint(
      LaneParts parts, Demand demand, String publicUrl, RefusalLog refusals) {
    LaneAuctions auctions = new LaneAuctions(parts, demand, publicUrl);
    parts.lane().add(auctions);
    return new AuctionHandler(
        parts.lane(), auctions, EndpointConfig.standard(), parts.metrics(), refusals);
  }

  private static ReadinessCheck.Result catalogueReady(KafkaCatalogueFeed feed) {
    CatalogueSnapshot snapshot = feed.latest();
    return snapshot == null
        ? ReadinessCheck.Result.notReady("the catalogue has not been read to its end")
        : ReadinessCheck.Result.ok("catalogueVersion", snapshot.version());
  }

  private static void bindMetrics(HotNode node, KafkaCatalogueFeed feed, HttpLeaseSource source) {
    node.metrics()
        .gauge(
            "adplatform_catalogue_version",
            "Catalogue version that auctions run on",
            () -> feed.latest() == null ? 0 : feed.latest().version());
    node.metrics()
        .gauge(
            "adplatform_catalogue_line_items",
            "Line items that can serve",
            () -> feed.latest() == null ? 0 : feed.latest().lineItems().count());
    node.metrics()
        .gauge(
            "adplatform_catalogue_lag_seconds",
            "Since the feed last knew itself at the end of the catalogue",
            () -> feed.lagMillis() / 1e3);
    node.metrics()
        .gauge(
            "adplatform_catalogue_compile_seconds",
            "How long the newest snapshot took to compile",
            () -> feed.compileNanos() / 1e9);
    node.metrics()
        .gauge(
            "adplatform_leases_silent_seconds",
            "Since billing-service last answered",
            () -> source.silentMillis() / 1e3);
    node.metrics()
        .gauge(
            "adplatform_leases_failures",
            "Requests for leases that were not answered, since the start",
            source::failures);
  }

  /**
   * Bids on nothing any more and gives all leases back, so that what is left of their budgets is
   * free at once. Blocks until billing-service has taken them, or for {@link #GIVE_BACK_TIMEOUT}:
   * the log says which. To be called between the node's {@link HotNode#stopListening} and its
   * {@link HotNode#close}, once it has listened.
   */
  public void giveBackLeases() {
    nodeLeases.retire();
    long deadline = System.nanoTime() + GIVE_BACK_TIMEOUT.toNanos();
    try {
      while (!nodeLeases.retirement().done() && System.nanoTime() < deadline) {
        Thread.sleep(GIVE_BACK_POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    NodeLeases.Retirement retirement = nodeLeases.retirement();
    if (retirement.done()) {
      LOG.info(
          "rtb-engine step=leases-given-back leases={} freeMicros={}",
          retirement.leases(),
          retirement.freeMicros());
    } else {
      LOG.warn(
          "rtb-engine step=leases-kept leases={} freeMicros={} given back, {} or more are not:"
              + " billing-service has not answered for {} ms; what they hold is free when the"
              + " longest token's life is over",
          retirement.leases(),
          retirement.freeMicros(),
          retirement.waitingLeases(),
          source.silentMillis());
    }
  }

  @Override
  public void close() {
    CloseHelper.quietCloseAll(seen, leases, feed, source, refusals);
    LOG.info("rtb-engine step=closed");
  }
}
