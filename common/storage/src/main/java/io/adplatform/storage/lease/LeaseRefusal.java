package io.adplatform.storage.lease;

/** Why there is no lease for a line item now. New reasons are appended. */
public enum LeaseRefusal {
  /** billing-service has not heard of it, or it was deleted. */
  UNKNOWN_LINE_ITEM,
  /** The line item is not ACTIVE. */
  PAUSED,
  /** Its campaign is not ACTIVE, or was deleted. */
  CAMPAIGN_PAUSED,
  /** It, or its campaign, starts later. */
  NOT_STARTED,
  /** It, or its campaign, is over. */
  ENDED,
  /** What is left of its own budget is less than one impression. */
  TOTAL_BUDGET,
  /** The same of its budget for today. */
  DAILY_BUDGET,
  /** The same of its campaign's budget. */
  CAMPAIGN_TOTAL_BUDGET,
  /** The same of its campaign's budget for today. */
  CAMPAIGN_DAILY_BUDGET,
  /** The node holds too many leases for it already. */
  TOO_MANY_LEASES,
  /** What its advertiser has paid ahead is spent, or leased out to other line items. */
  PREPAID_FUNDS,
  /** Its advertiser owes, with what is leased out, as much as it may. */
  CREDIT_LIMIT,
  /** The same as CAMPAIGN_TOTAL_BUDGET, of its advertiser's own budget. */
  ADVERTISER_TOTAL_BUDGET,
  /** The same of its advertiser's own budget for today. */
  ADVERTISER_DAILY_BUDGET,
  /**
   * What was settled before billing-service started is not all counted: what is free is unknown.
   */
  NOT_COUNTED_YET,
  /** A later name that this release does not know. */
  @com.fasterxml.jackson.annotation.JsonEnumDefaultValue
  OTHER
}
