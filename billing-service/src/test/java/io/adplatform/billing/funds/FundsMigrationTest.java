package io.adplatform.billing.funds;

import static io.adplatform.billing.TestBudgets.CAMPAIGN;
import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.TestBudgets.advertiser;
import static io.adplatform.billing.TestBudgets.campaign;
import static io.adplatform.billing.TestBudgets.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.TestBudgets;
import io.adplatform.billing.TestClock;
import io.adplatform.billing.budget.LeaseConfig;
import io.adplatform.billing.budget.LeaseGrants;
import io.adplatform.billing.budget.TestNode;
import io.adplatform.billing.settlement.TestSettlement;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Status;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What migration V8 makes of the leases and sums of a former release. */
class FundsMigrationTest {
  private static final long PRICE = TestNode.PRICE;

  private final TestBudgets budgets = new TestBudgets();
  private final TestClock clock = new TestClock("2027-03-01T12:00:00Z");

  @AfterEach
  void close() {
    budgets.close();
  }

  @Test
  void shouldCountWhatWasLeasedAndChargedBefore() throws Exception {
    budgets.publish(
        advertiser("UTC"),
        campaign(Budget.UNBOUNDED),
        campaign(CAMPAIGN + 1, Status.ACTIVE, Budget.UNBOUNDED),
        lineItem(LINE_ITEM, Budget.UNBOUNDED),
        lineItem(LINE_ITEM + 1, CAMPAIGN + 1, Status.ACTIVE, Budget.UNBOUNDED));
    TestSettlement settlement = new TestSettlement(budgets.database.transactions(), 4, clock);
    TestNode node =
        new TestNode(
            new LeaseGrants(budgets.database.transactions(), LeaseConfig.of(4), clock),
            1,
            1_800_000_000);
    for (int day = 0; day < 2; day++) {
      List<LeaseAnswer.State> leases = node.want(LINE_ITEM, LINE_ITEM + 1).leases();
      for (LeaseAnswer.State lease : leases) {
        settlement.charge(lease.leaseId(), lease.lineItemId(), 0, 1_900_000_000, 30 * PRICE);
      }
      settlement.close(leases.getFirst().leaseId(), 30 * PRICE);
      node.giveBack(leases.getLast().leaseId(), 0, 20 * PRICE);
      clock.advance(Duration.ofDays(1));
    }
    assertEquals(0, budgets.inconsistencies());
    String before = "SELECT sum(charged_micros + 7 * committed_micros) FROM ";
    long days = budgets.number(before + "spend_day WHERE scope = 'A'");
    migrateAgain();
    assertEquals(0, budgets.inconsistencies());
    assertEquals(days, budgets.number(before + "spend_day WHERE scope = 'A'"));
    assertEquals(100 * PRICE, budgets.number("SELECT leased_micros FROM advertiser_funds"));
  }

  /** Takes away what V8 had not been there for, and has it fill in the rest. */
  private void migrateAgain() throws IOException, SQLException {
    List<String> inserts =
        Arrays.stream(migration().split(";\n"))
            .map(statement -> statement.replaceAll("(?m)^--.*$", "").strip())
            .filter(statement -> statement.startsWith("INSERT"))
            .toList();
    assertTrue(inserts.size() == 3, inserts.toString());
    try (Connection connection = budgets.server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = billing");
      statement.execute("DELETE FROM spend_day WHERE scope = 'A'");
      statement.execute("DELETE FROM spend_total WHERE scope = 'A'");
      statement.execute("DELETE FROM advertiser_funds");
      for (String insert : inserts) {
        statement.execute(insert);
      }
    }
  }

  private static String migration() throws IOException {
    try (InputStream in =
        FundsMigrationTest.class.getResourceAsStream("/db/billing/V8__advertisers_funds.sql")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
