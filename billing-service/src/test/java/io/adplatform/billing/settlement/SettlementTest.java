package io.adplatform.billing.settlement;

import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.TestBudgets.advertiser;
import static io.adplatform.billing.TestBudgets.campaign;
import static io.adplatform.billing.TestBudgets.lineItem;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.TestBudgets;
import io.adplatform.billing.TestClock;
import io.adplatform.billing.budget.LeaseConfig;
import io.adplatform.billing.budget.LeaseGrants;
import io.adplatform.billing.budget.TestNode;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseRefusal;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.event.EventPartition;
import io.adplatform.wire.sbe.Disposition;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SettlementTest {
  private static final long PRICE = TestNode.PRICE;
  private static final int PARTITIONS = 4;
  private static final TestBudgets BUDGETS = new TestBudgets();
  private static final TestClock CLOCK = new TestClock("2027-03-01T12:00:00Z");
  private static final long[] OFFSETS = new long[PARTITIONS];
  private static long lineItemId = LINE_ITEM;
  private static int nodeId;

  private final SettledCounters counters = new SettledCounters(new SimpleMeterRegistry());
  private final Settlement settlement =
      new Settlement(BUDGETS.database.transactions(), PARTITIONS, CLOCK, counters, null);
  private final LeaseGrants grants =
      new LeaseGrants(BUDGETS.database.transactions(), LeaseConfig.of(PARTITIONS), CLOCK);
  private final TestNode node = new TestNode(grants, ++nodeId, 1_800_000_000);

  @AfterAll
  static void close() {
    BUDGETS.close();
  }

  @BeforeEach
  void publishBudget() throws SQLException {
    BUDGETS.publish(
        advertiser("UTC"),
        campaign(Budget.UNBOUNDED),
        lineItem(++lineItemId, new Budget(20 * PRICE, null)));
  }

  private LeaseAnswer.State grant() throws SQLException {
    return node.want(lineItemId).leases().getFirst();
  }

  /** A batch of messages, all of the lease's partition, at the next offsets. */
  private static SettledBatch batch(long leaseId, byte[]... messages) {
    int partition = EventPartition.of(leaseId, PARTITIONS);
    SettledBatch batch = new SettledBatch();
    for (byte[] message : messages) {
      batch.add(partition, OFFSETS[partition]++, message);
    }
    return batch;
  }

  private static byte[] charge(long leaseId, long micros) {
    return SettledMessages.charge(leaseId, 0, 1_900_000_000, micros, 0);
  }

  @Test
  void shouldTellNodeWhatWasChargedByLaneAndExpiry() throws SQLException {
    long lease = grant().leaseId();
    settlement.count(
        batch(
            lease,
            SettledMessages.charge(lease, 0, 1_900_000_000, PRICE, 0),
            SettledMessages.charge(lease, 1, 1_900_000_000, PRICE, 0),
            SettledMessages.charge(lease, 1, 1_900_000_001, PRICE, 0)));
    settlement.count(batch(lease, SettledMessages.charge(lease, 1, 1_900_000_001, PRICE, 0)));
    List<LeaseAnswer.Charge> charges = new ArrayList<>(node.listen().charges());
    charges.sort(
        java.util.Comparator.comparing(LeaseAnswer.Charge::lane)
            .thenComparing(LeaseAnswer.Charge::expirySecond));
    assertEquals(
        List.of(
            new LeaseAnswer.Charge(lease, 0, 1_900_000_000, PRICE),
            new LeaseAnswer.Charge(lease, 1, 1_900_000_000, PRICE),
            new LeaseAnswer.Charge(lease, 1, 1_900_000_001, 2 * PRICE)),
        charges);
    assertEquals(List.of(), node.listen().charges(), "what was read is not told again");
    assertEquals(0, BUDGETS.inconsistencies());
  }

  @Test
  void shouldFreeWhatClosedLeaseDidNotUse() throws SQLException {
    long lease = grant().leaseId();
    assertEquals(LeaseRefusal.TOTAL_BUDGET, node.want(lineItemId).refusals().getFirst().reason());
    settlement.count(batch(lease, charge(lease, 3 * PRICE)));
    settlement.count(batch(lease, charge(lease, PRICE), SettledMessages.closed(lease, 4 * PRICE)));
    assertEquals(0, counters.mismatches.count());
    LeaseAnswer answer = node.want(lineItemId);
    assertTrue(answer.leases().stream().anyMatch(l -> l.leaseId() == lease && l.closed()));
    LeaseAnswer.State fresh =
        answer.leases().stream().filter(l -> l.leaseId() != lease).findFirst().orElseThrow();
    assertEquals(16 * PRICE, fresh.amountMicros());
    assertEquals(0, BUDGETS.inconsistencies());
    assertEquals(0, BUDGETS.number("SELECT count(*) FROM lease_charge WHERE lease_id = " + lease));
  }

  @Test
  void shouldFreeTheRestOfALeaseThatWasGivenBackWhenItCloses() throws SQLException {
    long lease = grant().leaseId();
    node.giveBack(lease, 0, 15 * PRICE);
    assertEquals(15 * PRICE, granted(lease));
    settlement.count(batch(lease, charge(lease, 2 * PRICE)));
    settlement.count(batch(lease, SettledMessages.closed(lease, 2 * PRICE)));
    assertEquals(0, counters.mismatches.count());
    assertEquals(3 * PRICE, granted(lease));
    assertEquals(0, BUDGETS.inconsistencies());
  }

  /** The amount of another lease on the same budget. */
  private long granted(long beside) throws SQLException {
    return node.want(lineItemId).leases().stream()
        .filter(lease -> lease.leaseId() != beside)
        .findFirst()
        .orElseThrow()
        .amountMicros();
  }

  @Test
  void shouldNotChargeTheAdvertiserWhatALeaseHasGivenBack() throws SQLException {
    long lease = grant().leaseId();
    node.giveBack(lease, 0, 18 * PRICE);
    assertEquals(18 * PRICE, granted(lease));
    settlement.count(batch(lease, charge(lease, PRICE)));
    settlement.count(batch(lease, charge(lease, 2 * PRICE)));
    assertEquals(2 * PRICE, BUDGETS.number("SELECT charged_micros FROM lease WHERE id = " + lease));
    settlement.count(batch(lease, SettledMessages.closed(lease, 3 * PRICE)));
    assertEquals(1, counters.mismatches.count());
    assertEquals(
        PRICE,
        BUDGETS.number(
            "SELECT over_delivery_micros FROM spend_total WHERE scope = 'L' AND id = "
                + lineItemId));
    assertEquals(0, BUDGETS.inconsistencies());
  }

  @Test
  void shouldCountEachMessageOnceWhateverIsRepeated() throws SQLException {
    long lease = grant().leaseId();
    SettledBatch batch = batch(lease, charge(lease, PRICE));
    assertTrue(settlement.count(batch));
    assertFalse(settlement.count(batch), "the offsets have moved on");
    assertEquals(PRICE, BUDGETS.number("SELECT charged_micros FROM lease WHERE id = " + lease));
    int partition = EventPartition.of(lease, PARTITIONS);
    assertEquals(OFFSETS[partition], settlement.begin(null, ends(Long.MAX_VALUE))[partition]);
  }

  private static long[] ends(long end) {
    long[] ends = new long[PARTITIONS];
    Arrays.fill(ends, end);
    return ends;
  }

  /** Counts something everywhere, so that every partition stands above 0. */
  private void countEverywhere() throws SQLException {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      SettledBatch batch = new SettledBatch();
      batch.add(partition, OFFSETS[partition]++, new byte[] {1, 2, 3});
      assertTrue(settlement.count(batch));
    }
  }

  private Settlement accepting(String topic) {
    return new Settlement(BUDGETS.database.transactions(), PARTITIONS, CLOCK, counters, topic);
  }

  /** Nothing is changed by it either. */
  private void assertStopped(String topicId, long[] ends, String because) throws SQLException {
    String generations = "SELECT sum(generation) FROM settled_offset";
    long before = BUDGETS.number(generations);
    SettledLostException stopped =
        assertThrows(SettledLostException.class, () -> settlement.begin(topicId, ends));
    assertTrue(stopped.getMessage().contains(because), stopped.getMessage());
    assertEquals(before, BUDGETS.number(generations));
    assertEquals(
        Arrays.stream(OFFSETS).sum(),
        BUDGETS.number("SELECT sum(next_offset) FROM settled_offset"));
  }

  /** As if the topics of the tests were one. */
  private static void forgetTopic() throws SQLException {
    try (var connection = BUDGETS.server.connect();
        var statement = connection.createStatement()) {
      statement.execute("UPDATE billing.settled_offset SET topic_id = NULL, next_offset = 0");
    }
    Arrays.fill(OFFSETS, 0);
  }

  @Test
  void shouldCountNothingOfATopicThatWasMadeAnewUntilItIsAccepted() throws SQLException {
    settlement.begin("one", ends(Long.MAX_VALUE));
    countEverywhere();
    double before = counters.resets.count();
    assertArrayEquals(OFFSETS, settlement.begin("one", OFFSETS.clone()));
    assertEquals(before, counters.resets.count());
    assertStopped("two", ends(Long.MAX_VALUE), "its id was one and is two");
    assertStopped("two", ends(Long.MAX_VALUE), "accept-settled-topic is set to two");
    assertThrows(
        SettledLostException.class, () -> accepting("one").begin("two", ends(Long.MAX_VALUE)));
    assertArrayEquals(ends(0), accepting("two").begin("two", ends(Long.MAX_VALUE)));
    assertEquals(before + PARTITIONS, counters.resets.count());
    assertArrayEquals(ends(0), settlement.begin("two", ends(5)));
    assertEquals(before + PARTITIONS, counters.resets.count(), "said once");
    forgetTopic();
  }

  @Test
  void shouldCountNothingOfATopicThatLostItsEndUntilItIsAccepted() throws SQLException {
    settlement.begin("three", ends(Long.MAX_VALUE));
    countEverywhere();
    double before = counters.resets.count();
    assertStopped("three", ends(0), "ends at 0, but its messages up to");
    assertArrayEquals(ends(0), accepting("three").begin("three", ends(0)));
    assertEquals(before + PARTITIONS, counters.resets.count());
    forgetTopic();
  }

  @Test
  void shouldCountNothingOfAShortenedTopicWithoutAnIdUntilItIsAccepted() throws SQLException {
    countEverywhere();
    assertStopped(null, ends(0), "accept-settled-topic is set to unnamed");
    assertArrayEquals(ends(0), accepting("unnamed").begin(null, ends(0)));
    forgetTopic();
  }

  @Test
  void shouldChargeNothingForTestsAndRepeats() throws SQLException {
    long lease = grant().leaseId();
    settlement.count(
        batch(
            lease,
            SettledMessages.event(lease, 0, 1_900_000_000, PRICE, 0, Disposition.TEST),
            SettledMessages.event(lease, 0, 1_900_000_000, PRICE, 0, Disposition.REPEAT)));
    assertEquals(0, BUDGETS.number("SELECT charged_micros FROM lease WHERE id = " + lease));
  }

  @Test
  void shouldRecordOverDeliveryWithoutChargingIt() throws SQLException {
    long lease = grant().leaseId();
    settlement.count(
        batch(
            lease,
            SettledMessages.charge(lease, 0, 1_900_000_000, 20 * PRICE, 7),
            SettledMessages.closed(lease, 20 * PRICE)));
    assertEquals(
        7,
        BUDGETS.number(
            "SELECT over_delivery_micros FROM spend_total WHERE scope = 'L' AND id = "
                + lineItemId));
    assertEquals(LeaseRefusal.TOTAL_BUDGET, node.want(lineItemId).refusals().getFirst().reason());
    assertEquals(0, BUDGETS.inconsistencies());
  }

  @Test
  void shouldRaiseMismatchWhenSettlementSaysAnotherSum() throws SQLException {
    long lease = grant().leaseId();
    settlement.count(batch(lease, charge(lease, PRICE), SettledMessages.closed(lease, 2 * PRICE)));
    assertEquals(1, counters.mismatches.count());
    assertEquals(0, BUDGETS.inconsistencies());
  }

  @Test
  void shouldRaiseUnknownLeaseAndGoOn() throws SQLException {
    long lease = grant().leaseId();
    settlement.count(
        batch(lease, charge(999_999_999L, PRICE), charge(lease, PRICE), new byte[] {1, 2, 3}));
    assertEquals(1, counters.unknownLeases.count());
    assertEquals(1, counters.unreadable.count());
    assertEquals(PRICE, BUDGETS.number("SELECT charged_micros FROM lease WHERE id = " + lease));
  }

  @Test
  void shouldTellSettledTimeOfSlowestNodeAndPartition() throws SQLException {
    for (int n = 1; n <= nodeId; n++) {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        SettledBatch batch = new SettledBatch();
        long millis = 5_000 + 10L * n + partition;
        batch.add(partition, OFFSETS[partition]++, SettledMessages.mark(n, millis));
        settlement.count(batch);
      }
    }
    assertEquals(5_010, node.listen().settledThroughMillis());
    TestNode fresh = new TestNode(grants, ++nodeId, 1_800_000_000);
    assertEquals(0, fresh.listen().settledThroughMillis(), "a new node is awaited from the start");
  }

  @Test
  void shouldKeepSumsConsistentWithLeasesUnderRandomHistories() throws SQLException {
    Random random = new Random(42);
    BUDGETS.publish(lineItem(lineItemId, new Budget(50_000 * PRICE, null)));
    List<long[]> open = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      node.want(PRICE * random.nextInt(100_000), new long[] {lineItemId}).leases().stream()
          .filter(l -> !l.closed() && open.stream().noneMatch(o -> o[0] == l.leaseId()))
          .forEach(l -> open.add(new long[] {l.leaseId(), l.amountMicros(), 0}));
      if (open.isEmpty()) {
        continue;
      }
      long[] lease = open.get(random.nextInt(open.size()));
      long charge = Math.min(PRICE * random.nextInt(200), lease[1] - lease[2]);
      lease[2] += charge;
      settlement.count(
          batch(lease[0], SettledMessages.charge(lease[0], i % 2, 1_900_000_000 + i, charge, 0)));
      if (random.nextBoolean()) {
        settlement.count(batch(lease[0], SettledMessages.closed(lease[0], lease[2])));
        open.remove(lease);
      }
    }
    assertEquals(0, counters.mismatches.count());
    assertEquals(0, BUDGETS.inconsistencies());
  }

  /** A charge of a line item as it stands in the topic. */
  private byte[] chargeOfLineItem(long leaseId, long micros) {
    return SettledMessages.charge(leaseId, lineItemId, 0, 1_900_000_000, micros, 0);
  }

  private long spent(String column, String scope, long id) throws SQLException {
    return BUDGETS.number(
        "SELECT coalesce((SELECT %s FROM spend_total WHERE scope = '%s' AND id = %d), 0)"
            .formatted(column, scope, id));
  }

  @Test
  void shouldCommitWhatWasChargedOnALeaseThatACopyDoesNotKnow() throws SQLException {
    long unknown = 5_000_000_000L + lineItemId;
    long campaignBefore = spent("charged_micros", "C", TestBudgets.CAMPAIGN);
    settlement.count(batch(unknown, chargeOfLineItem(unknown, 12 * PRICE)));
    settlement.count(batch(unknown, chargeOfLineItem(unknown, 3 * PRICE)));
    assertEquals(1, counters.unknownLeases.count());
    assertEquals(15 * PRICE, spent("charged_micros", "L", lineItemId));
    assertEquals(15 * PRICE, spent("committed_micros", "L", lineItemId));
    assertEquals(campaignBefore + 15 * PRICE, spent("charged_micros", "C", TestBudgets.CAMPAIGN));
    assertEquals(0, BUDGETS.inconsistencies());
    assertEquals(5 * PRICE, grant().amountMicros(), "of a budget of 20");
    settlement.count(
        batch(
            unknown,
            chargeOfLineItem(unknown, PRICE),
            SettledMessages.closed(unknown, 16 * PRICE)));
    assertEquals(0, counters.mismatches.count());
    assertEquals(16 * PRICE, spent("charged_micros", "L", lineItemId));
    assertEquals(0, BUDGETS.inconsistencies());
  }

  @Test
  void shouldCountWhatWasChargedThoughTheCopyLeasesTheBudgetElsewhere() throws SQLException {
    long known = grant().leaseId();
    long unknown = 6_000_000_000L + lineItemId;
    settlement.count(batch(unknown, chargeOfLineItem(unknown, 12 * PRICE)));
    settlement.count(batch(known, chargeOfLineItem(known, 3 * PRICE)));
    settlement.count(batch(known, SettledMessages.closed(known, 3 * PRICE)));
    assertEquals(0, BUDGETS.inconsistencies());
    assertEquals(5 * PRICE, granted(known));
  }

  @Test
  void shouldGiveOutNoIdOfALeaseThatSettledKnows() throws SQLException {
    long before = grant().leaseId();
    BUDGETS.publish(lineItem(++lineItemId, new Budget(20 * PRICE, null)));
    long unknown = 7_000_000_000L + lineItemId;
    settlement.count(batch(unknown, SettledMessages.closed(unknown, 0)));
    settlement.caughtUp();
    long after = grant().leaseId();
    assertTrue(after > unknown && unknown > before, after + " after " + unknown);
  }

  private long discrepancies(String where) throws SQLException {
    return BUDGETS.number("SELECT count(*) FROM budget_discrepancy WHERE " + where);
  }

  @Test
  void shouldFindWhatIsChargedAboveWhatTheBudgetAllowed() throws SQLException {
    String mine = "scope = 'L' AND id = " + lineItemId;
    long lease = grant().leaseId();
    settlement.count(batch(lease, chargeOfLineItem(lease, 15 * PRICE)));
    BUDGETS.publish(lineItem(lineItemId, new Budget(10 * PRICE, 10 * PRICE)));
    assertEquals(0, discrepancies(mine), "it was lowered below what nodes hold");
    long unknown = 8_000_000_000L + lineItemId;
    settlement.count(batch(unknown, chargeOfLineItem(unknown, 6 * PRICE)));
    assertEquals(
        1, discrepancies(mine), "21 of the 20 that it allowed; of a day it bounded nothing");
    addToCharged(7, mine);
    assertEquals(1, discrepancies(mine + " AND what = 'TOTAL'"));
    assertEquals(1, discrepancies(mine + " AND what = 'LEDGER'"));
    addToCharged(-7, mine);
    assertEquals(0, discrepancies(mine + " AND what = 'LEDGER'"));
  }

  private static void addToCharged(long micros, String where) throws SQLException {
    try (var connection = BUDGETS.server.connect();
        var statement = connection.createStatement()) {
      statement.execute("SET search_path = billing");
      statement.execute(
          "UPDATE spend_total SET charged_micros = charged_micros + " + micros + " WHERE " + where);
    }
  }

  @Test
  void shouldRefuseThatALeaseIsChargedMoreThanItsNodeKeeps() throws SQLException {
    long lease = grant().leaseId();
    try (var connection = BUDGETS.server.connect();
        var statement = connection.createStatement()) {
      SQLException refused =
          assertThrows(
              SQLException.class,
              () ->
                  statement.execute(
                      "UPDATE billing.lease SET charged_micros = amount_micros + 1 WHERE id = "
                          + lease));
      assertTrue(refused.getMessage().contains("charged_within_lease"), refused.getMessage());
    }
  }
}
