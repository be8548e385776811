package io.adplatform.billing.reconcile;

import io.adplatform.billing.budget.SqlArrays;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads what the ledger holds, in the caller's transaction. */
final class LedgerFigures {
  /** Entries of one cell that are looked at one by one. */
  static final int MAX_ENTRIES = 2_000;

  private static final String CUT =
      " LEFT JOIN unnest(?::integer[], ?::bigint[]) AS cut (partition, next_offset)"
          + " ON cut.partition = r.partition ";

  /** An entry of the topic as it is now, not wholly before the offset its partition is cut at. */
  private static final String BEHIND =
      "e.kind = 'SETTLED' AND r.topic_id IS NOT DISTINCT FROM ?"
          + " AND r.next_offset > coalesce(cut.next_offset, 0)";

  private static final String SELECT =
      """
      SELECT e.line_item_id + e.demand_partner_id, e.supply_partner_id, e.currency, e.kind, (%s) AS behind,
             sum(coalesce(e.impressions, 0)), sum(e.charged_micros), sum(e.cost_micros),
             sum(coalesce(e.over_delivery_micros, 0)), sum(p.demand), sum(p.supply)
        FROM ledger_entry e
        LEFT JOIN ledger_range r ON r.id = e.range_id
        %s
       CROSS JOIN LATERAL (
             SELECT coalesce(sum(o.amount_micros)
                      FILTER (WHERE a.kind IN ('FUNDS', 'RECEIVABLE', 'PARTNER_CLEARING')), 0)
                      AS demand,
                    coalesce(-sum(o.amount_micros) FILTER (WHERE a.kind = 'PAYABLE'), 0) AS supply
               FROM ledger_posting o JOIN ledger_account a ON a.id = o.account_id
              WHERE o.entry_id = e.id) AS p
       WHERE e.hour_millis = ? AND e.kind IN ('SETTLED', 'CORRECTION')
       GROUP BY 1, 2, 3, 4, 5\
      """
          .formatted(BEHIND, CUT);

  private static final String SELECT_ENTRIES =
      """
      SELECT e.id, e.impressions, e.charged_micros, e.cost_micros, e.over_delivery_micros,
             r.topic_id, r.partition, r.from_offset, r.next_offset
        FROM ledger_entry e
        JOIN ledger_range r ON r.id = e.range_id
        %s
       WHERE e.hour_millis = ? AND e.kind = 'SETTLED' AND e.line_item_id + e.demand_partner_id = ?
         AND e.supply_partner_id = ? AND e.currency = ? AND NOT (%s)
       ORDER BY e.id LIMIT ?\
      """
          .formatted(CUT, BEHIND);

  /** The range that an offset lies within, of the offsets as they count now. */
  private static final String STRADDLING =
      """
      SELECT s.partition, r.from_offset
        FROM unnest(?::integer[], ?::bigint[]) AS s (partition, next_offset)
        JOIN settled_offset o ON o.partition = s.partition
        JOIN LATERAL (SELECT * FROM ledger_range r
                       WHERE r.partition = s.partition AND r.generation = o.generation
                         AND r.from_offset < s.next_offset
                       ORDER BY r.from_offset DESC LIMIT 1) AS r ON true
       WHERE r.next_offset > s.next_offset\
      """;

  private LedgerFigures() {}

  /**
   * How far the ledger has posted.
   *
   * @param topicId of the topic it reads; null where it is not known
   * @param next the next offset by partition
   */
  record Position(String topicId, Map<Integer, Long> next) {}

  /**
   * Where the comparison is cut.
   *
   * @param topicId of the topic that offsets are of
   * @param next by partition; what stands before is in the ledger and in ClickHouse
   */
  record Cut(String topicId, Map<Integer, Long> next) {}

  /**
   * A cell of the ledger.
   *
   * @param entries what the entries before the cut say
   * @param posted what their postings come to; impressions and over-delivery as the entries say
   * @param behind of entries at the cut and behind
   * @param corrected what corrections took back
   */
  record Booked(Figures entries, Figures posted, Figures behind, Figures corrected) {
    static final Booked NOTHING =
        new Booked(Figures.ZERO, Figures.ZERO, Figures.ZERO, Figures.ZERO);

    private Booked plus(Booked other) {
      return new Booked(
          entries.plus(other.entries),
          posted.plus(other.posted),
          behind.plus(other.behind),
          corrected.plus(other.corrected));
    }
  }

  /** An entry and where its events stand. */
  record Entry(
      long id, Figures figures, String topicId, int partition, long fromOffset, long nextOffset) {}

  static Position position(Connection connection) throws SQLException {
    String topicId = null;
    Map<Integer, Long> next = new TreeMap<>();
    try (PreparedStatement select =
            connection.prepareStatement(
                "SELECT partition, next_offset, topic_id FROM settled_offset");
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        next.put(row.getInt(1), row.getLong(2));
        topicId = row.getString(3) == null ? topicId : row.getString(3);
      }
    }
    return new Position(topicId, next);
  }

  /**
   * Up to where both have everything, moved back to where a range of the ledger begins.
   *
   * @param rolledUp as far as ClickHouse is, of the same topic; empty where it reads another
   */
  static Cut cut(Connection connection, Position ledger, Map<Integer, Long> rolledUp)
      throws SQLException {
    Map<Integer, Long> next = new TreeMap<>();
    ledger
        .next()
        .forEach(
            (partition, offset) ->
                next.put(partition, Math.min(offset, rolledUp.getOrDefault(partition, 0L))));
    try (PreparedStatement select = connection.prepareStatement(STRADDLING)) {
      bind(connection, select, 1, next);
      Map<Integer, Long> back = new HashMap<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          back.put(row.getInt(1), row.getLong(2));
        }
      }
      next.putAll(back);
    }
    return new Cut(ledger.topicId(), next);
  }

  private static int bind(
      Connection connection, PreparedStatement statement, int first, Map<Integer, Long> offsets)
      throws SQLException {
    List<Integer> partitions = List.copyOf(offsets.keySet());
    statement.setArray(first, SqlArrays.integers(connection, partitions));
    statement.setArray(
        first + 1, SqlArrays.longs(connection, partitions.stream().map(offsets::get).toList()));
    return first + 2;
  }

  /** What an hour's entries come to. */
  static Map<Cell, Booked> hour(Connection connection, long hourSeconds, Cut cut)
      throws SQLException {
    Map<Cell, Booked> cells = new TreeMap<>();
    try (PreparedStatement select = connection.prepareStatement(SELECT)) {
      select.setString(1, cut.topicId());
      int next = bind(connection, select, 2, cut.next());
      select.setLong(next, hourSeconds * 1_000);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Cell cell = new Cell(hourSeconds, row.getLong(1), row.getLong(2), row.getString(3));
          cells.merge(cell, booked(row), Booked::plus);
        }
      }
    }
    return cells;
  }

  private static Booked booked(ResultSet row) throws SQLException {
    Figures entries = new Figures(row.getLong(6), row.getLong(7), row.getLong(8), row.getLong(9));
    Figures none = Figures.ZERO;
    if (row.getString(4).equals("CORRECTION")) {
      return new Booked(none, none, none, entries);
    }
    Figures posted = new Figures(row.getLong(6), row.getLong(10), row.getLong(11), row.getLong(9));
    return row.getBoolean(5)
        ? new Booked(none, none, posted, none)
        : new Booked(entries, posted, none, none);
  }

  /**
   * The entries of a cell before the cut.
   *
   * @return null where they are more than {@link #MAX_ENTRIES}
   */
  static List<Entry> entries(Connection connection, Cell cell, Cut cut) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SELECT_ENTRIES)) {
      int next = bind(connection, select, 1, cut.next());
      select.setLong(next++, cell.hourSeconds() * 1_000);
      select.setLong(next++, cell.lineItemId());
      select.setLong(next++, cell.supplyPartnerId());
      select.setString(next++, cell.currency());
      select.setString(next++, cut.topicId());
      select.setInt(next, MAX_ENTRIES + 1);
      List<Entry> entries = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          entries.add(
              new Entry(
                  row.getLong(1),
                  new Figures(row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5)),
                  row.getString(6),
                  row.getInt(7),
                  row.getLong(8),
                  row.getLong(9)));
        }
      }
      return entries.size() > MAX_ENTRIES ? null : entries;
    }
  }

  /** Whether a line item pays for something else than impressions; not where it is not known. */
  static boolean isChargedBesideImpressions(Connection connection, long lineItemId)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT FROM line_item WHERE id = ? AND model <> 'CPM'")) {
      select.setLong(1, lineItemId);
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }
}
