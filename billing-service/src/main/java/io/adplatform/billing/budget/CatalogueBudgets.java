package io.adplatform.billing.budget;

import io.adplatform.storage.kafka.CatalogueListener;
import io.adplatform.storage.postgres.Transactions;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.CatalogueKind;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.SupplyPartner;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Learns budgets, and whose partners are whose, from the catalogue: gathers a transaction's
 * documents and writes them together. The first time, when the whole catalogue was read, what is in
 * the tables and not in it is marked as deleted: its deletion was compacted away while
 * billing-service was not there. Called by the reader's thread alone.
 */
public final class CatalogueBudgets implements CatalogueListener {
  /** A document as it came last; no entity is a deletion. */
  record Pending<T extends CatalogueEntity>(T entity, long version) {}

  private final Transactions transactions;
  private final Map<Long, Pending<Advertiser>> advertisers = new TreeMap<>();
  private final Map<Long, Pending<Campaign>> campaigns = new TreeMap<>();
  private final Map<Long, Pending<LineItem>> lineItems = new TreeMap<>();
  private final Map<Long, Pending<SupplyPartner>> supplyPartners = new TreeMap<>();
  private final Map<Long, Pending<DemandPartner>> demandPartners = new TreeMap<>();
  private Map<CatalogueKind, Set<Long>> seen = new EnumMap<>(CatalogueKind.class);

  /** Writes through the transactions. */
  public CatalogueBudgets(Transactions transactions) {
    this.transactions = transactions;
  }

  @Override
  public void onDocument(CatalogueKey key, CatalogueEntity entity, long version) {
    switch (key.kind()) {
      case ADVERTISER -> advertisers.put(key.id(), new Pending<>((Advertiser) entity, version));
      case CAMPAIGN -> campaigns.put(key.id(), new Pending<>((Campaign) entity, version));
      case LINE_ITEM -> lineItems.put(key.id(), new Pending<>((LineItem) entity, version));
      case SUPPLY_PARTNER ->
          supplyPartners.put(key.id(), new Pending<>((SupplyPartner) entity, version));
      case DEMAND_PARTNER ->
          demandPartners.put(key.id(), new Pending<>((DemandPartner) entity, version));
      case CREATIVE, PARTICIPATION -> {
        return;
      }
    }
    if (seen != null) {
      Set<Long> ids = seen.computeIfAbsent(key.kind(), kind -> new HashSet<>());
      if (entity == null) {
        ids.remove(key.id());
      } else {
        ids.add(key.id());
      }
    }
  }

  @Override
  public void onConsistent(long version) throws SQLException {
    transactions.forService(
        handle -> {
          CatalogueStore store = new CatalogueStore(handle.getConnection());
          RowLocks.lockBudgets(handle.getConnection(), campaigns.keySet(), lineItems.keySet());
          store.writeAdvertisers(advertisers);
          store.writeCampaigns(campaigns);
          store.writeLineItems(lineItems);
          store.writePartners("supply_partner", supplyPartners, SupplyPartner::accountId);
          store.writePartners("demand_partner", demandPartners, DemandPartner::accountId);
          if (seen != null) {
            store.deleteUnseen("advertiser", ids(CatalogueKind.ADVERTISER));
            store.deleteUnseen("campaign", ids(CatalogueKind.CAMPAIGN));
            store.deleteUnseen("line_item", ids(CatalogueKind.LINE_ITEM));
            store.deleteUnseen("supply_partner", ids(CatalogueKind.SUPPLY_PARTNER));
            store.deleteUnseen("demand_partner", ids(CatalogueKind.DEMAND_PARTNER));
          }
          return null;
        });
    advertisers.clear();
    campaigns.clear();
    lineItems.clear();
    supplyPartners.clear();
    demandPartners.clear();
    seen = null;
  }

  private Set<Long> ids(CatalogueKind kind) {
    return seen.getOrDefault(kind, Set.of());
  }
}
