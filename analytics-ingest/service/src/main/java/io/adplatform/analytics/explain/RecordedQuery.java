package io.adplatform.analytics.explain;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.choice.DealOffers;
import io.adplatform.decision.query.AdQueryMapper;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.OpenRtbReader;
import java.nio.charset.StandardCharsets;

/**
 * Reads recorded requests as the exchange did. Of one thread; a query is valid until the next
 * request is read.
 */
final class RecordedQuery {
  private final BidRequest request = new BidRequest();
  private final OpenRtbReader reader = new OpenRtbReader();
  private final AdQuery query = new AdQuery();
  private final DealOffers deals = new DealOffers();
  private Reason open;
  private final AdQueryMapper mapper;

  /**
   * @param secureEndpoint whether beacons and notices are https
   * @param seat under which the exchange bids
   */
  RecordedQuery(boolean secureEndpoint, String seat) {
    this.mapper = new AdQueryMapper(secureEndpoint, seat);
  }

  /**
   * What an imp of a recorded request asked for.
   *
   * @param json the request
   * @param catalogue as for {@link AdQueryMapper#begin}
   * @param imp its position, from 0
   * @return null where the request cannot be read or has no such imp
   */
  AdQuery read(
      String json, SupplyPartner partner, CatalogueSnapshot catalogue, long timeMillis, int imp) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, request.receive(bytes.length), 0, bytes.length);
    if (reader.read(request) != ReadFailure.NONE || imp >= request.impCount()) {
      return null;
    }
    mapper.begin(request, partner, catalogue, timeMillis, query);
    for (int i = 0; i <= imp; i++) {
      mapper.imp(request, request.imp(i), query);
    }
    open = mapper.open(request, request.imp(imp), query);
    mapper.deals(request, request.imp(imp), query, deals);
    return query;
  }

  /** Why nobody could bid on the imp read last without a deal, or NONE. */
  Reason open() {
    return open;
  }

  /** The deals of the imp read last that the catalogue knows. */
  DealOffers deals() {
    return deals;
  }
}
