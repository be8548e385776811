package io.adplatform.billing.pacing;

import io.adplatform.billing.budget.SqlArrays;
import io.adplatform.wire.catalogue.BidModel;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is counted of line items that do not pay for impressions. Of the caller's transaction. */
public final class ChargeRateStore {
  /** Of those that pay for impressions, and those that are gone, nothing is counted. */
  private static final String ADD =
      """
      INSERT INTO charge_rate AS r (line_item_id, impressions, charges)
      SELECT l.id, k.impressions, k.charges
        FROM unnest(?::bigint[], ?::bigint[], ?::bigint[]) AS k (id, impressions, charges)
        JOIN line_item l ON l.id = k.id AND l.model <> 'CPM' AND NOT l.deleted ORDER BY l.id
          ON CONFLICT (line_item_id) DO UPDATE
         SET impressions = r.impressions + excluded.impressions,
             charges = r.charges + excluded.charges\
      """;

  /**
   * What settlement is adding to just now is left for the next step, here and below: rows locked
   * one by one while others are waited for could be what settlement waits for in turn.
   */
  private static final String SELECT =
      """
      SELECT r.line_item_id, l.model, r.impressions, r.charges, r.charges_per_million
        FROM charge_rate r JOIN line_item l ON l.id = r.line_item_id
       WHERE NOT l.deleted ORDER BY r.line_item_id FOR UPDATE OF r SKIP LOCKED\
      """;

  private static final String TELL =
      """
      UPDATE charge_rate SET charges_per_million = ?, revision = nextval('pacing_revision')
       WHERE line_item_id = ?\
      """;

  private static final String FADE =
      """
      UPDATE charge_rate SET impressions = impressions / 2, charges = charges / 2
       WHERE line_item_id IN (SELECT line_item_id FROM charge_rate WHERE impressions > ?
                               ORDER BY line_item_id FOR UPDATE SKIP LOCKED)\
      """;

  private static final String DROP =
      """
      DELETE FROM charge_rate WHERE line_item_id IN (
        SELECT r.line_item_id FROM charge_rate r JOIN line_item l ON l.id = r.line_item_id
         WHERE l.deleted ORDER BY r.line_item_id FOR UPDATE OF r SKIP LOCKED)\
      """;

  private final Connection connection;

  /** Reads and writes through a connection. */
  public ChargeRateStore(Connection connection) {
    this.connection = connection;
  }

  /** What settlement counted of one line item. */
  public static final class Counts {
    public long impressions;
    public long charges;
  }

  /** Adds what a batch of settled events counted, by line item. */
  public void add(Map<Long, Counts> counted) throws SQLException {
    if (counted.isEmpty()) {
      return;
    }
    Map<Long, Counts> inOrder = new TreeMap<>(counted);
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      statement.setArray(1, SqlArrays.longs(connection, inOrder.keySet()));
      statement.setArray(
          2,
          SqlArrays.longs(
              connection, inOrder.values().stream().map(of -> of.impressions).toList()));
      statement.setArray(
          3, SqlArrays.longs(connection, inOrder.values().stream().map(of -> of.charges).toList()));
      statement.executeUpdate();
    }
  }

  private record Told(long lineItemId, int perMillion) {}

  /** Gives every rate that has moved the next revision; how many have. Waits for nobody. */
  int step() throws SQLException {
    try (PreparedStatement drop = connection.prepareStatement(DROP);
        PreparedStatement fade = connection.prepareStatement(FADE)) {
      drop.executeUpdate();
      fade.setLong(1, ChargeRate.MAX_IMPRESSIONS);
      fade.executeUpdate();
    }
    List<Told> moved = moved();
    try (PreparedStatement tell = connection.prepareStatement(TELL)) {
      for (Told told : moved) {
        tell.setInt(1, told.perMillion());
        tell.setLong(2, told.lineItemId());
        tell.addBatch();
      }
      tell.executeBatch();
    }
    return moved.size();
  }

  private List<Told> moved() throws SQLException {
    List<Told> moved = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(SELECT);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        BidModel model = BidModel.valueOf(row.getString("model"));
        int rate = ChargeRate.perMillion(model, row.getLong("impressions"), row.getLong("charges"));
        int told = row.getInt("charges_per_million");
        if (ChargeRate.tells(rate, told == 0 ? model.priorPerMillion() : told)) {
          moved.add(new Told(row.getLong("line_item_id"), rate));
        }
      }
    }
    return moved;
  }
}
