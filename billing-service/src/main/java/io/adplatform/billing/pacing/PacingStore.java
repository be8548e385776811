package io.adplatform.billing.pacing;

import io.adplatform.billing.budget.SqlArrays;
import io.adplatform.wire.catalogue.LineItem;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Paced line items, what they spent and how they are steered. Of one transaction. */
final class PacingStore {
  /** Whoever holds it steers; an arbitrary number that nothing else here locks. */
  private static final long LOCK = 0x706163696E67L;

  private static final String SETTLED =
      """
      SELECT min(newest), count(*) FROM (
        SELECT max(settled_up_to_millis) AS newest FROM settled_mark
         WHERE partition < ? GROUP BY partition) AS p\
      """;

  private static final String SELECT =
      """
      SELECT li.id, li.total_micros, li.daily_micros, li.charge_micros, li.pacing, a.time_zone,
             li.active AND c.active AND NOT c.deleted
               AND coalesce(greatest(li.start_millis, c.start_millis) <= ?, true)
               AND coalesce(least(li.end_millis, c.end_millis) > ?, true) AS running,
             least(li.end_millis, c.end_millis) AS end_millis,
             coalesce(t.charged_micros, 0) AS charged,
             p.participation, p.former, p.decided_millis, p.seen_millis, p.seen_micros,
             p.window_micros, p.window_exposure
        FROM line_item li
        JOIN campaign c ON c.id = li.campaign_id
        JOIN advertiser a ON a.id = li.advertiser_id
        LEFT JOIN spend_total t ON t.scope = 'L' AND t.id = li.id
        LEFT JOIN pacing p ON p.line_item_id = li.id
       WHERE li.pacing <> 'ASAP' AND NOT li.deleted\
      """;

  private static final String SELECT_TODAY =
      """
      SELECT d.id, d.charged_micros FROM unnest(?::bigint[], ?::date[]) AS k (id, day)
        JOIN spend_day d ON d.scope = 'L' AND d.id = k.id AND d.day = k.day\
      """;

  private static final String DROP =
      """
      DELETE FROM pacing WHERE NOT EXISTS (
        SELECT 1 FROM line_item li WHERE li.id = line_item_id AND li.pacing <> 'ASAP' AND NOT li.deleted)\
      """;

  private static final String DROP_HOURS =
      """
      DELETE FROM pacing_hour WHERE NOT EXISTS (
        SELECT 1 FROM line_item li
         WHERE li.id = line_item_id AND li.pacing = 'FORECAST' AND NOT li.deleted)\
      """;

  private static final String WRITE_HOUR =
      """
      INSERT INTO pacing_hour VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (line_item_id, hour) DO UPDATE
         SET day = excluded.day, micros = excluded.micros, exposure = excluded.exposure\
      """;

  private static final String WRITE =
      """
      INSERT INTO pacing AS p VALUES (?, ?, ?, ?, ?, ?, ?, ?, nextval('pacing_revision'))
          ON CONFLICT (line_item_id) DO UPDATE
         SET participation = excluded.participation, former = excluded.former,
             decided_millis = excluded.decided_millis, seen_millis = excluded.seen_millis,
             seen_micros = excluded.seen_micros, window_micros = excluded.window_micros,
             window_exposure = excluded.window_exposure,
             revision = CASE WHEN p.participation = excluded.participation
                             THEN p.revision ELSE excluded.revision END\
      """;

  private static final String CHANGED =
      """
      SELECT line_item_id, participation, revision FROM pacing
       WHERE revision > ? ORDER BY revision LIMIT ?\
      """;

  private final Connection connection;

  PacingStore(Connection connection) {
    this.connection = connection;
  }

  /** Whether this transaction is the one that steers; no other does until it ends. */
  boolean tryLock() throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT pg_try_advisory_xact_lock(?)")) {
      statement.setLong(1, LOCK);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  /**
   * Up to when events are settled, in all partitions, of the node that is furthest; 0 is unknown. A
   * node that is down holds leases back, not pacing: it does not spend.
   */
  long settledMillis(int partitions) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SETTLED)) {
      statement.setInt(1, partitions);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(2) == partitions ? row.getLong(1) : 0;
      }
    }
  }

  /** Forgets what is no longer paced, and reads what is. */
  List<PacedLineItem> read(long nowMillis) throws SQLException {
    List<PacedLineItem> items = new ArrayList<>();
    try (PreparedStatement drop = connection.prepareStatement(DROP);
        PreparedStatement dropHours = connection.prepareStatement(DROP_HOURS);
        PreparedStatement statement = connection.prepareStatement(SELECT)) {
      drop.executeUpdate();
      dropHours.executeUpdate();
      statement.setLong(1, nowMillis);
      statement.setLong(2, nowMillis);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          items.add(item(row, nowMillis));
        }
      }
    }
    return items;
  }

  private static PacedLineItem item(ResultSet row, long nowMillis) throws SQLException {
    ZoneId zone = zone(row.getString("time_zone"));
    LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(nowMillis), zone);
    int participation = row.getInt("participation");
    PacingState state =
        participation == 0
            ? null
            : new PacingState(
                participation,
                row.getInt("former"),
                row.getLong("decided_millis"),
                row.getLong("seen_millis"),
                row.getLong("seen_micros"),
                row.getLong("window_micros"),
                row.getLong("window_exposure"));
    return new PacedLineItem(
        row.getLong("id"),
        row.getBoolean("running"),
        SqlArrays.nullableLong(row, "end_millis"),
        SqlArrays.nullableLong(row, "total_micros"),
        SqlArrays.nullableLong(row, "daily_micros"),
        row.getLong("charge_micros"),
        row.getLong("charged"),
        row.getString("pacing").equals(LineItem.Pacing.FORECAST.name()),
        zone,
        day,
        day.plusDays(1).atStartOfDay(zone).toInstant().toEpochMilli(),
        state);
  }

  /** The catalogue's zones were checked where they came in; one this JVM does not know is UTC. */
  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      return ZoneOffset.UTC;
    }
  }

  /** What each was charged today, by id; nothing where it is left out. */
  Map<Long, Long> chargedToday(List<PacedLineItem> items) throws SQLException {
    Map<Long, Long> charged = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(SELECT_TODAY)) {
      statement.setArray(
          1, SqlArrays.longs(connection, items.stream().map(PacedLineItem::id).toList()));
      statement.setArray(
          2, SqlArrays.texts(connection, items.stream().map(PacedLineItem::day).toList()));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          charged.put(row.getLong(1), row.getLong(2));
        }
      }
    }
    return charged;
  }

  /** What is known of the traffic of those that follow it, by id. */
  Map<Long, TrafficCurve> curves(List<PacedLineItem> items) throws SQLException {
    Map<Long, TrafficCurve> curves = new HashMap<>();
    items.stream()
        .filter(PacedLineItem::forecast)
        .forEach(item -> curves.put(item.id(), new TrafficCurve()));
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT line_item_id, hour, day, micros, exposure FROM pacing_hour"
                + " WHERE line_item_id = ANY (?)")) {
      statement.setArray(1, SqlArrays.longs(connection, curves.keySet()));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          curves
              .get(row.getLong(1))
              .restore(row.getInt(2), row.getLong(3), row.getLong(4), row.getLong(5));
        }
      }
    }
    return curves;
  }

  /** Writes one hour of each of some curves. */
  void writeHours(Map<Long, Integer> hours, Map<Long, TrafficCurve> curves) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(WRITE_HOUR)) {
      for (Map.Entry<Long, Integer> entry : hours.entrySet()) {
        TrafficCurve curve = curves.get(entry.getKey());
        int hour = entry.getValue();
        statement.setLong(1, entry.getKey());
        statement.setInt(2, hour);
        statement.setLong(3, curve.day(hour));
        statement.setLong(4, curve.micros(hour));
        statement.setLong(5, curve.exposure(hour));
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** Writes states; one whose participation is another than before gets the next revision. */
  void write(Map<Long, PacingState> states) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(WRITE)) {
      for (Map.Entry<Long, PacingState> entry : states.entrySet()) {
        PacingState state = entry.getValue();
        statement.setLong(1, entry.getKey());
        statement.setInt(2, state.participation());
        statement.setInt(3, state.former());
        statement.setLong(4, state.decidedMillis());
        statement.setLong(5, state.seenMillis());
        statement.setLong(6, state.seenMicros());
        statement.setLong(7, state.windowMicros());
        statement.setLong(8, state.windowExposure());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** A participation that changed. */
  record Changed(long lineItemId, int participation, long revision) {}

  /** The oldest changes after a revision. */
  List<Changed> changedAfter(long revision, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(CHANGED)) {
      statement.setLong(1, revision);
      statement.setInt(2, limit);
      List<Changed> changed = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          changed.add(new Changed(row.getLong(1), row.getInt(2), row.getLong(3)));
        }
      }
      return changed;
    }
  }

  /** The newest revision there is; 0 before the first. */
  long newestRevision() throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT coalesce(max(revision), 0) FROM pacing");
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }
}
