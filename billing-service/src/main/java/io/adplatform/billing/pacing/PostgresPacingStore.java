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

/** The tables of pacing. Of one transaction. */
final class PostgresPacingStore implements PacingStore {
  /** Whoever holds it steers; an arbitrary number that nothing else here locks. */
  private static final long LOCK = 0x706163696E67L;

  private static final String SETTLED =
      """
      SELECT min(through), count(*) FROM (
        SELECT partition, coalesce(min(mark) FILTER (WHERE mark <= ? AND mark >= newest - ?), ?) AS through
          FROM (SELECT m.partition, m.settled_up_to_millis AS mark,
                       max(m.settled_up_to_millis) FILTER (WHERE m.settled_up_to_millis <= ?)
                         OVER (PARTITION BY m.partition) AS newest
                  FROM settled_mark m JOIN node n ON n.id = m.node_id
                 WHERE m.partition < ? AND n.written_off_millis IS NULL) AS marks
         GROUP BY partition) AS p\
      """;

  private static final String SELECT =
      """
      SELECT li.id, li.campaign_id, li.total_micros, li.daily_micros, li.charge_micros, li.pacing,
             li.version, a.time_zone, c.daily_micros AS campaign_daily_micros,
             li.active AND c.active AND NOT c.deleted
               AND coalesce(c.total_micros - coalesce(ct.charged_micros, 0) >= li.charge_micros, true)
               AND coalesce(greatest(li.start_millis, c.start_millis) <= ?, true)
               AND coalesce(least(li.end_millis, c.end_millis) > ?, true) AS running,
             least(li.end_millis, c.end_millis) AS end_millis,
             coalesce(t.charged_micros, 0) AS charged,
             p.participation, p.former, p.published_millis, p.seen_millis, p.seen_micros,
             p.window_micros, p.window_exposure, p.idle_millis, p.idle_exposure,
             coalesce(p.version, li.version) AS state_version
        FROM line_item li
        JOIN campaign c ON c.id = li.campaign_id
        JOIN advertiser a ON a.id = li.advertiser_id
        LEFT JOIN spend_total t ON t.scope = 'L' AND t.id = li.id
        LEFT JOIN spend_total ct ON ct.scope = 'C' AND ct.id = c.id
        LEFT JOIN pacing p ON p.line_item_id = li.id
       WHERE li.pacing <> 'ASAP' AND NOT li.deleted
         AND coalesce(least(li.end_millis, c.end_millis) > ?, true)\
      """;

  private static final String SELECT_TODAY =
      """
      SELECT k.id, coalesce(l.charged_micros, 0), coalesce(c.charged_micros, 0)
        FROM unnest(?::bigint[], ?::bigint[], ?::date[]) AS k (id, campaign, day)
        LEFT JOIN spend_day l ON l.scope = 'L' AND l.id = k.id AND l.day = k.day
        LEFT JOIN spend_day c ON c.scope = 'C' AND c.id = k.campaign AND c.day = k.day\
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
      INSERT INTO pacing AS p (line_item_id, participation, former, published_millis, seen_millis,
             seen_micros, window_micros, window_exposure, idle_millis, idle_exposure, version, revision)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nextval('pacing_revision'))
          ON CONFLICT (line_item_id) DO UPDATE
         SET participation = excluded.participation, former = excluded.former,
             seen_millis = excluded.seen_millis, seen_micros = excluded.seen_micros,
             window_micros = excluded.window_micros, window_exposure = excluded.window_exposure,
             idle_millis = excluded.idle_millis, idle_exposure = excluded.idle_exposure,
             version = excluded.version,
             published_millis = CASE WHEN p.participation = excluded.participation
                                     THEN p.published_millis END,
             revision = CASE WHEN p.participation = excluded.participation
                             THEN p.revision ELSE excluded.revision END\
      """;

  private static final String PUBLISHED =
      "UPDATE pacing SET published_millis = ? WHERE published_millis IS NULL AND revision <= ?";

  private static final String CHANGED =
      """
      SELECT line_item_id, participation, NULL::integer AS charges_per_million,
             NULL::bigint AS told_micros, revision
        FROM pacing WHERE revision > ?
       UNION ALL
      SELECT line_item_id, NULL, charges_per_million, told_micros, revision
        FROM charge_rate WHERE revision > ?
       ORDER BY revision LIMIT ?\
      """;

  private static final String NEWEST =
      """
      SELECT greatest(coalesce((SELECT max(revision) FROM pacing), 0),
                      coalesce((SELECT max(revision) FROM charge_rate), 0))\
      """;

  private final Connection connection;

  PostgresPacingStore(Connection connection) {
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

  @Override
  public long settledMillis(int partitions, long nowMillis) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SETTLED)) {
      statement.setLong(1, nowMillis);
      statement.setLong(2, AWAITED_MILLIS);
      statement.setLong(3, nowMillis);
      statement.setLong(4, nowMillis);
      statement.setInt(5, partitions);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(2) == partitions ? row.getLong(1) : 0;
      }
    }
  }

  @Override
  public List<PacedLineItem> read(long nowMillis) throws SQLException {
    List<PacedLineItem> items = new ArrayList<>();
    try (PreparedStatement drop = connection.prepareStatement(DROP);
        PreparedStatement dropHours = connection.prepareStatement(DROP_HOURS);
        PreparedStatement statement = connection.prepareStatement(SELECT)) {
      drop.executeUpdate();
      dropHours.executeUpdate();
      statement.setLong(1, nowMillis);
      statement.setLong(2, nowMillis);
      statement.setLong(3, nowMillis - ENDED_MILLIS);
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
    LocalDate date = LocalDate.ofInstant(Instant.ofEpochMilli(nowMillis), zone);
    return new PacedLineItem(
        row.getLong("id"),
        row.getLong("campaign_id"),
        row.getBoolean("running"),
        new PacedLineItem.Budgets(
            SqlArrays.nullableLong(row, "total_micros"),
            SqlArrays.nullableLong(row, "daily_micros"),
            SqlArrays.nullableLong(row, "campaign_daily_micros"),
            SqlArrays.nullableLong(row, "end_millis")),
        row.getLong("charge_micros"),
        row.getLong("charged"),
        row.getString("pacing").equals(LineItem.Pacing.FORECAST.name()),
        new PacedLineItem.Day(
            zone, date, date.plusDays(1).atStartOfDay(zone).toInstant().toEpochMilli()),
        row.getLong("version"),
        state(row),
        row.getLong("state_version"));
  }

  private static PacingState state(ResultSet row) throws SQLException {
    int participation = row.getInt("participation");
    if (participation == 0) {
      return null;
    }
    Long published = SqlArrays.nullableLong(row, "published_millis");
    return new PacingState(
        participation,
        row.getInt("former"),
        published == null ? PacingState.UNKNOWN : published + PacingController.LIVE_MILLIS,
        row.getLong("seen_millis"),
        row.getLong("seen_micros"),
        row.getLong("window_micros"),
        row.getLong("window_exposure"),
        row.getLong("idle_millis"),
        row.getLong("idle_exposure"));
  }

  /** The catalogue's zones were checked where they came in; one this JVM does not know is UTC. */
  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      return ZoneOffset.UTC;
    }
  }

  @Override
  public Map<Long, PacedLineItem.Charged> chargedToday(List<PacedLineItem> items)
      throws SQLException {
    Map<Long, PacedLineItem.Charged> charged = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(SELECT_TODAY)) {
      statement.setArray(
          1, SqlArrays.longs(connection, items.stream().map(PacedLineItem::id).toList()));
      statement.setArray(
          2, SqlArrays.longs(connection, items.stream().map(PacedLineItem::campaignId).toList()));
      statement.setArray(
          3, SqlArrays.texts(connection, items.stream().map(item -> item.day().date()).toList()));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          charged.put(row.getLong(1), new PacedLineItem.Charged(row.getLong(2), row.getLong(3)));
        }
      }
    }
    return charged;
  }

  @Override
  public Map<Long, TrafficCurve> curves(List<PacedLineItem> items) throws SQLException {
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

  @Override
  public void writeHours(Map<Long, Integer> hours, Map<Long, TrafficCurve> curves)
      throws SQLException {
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

  @Override
  public void write(List<Steered> steered) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(WRITE)) {
      for (Steered one : steered) {
        PacingState state = one.state();
        statement.setLong(1, one.lineItemId());
        statement.setInt(2, state.participation());
        statement.setInt(3, state.former());
        // Of a new one: nodes start with its participation by themselves.
        statement.setLong(4, state.seenMillis());
        statement.setLong(5, state.seenMillis());
        statement.setLong(6, state.seenMicros());
        statement.setLong(7, state.windowMicros());
        statement.setLong(8, state.windowExposure());
        statement.setLong(9, state.idleMillis());
        statement.setLong(10, state.idleExposure());
        statement.setLong(11, one.version());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  @Override
  public void published(long revision, long nowMillis) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(PUBLISHED)) {
      statement.setLong(1, nowMillis);
      statement.setLong(2, revision);
      statement.executeUpdate();
    }
  }

  @Override
  public List<Changed> changedAfter(long revision, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(CHANGED)) {
      statement.setLong(1, revision);
      statement.setLong(2, revision);
      statement.setInt(3, limit);
      List<Changed> changed = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          changed.add(
              new Changed(
                  row.getLong("line_item_id"),
                  row.getObject("participation", Integer.class),
                  row.getObject("charges_per_million", Integer.class),
                  row.getObject("told_micros", Long.class),
                  row.getLong("revision")));
        }
      }
      return changed;
    }
  }

  @Override
  public long newestRevision() throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(NEWEST);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }
}
