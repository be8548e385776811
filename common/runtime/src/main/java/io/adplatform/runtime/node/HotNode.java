package io.adplatform.runtime.node;

import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.config.NodeConfig;
import io.adplatform.runtime.http.LaneHttpServer;
import io.adplatform.runtime.http.Readiness;
import io.adplatform.runtime.http.ReadinessCheck;
import io.adplatform.runtime.journal.DataLock;
import io.adplatform.runtime.journal.JournalCount;
import io.adplatform.runtime.journal.JournalDriver;
import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.lane.Lanes;
import io.adplatform.runtime.metrics.Metrics;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.function.Function;
import org.agrona.CloseHelper;
import org.agrona.concurrent.Agent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A hot node: what a process of the hot plane has. Services add routes and agents, then it listens.
 *
 * <pre>{@code
 * try (HotNode node = HotNode.start(nodeConfig, laneConfig)) {
 *   node.route("/openrtb2/", lane -> new AuctionHandler(lane, node.journal(lane)));
 *   node.agent(lane -> new SnapshotAgent(lane));
 *   node.readiness().register("catalogue", check);
 *   node.listen();
 *   …
 * }
 * }</pre>
 *
 * <p>Thread-safe but for registering and closing, which are for the thread that starts it.
 */
public final class HotNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HotNode.class);

  private final NodeConfig config;
  private final DataLock lock;
  private final Metrics metrics = new Metrics();
  private final Readiness readiness = new Readiness();
  private final Lanes lanes;
  private final JournalDriver driver;
  private final int bootSeconds;
  private final List<LaneJournal> journals;
  private final LaneHttpServer server;

  private HotNode(NodeConfig config, DataLock lock, Lanes lanes, JournalDriver driver) {
    this.config = config;
    this.lock = lock;
    this.lanes = lanes;
    this.driver = driver;
    this.bootSeconds = driver.nextBoot();
    this.journals = lanes.all().stream().map(this::openJournal).toList();
    this.server = new LaneHttpServer(lanes, config.host(), config.dataPort());
    server.routeStatus(readiness, metrics);
    NodeMetrics.bind(metrics, lanes, driver);
    readiness.register("journal", this::journalReady);
  }

  /**
   * Starts driver, lanes and journals. Blocks until all lanes can record.
   *
   * @throws io.adplatform.runtime.config.SettingsException in one line if the data folder is in use
   */
  public static HotNode start(NodeConfig config, LaneConfig laneConfig) {
    DataLock lock =
        DataLock.take(config.dataDir().resolve("node-" + config.nodeId()).resolve("node.lock"));
    JournalDriver driver = null;
    Lanes lanes = null;
    try {
      driver = JournalDriver.start(config, laneConfig.preset());
      LOG.info("node step=driver dir={}", config.dataDir());
      lanes = Lanes.start(laneConfig);
      LOG.info("node step=lanes preset={} lanes={}", laneConfig.preset(), laneConfig.lanes());
      HotNode node = new HotNode(config, lock, lanes, driver);
      LOG.info("node step=journal node={} boot={}", config.nodeId(), node.bootSeconds);
      return node;
    } catch (RuntimeException e) {
      CloseHelper.quietCloseAll(lanes, driver, lock);
      throw e;
    }
  }

  private LaneJournal openJournal(Lane lane) {
    return driver.open(
        lane,
        metrics.counters(
            "adplatform_journal_messages_total",
            "What became of the messages offered to the journal",
            "outcome",
            JournalCount.class));
  }

  private ReadinessCheck.Result journalReady() {
    if (!driver.isKept()) {
      return ReadinessCheck.Result.notReady("the thread that keeps the journal has ended");
    }
    return driver.takesAuctions()
        ? ReadinessCheck.Result.ok()
        : ReadinessCheck.Result.notReady("the disk is nearly full or the recording failed");
  }

  /** 1 to 65535. */
  public int nodeId() {
    return config.nodeId();
  }

  /** What is in the auction ids of this boot: about seconds since 1970, never given twice. */
  public int bootSeconds() {
    return bootSeconds;
  }

  /** Its configuration. */
  public NodeConfig config() {
    return config;
  }

  /** Its lanes. */
  public Lanes lanes() {
    return lanes;
  }

  /** The Vert.x instance whose event loops are the lanes. */
  public Vertx vertx() {
    return lanes.vertx();
  }

  /** The journal of a lane; to be used on that lane alone. */
  public LaneJournal journal(Lane lane) {
    return journals.get(lane.index());
  }

  /** The driver, for readers of the journal and for streams. */
  public JournalDriver driver() {
    return driver;
  }

  /** What it counts. */
  public Metrics metrics() {
    return metrics;
  }

  /** Whether it is ready. */
  public Readiness readiness() {
    return readiness;
  }

  /**
   * Serves all paths that begin with a prefix. Before {@link #listen()}.
   *
   * @param prefix begins with {@code /}; the longest that matches wins
   * @param handlers called once per lane, on that lane; gives the handler of its requests
   */
  public void route(String prefix, Function<Lane, Handler<HttpServerRequest>> handlers) {
    server.route(prefix, handlers);
  }

  /** Has an agent of each lane turned in its duty cycle. The function is called on the lane. */
  public void agent(Function<Lane, Agent> agents) {
    for (Lane lane : lanes.all()) {
      if (!lane.execute(() -> lane.add(agents.apply(lane)))) {
        throw new IllegalStateException("lane " + lane.index() + " takes no more tasks");
      }
    }
  }

  /**
   * Starts to serve HTTP. Blocks until it does.
   *
   * @return the port
   * @throws io.adplatform.runtime.config.SettingsException in one line if the port is taken
   */
  public int listen() {
    int port = server.listen();
    LOG.info("node step=listen host={} port={}", config.host(), port);
    return port;
  }

  /**
   * Takes no more requests and lets those in flight end; call it before {@link #close()} when
   * something else (a shipper) is to see all that they recorded.
   */
  public void stopListening() {
    server.close();
  }

  /** Stops taking requests, lets those in flight end, records what was offered, ends everything. */
  @Override
  public void close() {
    stopListening();
    LOG.info("node step=stopped-listening");
    lanes.closeAgents();
    driver.close();
    lanes.close();
    lock.close();
    LOG.info("node step=closed");
  }
}
