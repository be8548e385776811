package io.adplatform.billing.pacing;

import static io.adplatform.billing.TestBudgets.CAMPAIGN;
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
import io.adplatform.wire.catalogue.Status;
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

  /** campaign-service has published all that was decided. */
  private void publishDecisions() throws SQLException {
    BUDGETS
        .database
        .transactions()
        .forService(
            handle -> {
              PacingStore store = new PostgresPacingStore(handle.getConnection());
              store.published(store.newestRevision(), clock.millis());
              return null;
            });
  }

  /** One step of a pacer that has just been started: all it knows is in the tables. */
  private void step() throws SQLException {
    new Pacer(BUDGETS.database.transactions(), PARTITIONS, clock).step();
  }

  private void settled(int partition) throws SQLException {
    mark(1, partition, clock.millis() - 2_000);
  }

  private void advance(int seconds) throws SQLException {
    advanceUnpublished(seconds);
    publishDecisions();
  }

  private void advanceUnpublished(int seconds) throws SQLException {
    clock.advance(Duration.ofSeconds(seconds));
    for (int partition = 0; partition < PARTITIONS; partition++) {
      settled(partition);
    }
    step();
  }

  private void mark(int nodeId, int partition, long millis) throws SQLException {
    execute("INSERT INTO node (id) VALUES (" + nodeId + ") ON CONFLICT (id) DO NOTHING");
    execute(
        "INSERT INTO settled_mark VALUES (%d, %d, %d) ON CONFLICT (node_id, partition) DO UPDATE SET settled_up_to_millis = excluded.settled_up_to_millis"
            .formatted(nodeId, partition, millis));
  }

  private long settledMillis() throws SQLException {
    return BUDGETS
        .database
        .transactions()
        .forService(
            handle ->
                new PostgresPacingStore(handle.getConnection())
                    .settledMillis(PARTITIONS, clock.millis()));
  }

  private static List<PacingStore.Changed> changed(long after) throws SQLException {
    return BUDGETS
        .database
        .transactions()
        .forService(
            handle -> new PostgresPacingStore(handle.getConnection()).changedAfter(after, 10));
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
    // Half as much again at each decision: the plan is an impression a second.
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

  /** What was settled before the first mark is not an hour of exposure without spend. */
  @Test
  void shouldBeginWithoutMarks() throws SQLException {
    step();
    clock.advance(Duration.ofSeconds(30));
    step();
    assertEquals(Participation.START, changed(0).getFirst().participation());
    advance(60);
    assertEquals(88_000, BUDGETS.number("SELECT idle_millis FROM pacing"));
    assertEquals(88_000L * Participation.START, BUDGETS.number("SELECT idle_exposure FROM pacing"));
  }

  @Test
  void shouldDecideNothingBeforeTheLastDecisionIsPublished() throws SQLException {
    advance(1);
    long first = changed(0).getFirst().revision();
    for (int i = 0; i < 10; i++) {
      advanceUnpublished(10);
    }
    List<PacingStore.Changed> held = changed(first);
    assertEquals(1, held.size());
    for (int i = 0; i < 180; i++) {
      advanceUnpublished(10);
    }
    assertEquals(held, changed(first));
    publishDecisions();
    advanceUnpublished(10);
    assertTrue(changed(first).getFirst().participation() > held.getFirst().participation());
  }

  @Test
  void shouldNotBeLedByAClockThatIsAhead() throws SQLException {
    long now = clock.millis();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      mark(2, partition, now + 3_600_000);
    }
    assertEquals(now, settledMillis());
    mark(1, 0, now - 2_000);
    mark(1, 1, now - 9_000);
    assertEquals(now - 9_000, settledMillis());
  }

  @Test
  void shouldWaitForTheSlowerNodeAndNotForOneThatIsGone() throws SQLException {
    long now = clock.millis();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      mark(1, partition, now - 2_000);
      mark(2, partition, now - 20_000);
      mark(3, partition, now - 600_000);
    }
    assertEquals(now - 20_000, settledMillis());
    execute("UPDATE node SET written_off_millis = 1 WHERE id = 2");
    assertEquals(now - 2_000, settledMillis());
  }

  @Test
  void shouldStandStillWhereTheCampaignsBudgetIsSpent() throws SQLException {
    BUDGETS.publish(campaign(new Budget(null, 3 * PRICE)));
    advance(1);
    long lease = node.want(600 * PRICE, new long[] {LINE_ITEM}).leases().getFirst().leaseId();
    settlement.charge(lease, 0, clock.millis() / 1_000 + 60, 3 * PRICE);
    advance(10);
    assertEquals(PacingState.UNKNOWN, BUDGETS.number("SELECT seen_millis FROM pacing"));
    long revision = changed(0).getFirst().revision();
    for (int i = 0; i < 20; i++) {
      advance(10);
    }
    assertEquals(List.of(), changed(revision));
    BUDGETS.publish(campaign(new Budget(6 * PRICE, null)));
    advance(10);
    assertEquals(clock.millis(), BUDGETS.number("SELECT seen_millis FROM pacing"));
    BUDGETS.publish(campaign(new Budget(3 * PRICE, null)));
    advance(10);
    assertEquals(PacingState.UNKNOWN, BUDGETS.number("SELECT seen_millis FROM pacing"));
  }

  /** A step without news is written once a minute, and none of what has ended. */
  @Test
  void shouldWriteLittleOfWhatIsIdle() throws SQLException {
    BUDGETS.publish(campaign(CAMPAIGN, Status.PAUSED, Budget.UNBOUNDED));
    advance(1);
    advance(2);
    String written = "SELECT xmin::text::bigint FROM pacing";
    long first = BUDGETS.number(written);
    for (int i = 0; i < 60; i++) {
      advance(60);
    }
    assertEquals(first, BUDGETS.number(written));
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
