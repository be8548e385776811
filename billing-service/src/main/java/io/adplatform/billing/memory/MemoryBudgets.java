package io.adplatform.billing.memory;

import io.adplatform.billing.budget.Flight;
import io.adplatform.billing.budget.LineItemBudget;
import io.adplatform.billing.funds.PaymentTerms;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;

/** Budgets and purses as they are now, and what was used of them. */
final class MemoryBudgets {
  private final Map<Long, Advertiser> advertisers = new HashMap<>();
  private final Map<Long, Campaign> campaigns = new HashMap<>();
  private final Map<Long, LineItem> lineItems = new HashMap<>();
  private final Map<Long, MemorySpend> lineItemSpend = new HashMap<>();
  private final Map<Long, MemorySpend> campaignSpend = new HashMap<>();
  private final Map<Long, MemoryPurse> purses = new HashMap<>();

  void put(CatalogueEntity entity) {
    switch (entity) {
      case Advertiser advertiser -> advertisers.put(advertiser.id(), advertiser);
      case Campaign campaign -> campaigns.put(campaign.id(), campaign);
      case LineItem lineItem -> lineItems.put(lineItem.id(), lineItem);
      default -> {}
    }
  }

  void agree(long advertiserId, PaymentTerms terms) {
    purse(advertiserId).terms = terms;
  }

  void post(long advertiserId, long creditMicros) {
    purse(advertiserId).balanceMicros += creditMicros;
  }

  /** How long after its token's expiry a bid of a line item may be charged. */
  long chargeAfterMillis(long lineItemId) {
    return lineItems.get(lineItemId).model().chargeSeconds() * 1_000L;
  }

  /** What decides about a line item now; null where it is not known. */
  LineItemBudget of(long lineItemId, long nowMillis) {
    LineItem lineItem = lineItems.get(lineItemId);
    Campaign campaign = lineItem == null ? null : campaigns.get(lineItem.campaignId());
    if (campaign == null) {
      return null;
    }
    Advertiser advertiser = advertisers.get(campaign.advertiserId());
    ZoneId zone = ZoneId.of(advertiser.timeZone());
    LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(nowMillis), zone);
    return new LineItemBudget(
        flight(lineItem),
        flight(campaign),
        new LineItemBudget.Owner(
            advertiser.id(),
            lineItem.accountId(),
            advertiser.currency(),
            purse(advertiser.id()).on(day)),
        day,
        day.plusDays(1).atStartOfDay(zone).toInstant().toEpochMilli(),
        spend(lineItemSpend, lineItemId).on(day),
        spend(campaignSpend, campaign.id()).on(day));
  }

  private static Flight flight(LineItem of) {
    return flight(of.id(), of.status(), of.startAt(), of.endAt(), of.budget());
  }

  private static Flight flight(Campaign of) {
    return flight(of.id(), of.status(), of.startAt(), of.endAt(), of.budget());
  }

  private static Flight flight(long id, Status status, Instant start, Instant end, Budget budget) {
    return new Flight(
        id,
        status == Status.ACTIVE,
        start == null ? null : start.toEpochMilli(),
        end == null ? null : end.toEpochMilli(),
        budget.totalMicros(),
        budget.dailyMicros());
  }

  /** Commits more on a lease, or less. */
  void commit(MemoryLease lease, long micros) {
    LineItem lineItem = lineItems.get(lease.lineItemId);
    Flight campaign = flight(campaigns.get(lease.campaignId));
    ofLineItem(lease.lineItemId).commit(flight(lineItem), lease.day, micros);
    spend(campaignSpend, lease.campaignId).commit(campaign, lease.day, micros);
    purse(lineItem.advertiserId()).commit(lineItem.advertiserId(), lease.day, micros);
  }

  /**
   * Counts what was charged on a lease, and posts it.
   *
   * @param postedMicros what settlement charged: not less, and more where the lease was given back
   * @param open whether the lease was open to it
   */
  void charge(
      MemoryLease lease, long chargedMicros, long overMicros, long postedMicros, boolean open) {
    ofLineItem(lease.lineItemId).charge(lease.day, chargedMicros, overMicros);
    spend(campaignSpend, lease.campaignId).charge(lease.day, chargedMicros, overMicros);
    MemoryPurse purse = purse(lineItems.get(lease.lineItemId).advertiserId());
    purse.spend.charge(lease.day, chargedMicros, overMicros);
    purse.balanceMicros -= postedMicros;
    if (open) {
      purse.charged(chargedMicros);
    }
  }

  MemorySpend ofLineItem(long id) {
    return spend(lineItemSpend, id);
  }

  long balanceMicros(long advertiserId) {
    return purse(advertiserId).balanceMicros;
  }

  private MemoryPurse purse(long advertiserId) {
    return purses.computeIfAbsent(advertiserId, key -> new MemoryPurse());
  }

  private static MemorySpend spend(Map<Long, MemorySpend> all, long id) {
    return all.computeIfAbsent(id, key -> new MemorySpend());
  }
}
