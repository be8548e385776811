package io.adplatform.campaign.outbox;

import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.CatalogueKind;
import io.adplatform.wire.catalogue.LineItem.Participation;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * The participations of paced line items, as the catalogue is told. In the caller's transaction.
 */
final class ParticipationStore {
  private static final String TAKE =
      """
      INSERT INTO participation AS p
      SELECT l.id, l.account_id, n.parts
        FROM unnest(:ids, :parts) AS n (id, parts)
        JOIN line_item l ON l.id = n.id AND l.pacing <> 'ASAP' ORDER BY l.id
          ON CONFLICT (line_item_id) DO UPDATE
         SET parts_per_million = excluded.parts_per_million, told_at = now()
       WHERE p.parts_per_million <> excluded.parts_per_million
      RETURNING line_item_id, account_id, parts_per_million\
      """;

  /** Well within the days that the log keeps: what does not change must not fall out of it. */
  private static final String TELL_AGAIN =
      """
      UPDATE participation SET told_at = now() WHERE told_at < now() - interval '1 day'
      RETURNING line_item_id, account_id, parts_per_million\
      """;

  private static final String DROP =
      """
      DELETE FROM participation p WHERE NOT EXISTS (
        SELECT 1 FROM line_item l WHERE l.id = p.line_item_id AND l.pacing <> 'ASAP')
      RETURNING line_item_id, account_id\
      """;

  private ParticipationStore() {}

  /** All there are. */
  static List<Participation> all(Handle handle) {
    return handle
        .createQuery(
            "SELECT line_item_id, account_id, parts_per_million FROM participation"
                + " ORDER BY line_item_id")
        .map((row, context) -> read(row))
        .list();
  }

  private static Participation read(ResultSet row) throws SQLException {
    return new Participation(
        row.getLong("line_item_id"), row.getLong("account_id"), row.getInt("parts_per_million"));
  }

  /**
   * Takes new ones, forgets those of line items that are gone or no longer paced, and has those
   * that have not changed for a day told again.
   *
   * @param steered parts per million by line item
   * @return what the catalogue is to be told
   */
  static List<Outbox.Change> take(Handle handle, Map<Long, Integer> steered) {
    List<Outbox.Change> changes = new ArrayList<>();
    handle
        .createQuery(DROP)
        .map((row, context) -> gone(row.getLong("account_id"), row.getLong("line_item_id")))
        .forEach(changes::add);
    if (!steered.isEmpty()) {
      handle
          .createQuery(TAKE)
          .bindArray("ids", Long.class, List.copyOf(steered.keySet()))
          .bindArray("parts", Integer.class, List.copyOf(steered.values()))
          .map((row, context) -> read(row))
          .forEach(one -> changes.add(Outbox.Change.of(one)));
    }
    handle
        .createQuery(TELL_AGAIN)
        .map((row, context) -> read(row))
        .forEach(one -> changes.add(Outbox.Change.of(one)));
    return changes;
  }

  private static Outbox.Change gone(long accountId, long lineItemId) {
    return new Outbox.Change(
        accountId, new CatalogueKey(CatalogueKind.PARTICIPATION, lineItemId), null);
  }
}
