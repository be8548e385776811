package io.adplatform.campaign.outbox;

import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.CatalogueKind;
import io.adplatform.wire.catalogue.LineItem.Participation;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * The participations of paced line items, and the rates of those that do not pay for impressions,
 * as the catalogue is told. In the caller's transaction.
 */
final class ParticipationStore {
  private static final String RETURNING =
      " RETURNING p.line_item_id, p.account_id, p.parts_per_million, p.charges_per_million,"
          + " p.charge_micros";

  private static final String TAKE =
      """
      INSERT INTO participation AS p (line_item_id, account_id, parts_per_million)
      SELECT l.id, l.account_id, n.parts
        FROM unnest(:ids, :numbers) AS n (id, parts)
        JOIN line_item l ON l.id = n.id AND l.pacing <> 'ASAP' ORDER BY l.id
          ON CONFLICT (line_item_id) DO UPDATE
         SET parts_per_million = excluded.parts_per_million, told_at = now()
       WHERE p.parts_per_million <> excluded.parts_per_million\
      """
          + RETURNING;

  /** The share is that with which one starts: it counts once the line item is paced. */
  private static final String TAKE_RATES =
      """
      INSERT INTO participation AS p (line_item_id, account_id, parts_per_million,
             charges_per_million, charge_micros)
      SELECT l.id, l.account_id, :start, n.rate, n.charge
        FROM unnest(:ids, :numbers, :charges) AS n (id, rate, charge)
        JOIN line_item l ON l.id = n.id AND l.bid_model <> 'CPM' ORDER BY l.id
          ON CONFLICT (line_item_id) DO UPDATE
         SET charges_per_million = excluded.charges_per_million,
             charge_micros = excluded.charge_micros, told_at = now()
       WHERE p.charges_per_million IS DISTINCT FROM excluded.charges_per_million
          OR p.charge_micros IS DISTINCT FROM excluded.charge_micros\
      """
          + RETURNING;

  /** One that is no longer paced, and has a rate, starts anew should it be paced again. */
  private static final String RESTART =
      """
      UPDATE participation p SET parts_per_million = :start, told_at = now()
        FROM line_item l
       WHERE l.id = p.line_item_id AND l.pacing = 'ASAP' AND p.parts_per_million <> :start\
      """
          + RETURNING;

  /** Well within the days that the log keeps: what does not change must not fall out of it. */
  private static final String TELL_AGAIN =
      """
      UPDATE participation AS p SET told_at = now() WHERE told_at < now() - interval '1 day'\
      """
          + RETURNING;

  private static final String DROP =
      """
      DELETE FROM participation p WHERE NOT EXISTS (
        SELECT 1 FROM line_item l
         WHERE l.id = p.line_item_id AND (l.pacing <> 'ASAP' OR p.charges_per_million IS NOT NULL))
      RETURNING line_item_id, account_id\
      """;

  private ParticipationStore() {}

  /**
   * How often a line item is charged.
   *
   * @param chargeMicros what a charge cost when that was measured; null is not known
   */
  record Rate(int chargesPerMillion, Long chargeMicros) {}

  /** All there are. */
  static List<Participation> all(Handle handle) {
    return handle
        .createQuery(
            "SELECT line_item_id, account_id, parts_per_million, charges_per_million,"
                + " charge_micros FROM participation ORDER BY line_item_id")
        .map((row, context) -> read(row))
        .list();
  }

  private static Participation read(ResultSet row) throws SQLException {
    return new Participation(
        row.getLong("line_item_id"),
        row.getLong("account_id"),
        row.getInt("parts_per_million"),
        row.getObject("charges_per_million", Integer.class),
        row.getObject("charge_micros", Long.class));
  }

  /**
   * Takes new ones, forgets those of line items that are gone, or no longer paced and not measured,
   * and has those that have not changed for a day told again.
   *
   * @param steered parts per million by line item
   * @param rates by line item
   * @return what the catalogue is to be told, each line item once
   */
  static List<Outbox.Change> take(
      Handle handle, Map<Long, Integer> steered, Map<Long, Rate> rates) {
    Map<CatalogueKey, Outbox.Change> changes = new LinkedHashMap<>();
    handle
        .createQuery(DROP)
        .map((row, context) -> gone(row.getLong("account_id"), row.getLong("line_item_id")))
        .forEach(change -> changes.put(change.key(), change));
    tell(handle.createQuery(RESTART).bind("start", Participation.START), changes);
    if (!steered.isEmpty()) {
      tell(bind(handle.createQuery(TAKE), steered), changes);
    }
    if (!rates.isEmpty()) {
      Map<Long, Integer> numbers = new LinkedHashMap<>();
      List<Long> charges = new ArrayList<>();
      rates.forEach(
          (lineItem, rate) -> {
            numbers.put(lineItem, rate.chargesPerMillion());
            charges.add(rate.chargeMicros());
          });
      Query query = bind(handle.createQuery(TAKE_RATES), numbers);
      query.bindArray("charges", Long.class, charges).bind("start", Participation.START);
      tell(query, changes);
    }
    tell(handle.createQuery(TELL_AGAIN), changes);
    return List.copyOf(changes.values());
  }

  private static Query bind(Query query, Map<Long, Integer> numbers) {
    return query
        .bindArray("ids", Long.class, List.copyOf(numbers.keySet()))
        .bindArray("numbers", Integer.class, List.copyOf(numbers.values()));
  }

  /** The last that is said of a line item holds: it has all that was said before. */
  private static void tell(Query query, Map<CatalogueKey, Outbox.Change> changes) {
    query
        .map((row, context) -> Outbox.Change.of(read(row)))
        .forEach(change -> changes.put(change.key(), change));
  }

  private static Outbox.Change gone(long accountId, long lineItemId) {
    return new Outbox.Change(
        accountId, new CatalogueKey(CatalogueKind.PARTICIPATION, lineItemId), null);
  }
}
