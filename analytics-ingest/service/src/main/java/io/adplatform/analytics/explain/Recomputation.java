package io.adplatform.analytics.explain;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.choice.Explanation;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of every line item of a catalogue in an auction, computed anew from the recorded
 * request by the exchange's own code. Leases are not known any more: that is what records are for.
 */
final class Recomputation {
  private final boolean secureEndpoint;
  private final String seat;

  /**
   * @param secureEndpoint whether beacons and notices are https
   * @param seat under which the exchange bids
   */
  Recomputation(boolean secureEndpoint, String seat) {
    this.secureEndpoint = secureEndpoint;
    this.seat = seat;
  }

  /**
   * A line item and what became of it.
   *
   * @param part the attribute that failed first, where it is about targeting; else null
   */
  record Verdict(
      long lineItemId,
      String name,
      long accountId,
      long campaignId,
      long advertiserId,
      long priceCpmMicros,
      Reason reason,
      String part) {}

  /**
   * Every line item of the catalogue: those that could serve best first, then the rest.
   *
   * @return null where the recorded request cannot be read, or its partner is not in the catalogue
   */
  List<Verdict> verdicts(
      CatalogueSnapshot catalogue, RecordedAuction auction, RecordedRequest recorded) {
    SupplyPartner partner = catalogue.partners().byId(auction.supplyPartnerId());
    RecordedQuery read = new RecordedQuery(secureEndpoint, seat);
    AdQuery query =
        partner == null
            ? null
            : read.read(
                recorded.request(),
                partner,
                catalogue,
                auction.timeMillis(),
                auction.imp().index());
    if (query == null) {
      return null;
    }
    Map<Long, Long> prices = new HashMap<>();
    for (int ordinal = 0; ordinal < catalogue.lineItems().count(); ordinal++) {
      prices.put(catalogue.lineItems().id(ordinal), catalogue.lineItems().bidCpmMicros(ordinal));
    }
    List<Verdict> verdicts = new ArrayList<>();
    Explanation.explain(
        catalogue,
        query,
        read.deals(),
        read.open(),
        auction.timeMillis(),
        auction.hi(),
        auction.lo(),
        (lineItem, reason, part) ->
            verdicts.add(
                new Verdict(
                    lineItem.id(),
                    lineItem.name(),
                    lineItem.accountId(),
                    lineItem.campaignId(),
                    lineItem.advertiserId(),
                    // One that cannot serve has no rank: what it would bid unmeasured.
                    prices.getOrDefault(
                        lineItem.id(),
                        lineItem.effectiveCpmMicros(lineItem.chargesPerMillion(null))),
                    reason,
                    part)));
    return verdicts;
  }
}
