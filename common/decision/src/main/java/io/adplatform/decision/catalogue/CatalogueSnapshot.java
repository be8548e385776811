package io.adplatform.decision.catalogue;

import io.adplatform.decision.deal.DealIndex;
import io.adplatform.decision.deal.FloorIndex;
import io.adplatform.decision.frequency.CapIndex;
import io.adplatform.decision.targeting.TargetingIndex;
import io.adplatform.wire.money.ExchangeRates;
import java.util.List;

/**
 * Everything an auction must know of demand and supply, at one version. Immutable; any thread.
 *
 * @param version of the catalogue
 * @param lineItems that can serve, by ordinal: highest bid first, then by id
 * @param creatives by their own ordinals
 * @param partners by key and id
 * @param targeting over the ordinals of {@code lineItems}
 * @param caps over the ordinals of {@code lineItems}
 * @param idle line items that cannot serve at this version, whatever is asked
 * @param demandPartners that are asked, by their own ordinals
 * @param rates what currencies are worth in each other on the day it was compiled
 * @param deals by supply partner and deal id; {@code targeting} has them by the same ordinals
 * @param floors of supply partners
 */
public record CatalogueSnapshot(
    long version,
    LineItemIndex lineItems,
    CreativeIndex creatives,
    SupplyPartnerIndex partners,
    TargetingIndex targeting,
    CapIndex caps,
    List<IdleLineItem> idle,
    ExchangeRates rates,
    DealIndex deals,
    FloorIndex floors,
    DemandPartnerIndex demandPartners) {
  /** Nothing, at version 0. */
  public static final CatalogueSnapshot EMPTY =
      new CatalogueCompiler(CreativeCompiler.NONE).compile(0);
}
