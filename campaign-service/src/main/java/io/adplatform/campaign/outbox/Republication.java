package io.adplatform.campaign.outbox;

import io.adplatform.campaign.entity.AdvertiserKind;
import io.adplatform.campaign.entity.CampaignKind;
import io.adplatform.campaign.entity.CreativeKind;
import io.adplatform.campaign.entity.EntityKind;
import io.adplatform.campaign.entity.LineItemKind;
import io.adplatform.campaign.entity.SupplyPartnerKind;
import io.adplatform.wire.catalogue.CatalogueKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Tells the catalogue everything anew, for topics that have lost what they had been told: a Kafka
 * that was set up afresh, or lost its disk.
 */
final class Republication {
  private static final List<EntityKind<?>> KINDS =
      List.of(
          new AdvertiserKind(),
          new CampaignKind(),
          new CreativeKind(),
          new LineItemKind(),
          new SupplyPartnerKind());

  private Republication() {}

  /**
   * Appends every thing, and every deletion still in the outbox, in one transaction.
   *
   * @return how many messages that makes
   */
  static int append(Handle handle, Outbox outbox) {
    // No writer may commit in between: what is read here must not be overtaken by what it replaces.
    handle.createQuery("SELECT take_versions(0)").mapTo(Long.class).one();
    Map<CatalogueKey, Outbox.Change> changes = new LinkedHashMap<>();
    handle
        .createQuery("SELECT account_id, key FROM outbox WHERE document IS NULL")
        .map(
            (row, context) ->
                new Outbox.Change(
                    row.getLong("account_id"), CatalogueKey.parse(row.getString("key")), null))
        .forEach(change -> changes.put(change.key(), change));
    KINDS.forEach(kind -> read(handle, kind, changes));
    if (!changes.isEmpty()) {
      outbox.append(handle, new ArrayList<>(changes.values()));
    }
    return changes.size();
  }

  private static <E> void read(
      Handle handle, EntityKind<E> kind, Map<CatalogueKey, Outbox.Change> changes) {
    handle
        .createQuery(kind.terms().select() + " ORDER BY t.id")
        .map((row, context) -> Outbox.Change.of(kind.catalogued(kind.read(row))))
        .forEach(change -> changes.put(change.key(), change));
  }
}
