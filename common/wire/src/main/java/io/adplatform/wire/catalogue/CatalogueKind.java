package io.adplatform.wire.catalogue;

/** The kinds of things in the catalogue, with the name each has in a message key. */
public enum CatalogueKind {
  ADVERTISER("advertiser", Advertiser.class),
  CAMPAIGN("campaign", Campaign.class),
  LINE_ITEM("line-item", LineItem.class),
  CREATIVE("creative", Creative.class),
  SUPPLY_PARTNER("supply-partner", SupplyPartner.class),
  PARTICIPATION("participation", LineItem.Participation.class),
  DEMAND_PARTNER("demand-partner", DemandPartner.class),
  DEAL("deal", Deal.class),
  FLOOR_RULE("floor-rule", FloorRule.class),
  RATE_TABLE("rate-table", RateTable.class),
  TRAFFIC_LIST("traffic-list", TrafficList.class);

  private final String keyName;
  private final Class<? extends CatalogueEntity> type;

  CatalogueKind(String keyName, Class<? extends CatalogueEntity> type) {
    this.keyName = keyName;
    this.type = type;
  }

  /** The first part of a message key. */
  public String keyName() {
    return keyName;
  }

  /** The record that a message of this kind holds. */
  public Class<? extends CatalogueEntity> type() {
    return type;
  }
}
