package io.adplatform.runtime.node;

import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.config.NodeConfig;
import io.adplatform.runtime.http.Readiness;
import io.adplatform.runtime.journal.JournalDriver;
import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.lane.Lanes;
import io.adplatform.runtime.metrics.Metrics;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Function;
import org.agrona.concurrent.Agent;

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
 * Thread-safe but for registering, which is for the thread that starts it.
 */
public final class HotNode implements AutoCloseable {
  private final NodeConfig config;
  private final Lanes lanes;
  private final Metrics metrics = new Metrics();
  private final Readiness readiness = new Readiness();

  private HotNode(NodeConfig config, Lanes lanes) {
    this.config = config;
    this.lanes = lanes;
  }

  /** Starts lanes, driver and journals. Blocks until all lanes can record. */
  public static HotNode start(NodeConfig config, LaneConfig laneConfig) {
    return new HotNode(config, Lanes.start(laneConfig));
  }

  /** 1 to 65535. */
  public int nodeId() {
    return config.nodeId();
  }

  /** What is in the auction ids of this boot: seconds since 1970 at its start, never used twice. */
  public int bootSeconds() {
    throw new IllegalStateException("not started");
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
    throw new IllegalStateException("no journal of lane " + lane.index());
  }

  /** The driver, for readers of the journal and for streams. */
  public JournalDriver driver() {
    throw new IllegalStateException("not started");
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
   * @param prefix begins and ends with {@code /}; the longest that matches wins
   * @param handlers called once per lane, on that lane; gives the handler of its requests
   */
  public void route(String prefix, Function<Lane, Handler<HttpServerRequest>> handlers) {
    throw new IllegalStateException("no server for " + prefix);
  }

  /** Has an agent of each lane turned in its duty cycle. The function is called on the lane. */
  public void agent(Function<Lane, Agent> agents) {
    lanes.all().forEach(lane -> lane.execute(() -> lane.add(agents.apply(lane))));
  }

  /**
   * Starts to serve HTTP. Blocks until it does.
   *
   * @return the port
   */
  public int listen() {
    return config.dataPort();
  }

  /** Stops taking requests, lets those in flight end, records what was offered, ends everything. */
  @Override
  public void close() {
    lanes.close();
  }
}
