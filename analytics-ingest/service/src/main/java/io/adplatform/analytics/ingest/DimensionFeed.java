package io.adplatform.analytics.ingest;

import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.storage.clickhouse.RowBinaryBlock;
import io.adplatform.storage.kafka.CatalogueListener;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.CatalogueKind;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Deal;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.FloorRule;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.RateTable;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.catalogue.TrafficList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps the table {@code entities}: what events name by id belongs to which advertiser, campaign
 * and account, and is called what. What is deleted stays, marked, since its events stay. Called by
 * the catalogue reader's thread alone.
 */
final class DimensionFeed implements CatalogueListener {
  private static final String TABLE = "entities";
  private static final String COLUMNS =
      "id, kind, account_id, advertiser_id, campaign_id, name, deleted, version";

  /** What reports are grouped by; a participation bears the id of its line item. */
  private static final Set<CatalogueKind> NAMED =
      EnumSet.of(
          CatalogueKind.ADVERTISER,
          CatalogueKind.CAMPAIGN,
          CatalogueKind.LINE_ITEM,
          CatalogueKind.CREATIVE,
          CatalogueKind.SUPPLY_PARTNER,
          CatalogueKind.DEMAND_PARTNER,
          CatalogueKind.DEAL);

  /** A row of the table. */
  private record Row(
      String kind,
      long accountId,
      long advertiserId,
      long campaignId,
      String name,
      boolean deleted,
      long version) {

    Row asDeleted(long atVersion) {
      return new Row(kind, accountId, advertiserId, campaignId, name, true, atVersion);
    }
  }

  private final ClickHouseDatabase database;
  private final Runnable schema;
  private final Map<Long, Row> written = new HashMap<>();
  private final Map<Long, Row> changed = new LinkedHashMap<>();

  /** Line items and partners as they are now; read by any thread. */
  private final Map<Long, CatalogueEntity> current = new ConcurrentHashMap<>();

  /**
   * @param schema makes the table where it is missing; throws while ClickHouse is away
   */
  DimensionFeed(ClickHouseDatabase database, Runnable schema) {
    this.database = database;
    this.schema = schema;
  }

  @Override
  public void onDocument(CatalogueKey key, CatalogueEntity entity, long version) {
    if (!NAMED.contains(key.kind())) {
      return;
    }
    if (entity != null) {
      changed.put(key.id(), row(entity, version));
      if (entity instanceof LineItem
          || entity instanceof SupplyPartner
          || entity instanceof DemandPartner) {
        current.put(key.id(), entity);
      }
      return;
    }
    current.remove(key.id());
    Row known = changed.getOrDefault(key.id(), written.get(key.id()));
    if (known != null) {
      changed.put(key.id(), known.asDeleted(version));
    }
  }

  /** A line item or a partner as it is now, or null. Thread-safe. */
  CatalogueEntity current(long id) {
    return current.get(id);
  }

  private static Row row(CatalogueEntity entity, long version) {
    long account = entity.accountId();
    String kind = entity.kind().keyName();
    return switch (entity) {
      case Advertiser a -> new Row(kind, account, a.id(), 0, a.name(), false, version);
      case Campaign c -> new Row(kind, account, c.advertiserId(), c.id(), c.name(), false, version);
      case LineItem l ->
          new Row(kind, account, l.advertiserId(), l.campaignId(), l.name(), false, version);
      case Creative c -> new Row(kind, account, c.advertiserId(), 0, c.name(), false, version);
      case SupplyPartner p -> new Row(kind, account, 0, 0, p.name(), false, version);
      case DemandPartner p -> new Row(kind, account, 0, 0, p.name(), false, version);
      case Deal d -> new Row(kind, account, 0, 0, d.name(), false, version);
      case LineItem.Participation p -> throw nothingNamed(p);
      case FloorRule f -> throw nothingNamed(f);
      case RateTable r -> throw nothingNamed(r);
      case TrafficList t -> throw nothingNamed(t);
    };
  }

  private static IllegalArgumentException nothingNamed(CatalogueEntity entity) {
    return new IllegalArgumentException(CatalogueKey.of(entity).text() + " is in no report");
  }

  @Override
  public void onConsistent(long version) {
    changed.entrySet().removeIf(entry -> entry.getValue().equals(written.get(entry.getKey())));
    if (changed.isEmpty()) {
      return;
    }
    if (written.isEmpty()) {
      schema.run();
    }
    RowBinaryBlock block = new RowBinaryBlock();
    changed.forEach(
        (id, row) -> {
          block.putLong(id).putString(row.kind()).putLong(row.accountId());
          block.putLong(row.advertiserId()).putLong(row.campaignId()).putString(row.name());
          block.putByte(row.deleted() ? 1 : 0).putLong(row.version());
          block.endRow();
        });
    database.insert(TABLE, COLUMNS, block, null);
    written.putAll(changed);
    changed.clear();
  }
}
