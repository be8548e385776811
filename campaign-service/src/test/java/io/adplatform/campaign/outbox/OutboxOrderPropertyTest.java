package io.adplatform.campaign.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.campaign.launch.CampaignConfig;
import io.adplatform.storage.postgres.PostgresConfig;
import io.adplatform.storage.postgres.PostgresDatabase;
import io.adplatform.storage.postgres.Transactions;
import io.adplatform.testkit.server.TestPostgres;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.CatalogueKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever writers do at the same time, a reader of the outbox misses nothing. */
class OutboxOrderPropertyTest {
  private static PostgresDatabase database;

  @BeforeContainer
  static void start() {
    TestPostgres.Database fresh = TestPostgres.freshDatabase();
    database =
        PostgresDatabase.open(
            PostgresConfig.of(
                fresh.jdbcUrl(),
                CampaignConfig.SCHEMA,
                new PostgresConfig.Login(fresh.user(), fresh.password()),
                "for-tests"));
  }

  @AfterContainer
  static void stop() {
    database.close();
  }

  /**
   * One transaction of a writer.
   *
   * @param changes how many things it changes
   * @param commits whether it ends well
   * @param beforeMicros how long it works before it takes its versions
   * @param afterMicros how long it works on before it ends
   */
  record Plan(int changes, boolean commits, int beforeMicros, int afterMicros) {}

  @Provide
  Arbitrary<List<List<Plan>>> writers() {
    Arbitrary<Plan> plan =
        Combinators.combine(
                Arbitraries.integers().between(1, 4),
                Arbitraries.integers().between(0, 3).map(n -> n > 0),
                Arbitraries.integers().between(0, 2_000),
                Arbitraries.integers().between(0, 2_000))
            .as(Plan::new);
    return plan.list().ofMinSize(1).ofMaxSize(8).list().ofMinSize(2).ofMaxSize(6);
  }

  private static final class RolledBack extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @Property(seed = "2026", tries = 15, shrinking = ShrinkingMode.OFF)
  void shouldShowAReaderEveryCommittedVersionInOrder(@ForAll("writers") List<List<Plan>> writers)
      throws Exception {
    Transactions transactions = database.transactions();
    long before = transactions.forService(new Outbox()::currentVersion);
    Map<Long, Integer> committed = new ConcurrentHashMap<>();
    List<OutboxRow> read = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < writers.size(); i++) {
        int writer = i;
        running.add(
            threads.submit(() -> write(transactions, writer, writers.get(writer), committed)));
      }
      while (running.stream().anyMatch(each -> !each.isDone())) {
        readOn(transactions, before, read);
      }
      for (Future<?> each : running) {
        each.get();
      }
    }
    readOn(transactions, before, read);
    assertInOrder(before, read, committed);
  }

  private static void write(
      Transactions transactions, int writer, List<Plan> plans, Map<Long, Integer> committed) {
    for (Plan plan : plans) {
      try {
        long last =
            transactions.forService(
                handle -> {
                  LockSupport.parkNanos(plan.beforeMicros() * 1000L);
                  List<Outbox.Change> changes = new ArrayList<>();
                  for (int i = 0; i < plan.changes(); i++) {
                    changes.add(change(writer));
                  }
                  long version = new Outbox().append(handle, changes);
                  LockSupport.parkNanos(plan.afterMicros() * 1000L);
                  if (!plan.commits()) {
                    throw new RolledBack();
                  }
                  return version;
                });
        committed.put(last, plan.changes());
      } catch (RolledBack e) {
        assertTrue(!plan.commits());
      }
    }
  }

  private static Outbox.Change change(int writer) {
    return new Outbox.Change(
        1,
        new CatalogueKey(CatalogueKind.ADVERTISER, writer + 1),
        "{}".getBytes(StandardCharsets.UTF_8));
  }

  /** Reads as the publisher does: what is above the last version it has seen. */
  private static void readOn(Transactions transactions, long before, List<OutboxRow> read) {
    long above = read.isEmpty() ? before : read.getLast().version();
    read.addAll(
        transactions.forService(
            handle ->
                handle
                    .createQuery(
                        "SELECT version, key, last FROM outbox WHERE version > :above"
                            + " ORDER BY version")
                    .bind("above", above)
                    .map(
                        (row, context) ->
                            new OutboxRow(
                                row.getLong(1), row.getString(2), null, row.getBoolean(3)))
                    .list()));
  }

  private static void assertInOrder(
      long before, List<OutboxRow> read, Map<Long, Integer> committed) {
    int changes = committed.values().stream().mapToInt(Integer::intValue).sum();
    assertEquals(changes, read.size());
    for (int i = 0; i < read.size(); i++) {
      assertEquals(before + 1 + i, read.get(i).version());
    }
    // Each transaction stands together and ends with its last row.
    for (OutboxRow row : read) {
      assertEquals(committed.containsKey(row.version()), row.last());
    }
    committed.forEach(
        (last, count) -> {
          String key = read.get((int) (last - before - 1)).key();
          for (long v = last - count + 1; v <= last; v++) {
            assertEquals(key, read.get((int) (v - before - 1)).key());
          }
        });
  }
}
