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
import java.util.function.LongUnaryOperator;

/** Budgets and purses as they are now, and what was used of them. */
final class MemoryBudgets {
  private final Map<Long, Advertiser> advertisers = new HashMap<>();
  private final Map<Long, Campaign> campaigns = new HashMap<>();
  private final Map<Long, LineItem> lineItems = new HashMap<>();
  private final Map<Long, MemorySpend> lineItemSpend = new HashMap<>();
  private final Map<Long, MemorySpend> campaignSpend = new HashMap<>();
  private final Map<Long, MemoryPurse> purses = new HashMap<>();
  private final LongUnaryOperator balances;
  private final Map<Long, Long> versions = new HashMap<>();
  private long version;

  /**
   * Without budgets.
   *
   * @param balances what an advertiser has paid ahead, less what it owes, micros
   */
  MemoryBudgets(LongUnaryOperator balances) {
    this.balances = balances;
  }

  void put(CatalogueEntity entity) {
    switch (entity) {
      case Advertiser advertiser -> advertisers.put(advertiser.id(), advertiser);
      case Campaign campaign -> campaigns.put(campaign.id(), campaign);
      case LineItem lineItem -> {
        lineItems.put(lineItem.id(), lineItem);
        versions.put(lineItem.id(), ++version);
      }
      default -> {}
    }
  }

  void agree(long advertiserId, PaymentTerms terms) {
    purse(advertiserId).terms = terms;
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
   * Counts what was charged on a lease.
   *
   * @param open whether the lease was open to it
   */
  void charge(MemoryLease lease, long chargedMicros, long overMicros, boolean open) {
    ofLineItem(lease.lineItemId).charge(lease.day, chargedMicros, overMicros);
    spend(campaignSpend, lease.campaignId).charge(lease.day, chargedMicros, overMicros);
    MemoryPurse purse = purse(lineItems.get(lease.lineItemId).advertiserId());
    purse.spend.charge(lease.day, chargedMicros, overMicros);
    if (open) {
      purse.charged(chargedMicros);
    }
  }

  MemorySpend ofLineItem(long id) {
    return spend(lineItemSpend, id);
  }

  /** The line items there are, by id. */
  Map<Long, LineItem> lineItems() {
    return lineItems;
  }

  /** Which of the documents that were put a line item's last one is, counted from 1. */
  long version(long lineItemId) {
    return versions.get(lineItemId);
  }

  /** A line item's campaign. */
  Campaign campaign(long id) {
    return campaigns.get(id);
  }

  /** An advertiser; null where it is not known. */
  Advertiser advertiser(long id) {
    return advertisers.get(id);
  }

  MemorySpend ofCampaign(long id) {
    return spend(campaignSpend, id);
  }

  private MemoryPurse purse(long advertiserId) {
    return purses.computeIfAbsent(
        advertiserId, id -> new MemoryPurse(() -> balances.applyAsLong(id)));
  }

  private static MemorySpend spend(Map<Long, MemorySpend> all, long id) {
    return all.computeIfAbsent(id, key -> new MemorySpend());
  }
}
