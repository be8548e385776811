package io.adplatform.billing.budget;

import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.TestBudgets.advertiser;
import static io.adplatform.billing.TestBudgets.campaign;
import static io.adplatform.billing.TestBudgets.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.TestBudgets;
import io.adplatform.billing.TestClock;
import io.adplatform.billing.settlement.TestSettlement;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseRequest;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterProperty;

/** Many nodes want from the same budgets at once, while the budgets change. */
class ConcurrentGrantsTest {
  private static final int NODES = 6;
  private static final int REQUESTS = 15;
  private static final int LINE_ITEMS = 4;
  private static final int MAX_IMPRESSIONS = 3_000;
  private static final long CLOSED = -1;

  private final TestBudgets budgets = new TestBudgets();
  private final TestClock clock = new TestClock("2027-03-01T12:00:00Z");
  private final LeaseGrants grants =
      new LeaseGrants(budgets.database.transactions(), LeaseConfig.of(4), clock);
  private final TestSettlement settlement =
      new TestSettlement(budgets.database.transactions(), 4, clock);
  private final Map<String, long[]> largest = new ConcurrentHashMap<>();
  private long tries;

  @AfterProperty
  void close() {
    budgets.close();
  }

  @Property(seed = "2026", tries = 12, shrinking = ShrinkingMode.OFF)
  void shouldNeverCommitMoreThanAnyBudget(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    long base = LINE_ITEM + 100 * ++tries;
    long[] lineItemIds = new long[LINE_ITEMS];
    List<CatalogueEntity> entities = new ArrayList<>();
    entities.add(advertiser("UTC"));
    for (int c = 0; c < 2; c++) {
      entities.add(campaign(base + 50 + c, Status.ACTIVE, randomBudget(random, 2)));
    }
    for (int i = 0; i < LINE_ITEMS; i++) {
      lineItemIds[i] = base + i;
      Budget budget = randomBudget(random, 1);
      entities.add(lineItem(base + i, base + 50 + i % 2, Status.ACTIVE, budget));
    }
    publish(entities);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> nodes = new ArrayList<>();
      for (int n = 1; n <= NODES; n++) {
        int id = n;
        long nodeSeed = random.nextLong();
        nodes.add(threads.submit(() -> askAtRandom(id, nodeSeed, lineItemIds)));
      }
      Future<?> changes = threads.submit(() -> changeBudgets(random, base, nodes));
      for (Future<?> node : nodes) {
        node.get();
      }
      changes.get();
    }
    assertEquals(0, budgets.inconsistencies());
    assertEquals(0, settlement.mismatches());
    assertWithinLargestBudgets();
    assertTrue(budgets.number("SELECT count(*) FROM lease WHERE line_item_id >= " + base) > 0);
    assertTrue(budgets.number("SELECT count(*) FROM lease WHERE state = 'CLOSED'") > 0);
  }

  /** Publishes, and remembers the largest bounds that were ever in force. */
  private void publish(List<CatalogueEntity> entities) throws SQLException {
    for (CatalogueEntity entity : entities) {
      if (entity instanceof LineItem item) {
        remember("L" + item.id(), item.budget());
      } else if (entity instanceof Campaign campaign) {
        remember("C" + campaign.id(), campaign.budget());
      }
    }
    budgets.publish(entities.toArray(CatalogueEntity[]::new));
  }

  private void remember(String key, Budget budget) {
    long[] largest = this.largest.computeIfAbsent(key, k -> new long[2]);
    largest[0] = Math.max(largest[0], bound(budget.totalMicros()));
    largest[1] = Math.max(largest[1], bound(budget.dailyMicros()));
  }

  private static long bound(Long micros) {
    return micros == null ? Long.MAX_VALUE : micros;
  }

  /** Raises and lowers budgets for as long as nodes ask. */
  private Void changeBudgets(Random random, long base, List<Future<?>> nodes) throws SQLException {
    while (nodes.stream().anyMatch(node -> !node.isDone())) {
      int i = random.nextInt(LINE_ITEMS);
      int c = random.nextInt(2);
      publish(
          List.of(
              campaign(base + 50 + c, Status.ACTIVE, randomBudget(random, 2)),
              lineItem(base + i, base + 50 + i % 2, Status.ACTIVE, randomBudget(random, 1))));
    }
    return null;
  }

  private static Budget randomBudget(Random random, int factor) {
    long total = (1 + random.nextInt(MAX_IMPRESSIONS)) * factor * TestNode.PRICE;
    long daily = (1 + random.nextInt(MAX_IMPRESSIONS)) * factor * TestNode.PRICE;
    return new Budget(random.nextInt(4) == 0 ? null : total, random.nextInt(4) == 0 ? null : daily);
  }

  /** Wants, repeats itself, extends and gives back, while what it bid is settled. */
  private Void askAtRandom(int id, long seed, long[] lineItemIds) throws SQLException {
    Random random = new Random(seed);
    TestNode node = new TestNode(grants, id, 1_800_000_000L + tries);
    Map<Long, Long> charged = new HashMap<>();
    for (int i = 0; i < REQUESTS; i++) {
      List<LeaseRequest.Want> wants = new ArrayList<>();
      for (long lineItemId : lineItemIds) {
        if (random.nextBoolean()) {
          long spend = random.nextInt(MAX_IMPRESSIONS) * TestNode.PRICE;
          wants.add(new LeaseRequest.Want(lineItemId, TestNode.PRICE, spend));
        }
      }
      LeaseRequest request = node.next(wants, List.of(), List.of());
      var answer = node.send(request);
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
    if (lease.closed() || charged.getOrDefault(lease.leaseId(), 0L) < 0) {
      return;
    }
    long before = charged.getOrDefault(lease.leaseId(), 0L);
    long micros = Math.min(lease.amountMicros() - before, random.nextInt(100) * TestNode.PRICE);
    if (micros > 0) {
      settlement.charge(lease.leaseId(), random.nextInt(2), 1_900_000_000, micros);
    }
    charged.put(lease.leaseId(), before + micros);
    if (random.nextInt(3) == 0) {
      settlement.close(lease.leaseId(), before + micros);
      charged.put(lease.leaseId(), CLOSED);
    }
  }

  /** A lowered budget may stand below what is committed; nothing is committed beyond any. */
  private void assertWithinLargestBudgets() throws SQLException {
    for (Map.Entry<String, long[]> entry : largest.entrySet()) {
      String where =
          " WHERE scope = '"
              + entry.getKey().charAt(0)
              + "' AND id = "
              + entry.getKey().substring(1);
      long total =
          budgets.number("SELECT coalesce(max(committed_micros), 0) FROM spend_total" + where);
      long day = budgets.number("SELECT coalesce(max(committed_micros), 0) FROM spend_day" + where);
      assertTrue(total <= entry.getValue()[0], entry.getKey());
      assertTrue(day <= entry.getValue()[1], entry.getKey());
    }
  }
}
