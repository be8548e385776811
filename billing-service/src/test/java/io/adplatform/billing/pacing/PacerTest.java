package io.adplatform.billing.pacing;

import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.TestBudgets.advertiser;
import static io.adplatform.billing.TestBudgets.campaign;
import static io.adplatform.billing.TestBudgets.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.TestBudgets;
import io.adplatform.billing.TestClock;
import io.adplatform.billing.budget.LeaseConfig;
import io.adplatform.billing.budget.LeaseGrants;
import io.adplatform.billing.budget.TestNode;
import io.adplatform.billing.settlement.TestSettlement;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.LineItem.Pacing;
import io.adplatform.wire.catalogue.LineItem.Participation;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On a real PostgreSQL, stepped. */
class PacerTest {
  private static final long PRICE = TestNode.PRICE;
  private static final int PARTITIONS = 2;
  private static final long ASAP_ITEM = LINE_ITEM + 1;
  private static final TestBudgets BUDGETS = new TestBudgets();

  private final TestClock clock = new TestClock("2027-03-01T12:00:00Z");
  private final TestSettlement settlement =
      new TestSettlement(BUDGETS.database.transactions(), PARTITIONS, clock);
  private final TestNode node =
      new TestNode(
          new LeaseGrants(BUDGETS.database.transactions(), LeaseConfig.of(PARTITIONS), clock),
          1,
          1_800_000_000);

  @BeforeEach
  void publish() throws SQLException {
    BUDGETS.clear();
    Budget daily = new Budget(null, 86_400 * PRICE);
    BUDGETS.publish(
        advertiser("UTC"),
        campaign(Budget.UNBOUNDED),
        lineItem(LINE_ITEM, daily).paced(Pacing.EVEN),
        lineItem(ASAP_ITEM, daily));
    node.listen();
  }

  @AfterAll
  static void close() {
    BUDGETS.close();
  }

  private static void execute(String sql) throws SQLException {
    try (Connection connection = BUDGETS.server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = billing");
      statement.execute(sql);
    }
  }

  /** One step of a pacer that has just been started: all it knows is in the tables. */
  private void step() throws SQLException {
    new Pacer(BUDGETS.database.transactions(), PARTITIONS, clock).step();
  }

  private void settled(int partition) throws SQLException {
    execute(
        "INSERT INTO settled_mark VALUES (1, "
            + partition
            + ", "
            + (clock.millis() - 2_000)
            + ") ON CONFLICT (node_id, partition) DO UPDATE SET settled_up_to_millis ="
            + " excluded.settled_up_to_millis");
  }

  private void advance(int seconds) throws SQLException {
    clock.advance(Duration.ofSeconds(seconds));
    for (int partition = 0; partition < PARTITIONS; partition++) {
      settled(partition);
    }
    step();
  }

  private static List<PacingStore.Changed> changed(long after) throws SQLException {
    return BUDGETS
        .database
        .transactions()
        .forService(handle -> new PacingStore(handle.getConnection()).changedAfter(after, 10));
  }

  @Test
  void shouldStartLowAndLetMoreInUntilItSpends() throws SQLException {
    advance(1);
    List<PacingStore.Changed> first = changed(0);
    assertEquals(1, first.size());
    assertEquals(LINE_ITEM, first.getFirst().lineItemId());
    assertEquals(Participation.START, first.getFirst().participation());
    for (int i = 0; i < 20; i++) {
      advance(10);
    }
    List<PacingStore.Changed> second = changed(first.getFirst().revision());
    assertEquals(1, second.size());
    assertTrue(second.getFirst().participation() > 10 * Participation.START);
  }

  @Test
  void shouldHoldBackWhatSpendsTooFast() throws SQLException {
    advance(1);
    long lease = node.want(600 * PRICE, new long[] {LINE_ITEM}).leases().getFirst().leaseId();
    settlement.charge(lease, 0, clock.millis() / 1_000 + 60, 100 * PRICE);
    advance(10);
    assertTrue(changed(0).getFirst().participation() < Participation.START);
  }

  @Test
  void shouldHoldWhileAPartitionIsNotSettled() throws SQLException {
    advance(1);
    long revision = changed(0).getFirst().revision();
    for (int i = 0; i < 20; i++) {
      clock.advance(Duration.ofSeconds(10));
      settled(1);
      step();
    }
    assertEquals(List.of(), changed(revision));
  }

  @Test
  void shouldForgetWhatIsNoLongerPaced() throws SQLException {
    advance(1);
    assertEquals(1, changed(0).size());
    BUDGETS.publish(lineItem(LINE_ITEM, new Budget(null, 86_400 * PRICE)));
    advance(1);
    assertEquals(List.of(), changed(0));
  }

  @Test
  void shouldRememberTheTrafficOfWhatFollowsIt() throws SQLException {
    BUDGETS.publish(
        advertiser("America/New_York"),
        lineItem(LINE_ITEM, new Budget(null, 86_400 * PRICE)).paced(Pacing.FORECAST));
    advance(1);
    long lease = node.want(600 * PRICE, new long[] {LINE_ITEM}).leases().getFirst().leaseId();
    settlement.charge(lease, 0, clock.millis() / 1_000 + 60, 3 * PRICE);
    advance(10);
    advance(10);
    // 12:00 in UTC.
    assertEquals(3 * PRICE, BUDGETS.number("SELECT micros FROM pacing_hour WHERE hour = 7"));
    assertEquals(1, BUDGETS.number("SELECT count(*) FROM pacing_hour"));
    BUDGETS.publish(lineItem(LINE_ITEM, new Budget(null, 86_400 * PRICE)).paced(Pacing.EVEN));
    advance(1);
    assertEquals(0, BUDGETS.number("SELECT count(*) FROM pacing_hour"));
  }

  @Test
  void shouldNotPaceTotalBudgetWhoseEndWasTakenAway() throws SQLException {
    BUDGETS.publish(lineItem(LINE_ITEM, new Budget(1_000 * PRICE, null)).paced(Pacing.EVEN));
    advance(1);
    advance(10);
    assertEquals(Participation.ALL, changed(0).getFirst().participation());
  }
}
