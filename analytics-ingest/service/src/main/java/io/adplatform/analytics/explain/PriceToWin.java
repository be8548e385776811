package io.adplatform.analytics.explain;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.choice.Candidates;
import io.adplatform.decision.choice.Clearing;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.money.Cpm;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the recorded candidates of an auction would have had to bid, before the partner's margin, to
 * be sent to the SSP. Pure functions; any thread.
 */
final class PriceToWin {
  /** Those that price alone decided on. */
  private static final Set<Integer> PRICED =
      Set.of(
          Reason.NONE.code(),
          Reason.OUTBID.code(),
          Reason.LOST_TIE.code(),
          Reason.BELOW_FLOOR.code());

  private PriceToWin() {}

  /**
   * By line item, CPM micros; empty where the partner's margin and number of bids are not known,
   * and on a deal, whose price may be fixed.
   *
   * @param catalogue as it was, or null
   */
  static Map<Long, Long> of(RecordedAuction auction, CatalogueSnapshot catalogue) {
    SupplyPartner partner =
        catalogue == null ? null : catalogue.partners().byId(auction.supplyPartnerId());
    if (partner == null || auction.money().dealId() != 0) {
      return Map.of();
    }
    List<RecordedAuction.Candidate> priced =
        auction.candidates().stream()
            .filter(candidate -> PRICED.contains(candidate.reason()))
            .sorted(
                Comparator.comparingLong(RecordedAuction.Candidate::priceCpmMicros)
                    .reversed()
                    .thenComparing(candidate -> candidate.reason() != Reason.NONE.code()))
            .toList();
    long[] bids = priced.stream().mapToLong(RecordedAuction.Candidate::priceCpmMicros).toArray();
    Clearing clearing = new Clearing(bids.length);
    clearing.clear(
        bids,
        bids.length,
        Math.min(partner.maxBidsPerImp(), Candidates.MAX),
        Cpm.beforeMargin(auction.money().floorCpmMicros(), partner.marginBasisPoints()),
        Clearing.Rule.FIRST_PRICE,
        0);
    Map<Long, Long> prices = new HashMap<>();
    for (int i = 0; i < bids.length; i++) {
      prices.put(priced.get(i).lineItemId(), clearing.minToWin(i));
    }
    return prices;
  }
}
