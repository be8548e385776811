package io.adplatform.campaign.outbox;

import io.adplatform.campaign.check.PartnerTerms;
import io.adplatform.campaign.entity.AdvertiserKind;
import io.adplatform.campaign.entity.CampaignKind;
import io.adplatform.campaign.entity.CreativeKind;
import io.adplatform.campaign.entity.DealKind;
import io.adplatform.campaign.entity.DemandPartnerKind;
import io.adplatform.campaign.entity.EntityKind;
import io.adplatform.campaign.entity.FloorRuleKind;
import io.adplatform.campaign.entity.LineItemKind;
import io.adplatform.campaign.entity.RateTableKind;
import io.adplatform.campaign.entity.SupplyPartnerKind;
import io.adplatform.wire.catalogue.CatalogueKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Tells the catalogue everything anew, for topics that have lost what they had been told (a Kafka
 * that was set up afresh, or lost its disk), and for those that know more than the database (which
 * was set up afresh, or restored from a copy).
 */
final class Republication {
  private static final List<EntityKind<?>> KINDS =
      List.of(
          new AdvertiserKind(),
          new CampaignKind(),
          new CreativeKind(),
          new LineItemKind(),
          new SupplyPartnerKind(),
          new DemandPartnerKind(PartnerTerms.NONE),
          new RateTableKind(),
          new DealKind(),
          new FloorRuleKind());

  /** The account of what is known by its key alone. */
  private static final long NOBODY = 0;

  private Republication() {}

  /**
   * Appends every thing, and every deletion still in the outbox, in one transaction.
   *
   * @param above the versions are above this one
   * @param told what the topics take for there; what of it is not is deleted
   * @return how many messages that makes
   */
  static int append(Handle handle, Outbox outbox, long above, Set<CatalogueKey> told) {
    // No writer may commit in between: what is read here must not be overtaken by what it replaces.
    long newest = take(handle, 0);
    if (newest < above) {
      take(handle, Math.toIntExact(above - newest));
    }
    Map<CatalogueKey, Outbox.Change> changes = new LinkedHashMap<>();
    told.forEach(key -> changes.put(key, new Outbox.Change(NOBODY, key, null)));
    handle
        .createQuery("SELECT account_id, key FROM outbox WHERE document IS NULL")
        .map(
            (row, context) ->
                new Outbox.Change(
                    row.getLong("account_id"), CatalogueKey.parse(row.getString("key")), null))
        .forEach(change -> changes.put(change.key(), change));
    KINDS.forEach(kind -> read(handle, kind, changes));
    ParticipationStore.all(handle).forEach(one -> put(changes, Outbox.Change.of(one)));
    if (!changes.isEmpty()) {
      outbox.append(handle, new ArrayList<>(changes.values()));
    }
    return changes.size();
  }

  private static void put(Map<CatalogueKey, Outbox.Change> changes, Outbox.Change change) {
    changes.put(change.key(), change);
  }

  private static long take(Handle handle, int count) {
    return handle
        .createQuery("SELECT take_versions(:count)")
        .bind("count", count)
        .mapTo(Long.class)
        .one();
  }

  private static <E> void read(
      Handle handle, EntityKind<E> kind, Map<CatalogueKey, Outbox.Change> changes) {
    handle
        .createQuery(kind.terms().select() + " ORDER BY t.id")
        .map((row, context) -> Outbox.Change.of(kind.catalogued(kind.read(row))))
        .forEach(change -> changes.put(change.key(), change));
  }
}
