package io.adplatform.billing.budget;

import static io.adplatform.billing.TestBudgets.ADVERTISER;
import static io.adplatform.billing.TestBudgets.CAMPAIGN;
import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.TestBudgets.advertiser;
import static io.adplatform.billing.TestBudgets.campaign;
import static io.adplatform.billing.TestBudgets.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.TestBudgets;
import io.adplatform.billing.TestClock;
import io.adplatform.billing.TestFunds;
import io.adplatform.billing.funds.PaymentTerms;
import io.adplatform.billing.settlement.TestSettlement;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.wire.catalogue.Budget;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BudgetHandlerTest {
  private static final long PRICE = TestNode.PRICE;
  private static final TestBudgets BUDGETS = new TestBudgets();

  private final TestClock clock = new TestClock("2027-03-01T12:00:00Z");
  private final LeaseGrants grants =
      new LeaseGrants(BUDGETS.database.transactions(), LeaseConfig.of(4), clock);
  private final TestNode node = new TestNode(grants, 1, 1_800_000_000);
  private final BudgetHandler handler = new BudgetHandler(BUDGETS.database.transactions(), clock);

  @BeforeEach
  void publishBudget() throws SQLException {
    BUDGETS.clear();
    BUDGETS.publish(
        advertiser("UTC"),
        campaign(Budget.UNBOUNDED),
        lineItem(LINE_ITEM, new Budget(null, 20 * PRICE)));
  }

  @AfterAll
  static void close() {
    BUDGETS.close();
  }

  private JsonObject budget() throws Exception {
    MultiMap query = MultiMap.caseInsensitiveMultiMap().add("priceMicros", Long.toString(PRICE));
    return new JsonObject(
        handler
            .handle(
                new ApiRequest(
                    "GET",
                    "/internal/v1/line-items/" + LINE_ITEM + "/budget",
                    null,
                    Map.of("id", Long.toString(LINE_ITEM)),
                    query,
                    MultiMap.caseInsensitiveMultiMap(),
                    Buffer.buffer()))
            .body());
  }

  private JsonObject campaignBudget(long id) throws Exception {
    return new JsonObject(
        handler
            .campaign(
                new ApiRequest(
                    "GET",
                    "/internal/v1/campaigns/" + id + "/budget",
                    null,
                    Map.of("id", Long.toString(id)),
                    MultiMap.caseInsensitiveMultiMap(),
                    MultiMap.caseInsensitiveMultiMap(),
                    Buffer.buffer()))
            .body());
  }

  @Test
  void shouldTellWhatACampaignIsCharged() throws Exception {
    LeaseAnswer.State lease = leaseWhole();
    new TestSettlement(BUDGETS.database.transactions(), 4, clock)
        .charge(lease.leaseId(), LINE_ITEM, 0, 1_900_000_000, 3 * PRICE);
    JsonObject budget = campaignBudget(CAMPAIGN);
    assertEquals(3 * PRICE, budget.getLong("chargedTotalMicros"));
    assertEquals(3 * PRICE, budget.getLong("chargedTodayMicros"));
    assertEquals(17 * PRICE, budget.getLong("leasedMicros"));
    assertThrows(Problem.class, () -> campaignBudget(CAMPAIGN + 1));
  }

  @Test
  void shouldSayThatTheAdvertisersFundsAreTheReason() throws Exception {
    TestFunds funds = new TestFunds(BUDGETS.database.transactions(), clock);
    funds.agree(ADVERTISER, new PaymentTerms(PaymentTerms.Kind.PREPAID, null, null, null, 0));
    assertEquals("PREPAID_FUNDS", budget().getString("reason"));
    assertEquals(0, budget().getLong("freeMicros"));
    funds.topUp(ADVERTISER, 7 * PRICE);
    JsonObject budget = budget();
    assertNull(budget.getString("reason"));
    assertEquals(7 * PRICE, budget.getLong("freeMicros"));
    JsonObject advertiser = budget.getJsonObject("advertiser");
    assertEquals("PREPAID", advertiser.getString("terms"));
    assertEquals(7 * PRICE, advertiser.getLong("availableMicros"));
    assertEquals(0, advertiser.getLong("leasedMicros"));
  }

  private LeaseAnswer.State leaseWhole() throws SQLException {
    return node.want(LINE_ITEM).leases().getFirst();
  }

  @Test
  void shouldSayThatNothingIsLeasedWhereAllIsFree() throws Exception {
    JsonObject budget = budget();
    assertNull(budget.getString("reason"));
    assertFalse(budget.getBoolean("leaseOpen"));
    assertEquals(20 * PRICE, budget.getLong("freeMicros"));
  }

  @Test
  void shouldSayThatALeaseIsOpenWhereNothingIsFree() throws Exception {
    leaseWhole();
    JsonObject budget = budget();
    assertEquals("DAILY_BUDGET", budget.getString("reason"));
    assertTrue(budget.getBoolean("leaseOpen"));
  }

  @Test
  void shouldNotTakeALeaseForOpenThatNobodyExtends() throws Exception {
    leaseWhole();
    clock.advance(Duration.ofSeconds(90));
    assertFalse(budget().getBoolean("leaseOpen"));
  }

  @Test
  void shouldNotTakeALeaseForOpenThatWasGivenBack() throws Exception {
    node.giveBack(leaseWhole().leaseId(), 0);
    assertFalse(budget().getBoolean("leaseOpen"));
  }

  @Test
  void shouldNotTakeALeaseForOpenThatHasNoMoneyForAnImpression() throws Exception {
    leaseWhole();
    try (Connection connection = BUDGETS.server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("UPDATE billing.lease SET charged_micros = amount_micros - " + (PRICE - 1));
    }
    assertFalse(budget().getBoolean("leaseOpen"));
  }
}
