package io.adplatform.wire.catalogue;

import java.time.Instant;
import java.util.List;

/**
 * What is bid, for whom, with which creatives.
 *
 * @param bidCpmMicros bid per thousand impressions, in the advertiser's currency; positive
 * @param creativeIds creatives of the same advertiser, any of which may be shown; not empty when
 *     ACTIVE
 * @param budget never null
 * @param startAt null follows the campaign
 * @param endAt null follows the campaign
 * @param targeting never null
 */
public record LineItem(
    long id,
    long accountId,
    long advertiserId,
    long campaignId,
    String name,
    Status status,
    long bidCpmMicros,
    List<Long> creativeIds,
    Budget budget,
    Instant startAt,
    Instant endAt,
    Targeting targeting)
    implements CatalogueEntity {
  @Override
  public CatalogueKind kind() {
    return CatalogueKind.LINE_ITEM;
  }
}
