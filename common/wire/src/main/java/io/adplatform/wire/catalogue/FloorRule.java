package io.adplatform.wire.catalogue;

import io.adplatform.wire.targeting.Targeting;
import java.util.List;

/**
 * The least price of some of a supply partner's imps, beside the floor that a request names: the
 * higher of the two holds.
 *
 * @param placements {@code imp.tagid}s that it is for; empty is any
 * @param targeting which imps it is for: by country, region, device type and size alone
 * @param formats that it is for; empty is any
 * @param floorCpmMicros CPM micros of {@code currency}; not negative
 */
public record FloorRule(
    long id,
    long accountId,
    String name,
    Status status,
    long supplyPartnerId,
    List<String> placements,
    Targeting targeting,
    List<Format> formats,
    long floorCpmMicros,
    String currency)
    implements CatalogueEntity {
  @Override
  public CatalogueKind kind() {
    return CatalogueKind.FLOOR_RULE;
  }
}
