package io.adplatform.analytics.explain;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.LineItemIndex;
import io.adplatform.decision.choice.Explanation;
import io.adplatform.decision.choice.Replay;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;

/**
 * What became of every line item of a catalogue in an auction, computed anew from the recorded
 * request by the exchange's own code. Leases are not known any more: that is what records are for.
 */
final class Recomputation {
  /** Told one by one: more than anybody reads, and no more bytes than a page of a list. */
  static final int MAX_LISTED = 200;

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

  /** Runs recorded auctions again as this exchange would have. */
  Replay replay() {
    return new Replay(secureEndpoint, seat);
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
      String part) {
    Verdict at(long cpmMicros) {
      return new Verdict(
          lineItemId, name, accountId, campaignId, advertiserId, cpmMicros, reason, part);
    }
  }

  /**
   * What became of a catalogue's line items beside those that the record has.
   *
   * @param lineItems how many there were, those of the record too
   * @param listed the caller's, at most {@link #MAX_LISTED}: those that could serve best first
   * @param further the caller's beyond those, by reason
   * @param others those of other accounts, by reason
   */
  record Verdicts(
      int lineItems,
      List<Verdict> listed,
      Map<Reason, Integer> further,
      Map<Reason, Integer> others) {}

  /**
   * Every line item of the catalogue: one by one so many as an answer may list, the rest counted.
   *
   * @param mine which accounts' line items are listed
   * @return null where the recorded request cannot be read, or its partner is not in the catalogue
   */
  Verdicts verdicts(
      CatalogueSnapshot catalogue,
      RecordedAuction auction,
      RecordedRequest recorded,
      LongPredicate mine) {
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
    Set<Long> inRecord = new HashSet<>();
    auction.candidates().forEach(candidate -> inRecord.add(candidate.lineItemId()));
    List<Verdict> listed = new ArrayList<>();
    Map<Reason, Integer> further = new EnumMap<>(Reason.class);
    Map<Reason, Integer> others = new EnumMap<>(Reason.class);
    int[] lineItems = {0};
    Explanation.explain(
        catalogue,
        query,
        read.deals(),
        read.open(),
        auction.timeMillis(),
        auction.hi(),
        auction.lo(),
        (lineItem, reason, part) -> {
          lineItems[0]++;
          if (inRecord.contains(lineItem.id())) {
            return;
          }
          if (!mine.test(lineItem.accountId())) {
            others.merge(reason, 1, Integer::sum);
          } else if (listed.size() < MAX_LISTED) {
            listed.add(verdict(lineItem, reason, part));
          } else {
            further.merge(reason, 1, Integer::sum);
          }
        });
    return new Verdicts(lineItems[0], priced(listed, catalogue.lineItems()), further, others);
  }

  /** One that cannot serve has no rank: it is given what it would bid unmeasured. */
  private static Verdict verdict(LineItem lineItem, Reason reason, String part) {
    return new Verdict(
        lineItem.id(),
        lineItem.name(),
        lineItem.accountId(),
        lineItem.campaignId(),
        lineItem.advertiserId(),
        lineItem.effectiveCpmMicros(lineItem.chargesPerMillion(null)),
        reason,
        part);
  }

  /** Gives those that can serve the prices that they are ranked by. */
  private static List<Verdict> priced(List<Verdict> listed, LineItemIndex lineItems) {
    Map<Long, Integer> places = new HashMap<>();
    for (int place = 0; place < listed.size(); place++) {
      places.put(listed.get(place).lineItemId(), place);
    }
    for (int ordinal = 0; ordinal < lineItems.count(); ordinal++) {
      Integer place = places.get(lineItems.id(ordinal));
      if (place != null) {
        listed.set(place, listed.get(place).at(lineItems.bidCpmMicros(ordinal)));
      }
    }
    return listed;
  }
}
