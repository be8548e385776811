package io.adplatform.billing.budget;

import io.adplatform.storage.lease.LeaseRefusal;
import java.time.LocalDate;

/**
 * All that decides about a lease of one line item at one time.
 *
 * @param day today, where the advertiser is
 * @param dayEndMillis the first instant that is no longer today
 */
public record LineItemBudget(
    Flight lineItem,
    Flight campaign,
    Owner owner,
    LocalDate day,
    long dayEndMillis,
    Spend lineItemSpend,
    Spend campaignSpend) {
  /** Whose it is, and in what it pays. */
  public record Owner(long advertiserId, long accountId, String currency) {}

  /** A lease may be had this long before a flight starts, so that it starts on time. */
  private static final long AHEAD_MILLIS = 60_000;

  /** What may still be committed. */
  public long freeMicros() {
    return Math.min(lineItem.free(lineItemSpend), campaign.free(campaignSpend));
  }

  /** The first instant at which it no longer runs, or today ends. */
  public long endMillis() {
    long end = dayEndMillis;
    if (lineItem.endMillis() != null) {
      end = Math.min(end, lineItem.endMillis());
    }
    return campaign.endMillis() == null ? end : Math.min(end, campaign.endMillis());
  }

  /**
   * Why there is no lease whatever is free, or null.
   *
   * @param priceMicros of one impression
   */
  public LeaseRefusal refusal(long nowMillis, long priceMicros) {
    if (!lineItem.active()) {
      return LeaseRefusal.PAUSED;
    }
    if (!campaign.active()) {
      return LeaseRefusal.CAMPAIGN_PAUSED;
    }
    if (startsLater(lineItem, nowMillis) || startsLater(campaign, nowMillis)) {
      return LeaseRefusal.NOT_STARTED;
    }
    if (endMillis() <= nowMillis) {
      return LeaseRefusal.ENDED;
    }
    if (lineItem.freeTotal(lineItemSpend) < priceMicros) {
      return LeaseRefusal.TOTAL_BUDGET;
    }
    if (lineItem.freeOfDay(lineItemSpend) < priceMicros) {
      return LeaseRefusal.DAILY_BUDGET;
    }
    if (campaign.freeTotal(campaignSpend) < priceMicros) {
      return LeaseRefusal.CAMPAIGN_TOTAL_BUDGET;
    }
    return campaign.freeOfDay(campaignSpend) < priceMicros
        ? LeaseRefusal.CAMPAIGN_DAILY_BUDGET
        : null;
  }

  private static boolean startsLater(Flight flight, long nowMillis) {
    return flight.startMillis() != null && flight.startMillis() > nowMillis + AHEAD_MILLIS;
  }
}
