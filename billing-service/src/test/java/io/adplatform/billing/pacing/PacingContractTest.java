package io.adplatform.billing.pacing;

import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.TestBudgets.advertiser;
import static io.adplatform.billing.TestBudgets.campaign;
import static io.adplatform.billing.TestBudgets.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.TestBudgets;
import io.adplatform.billing.TestClock;
import io.adplatform.billing.budget.LeaseDesk;
import io.adplatform.billing.settlement.SettledMessages;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseRequest;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.LineItem.Pacing;
import io.adplatform.wire.catalogue.LineItem.Participation;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.event.EventPartition;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pacing does the same over PostgreSQL and over its twin in memory. */
class PacingContractTest {
  private static final long PRICE = 2_500;
  private static final int LINE_ITEMS = 3;
  private static final int STEPS = 150;
  private static final TestBudgets BUDGETS = new TestBudgets();

  private final TestClock clock = new TestClock("2027-03-01T23:50:00Z");

  enum Kind {
    POSTGRES,
    MEMORY
  }

  @AfterAll
  static void close() {
    BUDGETS.close();
  }

  private LeaseDesk desk(Kind kind) throws SQLException {
    LeaseDesk desk =
        kind == Kind.MEMORY ? LeaseDesk.memory(clock) : LeaseDesk.postgres(BUDGETS, clock);
    desk.publish(advertiser("UTC"), campaign(Budget.UNBOUNDED));
    for (int i = 0; i < LINE_ITEMS; i++) {
      Pacing pacing = Pacing.values()[i];
      desk.publish(lineItem(LINE_ITEM + i, new Budget(null, 86_400 * PRICE)).paced(pacing));
    }
    return desk;
  }

  private long steer(LeaseDesk desk) throws SQLException {
    return desk.pacing(store -> Pacer.steer(store, LeaseDesk.PARTITIONS, clock.millis()));
  }

  /** Line item and participation. */
  private static List<String> changed(LeaseDesk desk) throws SQLException {
    return desk.pacing(
        store ->
            store.changedAfter(0, 10).stream()
                .map(one -> one.lineItemId() + ": " + one.participation())
                .sorted()
                .toList());
  }

  private void publish(LeaseDesk desk) throws SQLException {
    desk.pacing(
        store -> {
          store.published(store.newestRevision(), clock.millis());
          return null;
        });
  }

  private void mark(LeaseDesk desk, int node, long millis) throws SQLException {
    for (int partition = 0; partition < LeaseDesk.PARTITIONS; partition++) {
      desk.count(partition, SettledMessages.mark(node, millis));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldStartLowAndWaitUntilADecisionIsPublished(Kind kind) throws SQLException {
    LeaseDesk desk = desk(kind);
    mark(desk, 1, clock.millis());
    steer(desk);
    String even = LINE_ITEM + 1 + ": ";
    String forecast = LINE_ITEM + 2 + ": ";
    assertTrue(changed(desk).contains(even + Participation.START), changed(desk).toString());
    assertTrue(changed(desk).contains(forecast + Participation.START), changed(desk).toString());
    assertEquals(2, changed(desk).size());
    for (int i = 0; i < 10; i++) {
      clock.advance(Duration.ofSeconds(10));
      mark(desk, 1, clock.millis() - 2_000);
      steer(desk);
    }
    List<String> held = changed(desk);
    assertTrue(!held.contains(even + Participation.START), held.toString());
    clock.advance(Duration.ofSeconds(100));
    mark(desk, 1, clock.millis() - 2_000);
    steer(desk);
    assertEquals(held, changed(desk));
    publish(desk);
    clock.advance(Duration.ofSeconds(10));
    mark(desk, 1, clock.millis() - 2_000);
    steer(desk);
    assertTrue(!held.equals(changed(desk)), held.toString());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldForgetWhatIsNoLongerPaced(Kind kind) throws SQLException {
    LeaseDesk desk = desk(kind);
    steer(desk);
    desk.publish(lineItem(LINE_ITEM + 1, new Budget(null, 86_400 * PRICE)));
    steer(desk);
    assertEquals(List.of(LINE_ITEM + 2 + ": " + Participation.START), changed(desk));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldWaitForTheSlowerNodeAndNotForOneThatIsGoneOrAhead(Kind kind) throws SQLException {
    LeaseDesk desk = desk(kind);
    long now = clock.millis();
    assertEquals(0, steer(desk));
    mark(desk, 4, now + 3_600_000);
    assertEquals(now, steer(desk));
    mark(desk, 1, now - 2_000);
    mark(desk, 2, now - 20_000);
    mark(desk, 3, now - 600_000);
    assertEquals(now - 20_000, steer(desk));
    desk.writeOff(2);
    assertEquals(now - 2_000, steer(desk));
  }

  /** Both are told the same, at random, and steer alike to the last part in a million. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldSteerAlikeOverRandomHistories(long seed) throws SQLException {
    Random random = new Random(seed);
    List<LeaseDesk> both = List.of(desk(Kind.POSTGRES), desk(Kind.MEMORY));
    List<LeaseAnswer.State> leases = leases(both);
    for (int step = 0; step < STEPS; step++) {
      clock.advance(Duration.ofMillis(1_000 + random.nextInt(20_000)));
      long lag = random.nextInt(3) == 0 ? -random.nextInt(60_000) : random.nextInt(9_000);
      int charges = random.nextInt(12);
      int kind = random.nextInt(12);
      LeaseAnswer.State lease = leases.get(random.nextInt(leases.size()));
      for (LeaseDesk desk : both) {
        for (int i = 0; i < charges; i++) {
          desk.count(
              EventPartition.of(lease.leaseId(), LeaseDesk.PARTITIONS),
              SettledMessages.charge(lease.leaseId(), lease.lineItemId(), 0, 1, PRICE, 0));
        }
        mark(desk, 1 + kind % 2, clock.millis() - lag);
        change(desk, kind);
      }
      assertEquals(steer(both.getFirst()), steer(both.getLast()));
      assertEquals(changed(both.getFirst()), changed(both.getLast()), "step " + step);
      if (random.nextInt(3) > 0) {
        publish(both.getFirst());
        publish(both.getLast());
      }
    }
    assertTrue(changed(both.getLast()).size() >= 1);
  }

  private static void change(LeaseDesk desk, int kind) throws SQLException {
    Budget budget = new Budget(null, 86_400 * PRICE);
    Budget small = new Budget(null, 3_600 * PRICE);
    switch (kind) {
      case 3 -> desk.publish(campaign(100, Status.PAUSED, Budget.UNBOUNDED));
      case 4, 5 -> desk.publish(campaign(Budget.UNBOUNDED));
      case 6 -> desk.publish(lineItem(LINE_ITEM + 1, small).paced(Pacing.EVEN));
      case 7 -> desk.publish(lineItem(LINE_ITEM + 1, budget).paced(Pacing.EVEN));
      case 8 -> desk.publish(lineItem(LINE_ITEM + 2, budget).paced(Pacing.FORECAST));
      default -> {}
    }
  }

  /** A lease of each line item, the same from both. */
  private static List<LeaseAnswer.State> leases(List<LeaseDesk> both) throws SQLException {
    List<LeaseRequest.Want> wants = new ArrayList<>();
    for (int i = 0; i < LINE_ITEMS; i++) {
      wants.add(new LeaseRequest.Want(LINE_ITEM + i, PRICE, 600 * PRICE));
    }
    LeaseRequest request = new LeaseRequest(1, 1_800_000_000, 1, 0, wants, List.of(), List.of());
    List<LeaseAnswer.State> leases = both.getFirst().handle(request).leases();
    assertEquals(leases, both.getLast().handle(request).leases());
    return leases;
  }
}
