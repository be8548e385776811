package io.adplatform.billing.budget;

import static io.adplatform.billing.TestBudgets.ADVERTISER;
import static io.adplatform.billing.TestBudgets.CAMPAIGN;
import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.TestBudgets.advertiser;
import static io.adplatform.billing.TestBudgets.campaign;
import static io.adplatform.billing.TestBudgets.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.TestBudgets;
import io.adplatform.billing.TestClock;
import io.adplatform.billing.settlement.TestSettlement;
import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseRefusal;
import io.adplatform.storage.lease.LeaseRequest;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.CatalogueKind;
import io.adplatform.wire.catalogue.Status;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaseGrantsTest {
  private static final long PRICE = TestNode.PRICE;
  private static final long BOOT = 1_800_000_000;
  private static final long TOKEN_MILLIS = LeaseConfig.DEFAULT_TOKEN_SECONDS * 1_000L;

  private static final TestBudgets BUDGETS = new TestBudgets();

  private final TestClock clock = new TestClock("2027-03-01T12:00:00Z");
  private final LeaseGrants grants =
      new LeaseGrants(BUDGETS.database.transactions(), LeaseConfig.of(4), clock);
  private final TestNode node = new TestNode(grants, 1, BOOT);

  @BeforeEach
  void publishUnboundedBudgets() throws SQLException {
    BUDGETS.clear();
    BUDGETS.publish(
        advertiser("UTC"), campaign(Budget.UNBOUNDED), lineItem(LINE_ITEM, Budget.UNBOUNDED));
  }

  @AfterAll
  static void close() {
    BUDGETS.close();
  }

  private void publishBudget(Long totalMicros, Long dailyMicros) throws SQLException {
    BUDGETS.publish(lineItem(LINE_ITEM, new Budget(totalMicros, dailyMicros)));
  }

  private static LeaseRefusal refusal(LeaseAnswer answer) {
    assertEquals(List.of(), answer.leases());
    assertEquals(1, answer.refusals().size());
    return answer.refusals().getFirst().reason();
  }

  private static LeaseAnswer.State lease(LeaseAnswer answer) {
    assertEquals(List.of(), answer.refusals());
    assertEquals(1, answer.leases().size());
    return answer.leases().getFirst();
  }

  @Test
  void shouldGrantUniformLeaseWithoutAnyBound() throws SQLException {
    LeaseAnswer.State lease = lease(node.want(LINE_ITEM));
    assertEquals(100 * PRICE, lease.amountMicros());
    assertEquals("USD", lease.currency());
    assertEquals(clock.millis() + 90_000, lease.bidUntilMillis());
    assertEquals(clock.millis() + 90_000 + TOKEN_MILLIS, lease.lastExpiryMillis());
  }

  @Test
  void shouldGrantSmallBudgetWholeToOneNode() throws SQLException {
    publishBudget(20 * PRICE, null);
    assertEquals(20 * PRICE, lease(node.want(LINE_ITEM)).amountMicros());
    TestNode other = new TestNode(grants, 2, BOOT);
    assertEquals(LeaseRefusal.TOTAL_BUDGET, refusal(other.want(LINE_ITEM)));
  }

  @Test
  void shouldStopAtEachBudgetThatIsUsedUp() throws SQLException {
    publishBudget(null, 50 * PRICE);
    lease(node.want(LINE_ITEM));
    assertEquals(LeaseRefusal.DAILY_BUDGET, refusal(node.want(LINE_ITEM)));
    publishBudget(null, null);
    BUDGETS.publish(campaign(new Budget(60 * PRICE, null)));
    assertEquals(10 * PRICE, lease(node.want(LINE_ITEM)).amountMicros());
    assertEquals(LeaseRefusal.CAMPAIGN_TOTAL_BUDGET, refusal(node.want(LINE_ITEM)));
    BUDGETS.publish(campaign(new Budget(null, 60 * PRICE)));
    assertEquals(LeaseRefusal.CAMPAIGN_DAILY_BUDGET, refusal(node.want(LINE_ITEM)));
  }

  @Test
  void shouldShareCampaignBudgetAmongLineItemsOfOneRequest() throws SQLException {
    BUDGETS.publish(
        campaign(new Budget(120 * PRICE, null)), lineItem(LINE_ITEM + 1, Budget.UNBOUNDED));
    LeaseAnswer answer = node.want(LINE_ITEM, LINE_ITEM + 1);
    long granted = answer.leases().stream().mapToLong(LeaseAnswer.State::amountMicros).sum();
    assertEquals(120 * PRICE, granted);
    assertEquals(0, BUDGETS.inconsistencies());
  }

  @Test
  void shouldNotGrantTwiceWhenRequestIsRepeated() throws SQLException {
    LeaseRequest request =
        node.next(List.of(new LeaseRequest.Want(LINE_ITEM, PRICE, 0)), List.of(), List.of());
    LeaseAnswer first = node.send(request);
    LeaseAnswer again = node.send(request);
    assertEquals(first.leases(), again.leases());
    assertEquals(1, BUDGETS.number("SELECT count(*) FROM lease"));
    assertEquals(0, BUDGETS.inconsistencies());
  }

  @Test
  void shouldGrantNothingUntilAllIsCountedThatWasSettledBeforeTheStart() throws SQLException {
    AtomicBoolean counted = new AtomicBoolean();
    LeaseGrants starting =
        new LeaseGrants(BUDGETS.database.transactions(), LeaseConfig.of(4), clock, counted::get);
    TestNode early = new TestNode(starting, 1, BOOT);
    assertEquals(LeaseRefusal.NOT_COUNTED_YET, refusal(early.want(LINE_ITEM)));
    assertEquals(0, BUDGETS.number("SELECT count(*) FROM lease"));
    counted.set(true);
    assertEquals(100 * PRICE, lease(early.want(LINE_ITEM)).amountMicros());
  }

  @Test
  void shouldGrantNothingToAProcessThatKnowsMoreThanTheDatabase() throws SQLException {
    lease(node.want(LINE_ITEM));
    // As a copy has it that was made before.
    try (Connection connection = BUDGETS.server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("UPDATE billing.node SET revision = 0, sequence = 0, boot = 0");
    }
    Problem refused = assertThrows(Problem.class, () -> node.want(LINE_ITEM));
    assertEquals(409, refused.status());
    assertThrows(Problem.class, () -> node.listen(), "and again");
    assertEquals(1, BUDGETS.number("SELECT count(*) FROM lease"));
    lease(new TestNode(grants, 1, BOOT + 1).want(LINE_ITEM));
  }

  @Test
  void shouldRefuseRequestOlderThanTheLast() throws SQLException {
    LeaseRequest old = node.next(List.of(), List.of(), List.of());
    node.listen();
    assertEquals(409, assertThrows(Problem.class, () -> node.send(old)).status());
  }

  @Test
  void shouldEndLeasesOfFormerBoot() throws SQLException {
    LeaseAnswer.State lease = lease(node.want(LINE_ITEM));
    clock.advance(Duration.ofSeconds(10));
    TestNode restarted = new TestNode(grants, 1, BOOT + 10);
    assertEquals(List.of(), restarted.listen().leases());
    assertEquals(
        clock.millis(),
        BUDGETS.number("SELECT bid_until_millis FROM lease WHERE id = " + lease.leaseId()));
    assertEquals(
        clock.millis() + TOKEN_MILLIS,
        BUDGETS.number("SELECT last_expiry_millis FROM lease WHERE id = " + lease.leaseId()));
    assertEquals(409, assertThrows(Problem.class, node::listen).status());
  }

  @Test
  void shouldRefuseWhatDoesNotServe() throws SQLException {
    assertEquals(LeaseRefusal.UNKNOWN_LINE_ITEM, refusal(node.want(77)));
    BUDGETS.publish(lineItem(LINE_ITEM, CAMPAIGN, Status.PAUSED, Budget.UNBOUNDED));
    assertEquals(LeaseRefusal.PAUSED, refusal(node.want(LINE_ITEM)));
    publishBudget(null, null);
    BUDGETS.publish(campaign(CAMPAIGN, Status.PAUSED, Budget.UNBOUNDED));
    assertEquals(LeaseRefusal.CAMPAIGN_PAUSED, refusal(node.want(LINE_ITEM)));
    BUDGETS.publish(campaign(Budget.UNBOUNDED));
    BUDGETS.delete(new CatalogueKey(CatalogueKind.LINE_ITEM, LINE_ITEM));
    assertEquals(LeaseRefusal.PAUSED, refusal(node.want(LINE_ITEM)));
  }

  @Test
  void shouldKeepToFlight() throws SQLException {
    Instant now = clock.instant();
    BUDGETS.publish(
        lineItem(LINE_ITEM, CAMPAIGN, Status.ACTIVE, Budget.UNBOUNDED, now.plusSeconds(120), null));
    assertEquals(LeaseRefusal.NOT_STARTED, refusal(node.want(LINE_ITEM)));
    BUDGETS.publish(
        lineItem(LINE_ITEM, CAMPAIGN, Status.ACTIVE, Budget.UNBOUNDED, null, now.plusSeconds(30)));
    assertEquals(clock.millis() + 30_000, lease(node.want(LINE_ITEM)).bidUntilMillis());
    clock.advance(Duration.ofSeconds(30));
    assertEquals(LeaseRefusal.ENDED, refusal(node.want(LINE_ITEM)));
  }

  @Test
  void shouldBeginNewDayInAdvertisersTimeZone() throws SQLException {
    BUDGETS.publish(advertiser("America/New_York"));
    publishBudget(null, 50 * PRICE);
    clock.set("2027-03-01T04:59:30Z");
    LeaseAnswer.State last = lease(node.want(LINE_ITEM));
    assertEquals(
        Instant.parse("2027-03-01T05:00:00Z").toEpochMilli(),
        last.bidUntilMillis(),
        "a lease ends with its day");
    assertEquals(LeaseRefusal.DAILY_BUDGET, refusal(node.want(LINE_ITEM)));
    clock.set("2027-03-01T05:00:01Z");
    lease(node.want(LINE_ITEM));
    assertEquals(
        2, BUDGETS.number("SELECT count(DISTINCT day) FROM lease WHERE day >= '2027-02-28'"));
    LeaseAnswer extended = node.extend(last.leaseId());
    assertTrue(
        extended.leases().stream().noneMatch(l -> l.bidUntilMillis() > last.bidUntilMillis()),
        "yesterday's lease does not run on");
  }

  @Test
  void shouldExtendLeaseThatIsInUse() throws SQLException {
    LeaseAnswer.State lease = lease(node.want(LINE_ITEM));
    clock.advance(Duration.ofSeconds(60));
    LeaseAnswer.State extended = lease(node.extend(lease.leaseId()));
    assertEquals(lease.leaseId(), extended.leaseId());
    assertEquals(clock.millis() + 90_000, extended.bidUntilMillis());
    assertEquals(clock.millis() + 90_000 + TOKEN_MILLIS, extended.lastExpiryMillis());
  }

  @Test
  void shouldExtendLeaseOfPausedLineItemSoThatItResumesAtOnce() throws SQLException {
    publishBudget(20 * PRICE, null);
    LeaseAnswer.State lease = lease(node.want(LINE_ITEM));
    BUDGETS.publish(lineItem(LINE_ITEM, CAMPAIGN, Status.PAUSED, new Budget(20 * PRICE, null)));
    clock.advance(Duration.ofSeconds(60));
    assertEquals(clock.millis() + 90_000, lease(node.extend(lease.leaseId())).bidUntilMillis());
  }

  @Test
  void shouldNotExtendLeaseThatWasGivenBack() throws SQLException {
    LeaseAnswer.State lease = lease(node.want(LINE_ITEM));
    LeaseAnswer.State ended = lease(node.giveBack(lease.leaseId(), clock.millis() / 1_000 + 40));
    assertEquals(clock.millis(), ended.bidUntilMillis());
    assertEquals(clock.millis() + 40_000, ended.lastExpiryMillis());
    clock.advance(Duration.ofSeconds(5));
    assertEquals(List.of(), node.extend(lease.leaseId()).leases());
  }

  @Test
  void shouldGrantAgainAtOnceWhatIsFreeOfALeaseThatWasGivenBack() throws SQLException {
    publishBudget(20 * PRICE, 20 * PRICE);
    LeaseAnswer.State lease = lease(node.want(LINE_ITEM));
    node.giveBack(lease.leaseId(), clock.millis() / 1_000 + 40, 17 * PRICE);
    TestNode next = new TestNode(grants, 1, BOOT + 10);
    assertEquals(17 * PRICE, lease(next.want(LINE_ITEM)).amountMicros());
    assertEquals(LeaseRefusal.TOTAL_BUDGET, refusal(next.want(LINE_ITEM)));
    assertEquals(0, BUDGETS.inconsistencies());
  }

  @Test
  void shouldFreeOnceWhatIsGivenBackAgain() throws SQLException {
    publishBudget(20 * PRICE, null);
    LeaseAnswer.State lease = lease(node.want(LINE_ITEM));
    LeaseRequest request =
        node.next(
            List.of(), List.of(), List.of(new LeaseRequest.Return(lease.leaseId(), 0, 5 * PRICE)));
    node.send(request);
    node.read(node.send(request));
    node.giveBack(lease.leaseId(), 0, 5 * PRICE);
    assertEquals(5 * PRICE, lease(node.want(LINE_ITEM)).amountMicros());
    assertEquals(0, BUDGETS.inconsistencies());
  }

  @Test
  void shouldNotFreeMoreThanALeaseHasLeft() throws SQLException {
    publishBudget(20 * PRICE, null);
    LeaseAnswer.State lease = lease(node.want(LINE_ITEM));
    new TestSettlement(BUDGETS.database.transactions(), 4, clock)
        .charge(lease.leaseId(), 0, 1_900_000_000, 3 * PRICE);
    node.giveBack(lease.leaseId(), 0, Long.MAX_VALUE);
    assertEquals(17 * PRICE, lease(node.want(LINE_ITEM)).amountMicros());
    assertEquals(0, BUDGETS.inconsistencies());
  }

  @Test
  void shouldNotTouchLeasesOfOtherNodes() throws SQLException {
    LeaseAnswer.State lease = lease(node.want(LINE_ITEM));
    TestNode other = new TestNode(grants, 2, BOOT);
    clock.advance(Duration.ofSeconds(5));
    other.extend(lease.leaseId());
    other.giveBack(lease.leaseId(), 0, PRICE);
    assertEquals(List.of(), node.listen().leases());
    assertEquals(0, BUDGETS.number("SELECT max(given_back_micros) FROM lease"));
  }

  @Test
  void shouldStopGrantingAndExtendingWhenBudgetIsLoweredBelowWhatIsCommitted() throws SQLException {
    publishBudget(1_000 * PRICE, null);
    LeaseAnswer.State lease = lease(node.want(LINE_ITEM));
    publishBudget(40 * PRICE, null);
    assertEquals(LeaseRefusal.TOTAL_BUDGET, refusal(node.want(LINE_ITEM)));
    clock.advance(Duration.ofSeconds(60));
    assertEquals(List.of(), node.extend(lease.leaseId()).leases());
    publishBudget(150 * PRICE, null);
    assertEquals(50 * PRICE, lease(node.want(LINE_ITEM)).amountMicros());
    assertEquals(0, BUDGETS.inconsistencies());
  }

  @Test
  void shouldHaveDatabaseRefuseToCommitMoreThanBudget() throws SQLException {
    publishBudget(1_000 * PRICE, null);
    node.want(LINE_ITEM);
    publishBudget(40 * PRICE, null);
    try (Connection connection = BUDGETS.server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = billing");
      // What was committed before the budget was lowered may stand, and may shrink.
      assertEquals(
          1,
          statement.executeUpdate(
              "UPDATE spend_total SET committed_micros = committed_micros - 1"
                  + " WHERE scope = 'L' AND id = "
                  + LINE_ITEM));
      SQLException refused =
          assertThrows(
              SQLException.class,
              () ->
                  statement.executeUpdate(
                      "UPDATE spend_total SET committed_micros = committed_micros + 1"
                          + " WHERE scope = 'L' AND id = "
                          + LINE_ITEM));
      assertEquals("23514", refused.getSQLState());
    }
  }

  @Test
  void shouldForgetDeletedBudgetsThatCatalogueNoLongerHas() throws SQLException {
    // A second process reads a catalogue from which the line item was compacted away.
    CatalogueBudgets fresh = new CatalogueBudgets(BUDGETS.database.transactions());
    fresh.onDocument(new CatalogueKey(CatalogueKind.ADVERTISER, ADVERTISER), advertiser("UTC"), 9);
    fresh.onDocument(
        new CatalogueKey(CatalogueKind.CAMPAIGN, CAMPAIGN), campaign(Budget.UNBOUNDED), 9);
    fresh.onConsistent(9);
    assertEquals(LeaseRefusal.PAUSED, refusal(node.want(LINE_ITEM)));
  }

  @Test
  void shouldPassOverDocumentOlderThanWhatIsKnown() throws SQLException {
    BUDGETS.publish(lineItem(LINE_ITEM, new Budget(20 * PRICE, null)));
    CatalogueBudgets late = new CatalogueBudgets(BUDGETS.database.transactions());
    late.onDocument(
        new CatalogueKey(CatalogueKind.LINE_ITEM, LINE_ITEM),
        lineItem(LINE_ITEM, Budget.UNBOUNDED),
        1);
    late.onDocument(
        new CatalogueKey(CatalogueKind.CAMPAIGN, CAMPAIGN), campaign(Budget.UNBOUNDED), 1);
    late.onDocument(new CatalogueKey(CatalogueKind.ADVERTISER, ADVERTISER), advertiser("UTC"), 1);
    late.onConsistent(1);
    assertEquals(20 * PRICE, lease(node.want(LINE_ITEM)).amountMicros());
  }

  @Test
  void shouldRefuseNodeThatHasLostCount() throws SQLException {
    for (int i = 0; i < LeaseConfig.MAX_OPEN; i++) {
      lease(node.want(LINE_ITEM));
    }
    assertEquals(LeaseRefusal.TOO_MANY_LEASES, refusal(node.want(LINE_ITEM)));
  }

  @Test
  void shouldGoOnGrantingWhileLeasesThatWereGivenBackWaitForSettlement() throws SQLException {
    for (int i = 0; i < 2 * LeaseConfig.MAX_OPEN; i++) {
      node.giveBack(lease(node.want(LINE_ITEM)).leaseId(), 0);
    }
    lease(node.want(LINE_ITEM));
  }

  @Test
  void shouldGoOnGrantingWhileLeasesOfFormerBootsWaitForSettlement() throws SQLException {
    for (int i = 0; i < LeaseConfig.MAX_OPEN; i++) {
      lease(node.want(LINE_ITEM));
    }
    lease(new TestNode(grants, 1, BOOT + 10).want(LINE_ITEM));
  }

  /** Leases the whole of a day's budget at each instant and says which days they are of. */
  private void assertDays(String zone, String... instantsAndDays) throws SQLException {
    BUDGETS.publish(advertiser(zone));
    publishBudget(null, 20 * PRICE);
    for (int i = 0; i < instantsAndDays.length; i += 2) {
      clock.set(instantsAndDays[i]);
      String day = instantsAndDays[i + 1];
      LeaseAnswer answer = node.want(LINE_ITEM);
      if (day == null) {
        assertEquals(LeaseRefusal.DAILY_BUDGET, refusal(answer), instantsAndDays[i]);
      } else {
        assertEquals(
            1,
            BUDGETS.number(
                "SELECT count(*) FROM lease WHERE day = '"
                    + day
                    + "' AND id = "
                    + lease(answer).leaseId()),
            instantsAndDays[i]);
      }
    }
    assertEquals(0, BUDGETS.inconsistencies());
  }

  @Test
  void shouldBudgetADayOf23Hours() throws SQLException {
    assertDays(
        "America/New_York",
        "2027-03-14T04:59:59Z",
        "2027-03-13",
        "2027-03-14T05:00:00Z",
        "2027-03-14",
        "2027-03-15T03:59:59Z",
        null,
        "2027-03-15T04:00:00Z",
        "2027-03-15");
  }

  @Test
  void shouldBudgetADayOf25Hours() throws SQLException {
    assertDays(
        "America/New_York",
        "2027-11-07T04:00:00Z",
        "2027-11-07",
        "2027-11-08T04:59:59Z",
        null,
        "2027-11-08T05:00:00Z",
        "2027-11-08");
  }

  @Test
  void shouldBudgetADayThatDoesNotBeginAtMidnight() throws SQLException {
    // Clocks in Santiago go from 24:00 of the 4th to 01:00 of the 5th.
    assertDays(
        "America/Santiago",
        "2027-09-05T03:59:59Z",
        "2027-09-04",
        "2027-09-05T04:00:00Z",
        "2027-09-05",
        "2027-09-06T02:59:59Z",
        null,
        "2027-09-06T03:00:00Z",
        "2027-09-06");
  }
}
