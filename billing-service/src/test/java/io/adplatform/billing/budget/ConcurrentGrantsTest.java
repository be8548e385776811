package io.adplatform.billing.budget;

import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.TestBudgets.advertiser;
import static io.adplatform.billing.TestBudgets.campaign;
import static io.adplatform.billing.TestBudgets.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.TestBudgets;
import io.adplatform.billing.TestClock;
import io.adplatform.storage.lease.LeaseRequest;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Status;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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

  private final TestBudgets budgets = new TestBudgets();
  private final TestClock clock = new TestClock("2027-03-01T12:00:00Z");
  private final LeaseGrants grants =
      new LeaseGrants(budgets.database.transactions(), LeaseConfig.of(4), clock);
  private long tries;

  @AfterProperty
  void close() {
    budgets.close();
  }

  @Property(tries = 12, shrinking = ShrinkingMode.OFF)
  void shouldNeverCommitMoreThanAnyBudget(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    long base = LINE_ITEM + 100 * ++tries;
    long[] lineItemIds = new long[LINE_ITEMS];
    List<io.adplatform.wire.catalogue.CatalogueEntity> entities = new ArrayList<>();
    entities.add(advertiser("UTC"));
    for (int c = 0; c < 2; c++) {
      entities.add(campaign(base + 50 + c, Status.ACTIVE, randomBudget(random, 2)));
    }
    for (int i = 0; i < LINE_ITEMS; i++) {
      lineItemIds[i] = base + i;
      Budget budget = randomBudget(random, 1);
      entities.add(lineItem(base + i, base + 50 + i % 2, Status.ACTIVE, budget));
    }
    budgets.publish(entities.toArray(io.adplatform.wire.catalogue.CatalogueEntity[]::new));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> nodes = new ArrayList<>();
      for (int n = 1; n <= NODES; n++) {
        int id = n;
        long nodeSeed = random.nextLong();
        nodes.add(threads.submit(() -> askAtRandom(id, nodeSeed, lineItemIds)));
      }
      for (Future<?> node : nodes) {
        node.get();
      }
    }
    assertEquals(0, budgets.inconsistencies());
    assertEquals(0, overcommitted());
    assertTrue(budgets.number("SELECT count(*) FROM lease WHERE line_item_id >= " + base) > 0);
  }

  private static Budget randomBudget(Random random, int factor) {
    long total = (1 + random.nextInt(MAX_IMPRESSIONS)) * factor * TestNode.PRICE;
    long daily = (1 + random.nextInt(MAX_IMPRESSIONS)) * factor * TestNode.PRICE;
    return new Budget(random.nextInt(4) == 0 ? null : total, random.nextInt(4) == 0 ? null : daily);
  }

  /** Wants, repeats itself, extends and gives back. */
  private Void askAtRandom(int id, long seed, long[] lineItemIds) throws SQLException {
    Random random = new Random(seed);
    TestNode node = new TestNode(grants, id, 1_800_000_000L + tries);
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
      if (!answer.leases().isEmpty()) {
        long leaseId = answer.leases().getFirst().leaseId();
        if (random.nextBoolean()) {
          node.extend(leaseId);
        } else {
          node.giveBack(leaseId, 0);
        }
      }
    }
    return null;
  }

  private long overcommitted() throws SQLException {
    return budgets.number(
        """
        SELECT count(*) FROM (
          SELECT 1 FROM spend_total s JOIN line_item b ON s.scope = 'L' AND b.id = s.id
           WHERE s.committed_micros > b.total_micros
          UNION ALL
          SELECT 1 FROM spend_total s JOIN campaign b ON s.scope = 'C' AND b.id = s.id
           WHERE s.committed_micros > b.total_micros
          UNION ALL
          SELECT 1 FROM spend_day s JOIN line_item b ON s.scope = 'L' AND b.id = s.id
           WHERE s.committed_micros > b.daily_micros
          UNION ALL
          SELECT 1 FROM spend_day s JOIN campaign b ON s.scope = 'C' AND b.id = s.id
           WHERE s.committed_micros > b.daily_micros) AS over\
        """);
  }
}
