package io.adplatform.billing.reconcile;

import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.TestBudgets.advertiser;
import static io.adplatform.billing.TestBudgets.campaign;
import static io.adplatform.billing.TestBudgets.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.adplatform.billing.TestBudgets;
import io.adplatform.billing.TestClock;
import io.adplatform.billing.settlement.SettledMessages.Impression;
import io.adplatform.billing.settlement.TestSettlement;
import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.postgres.Transactions;
import io.adplatform.wire.catalogue.Budget;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When days are compared, over the ledger in PostgreSQL and an analytics-ingest that says so. */
class ReconciliationJobTest {
  private static final long PARTNER = 50;
  private static final long HOUR = Instant.parse("2027-03-01T12:00:00Z").toEpochMilli();

  private final TestBudgets budgets = new TestBudgets();
  private final TestClock clock = new TestClock("2027-03-01T12:30:00Z");
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Transactions transactions = budgets.database.transactions();
  private final TestSettlement settlement = new TestSettlement(transactions, 1, clock);
  private final ReconciliationGauges gauges = new ReconciliationGauges(transactions, clock, meters);
  private HttpServer analytics;
  private SettledFigures settled;
  private Reconciliation reconciliation;
  private ReconciliationJob job;

  /** What stands in ClickHouse of the hour 12 of 2027-03-01, and the offsets it has come to. */
  private Figures events = Figures.ZERO;

  private long rolledUp;
  private int keptDays = 34;

  @BeforeEach
  void start() throws Exception {
    analytics = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    analytics.createContext(
        "/internal/v1/settled/",
        exchange -> {
          String asked =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          boolean position = exchange.getRequestURI().getPath().endsWith("/position");
          byte[] answer =
              (position ? position() : hour(new JsonObject(asked)))
                  .encode()
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    analytics.start();
    settled =
        new SettledFigures("http://127.0.0.1:" + analytics.getAddress().getPort(), "node-key");
    reconciliation = new Reconciliation(transactions, settled, clock);
    job = new ReconciliationJob(transactions, reconciliation, gauges, clock);
    budgets.publish(
        advertiser("UTC"), campaign(Budget.UNBOUNDED), lineItem(LINE_ITEM, Budget.UNBOUNDED));
  }

  @AfterEach
  void end() {
    job.close();
    settled.close();
    analytics.stop(0);
    budgets.close();
  }

  private JsonObject position() {
    return new JsonObject()
        .put("keptFromSeconds", clock.millis() / 1_000 - keptDays * 86_400L)
        .put(
            "topics", new JsonArray().add(new JsonObject().put("generation", 0).put("topicId", "")))
        .put(
            "rolledUp",
            new JsonArray().add(new JsonObject().put("partition", 0).put("offset", rolledUp)));
  }

  private JsonObject hour(JsonObject asked) {
    JsonArray all = new JsonArray();
    JsonArray report = new JsonArray();
    if (asked.getLong("hourSeconds") * 1_000 == HOUR && !events.isZero()) {
      JsonArray figures =
          new JsonArray()
              .add(events.impressions())
              .add(events.spendMicros())
              .add(events.costMicros())
              .add(events.overDeliveryMicros());
      JsonArray none = new JsonArray().add(0).add(0).add(0).add(0);
      JsonObject cell =
          new JsonObject()
              .put("lineItemId", LINE_ITEM)
              .put("supplyPartnerId", PARTNER)
              .put("currency", "USD")
              .put("all", figures);
      report.add(cell);
      all.add(
          cell.copy()
              .put("below", figures)
              .put("refused", none)
              .put("free", none)
              .put("pending", none));
    }
    return new JsonObject().put("events", all).put("report", report).put("twice", new JsonArray());
  }

  /** Posts an impression, which is in ClickHouse too. */
  private void settle(long charged, long cost) throws Exception {
    settlement.count(0, Impression.of(HOUR, LINE_ITEM, PARTNER, charged, cost).message());
    events = events.plus(new Figures(1, charged, cost, 0));
    rolledUp++;
  }

  private double unexplained() {
    gauges.refresh();
    return meters.get("adplatform.billing.reconciliation.unexplained").gauge().value();
  }

  @Test
  void shouldCompareADayOnceItIsOverAndAgainWhenItMoves() throws Exception {
    assertEquals(0, job.runDue().compared(), "nothing was ever settled");
    settle(2_500, 2_000);
    assertEquals(0, job.runDue().compared(), "the day is not over");
    clock.set("2027-03-02T00:59:59Z");
    assertEquals(0, job.runDue().compared(), "signals may still come");
    clock.set("2027-03-02T01:00:00Z");
    assertEquals(1, job.runDue().compared());
    clock.set("2027-03-02T01:20:00Z");
    assertEquals(0, job.runDue().compared(), "nothing has moved");
    settle(100, 80);
    clock.set("2027-03-02T01:21:00Z");
    assertEquals(1, job.runDue().compared());
    clock.set("2027-03-02T01:40:00Z");
    assertEquals(0, job.runDue().compared());
    assertEquals(0, unexplained());
    assertEquals(2, budgets.number("SELECT count(*) FROM reconciliation WHERE complete"));
  }

  @Test
  void shouldCompareDaysThatWereMissed() throws Exception {
    settle(2_500, 2_000);
    clock.set("2027-03-04T12:00:00Z");
    assertEquals(3, job.runDue().compared());
    assertEquals(0, job.runDue().compared());
  }

  @Test
  void shouldCompareADayAgainThatHadNotCaughtUp() throws Exception {
    settle(2_500, 2_000);
    rolledUp = 0;
    events = Figures.ZERO;
    clock.set("2027-03-02T01:00:00Z");
    assertEquals(1, job.runDue().compared());
    assertEquals(0, budgets.number("SELECT count(*) FROM reconciliation WHERE complete"));
    assertEquals(0, unexplained(), "what is on its way is no fault");
    clock.set("2027-03-02T01:05:00Z");
    assertEquals(0, job.runDue().compared(), "not at once");
    clock.set("2027-03-02T01:11:00Z");
    rolledUp = 1;
    events = new Figures(1, 2_500, 2_000, 0);
    assertEquals(1, job.runDue().compared());
    assertEquals(1, budgets.number("SELECT count(*) FROM reconciliation WHERE complete"));
  }

  @Test
  void shouldRaiseTheAlertUntilTheDayAgrees() throws Exception {
    settle(2_500, 2_000);
    Figures right = events;
    takePostingAway();
    clock.set("2027-03-02T01:00:00Z");
    job.runDue();
    assertEquals(1, unexplained());
    assertEquals(
        2_500, meters.get("adplatform.billing.reconciliation.unexplained.micros").gauge().value());
    assertEquals(
        1,
        meters
            .get("adplatform.billing.reconciliation.differences")
            .tag("cause", "POSTING_WRONG")
            .gauge()
            .value());
    JsonObject run = reconciliation.run(LocalDate.parse("2027-03-01"), null);
    assertEquals(
        right.costMicros(),
        run.getJsonArray("sources").getJsonObject(0).getLong("supplyCostMicros"));
  }

  /** Takes the posting to the advertiser away, as none but the owner can. */
  private void takePostingAway() throws Exception {
    try (java.sql.Connection connection = budgets.server.connect();
        java.sql.Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = billing");
      statement.execute("SET session_replication_role = replica");
      statement.execute("DELETE FROM ledger_posting WHERE amount_micros = 2500");
    }
  }

  @Test
  void shouldNeitherCompareWhatHasNotComeNorWhatIsKeptNoMore() {
    assertThrows(Problem.class, () -> reconciliation.run(LocalDate.parse("2027-03-02"), null));
    assertThrows(Problem.class, () -> reconciliation.run(LocalDate.parse("2027-01-01"), null));
    analytics.stop(0);
    Problem away =
        assertThrows(Problem.class, () -> reconciliation.run(LocalDate.parse("2027-03-01"), null));
    assertEquals(503, away.status());
    assertTrue(away.getMessage().contains("analytics-ingest"), away.getMessage());
  }

  @Test
  void shouldKeepTheNewestComparisonsOfADay() throws Exception {
    for (int i = 0; i < 15; i++) {
      reconciliation.run(LocalDate.parse("2027-03-01"), new Author(7, 8));
    }
    assertEquals(10, budgets.number("SELECT count(*) FROM reconciliation"));
    assertEquals(15, budgets.number("SELECT max(id) FROM reconciliation"));
  }

  /** A file of a day that was taken and cannot be read now, as after a change of its form. */
  private void takeAFileThatCannotBeRead(String day) throws Exception {
    try (java.sql.Connection connection = budgets.server.connect();
        java.sql.Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = billing");
      statement.execute(
          "INSERT INTO supply_partner (id, account_id, version) VALUES (50, 1, 1)"
              + " ON CONFLICT DO NOTHING");
      statement.execute(
          "INSERT INTO partner_file (supply_partner_id, day, state, received_millis, author_key_id,"
              + " author_account_id, sha256, content, summary) VALUES (50, '"
              + day
              + "', 'ACCEPTED', 1, 1, 1, sha256('x'), 'x', '{}')");
    }
  }

  @Test
  void shouldCompareAllOtherDaysWhereOneCannotBeCompared() throws Exception {
    settle(2_500, 2_000);
    takeAFileThatCannotBeRead("2027-03-01");
    clock.set("2027-03-04T12:00:00Z");
    ReconciliationJob.Ran ran = job.runDue();
    assertEquals(2, ran.compared());
    assertEquals(1, ran.failed());
    assertEquals(1, meters.get("adplatform.billing.reconciliation.failures").counter().count());
  }

  @Test
  void shouldPassOverDaysWhoseEventsAreKeptNoMore() throws Exception {
    settle(2_500, 2_000);
    keptDays = 2;
    clock.set("2027-03-04T12:00:00Z");
    ReconciliationJob.Ran ran = job.runDue();
    assertEquals(1, ran.compared(), "the 3rd alone is kept whole");
    assertEquals(0, ran.failed());
  }
}
