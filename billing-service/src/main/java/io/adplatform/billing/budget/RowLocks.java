package io.adplatform.billing.budget;

import io.adplatform.billing.funds.FundsStore;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;

/**
 * The one order in which rows are locked: nodes, campaigns, line items, advertisers' funds, each by
 * id, before any lease or sum is touched; balances of the ledger come last. Whoever changes what is
 * committed or charged takes these first, so that no two transactions wait for each other in a
 * circle.
 */
public final class RowLocks {
  private RowLocks() {}

  /** Waits for the nodes' rows and holds them until the transaction ends. */
  public static void lockNodes(Connection connection, Collection<Long> ids) throws SQLException {
    lock(connection, "node", ids);
  }

  /** The same for campaigns, then line items. */
  public static void lockBudgets(
      Connection connection, Collection<Long> campaignIds, Collection<Long> lineItemIds)
      throws SQLException {
    lock(connection, "campaign", campaignIds);
    lock(connection, "line_item", lineItemIds);
  }

  /** The same for advertisers' funds; rows that are missing are made. */
  public static void lockFunds(Connection connection, Collection<Long> advertiserIds)
      throws SQLException {
    FundsStore.lock(connection, advertiserIds);
  }

  /**
   * @param table a name written in this class
   */
  private static void lock(Connection connection, String table, Collection<Long> ids)
      throws SQLException {
    if (ids.isEmpty()) {
      return;
    }
    String sql = "SELECT 1 FROM " + table + " WHERE id = ANY (?) ORDER BY id FOR NO KEY UPDATE";
    Array array = SqlArrays.longs(connection, ids);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setArray(1, array);
      statement.executeQuery();
    }
  }
}
