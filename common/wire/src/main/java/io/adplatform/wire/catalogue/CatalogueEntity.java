package io.adplatform.wire.catalogue;

/** One thing of the catalogue. Ids are positive 63-bit numbers, unique over all kinds. */
public sealed interface CatalogueEntity
    permits Advertiser,
        Campaign,
        LineItem,
        LineItem.Participation,
        Creative,
        SupplyPartner,
        DemandPartner,
        Deal,
        FloorRule,
        RateTable,
        TrafficList {
  /** Its id; that of a participation is its line item's. */
  long id();

  /** The account (tenant) that owns it. */
  long accountId();

  /** What kind of thing it is. */
  CatalogueKind kind();
}
