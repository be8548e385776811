package io.adplatform.billing.budget;

import static io.adplatform.billing.TestBudgets.CAMPAIGN;
import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.TestBudgets.advertiser;
import static io.adplatform.billing.TestBudgets.campaign;
import static io.adplatform.billing.TestBudgets.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.adplatform.billing.TestBudgets;
import io.adplatform.billing.TestClock;
import io.adplatform.billing.settlement.SettledMessages;
import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseRefusal;
import io.adplatform.storage.lease.LeaseRequest;
import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.event.EventPartition;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every lease desk keeps to: the rows in PostgreSQL and their twin in memory. */
class LeaseContractTest {
  private static final long PRICE = 2_500;
  private static final long BOOT = 1_800_000_000;
  private static final TestBudgets BUDGETS = new TestBudgets();

  private final TestClock clock = new TestClock("2027-03-01T12:00:00Z");

  enum Kind {
    POSTGRES,
    MEMORY
  }

  @AfterAll
  static void close() {
    BUDGETS.close();
  }

  private LeaseDesk desk(Kind kind, Budget budget) throws SQLException {
    LeaseDesk desk =
        kind == Kind.MEMORY ? LeaseDesk.memory(clock) : LeaseDesk.postgres(BUDGETS, clock);
    desk.publish(advertiser("UTC"), campaign(Budget.UNBOUNDED), lineItem(LINE_ITEM, budget));
    return desk;
  }

  private static LeaseRequest want(int node, long sequence, long after) {
    return new LeaseRequest(
        node,
        BOOT,
        sequence,
        after,
        List.of(new LeaseRequest.Want(LINE_ITEM, PRICE, 0)),
        List.of(),
        List.of());
  }

  private static LeaseRequest listen(int node, long sequence, long after) {
    return new LeaseRequest(node, BOOT, sequence, after, List.of(), List.of(), List.of());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldGrantWhatTheBudgetAllowsAndNoMore(Kind kind) throws SQLException {
    LeaseDesk desk = desk(kind, new Budget(120 * PRICE, null));
    LeaseAnswer answer = desk.handle(want(1, 1, 0));
    assertEquals(120 * PRICE, answer.leases().getFirst().amountMicros());
    assertEquals(
        LeaseRefusal.TOTAL_BUDGET, desk.handle(want(2, 1, 0)).refusals().getFirst().reason());
  }

  /** Conversions come hours after the bid: nothing closes before the last of them. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldKeepALeaseUntilTheLastChargeCanHaveCome(Kind kind) throws SQLException {
    for (BidModel model : BidModel.values()) {
      LeaseDesk desk = desk(kind, Budget.UNBOUNDED);
      desk.publish(lineItem(LINE_ITEM, Budget.UNBOUNDED).priced(model, 1_000_000));
      LeaseAnswer answer = desk.handle(want(1, 1, 0));
      LeaseAnswer.State lease = answer.leases().getLast();
      long after = (LeaseConfig.DEFAULT_TOKEN_SECONDS + model.chargeSeconds()) * 1_000L;
      assertEquals(lease.bidUntilMillis() + after, lease.lastExpiryMillis(), model.name());
      clock.advance(Duration.ofSeconds(30));
      LeaseRequest extend =
          new LeaseRequest(
              1, BOOT, 2, answer.revision(), List.of(), List.of(lease.leaseId()), List.of());
      LeaseAnswer.State extended = desk.handle(extend).leases().getFirst();
      assertEquals(lease.lastExpiryMillis() + 30_000, extended.lastExpiryMillis(), model.name());
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldGrantNothingTwiceForARequestSentAgain(Kind kind) throws SQLException {
    LeaseDesk desk = desk(kind, Budget.UNBOUNDED);
    LeaseAnswer answer = desk.handle(want(1, 1, 0));
    assertEquals(answer.leases(), desk.handle(want(1, 1, 0)).leases());
    assertEquals(List.of(), desk.handle(listen(1, 2, answer.revision())).leases());
    assertThrows(Problem.class, () -> desk.handle(want(1, 1, 0)));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldTellChargesAndFreeWhatAClosedLeaseDidNotUse(Kind kind) throws SQLException {
    LeaseDesk desk = desk(kind, new Budget(100 * PRICE, null));
    LeaseAnswer granted = desk.handle(want(1, 1, 0));
    long lease = granted.leases().getFirst().leaseId();
    int partition = EventPartition.of(lease, LeaseDesk.PARTITIONS);
    long expiry = clock.millis() / 1_000 + 60;
    desk.count(partition, SettledMessages.charge(lease, 1, expiry, PRICE, 0));
    LeaseAnswer told = desk.handle(listen(1, 2, granted.revision()));
    assertEquals(List.of(new LeaseAnswer.Charge(lease, 1, expiry, PRICE)), told.charges());
    desk.count(partition, SettledMessages.closed(lease, PRICE));
    LeaseAnswer closed = desk.handle(want(1, 3, told.revision()));
    List<Long> open =
        closed.leases().stream()
            .filter(state -> !state.closed())
            .map(LeaseAnswer.State::amountMicros)
            .toList();
    assertEquals(List.of(99 * PRICE), open);
    assertEquals(2, closed.leases().size());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldCloseWhenEveryNodeIsSettledPastTheLastExpiry(Kind kind) throws SQLException {
    LeaseDesk desk = desk(kind, Budget.UNBOUNDED);
    LeaseAnswer.State lease = desk.handle(want(1, 1, 0)).leases().getFirst();
    desk.handle(listen(2, 1, 0));
    int partition = EventPartition.of(lease.leaseId(), LeaseDesk.PARTITIONS);
    long past = lease.lastExpiryMillis() + 2_001;
    desk.count(partition, SettledMessages.mark(1, past));
    assertEquals(Set.of(), desk.beginClosing());
    desk.count(partition, SettledMessages.mark(2, past - 1));
    assertEquals(Set.of(), desk.beginClosing());
    desk.count(partition, SettledMessages.mark(2, past));
    assertEquals(Set.of(lease.leaseId()), desk.beginClosing());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldCloseTheLeasesOfANodeThatIsWrittenOff(Kind kind) throws SQLException {
    LeaseDesk desk = desk(kind, Budget.UNBOUNDED);
    LeaseAnswer.State lease = desk.handle(want(1, 1, 0)).leases().getFirst();
    desk.writeOff(1);
    assertEquals(Set.of(lease.leaseId()), desk.beginClosing());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldAwaitANodeFromItsRegistrationThoughItAsksForNoLease(Kind kind) throws SQLException {
    LeaseDesk desk = desk(kind, Budget.UNBOUNDED);
    LeaseAnswer.State lease = desk.handle(want(1, 1, 0)).leases().getFirst();
    int partition = EventPartition.of(lease.leaseId(), LeaseDesk.PARTITIONS);
    long past = lease.lastExpiryMillis() + 2_001;
    desk.register(2);
    desk.count(partition, SettledMessages.mark(1, past));
    assertEquals(Set.of(), desk.beginClosing());
    desk.writeOff(2);
    desk.register(2);
    assertEquals(Set.of(), desk.beginClosing());
    desk.count(partition, SettledMessages.mark(2, past));
    assertEquals(Set.of(lease.leaseId()), desk.beginClosing());
  }

  /** Histories of requests, charges, marks, closings and write-offs: both answer alike. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void shouldAnswerAlikeOverRandomHistories(long seed) throws SQLException {
    new History(new Random(seed)).play();
  }

  private final class History {
    private static final int STEPS = 120;
    private static final int NODES = 3;

    private final Random random;
    private final LeaseDesk rows = LeaseDesk.postgres(BUDGETS, clock);
    private final LeaseDesk twin = LeaseDesk.memory(clock);
    private final long[] boots = {BOOT, BOOT, BOOT};
    private final long[] sequences = new long[NODES];
    private final long[] after = new long[NODES];
    private final List<LeaseAnswer.State> leases = new ArrayList<>();
    private final Map<Long, Long> charged = new HashMap<>();

    History(Random random) throws SQLException {
      this.random = random;
      for (LeaseDesk desk : List.of(rows, twin)) {
        desk.publish(
            advertiser("UTC"),
            campaign(new Budget(3_000 * PRICE, 2_000 * PRICE)),
            campaign(CAMPAIGN + 1, Status.ACTIVE, Budget.UNBOUNDED),
            lineItem(LINE_ITEM, new Budget(1_000 * PRICE, null)),
            lineItem(LINE_ITEM + 1, new Budget(null, 700 * PRICE)),
            lineItem(LINE_ITEM + 2, CAMPAIGN + 1, Status.ACTIVE, new Budget(90 * PRICE, null)),
            lineItem(LINE_ITEM + 3, CAMPAIGN + 1, Status.PAUSED, Budget.UNBOUNDED));
      }
    }

    void play() throws SQLException {
      for (int step = 0; step < STEPS; step++) {
        clock.advance(Duration.ofMillis(random.nextInt(20_000)));
        int what = random.nextInt(20);
        if (what < 10) {
          ask(random.nextInt(NODES));
        } else if (what < 15 && !leases.isEmpty()) {
          charge(leases.get(random.nextInt(leases.size())));
        } else if (what < 17) {
          long upTo = clock.millis() - random.nextInt(60_000);
          byte[] mark = SettledMessages.mark(1 + random.nextInt(NODES), upTo);
          count(random.nextInt(LeaseDesk.PARTITIONS), mark);
        } else if (what < 19) {
          close();
        } else if (sequences[0] > 0 && sequences[1] > 0 && sequences[2] > 0) {
          int node = 1 + random.nextInt(NODES);
          rows.writeOff(node);
          twin.writeOff(node);
          if (random.nextBoolean()) {
            rows.register(node);
            twin.register(node);
          }
        }
      }
      for (int node = 0; node < NODES; node++) {
        ask(node);
      }
      assertEquals(0, BUDGETS.inconsistencies());
    }

    private void ask(int node) throws SQLException {
      if (random.nextInt(12) == 0) {
        boots[node]++;
        sequences[node] = 0;
        after[node] = 0;
      }
      List<LeaseRequest.Want> wants = new ArrayList<>();
      List<Long> extend = new ArrayList<>();
      List<LeaseRequest.Return> returns = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        wants.add(
            new LeaseRequest.Want(
                LINE_ITEM + random.nextInt(5), PRICE, random.nextInt(60) * PRICE));
      }
      for (LeaseAnswer.State lease : leases) {
        long expiry = clock.millis() / 1_000 + random.nextInt(100) - 20;
        switch (random.nextInt(12)) {
          case 0, 1 -> extend.add(lease.leaseId());
          case 2 ->
              returns.add(
                  new LeaseRequest.Return(
                      lease.leaseId(), expiry, random.nextLong(lease.amountMicros())));
          default -> {}
        }
      }
      sequences[node]++;
      LeaseRequest request =
          new LeaseRequest(
              node + 1, boots[node], sequences[node], after[node], wants, extend, returns);
      LeaseAnswer answer = same(rows.handle(request), twin.handle(request));
      if (random.nextInt(4) == 0) {
        answer = same(rows.handle(request), twin.handle(request));
      }
      if (random.nextInt(4) > 0) {
        after[node] = answer.revision();
      }
      for (LeaseAnswer.State state : answer.leases()) {
        leases.removeIf(lease -> lease.leaseId() == state.leaseId());
        if (!state.closed()) {
          leases.add(state);
        }
      }
    }

    private LeaseAnswer same(LeaseAnswer ofRows, LeaseAnswer ofTwin) {
      assertEquals(sorted(ofRows), sorted(ofTwin));
      return ofRows;
    }

    private static LeaseAnswer sorted(LeaseAnswer answer) {
      return new LeaseAnswer(
          answer.sequence(),
          answer.revision(),
          answer.settledThroughMillis(),
          answer.leases().stream()
              .sorted(Comparator.comparingLong(LeaseAnswer.State::leaseId))
              .toList(),
          answer.charges().stream()
              .sorted(Comparator.comparing(LeaseAnswer.Charge::toString))
              .toList(),
          answer.refusals());
    }

    private void charge(LeaseAnswer.State lease) throws SQLException {
      long before = charged.getOrDefault(lease.leaseId(), 0L);
      long micros = Math.min(PRICE * (1 + random.nextInt(5)), lease.amountMicros() - before);
      if (micros > 0) {
        charged.put(lease.leaseId(), before + micros);
        long expiry = clock.millis() / 1_000 + random.nextInt(3);
        byte[] message =
            SettledMessages.charge(lease.leaseId(), random.nextInt(2), expiry, micros, 0);
        count(EventPartition.of(lease.leaseId(), LeaseDesk.PARTITIONS), message);
      }
    }

    private void close() throws SQLException {
      Set<Long> closing = rows.beginClosing();
      assertEquals(closing, twin.beginClosing());
      for (long id : closing) {
        if (random.nextBoolean()) {
          byte[] message = SettledMessages.closed(id, charged.getOrDefault(id, 0L));
          leases.removeIf(lease -> lease.leaseId() == id);
          count(EventPartition.of(id, LeaseDesk.PARTITIONS), message);
        }
      }
    }

    private void count(int partition, byte[] message) throws SQLException {
      rows.count(partition, message);
      twin.count(partition, message);
    }
  }
}
