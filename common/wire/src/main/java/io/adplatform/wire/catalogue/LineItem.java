package io.adplatform.wire.catalogue;

import io.adplatform.wire.frequency.FrequencyCap;
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
 * @param frequencyCaps of all of it together, per user; never null
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
    Targeting targeting,
    List<FrequencyCap> frequencyCaps)
    implements CatalogueEntity {
  /** Documents of former releases say nothing of caps. */
  public LineItem {
    frequencyCaps = frequencyCaps == null ? List.of() : List.copyOf(frequencyCaps);
  }

  /** One without frequency caps. */
  public LineItem(
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
      Targeting targeting) {
    this(
        id,
        accountId,
        advertiserId,
        campaignId,
        name,
        status,
        bidCpmMicros,
        creativeIds,
        budget,
        startAt,
        endAt,
        targeting,
        List.of());
  }

  @Override
  public CatalogueKind kind() {
    return CatalogueKind.LINE_ITEM;
  }
}
