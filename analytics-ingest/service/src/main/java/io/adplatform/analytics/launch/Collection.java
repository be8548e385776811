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
import io.adplatform.wire.token.TokenCodec;
import io.adplatform.wire.token.TokenKeys;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The hot half of analytics-ingest on a node: {@code /e/*} and {@code /n/*} on its lanes, and the
 * shipper. Closing ends the shipper and the catalogue reader; what is on the lanes ends with the
 * node.
 */
final class Collection implements AutoCloseable {
  private static final Path POSITIONS = Path.of("ship", "positions");

  private final CatalogueReader catalogue;
  private final Shipper shipper;

  private Collection(CatalogueReader catalogue, Shipper shipper) {
    this.catalogue = catalogue;
    this.shipper = shipper;
  }

  /** Mounts the routes, starts to follow the catalogue and to ship. */
  static Collection start(HotNode node, KafkaConfig kafka, TokenKeys keys) throws IOException {
    ShipPositions positions = ShipPositions.open(node.config().dataDir().resolve(POSITIONS));
    List<Lane> lanes = node.lanes().all();
    List<LaneJournal> journals = lanes.stream().map(node::journal).toList();
    LaneSignals signals = new LaneSignals(lanes, journals, positions.markMillis());
    LandingPages pages = new LandingPages();
    CatalogueReader catalogue =
        CatalogueReader.start(kafka, "collect-catalogue", new CatalogueLandingPages(pages));
    LaneBeacons[] beacons =
        lanes.stream()
            .map(lane -> LaneBeacons.of(node, signals.publisher(lane), lane, pages, keys))
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
    Shipper shipper = Shipper.start(node, kafka, positions, signals);
    return new Collection(catalogue, shipper);
  }

  @Override
  public void close() {
    shipper.close();
    catalogue.close();
  }

  /** What a lane needs to take beacons. */
  private record LaneBeacons(CollectAgent agent, Handler<HttpServerRequest> handler) {
    static LaneBeacons of(
        HotNode node, SignalPublisher publisher, Lane lane, LandingPages pages, TokenKeys keys) {
      CollectCounters counters = new CollectCounters(node.metrics());
      CollectAgent agent = new CollectAgent(lane, node.journal(lane), counters);
      return new LaneBeacons(
          agent, new BeaconHandler(publisher, agent, new TokenCodec(keys), pages, counters));
    }
  }
}
