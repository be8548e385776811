package io.adplatform.billing.settlement;

import static io.adplatform.billing.TestBudgets.CAMPAIGN;
import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.TestBudgets.advertiser;
import static io.adplatform.billing.TestBudgets.campaign;
import static io.adplatform.billing.TestBudgets.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.TestBudgets;
import io.adplatform.wire.catalogue.Budget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What leases are closed and asked to be closed, of many. */
class LeaseCloserTest {
  private static final long NOW = 1_800_000_000_000L;
  private static final int OPEN = 20_000;

  private final TestBudgets budgets = new TestBudgets();
  private Connection connection;

  @BeforeEach
  void connect() throws SQLException {
    connection = budgets.server.connect();
    execute("SET search_path = billing");
    budgets.publish(
        advertiser("UTC"), campaign(Budget.UNBOUNDED), lineItem(LINE_ITEM, Budget.UNBOUNDED));
    execute("INSERT INTO node (id, first_seen_millis) VALUES (1, 1), (2, 1)");
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
    budgets.close();
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Leases of a node that run for an hour, by consecutive ids. */
  private void leases(int node, long firstId, int count) throws SQLException {
    execute(
        """
        INSERT INTO lease (id, node_id, boot, line_item_id, campaign_id, advertiser_id, account_id,
               day, amount_micros, currency, partition, granted_millis, day_end_millis,
               bid_until_millis, last_expiry_millis, revision)
        SELECT i, %d, 1, %d, %d, 10, 1, '2027-01-15', 1000, 'USD', i %% 2, %d, %d, %d, %d, 1
          FROM generate_series(%d, %d) AS i\
        """
            .formatted(
                node,
                LINE_ITEM,
                CAMPAIGN,
                NOW,
                NOW + 3_600_000,
                NOW + 3_600_000,
                NOW + 3_600_000,
                firstId,
                firstId + count - 1));
  }

  private void settledThrough(long millis) throws SQLException {
    execute(
        "INSERT INTO settled_mark SELECT n.id, p, %d FROM node n, generate_series(0, 1) AS p"
            .formatted(millis));
  }

  private String plan(String statement) throws SQLException {
    String sql =
        statement
            .replace("?::integer[]", "'{0,1}'::integer[]")
            .replace("?::bigint[]", "'{%d,%d}'::bigint[]".formatted(NOW, NOW))
            .replace("LIMIT ?", "LIMIT 1000");
    StringBuilder plan = new StringBuilder();
    try (Statement explain = connection.createStatement();
        ResultSet row = explain.executeQuery("EXPLAIN " + sql)) {
      while (row.next()) {
        plan.append(row.getString(1)).append('\n');
      }
    }
    return plan.toString();
  }

  @Test
  void shouldNotReadEveryOpenLeaseToFindThoseThatClose() throws SQLException {
    leases(1, 1, OPEN);
    execute("ANALYZE");
    for (String statement :
        List.of(LeaseCloser.BEGIN_CLOSING_EXPIRED, LeaseCloser.BEGIN_CLOSING_WRITTEN_OFF)) {
      String plan = plan(statement);
      assertFalse(plan.contains("Seq Scan on lease"), plan);
      assertTrue(plan.contains("lease_open"), plan);
    }
  }

  @Test
  void shouldBeginToCloseWhatIsSettledAndWhatWasWrittenOff() throws SQLException {
    leases(1, 1, 10);
    leases(2, 101, 5);
    settledThrough(NOW);
    assertEquals(0, LeaseCloser.beginClosing(connection, 2));
    execute("UPDATE lease SET ended = true WHERE id IN (3, 101, 102)");
    execute("UPDATE node SET written_off_millis = 1 WHERE id = 2");
    assertEquals(
        2, LeaseCloser.beginClosing(connection, 2), "ended leases of the node written off");
    execute("UPDATE lease SET last_expiry_millis = bid_until_millis, day_end_millis = " + NOW * 2);
    execute("UPDATE settled_mark SET settled_up_to_millis = " + (NOW + 3_602_001));
    assertEquals(13, LeaseCloser.beginClosing(connection, 2));
  }

  @Test
  void shouldSendAgainWhatAClockThatWasAheadHasSent() throws SQLException {
    leases(1, 1, 3);
    execute("UPDATE lease SET state = 'CLOSING', close_sent_millis = " + (NOW + 86_400_000));
    execute("UPDATE lease SET close_sent_millis = %d WHERE id = 2".formatted(NOW - 1_000));
    execute("UPDATE lease SET close_sent_millis = %d WHERE id = 3".formatted(NOW - 60_000));
    assertEquals(List.of(3L, 1L), LeaseCloser.unsent(connection, NOW));
  }
}
