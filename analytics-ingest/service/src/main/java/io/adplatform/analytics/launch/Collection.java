package io.adplatform.analytics.launch;

import io.adplatform.analytics.collect.BeaconHandler;
import io.adplatform.analytics.collect.CollectAgent;
import io.adplatform.analytics.collect.CollectCounters;
import io.adplatform.analytics.collect.LandingPages;
import io.adplatform.analytics.collect.SignalPublisher;
import io.adplatform.analytics.ship.ShipPositions;
import io.adplatform.analytics.ship.Shipper;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.runtime.http.ReadinessCheck;
import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.node.HotNode;
import io.adplatform.storage.kafka.CatalogueReader;
import io.adplatform.storage.lease.NodeRegistration;
import io.adplatform.wire.token.TokenCodec;
import io.adplatform.wire.token.TokenKeys;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * The hot half of analytics-ingest on a node: {@code /e/*} and {@code /n/*} on its lanes, and the
 * shipper. Closing ends the shipper and the catalogue reader; what is on the lanes ends with the
 * node.
 */
final class Collection implements AutoCloseable {
  private static final Path POSITIONS = Path.of("ship", "positions");

  private final NodeRegistration registration;
  private final CatalogueReader catalogue;
  private final Shipper shipper;

  private Collection(NodeRegistration registration, CatalogueReader catalogue, Shipper shipper) {
    this.registration = registration;
    this.catalogue = catalogue;
    this.shipper = shipper;
  }

  /**
   * Mounts the routes, starts to follow the catalogue and to ship.
   *
   * @param registrations starts to have billing-service await the node; told whether marks of this
   *     node's folder have been sent before
   */
  static Collection start(
      HotNode node,
      KafkaConfig kafka,
      TokenKeys keys,
      Function<Boolean, NodeRegistration> registrations)
      throws IOException {
    ShipPositions positions = ShipPositions.open(node.config().dataDir().resolve(POSITIONS));
    NodeRegistration registration = registrations.apply(positions.markMillis() > 0);
    List<Lane> lanes = node.lanes().all();
    List<LaneJournal> journals = lanes.stream().map(node::journal).toList();
    LaneSignals signals = new LaneSignals(lanes, journals, positions.markMillis());
    LandingPages pages = new LandingPages();
    CatalogueReader catalogue =
        CatalogueReader.start(kafka, "collect-catalogue", new CatalogueLandingPages(pages));
    LaneBeacons[] beacons =
        lanes.stream()
            .map(
                lane ->
                    LaneBeacons.of(
                        node,
                        lane,
                        new LaneBeacons.Parts(signals.publisher(lane), pages, keys, registration)))
            .toArray(LaneBeacons[]::new);
    node.agent(lane -> beacons[lane.index()].agent());
    node.route("/e/", lane -> beacons[lane.index()].handler());
    node.route("/n/", lane -> beacons[lane.index()].handler());
    node.readiness()
        .register(
            "landingPages",
            () ->
                pages.isReady()
                    ? ReadinessCheck.Result.ok()
                    : ReadinessCheck.Result.notReady("the catalogue is not read yet"));
    node.readiness()
        .register(
            "registration",
            () ->
                registration.takesBeacons()
                    ? ReadinessCheck.Result.ok()
                    : ReadinessCheck.Result.notReady(
                        "billing-service does not await this node's journal yet"));
    node.metrics()
        .gauge(
            "adplatform_node_awaited",
            "1 once billing-service has said that it awaits this process's journal",
            () -> registration.isAwaited() ? 1 : 0);
    Shipper shipper = Shipper.start(node, kafka, positions, signals);
    return new Collection(registration, catalogue, shipper);
  }

  @Override
  public void close() {
    registration.close();
    shipper.close();
    catalogue.close();
  }

  /** What a lane needs to take beacons. */
  private record LaneBeacons(CollectAgent agent, Handler<HttpServerRequest> handler) {
    private record Parts(
        SignalPublisher publisher,
        LandingPages pages,
        TokenKeys keys,
        NodeRegistration registration) {}

    static LaneBeacons of(HotNode node, Lane lane, Parts parts) {
      CollectCounters counters = new CollectCounters(node.metrics());
      CollectAgent agent = new CollectAgent(lane, node.journal(lane), counters);
      return new LaneBeacons(
          agent,
          new BeaconHandler(
              parts.publisher,
              agent,
              new TokenCodec(parts.keys),
              parts.pages,
              counters,
              parts.registration::takesBeacons));
    }
  }
}
