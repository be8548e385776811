package io.adplatform.billing.pacing;

import io.adplatform.billing.budget.SqlArrays;
import io.adplatform.wire.catalogue.BidModel;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is counted of line items that do not pay for impressions. Of the caller's transaction. */
public final class ChargeRateStore {
  /** Of those that pay for impressions, and those that are gone, nothing is counted. */
  private static final String ADD =
      """
      INSERT INTO charge_rate AS r (line_item_id, impressions, charges, earned_micros,
             charged_micros, cost_micros, prior_micros)
      SELECT l.id, k.impressions, k.charges, k.charged, k.charged, k.cost, l.charge_micros
        FROM unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
             AS k (id, impressions, charges, charged, cost)
        JOIN line_item l ON l.id = k.id AND l.model <> 'CPM' AND NOT l.deleted ORDER BY l.id
          ON CONFLICT (line_item_id) DO UPDATE
         SET impressions = r.impressions + excluded.impressions,
             charges = r.charges + excluded.charges,
             earned_micros = r.earned_micros + excluded.earned_micros,
             charged_micros = r.charged_micros + excluded.charged_micros,
             cost_micros = r.cost_micros + excluded.cost_micros,
             prior_micros = least(r.prior_micros, excluded.prior_micros)\
      """;

  /**
   * What settlement is adding to just now is left for the next step, here and below: rows locked
   * one by one while others are waited for could be what settlement waits for in turn. So is what
   * pays more by now and was passed over when it was to be doubted.
   */
  private static final String SELECT =
      """
      SELECT r.line_item_id, l.model, l.charge_micros, r.impressions, r.charges, r.earned_micros,
             r.prior_micros, r.charged_micros, r.cost_micros, r.charges_per_million, r.told_micros
        FROM charge_rate r JOIN line_item l ON l.id = r.line_item_id
       WHERE NOT l.deleted
         AND NOT (l.charge_micros > coalesce(r.told_micros, r.prior_micros) AND r.charges > ?)
       ORDER BY r.line_item_id FOR UPDATE OF r SKIP LOCKED\
      """;

  private static final String TELL =
      """
      UPDATE charge_rate SET charges_per_million = ?, told_micros = ?,
             revision = nextval('pacing_revision')
       WHERE line_item_id = ?\
      """;

  private static final String FADE =
      """
      UPDATE charge_rate SET impressions = impressions / 2, charges = charges / 2,
             earned_micros = earned_micros / 2
       WHERE line_item_id IN (SELECT line_item_id FROM charge_rate WHERE impressions > ?
                               ORDER BY line_item_id FOR UPDATE SKIP LOCKED)\
      """;

  /**
   * Of one that pays more by now, what it did at the former price weighs little; its share stays.
   */
  private static final String DOUBT =
      """
      UPDATE charge_rate r SET impressions = (r.impressions::numeric * k.kept / r.charges)::bigint,
             earned_micros = trunc(r.earned_micros::numeric * k.kept / r.charges)::bigint,
             charges = k.kept
        FROM line_item l, (SELECT ?::bigint) AS k (kept)
       WHERE l.id = r.line_item_id AND r.charges > k.kept
         AND l.charge_micros > coalesce(r.told_micros, r.prior_micros)
         AND r.line_item_id IN (SELECT line_item_id FROM charge_rate
                                 ORDER BY line_item_id FOR UPDATE SKIP LOCKED)\
      """;

  private static final String DROP =
      """
      DELETE FROM charge_rate WHERE line_item_id IN (
        SELECT r.line_item_id FROM charge_rate r JOIN line_item l ON l.id = r.line_item_id
         WHERE l.deleted ORDER BY r.line_item_id FOR UPDATE OF r SKIP LOCKED)\
      """;

  private static final Logger LOG = LoggerFactory.getLogger(ChargeRateStore.class);

  private final Connection connection;
  private int stopped;

  /** Reads and writes through a connection. */
  public ChargeRateStore(Connection connection) {
    this.connection = connection;
  }

  /** What settlement counted of one line item. */
  public static final class Counts {
    public long impressions;
    public long charges;
    public long chargedMicros;
    public long costMicros;
  }

  /** Adds what a batch of settled events counted, by line item. */
  public void add(Map<Long, Counts> counted) throws SQLException {
    if (counted.isEmpty()) {
      return;
    }
    Map<Long, Counts> inOrder = new TreeMap<>(counted);
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      statement.setArray(1, SqlArrays.longs(connection, inOrder.keySet()));
      statement.setArray(2, column(inOrder, of -> of.impressions));
      statement.setArray(3, column(inOrder, of -> of.charges));
      statement.setArray(4, column(inOrder, of -> of.chargedMicros));
      statement.setArray(5, column(inOrder, of -> of.costMicros));
      statement.executeUpdate();
    }
  }

  private Array column(Map<Long, Counts> counted, Function<Counts, Long> of) throws SQLException {
    return SqlArrays.longs(connection, counted.values().stream().map(of).toList());
  }

  private record Told(long lineItemId, int perMillion, long chargeMicros) {}

  /** Gives every rate that has moved the next revision; how many have. Waits for nobody. */
  int step() throws SQLException {
    try (PreparedStatement drop = connection.prepareStatement(DROP);
        PreparedStatement fade = connection.prepareStatement(FADE)) {
      drop.executeUpdate();
      fade.setLong(1, ChargeRate.MAX_IMPRESSIONS);
      fade.executeUpdate();
    }
    try (PreparedStatement doubt = connection.prepareStatement(DOUBT)) {
      doubt.setLong(1, ChargeRate.PROVEN_CHARGES);
      doubt.executeUpdate();
    }
    List<Told> moved = moved();
    try (PreparedStatement tell = connection.prepareStatement(TELL)) {
      for (Told told : moved) {
        tell.setInt(1, told.perMillion());
        tell.setLong(2, told.chargeMicros());
        tell.setLong(3, told.lineItemId());
        tell.addBatch();
      }
      tell.executeBatch();
    }
    return moved.size();
  }

  /** How many line items do not bid for what they have cost, as the last step found. */
  int stopped() {
    return stopped;
  }

  private List<Told> moved() throws SQLException {
    List<Told> moved = new ArrayList<>();
    stopped = 0;
    try (PreparedStatement select = connection.prepareStatement(SELECT)) {
      select.setLong(1, ChargeRate.PROVEN_CHARGES);
      ResultSet row = select.executeQuery();
      while (row.next()) {
        BidModel model = BidModel.valueOf(row.getString("model"));
        long charge = row.getLong("charge_micros");
        int rate = ChargeRate.perMillion(model, charge, measured(row));
        Integer told = row.getObject("charges_per_million", Integer.class);
        stopped += rate == 0 ? 1 : 0;
        if (ChargeRate.tells(rate, told == null ? model.priorPerMillion(charge) : told)
            || (told != null && charge != row.getLong("told_micros"))) {
          moved.add(new Told(row.getLong("line_item_id"), rate, charge));
          log(row, told, rate);
        }
      }
    }
    return moved;
  }

  private static ChargeRate.Measured measured(ResultSet row) throws SQLException {
    return new ChargeRate.Measured(
        row.getLong("impressions"),
        row.getLong("charges"),
        row.getLong("earned_micros"),
        row.getLong("prior_micros"),
        row.getLong("charged_micros"),
        row.getLong("cost_micros"));
  }

  private static void log(ResultSet row, Integer told, int rate) throws SQLException {
    boolean stood = told != null && told == 0;
    if (rate == 0 && !stood) {
      LOG.warn(
          "Line item {} bids no more: its impressions have cost {} micros, and it was charged {}",
          row.getLong("line_item_id"),
          row.getLong("cost_micros"),
          row.getLong("charged_micros"));
    } else if (stood && rate > 0) {
      LOG.info("Line item {} bids again", row.getLong("line_item_id"));
    }
  }
}
