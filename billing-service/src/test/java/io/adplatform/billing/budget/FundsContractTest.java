package io.adplatform.billing.budget;

import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.TestBudgets.advertiser;
import static io.adplatform.billing.TestBudgets.campaign;
import static io.adplatform.billing.TestBudgets.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.TestBudgets;
import io.adplatform.billing.TestClock;
import io.adplatform.billing.funds.PaymentTerms;
import io.adplatform.billing.settlement.SettledMessages;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseRefusal;
import io.adplatform.storage.lease.LeaseRequest;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.event.EventPartition;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An advertiser's money bounds its leases, in PostgreSQL and in its twin in memory alike. */
class FundsContractTest {
  private static final long PRICE = 2_500;
  private static final long BOOT = 1_800_000_000;
  private static final int LINE_ITEMS = 4;
  private static final TestBudgets BUDGETS = new TestBudgets();
  private static final PaymentTerms PREPAID =
      new PaymentTerms(PaymentTerms.Kind.PREPAID, null, null, null, 0);

  private final TestClock clock = new TestClock("2027-03-01T12:00:00Z");
  private final long[] sequences = new long[10];
  private final long[] after = new long[10];

  enum Kind {
    POSTGRES,
    MEMORY
  }

  @AfterAll
  static void close() {
    BUDGETS.close();
  }

  private LeaseDesk desk(Kind kind, PaymentTerms terms, long fundsMicros) throws SQLException {
    LeaseDesk desk =
        kind == Kind.MEMORY ? LeaseDesk.memory(clock) : LeaseDesk.postgres(BUDGETS, clock);
    publish(desk, "UTC");
    desk.agree(terms);
    if (fundsMicros > 0) {
      desk.book(fundsMicros);
    }
    return desk;
  }

  private static void publish(LeaseDesk desk, String timeZone) throws SQLException {
    desk.publish(advertiser(timeZone), campaign(Budget.UNBOUNDED));
    for (int i = 0; i < LINE_ITEMS; i++) {
      desk.publish(lineItem(LINE_ITEM + i, Budget.UNBOUNDED));
    }
  }

  private static PaymentTerms credit(long limitMicros) {
    return new PaymentTerms(PaymentTerms.Kind.CREDIT, limitMicros, null, null, 0);
  }

  private LeaseAnswer ask(
      LeaseDesk desk, int node, List<Long> extend, List<LeaseRequest.Return> returns, long... items)
      throws SQLException {
    List<LeaseRequest.Want> wants = new ArrayList<>();
    for (long item : items) {
      wants.add(new LeaseRequest.Want(item, PRICE, 0));
    }
    LeaseAnswer answer =
        desk.handle(
            new LeaseRequest(node, BOOT, ++sequences[node], after[node], wants, extend, returns));
    after[node] = answer.revision();
    return answer;
  }

  private LeaseAnswer want(LeaseDesk desk, int node, long... items) throws SQLException {
    return ask(desk, node, List.of(), List.of(), items);
  }

  private static long granted(LeaseAnswer answer) {
    return answer.leases().stream()
        .filter(lease -> !lease.closed())
        .mapToLong(LeaseAnswer.State::amountMicros)
        .sum();
  }

  private static LeaseRefusal refusal(LeaseAnswer answer) {
    return answer.refusals().getFirst().reason();
  }

  private static void settle(LeaseDesk desk, LeaseAnswer.State lease, byte[] message)
      throws SQLException {
    desk.count(EventPartition.of(lease.leaseId(), LeaseDesk.PARTITIONS), message);
  }

  private static void charge(LeaseDesk desk, LeaseAnswer.State lease, long micros, long over)
      throws SQLException {
    byte[] message =
        SettledMessages.charge(lease.leaseId(), lease.lineItemId(), 0, 1_900_000_000, micros, over);
    settle(desk, lease, message);
  }

  private static void close(LeaseDesk desk, LeaseAnswer.State lease, long charged)
      throws SQLException {
    settle(desk, lease, SettledMessages.closed(lease.leaseId(), charged));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldGrantWhatWasPaidAheadAndNoMore(Kind kind) throws SQLException {
    LeaseDesk desk = desk(kind, PREPAID, 120 * PRICE);
    assertEquals(120 * PRICE, granted(want(desk, 1, LINE_ITEM)));
    assertEquals(LeaseRefusal.PREPAID_FUNDS, refusal(want(desk, 2, LINE_ITEM + 1)));
    desk.book(PRICE);
    assertEquals(PRICE, granted(want(desk, 2, LINE_ITEM + 1)));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldGrantNothingToWhoHasPaidNothing(Kind kind) throws SQLException {
    LeaseDesk desk = desk(kind, PREPAID, 0);
    assertEquals(LeaseRefusal.PREPAID_FUNDS, refusal(want(desk, 1, LINE_ITEM)));
    desk.agree(PaymentTerms.NONE);
    assertEquals(100 * PRICE, granted(want(desk, 1, LINE_ITEM)));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldCountWhatIsChargedOnce(Kind kind) throws SQLException {
    LeaseDesk desk = desk(kind, credit(60 * PRICE), 50 * PRICE);
    LeaseAnswer.State lease = want(desk, 1, LINE_ITEM).leases().getFirst();
    assertEquals(110 * PRICE, lease.amountMicros());
    charge(desk, lease, 70 * PRICE, 0);
    assertEquals(-20 * PRICE, desk.balanceMicros());
    assertEquals(LeaseRefusal.CREDIT_LIMIT, refusal(want(desk, 2, LINE_ITEM)));
    close(desk, lease, 70 * PRICE);
    assertEquals(40 * PRICE, granted(want(desk, 2, LINE_ITEM)));
    assertEquals(LeaseRefusal.CREDIT_LIMIT, refusal(want(desk, 1, LINE_ITEM)));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldTakeNothingForOverDelivery(Kind kind) throws SQLException {
    LeaseDesk desk = desk(kind, PREPAID, 50 * PRICE);
    LeaseAnswer.State lease = want(desk, 1, LINE_ITEM).leases().getFirst();
    charge(desk, lease, 50 * PRICE, 3 * PRICE);
    close(desk, lease, 50 * PRICE);
    assertEquals(0, desk.balanceMicros());
    assertEquals(LeaseRefusal.PREPAID_FUNDS, refusal(want(desk, 1, LINE_ITEM)));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldFreeWhatIsGivenBackAtOnce(Kind kind) throws SQLException {
    LeaseDesk desk = desk(kind, PREPAID, 120 * PRICE);
    LeaseAnswer.State lease = want(desk, 1, LINE_ITEM).leases().getFirst();
    charge(desk, lease, 20 * PRICE, 0);
    LeaseRequest.Return back = new LeaseRequest.Return(lease.leaseId(), 0, 90 * PRICE);
    ask(desk, 1, List.of(), List.of(back));
    assertEquals(90 * PRICE, granted(want(desk, 2, LINE_ITEM + 1)));
    close(desk, lease, 20 * PRICE);
    assertEquals(10 * PRICE, granted(want(desk, 2, LINE_ITEM + 2)));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldFreeTheLeasesOfANodeThatIsWrittenOffWhenTheyClose(Kind kind) throws SQLException {
    LeaseDesk desk = desk(kind, PREPAID, 120 * PRICE);
    LeaseAnswer.State lease = want(desk, 1, LINE_ITEM).leases().getFirst();
    desk.writeOff(1);
    desk.beginClosing();
    assertEquals(LeaseRefusal.PREPAID_FUNDS, refusal(want(desk, 2, LINE_ITEM)));
    close(desk, lease, 0);
    assertEquals(120 * PRICE, granted(want(desk, 2, LINE_ITEM)));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldShareFundsAmongLineItemsWithoutTearingSmallOnesApart(Kind kind) throws SQLException {
    LeaseDesk desk = desk(kind, PREPAID, 450 * PRICE);
    LeaseAnswer answer = want(desk, 1, LINE_ITEM, LINE_ITEM + 1, LINE_ITEM + 2, LINE_ITEM + 3);
    List<Long> amounts =
        answer.leases().stream().map(LeaseAnswer.State::amountMicros).sorted().toList();
    // A hundred impressions each are the least; what is left at last goes whole.
    assertEquals(List.of(100 * PRICE, 100 * PRICE, 100 * PRICE, 150 * PRICE), amounts);
    assertEquals(LeaseRefusal.PREPAID_FUNDS, refusal(want(desk, 2, LINE_ITEM)));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldGrantNothingUntilEnoughIsFreeWhereALimitWasLowered(Kind kind) throws SQLException {
    LeaseDesk desk = desk(kind, credit(120 * PRICE), 0);
    LeaseAnswer.State lease = want(desk, 1, LINE_ITEM).leases().getFirst();
    desk.agree(credit(50 * PRICE));
    assertEquals(LeaseRefusal.CREDIT_LIMIT, refusal(want(desk, 2, LINE_ITEM)));
    clock.advance(Duration.ofSeconds(10));
    assertEquals(List.of(), ask(desk, 1, List.of(lease.leaseId()), List.of()).leases());
    charge(desk, lease, 120 * PRICE, 0);
    assertEquals(-120 * PRICE, desk.balanceMicros(), "nothing is taken back");
    close(desk, lease, 120 * PRICE);
    desk.book(70 * PRICE);
    assertEquals(LeaseRefusal.CREDIT_LIMIT, refusal(want(desk, 2, LINE_ITEM)));
    desk.book(PRICE);
    assertEquals(PRICE, granted(want(desk, 2, LINE_ITEM)));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldStopExtendingWhereADebitTookWhatIsLeased(Kind kind) throws SQLException {
    LeaseDesk desk = desk(kind, PREPAID, 120 * PRICE);
    LeaseAnswer.State lease = want(desk, 1, LINE_ITEM).leases().getFirst();
    clock.advance(Duration.ofSeconds(10));
    assertEquals(1, ask(desk, 1, List.of(lease.leaseId()), List.of()).leases().size());
    desk.book(-PRICE);
    clock.advance(Duration.ofSeconds(10));
    assertEquals(List.of(), ask(desk, 1, List.of(lease.leaseId()), List.of()).leases());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldHoldTheAdvertisersOwnBudgetByItsDays(Kind kind) throws SQLException {
    LeaseDesk desk =
        desk(
            kind,
            new PaymentTerms(PaymentTerms.Kind.UNBOUNDED, null, 150 * PRICE, 100 * PRICE, 0),
            0);
    publish(desk, "America/New_York");
    assertEquals(100 * PRICE, granted(want(desk, 1, LINE_ITEM)));
    assertEquals(LeaseRefusal.ADVERTISER_DAILY_BUDGET, refusal(want(desk, 1, LINE_ITEM + 1)));
    clock.set("2027-03-02T04:59:59Z");
    assertEquals(LeaseRefusal.ADVERTISER_DAILY_BUDGET, refusal(want(desk, 1, LINE_ITEM + 1)));
    clock.set("2027-03-02T05:00:00Z");
    assertEquals(50 * PRICE, granted(want(desk, 1, LINE_ITEM + 1)));
    assertEquals(LeaseRefusal.ADVERTISER_TOTAL_BUDGET, refusal(want(desk, 1, LINE_ITEM + 2)));
  }

  /** Requests, charges, closings, top-ups, debits and terms at random: both do the same. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void shouldAnswerAlikeOverRandomHistories(long seed) throws SQLException {
    new History(new Random(seed)).play();
  }

  private final class History {
    private static final int STEPS = 120;
    private static final int NODES = 3;

    private final Random random;
    private final LeaseDesk rows = desk(Kind.POSTGRES, PREPAID, 300 * PRICE);
    private final LeaseDesk twin = desk(Kind.MEMORY, PREPAID, 300 * PRICE);
    private final List<LeaseAnswer.State> leases = new ArrayList<>();
    private final Map<Long, Long> charged = new HashMap<>();
    private int refusedForFunds;

    History(Random random) throws SQLException {
      this.random = random;
    }

    void play() throws SQLException {
      for (int step = 0; step < STEPS; step++) {
        clock.advance(Duration.ofMillis(random.nextInt(5_000)));
        int what = random.nextInt(20);
        if (what < 9) {
          ask(1 + random.nextInt(NODES));
        } else if (what < 15 && !leases.isEmpty()) {
          charge(leases.get(random.nextInt(leases.size())));
        } else if (what < 17 && !leases.isEmpty()) {
          close(leases.remove(random.nextInt(leases.size())));
        } else if (what < 19) {
          long micros = PRICE * (random.nextInt(120) - 20) + 1;
          rows.book(micros);
          twin.book(micros);
        } else {
          agree();
        }
        assertEquals(rows.balanceMicros(), twin.balanceMicros());
      }
      assertEquals(0, BUDGETS.inconsistencies());
      assertTrue(refusedForFunds > 0);
    }

    private void agree() {
      PaymentTerms.Kind kind =
          PaymentTerms.Kind.values()[random.nextInt(PaymentTerms.Kind.values().length)];
      Long limit = kind == PaymentTerms.Kind.CREDIT ? (Long) (PRICE * random.nextInt(400)) : null;
      PaymentTerms terms = new PaymentTerms(kind, limit, null, null, 0);
      rows.agree(terms);
      twin.agree(terms);
    }

    private void ask(int node) throws SQLException {
      List<LeaseRequest.Want> wants = new ArrayList<>();
      List<Long> extend = new ArrayList<>();
      List<LeaseRequest.Return> returns = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        long item = LINE_ITEM + random.nextInt(LINE_ITEMS);
        wants.add(new LeaseRequest.Want(item, PRICE, random.nextInt(60) * PRICE));
      }
      for (LeaseAnswer.State lease : leases) {
        long left = lease.amountMicros() - charged.getOrDefault(lease.leaseId(), 0L);
        switch (random.nextInt(12)) {
          case 0, 1 -> extend.add(lease.leaseId());
          // All that is left: nothing more is charged on it.
          case 2 -> returns.add(new LeaseRequest.Return(lease.leaseId(), 0, left));
          default -> {}
        }
      }
      LeaseRequest request =
          new LeaseRequest(node, BOOT, ++sequences[node], after[node], wants, extend, returns);
      LeaseAnswer answer = rows.handle(request);
      LeaseAnswer ofTwin = twin.handle(request);
      assertEquals(answer.refusals(), ofTwin.refusals());
      assertEquals(granted(answer), granted(ofTwin));
      assertEquals(answer.leases().size(), ofTwin.leases().size());
      after[node] = answer.revision();
      for (LeaseAnswer.State state : answer.leases()) {
        boolean back = returns.stream().anyMatch(one -> one.leaseId() == state.leaseId());
        leases.removeIf(lease -> lease.leaseId() == state.leaseId());
        if (!state.closed() && !back) {
          leases.add(state);
        }
      }
      answer.refusals().stream()
          .map(LeaseAnswer.Refusal::reason)
          .filter(
              reason -> reason == LeaseRefusal.PREPAID_FUNDS || reason == LeaseRefusal.CREDIT_LIMIT)
          .forEach(reason -> refusedForFunds++);
    }

    private void charge(LeaseAnswer.State lease) throws SQLException {
      long before = charged.getOrDefault(lease.leaseId(), 0L);
      long micros = Math.min(PRICE * (1 + random.nextInt(40)), lease.amountMicros() - before);
      if (micros > 0) {
        charged.put(lease.leaseId(), before + micros);
        FundsContractTest.charge(rows, lease, micros, random.nextInt(2) * PRICE);
        FundsContractTest.charge(twin, lease, micros, 0);
      }
    }

    private void close(LeaseAnswer.State lease) throws SQLException {
      long all = charged.getOrDefault(lease.leaseId(), 0L);
      FundsContractTest.close(rows, lease, all);
      FundsContractTest.close(twin, lease, all);
    }
  }
}
