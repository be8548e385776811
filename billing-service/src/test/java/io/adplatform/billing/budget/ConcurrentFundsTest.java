package io.adplatform.billing.budget;

import static io.adplatform.billing.TestBudgets.ADVERTISER;
import static io.adplatform.billing.TestBudgets.CAMPAIGN;
import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.TestBudgets.advertiser;
import static io.adplatform.billing.TestBudgets.campaign;
import static io.adplatform.billing.TestBudgets.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.TestBudgets;
import io.adplatform.billing.TestClock;
import io.adplatform.billing.TestFunds;
import io.adplatform.billing.funds.PaymentTerms;
import io.adplatform.billing.settlement.TestSettlement;
import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseRequest;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Status;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterProperty;

/** Many nodes want the money of one advertiser at once, while it is charged and topped up. */
class ConcurrentFundsTest {
  private static final int NODES = 5;
  private static final int REQUESTS = 20;
  private static final int LINE_ITEMS = 6;
  private static final long PRICE = TestNode.PRICE;
  private static final long CLOSED = -1;

  /** Read at one time: what is leased, what is available, and what it has come from. */
  private static final String STATE =
      """
      SELECT f.leased_micros, available_micros(f.advertiser_id, f.terms_version),
             (SELECT sum(b.balance_micros) FROM ledger_balance b JOIN ledger_account a
                  ON a.id = b.account_id WHERE a.kind IN ('FUNDS', 'RECEIVABLE')),
             (SELECT coalesce(sum(charged_micros), 0) FROM lease),
             (SELECT coalesce(sum(p.amount_micros), 0) FROM ledger_posting p
                JOIN ledger_account a ON a.id = p.account_id JOIN ledger_entry e
                  ON e.id = p.entry_id
               WHERE a.kind IN ('FUNDS', 'RECEIVABLE') AND e.kind <> 'SETTLED')
        FROM advertiser_funds f\
      """;

  private final TestBudgets budgets = new TestBudgets();
  private final TestClock clock = new TestClock("2027-03-01T12:00:00Z");
  private final LeaseGrants grants =
      new LeaseGrants(budgets.database.transactions(), LeaseConfig.of(4), clock);
  private final TestFunds funds = new TestFunds(budgets.database.transactions(), clock);
  private TestSettlement settlement;

  @AfterProperty
  void close() {
    budgets.close();
  }

  /**
   * Only credits, and limits that go up: at every time what is leased, and so what can still be
   * charged, is there.
   */
  @Property(seed = "2026", tries = 4, shrinking = ShrinkingMode.OFF)
  void shouldNeverLeaseMoreThanThereIs(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    long limit = random.nextBoolean() ? PRICE * random.nextInt(500) : 0;
    AtomicLong looks = new AtomicLong();
    play(
        random,
        limit,
        nodes -> {
          long raised = limit;
          do {
            switch (random.nextInt(3)) {
              case 0 -> funds.topUp(ADVERTISER, 1 + random.nextInt((int) (40 * PRICE)));
              case 1 -> correct(random);
              default -> {
                raised += limit == 0 ? 0 : random.nextInt((int) (20 * PRICE));
                agree(raised);
              }
            }
            long[] state = state();
            assertTrue(state[0] <= state[1], state[0] + " leased of " + state[1]);
            looks.incrementAndGet();
          } while (nodes.stream().anyMatch(node -> !node.isDone()));
          return null;
        });
    assertTrue(looks.get() > 0);
    long[] end = state();
    assertTrue(end[0] <= end[1], end[0] + " leased of " + end[1]);
  }

  /** Debits and lowered limits besides: never beyond the most there ever was. */
  @Property(seed = "2026", tries = 4, shrinking = ShrinkingMode.OFF)
  void shouldNeverChargeMoreThanThereEverWas(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    AtomicLong credits = new AtomicLong();
    AtomicLong largest = new AtomicLong(100 * PRICE);
    play(
        random,
        largest.get(),
        nodes -> {
          while (nodes.stream().anyMatch(node -> !node.isDone())) {
            switch (random.nextInt(4)) {
              case 0 -> {
                long micros = 1 + random.nextInt((int) (40 * PRICE));
                credits.addAndGet(micros);
                funds.topUp(ADVERTISER, micros);
              }
              case 1 -> funds.debit(ADVERTISER, 1 + random.nextInt((int) (20 * PRICE)));
              case 2 -> credits.addAndGet(correct(random));
              default -> {
                long limit = random.nextInt((int) (300 * PRICE));
                largest.accumulateAndGet(limit, Math::max);
                agree(limit);
              }
            }
          }
          return null;
        });
    long[] end = state();
    long most = credits.get() + largest.get();
    assertTrue(end[3] + end[0] <= most, end[3] + " and " + end[0] + " of " + most);
  }

  @FunctionalInterface
  private interface Operator {
    Void work(List<Future<?>> nodes) throws Exception;
  }

  private void play(Random random, long limit, Operator operator) throws Exception {
    budgets.clear();
    settlement = new TestSettlement(budgets.database.transactions(), 4, clock);
    budgets.publish(
        advertiser("UTC"),
        campaign(Budget.UNBOUNDED),
        campaign(CAMPAIGN + 1, Status.ACTIVE, Budget.UNBOUNDED));
    for (int i = 0; i < LINE_ITEMS; i++) {
      budgets.publish(lineItem(LINE_ITEM + i, CAMPAIGN + i % 2, Status.ACTIVE, Budget.UNBOUNDED));
    }
    agree(limit);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> nodes = new ArrayList<>();
      for (int n = 1; n <= NODES; n++) {
        int id = n;
        long nodeSeed = random.nextLong();
        nodes.add(threads.submit(() -> askAtRandom(id, nodeSeed)));
      }
      Future<?> work = threads.submit(() -> operator.work(List.copyOf(nodes)));
      for (Future<?> node : nodes) {
        node.get();
      }
      work.get();
    }
    assertEquals(0, budgets.inconsistencies());
    assertEquals(0, settlement.mismatches());
    assertEquals(0, budgets.number("SELECT count(*) FROM ledger_discrepancy"));
    long[] end = state();
    assertEquals(end[3] + end[4], end[2], "charges are posted, each once");
    assertTrue(end[3] > 0, "nothing was charged");
    assertTrue(grants.refused() > 0, "nothing was refused");
  }

  private void agree(long limit) {
    PaymentTerms.Kind kind = limit == 0 ? PaymentTerms.Kind.PREPAID : PaymentTerms.Kind.CREDIT;
    funds.agree(
        ADVERTISER, new PaymentTerms(kind, limit == 0 ? null : (Long) limit, null, null, 0));
  }

  /** Takes back a part of some entry; what was taken back. */
  private long correct(Random random) throws SQLException {
    long entry =
        budgets.number(
            "SELECT coalesce(max(id), 0) FROM ledger_entry WHERE kind = 'SETTLED' AND id <= "
                + random.nextInt(500));
    long micros = 1 + random.nextInt((int) PRICE);
    try {
      funds.correct(entry, micros);
      return micros;
    } catch (Problem alreadyTakenBack) {
      return 0;
    }
  }

  private long[] state() throws SQLException {
    try (Connection connection = budgets.server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = billing");
      try (ResultSet row = statement.executeQuery(STATE)) {
        assertTrue(row.next());
        long[] state = new long[5];
        for (int i = 0; i < state.length; i++) {
          state[i] = row.getLong(i + 1);
        }
        return state;
      }
    }
  }

  /** Wants, repeats itself, extends and gives back, while what it bid is settled. */
  private Void askAtRandom(int id, long seed) throws SQLException {
    Random random = new Random(seed);
    TestNode node = new TestNode(grants, id, 1_800_000_000L);
    Map<Long, Long> charged = new HashMap<>();
    for (int i = 0; i < REQUESTS; i++) {
      List<LeaseRequest.Want> wants = new ArrayList<>();
      for (int item = 0; item < LINE_ITEMS; item++) {
        if (random.nextBoolean()) {
          wants.add(new LeaseRequest.Want(LINE_ITEM + item, PRICE, random.nextInt(200) * PRICE));
        }
      }
      LeaseRequest request = node.next(wants, List.of(), List.of());
      LeaseAnswer answer = node.send(request);
      if (random.nextInt(3) == 0) {
        assertEquals(answer.leases(), node.send(request).leases());
      }
      node.read(answer);
      for (LeaseAnswer.State lease : answer.leases()) {
        settleAtRandom(random, lease, charged);
      }
      if (!answer.leases().isEmpty()) {
        long leaseId = answer.leases().getFirst().leaseId();
        if (random.nextBoolean()) {
          node.extend(leaseId);
        } else {
          // What is charged on it comes before: all that is left may be leased out again.
          node.giveBack(leaseId, 0, random.nextBoolean() ? Long.MAX_VALUE : 0);
        }
      }
    }
    return null;
  }

  /** Charges a lease now and then, and closes it once with what was charged. */
  private void settleAtRandom(Random random, LeaseAnswer.State lease, Map<Long, Long> charged)
      throws SQLException {
    long before = charged.getOrDefault(lease.leaseId(), 0L);
    if (lease.closed() || before < 0) {
      return;
    }
    long micros = Math.min(lease.amountMicros() - before, random.nextInt(100) * PRICE);
    if (micros > 0) {
      settlement.charge(
          lease.leaseId(), lease.lineItemId(), random.nextInt(2), 1_900_000_000, micros);
    }
    charged.put(lease.leaseId(), before + micros);
    if (random.nextInt(3) == 0) {
      settlement.close(lease.leaseId(), before + micros);
      charged.put(lease.leaseId(), CLOSED);
    }
  }
}
