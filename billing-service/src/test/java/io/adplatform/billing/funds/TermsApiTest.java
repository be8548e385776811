package io.adplatform.billing.funds;

import static io.adplatform.billing.TestBudgets.ACCOUNT;
import static io.adplatform.billing.TestBudgets.ADVERTISER;
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
import io.adplatform.billing.budget.LeaseConfig;
import io.adplatform.billing.budget.LeaseGrants;
import io.adplatform.billing.budget.TestNode;
import io.adplatform.billing.settlement.TestSettlement;
import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.api.ApiServerConfig;
import io.adplatform.runtime.api.Caller;
import io.adplatform.runtime.api.Role;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseRefusal;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.Budget;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Terms of payment over HTTP, and what the database refuses whatever the code does. */
class TermsApiTest {
  private static final String OPERATOR = "operator";
  private static final String BUYER = "buyer";

  /** Stands in for campaign-service: account and role of each key. */
  private static final Map<String, Caller> KEYS =
      Map.of(
          OPERATOR,
          new Caller(99, 901, Role.OPERATOR),
          BUYER,
          new Caller(ACCOUNT, 902, Role.ADVERTISER),
          "other-buyer",
          new Caller(2, 903, Role.ADVERTISER),
          "seller",
          new Caller(ACCOUNT, 904, Role.PARTNER));

  private static final String TERMS = "/billing/advertisers/" + ADVERTISER + "/terms";
  private static final long PRICE = TestNode.PRICE;

  private final TestBudgets budgets = new TestBudgets();
  private final TestClock clock = new TestClock("2027-03-01T12:00:00Z");
  private final TestFunds funds = new TestFunds(budgets.database.transactions(), clock);
  private final ApiServer server = serve();
  private final HttpClient client = HttpClient.newHttpClient();

  private ApiServer serve() {
    TermsHandler terms = new TermsHandler(budgets.database.transactions(), clock);
    return ApiServer.builder(ApiServerConfig.of("127.0.0.1", 0))
        .keys(KEYS::get)
        .operation("getPaymentTerms", terms::get)
        .operation("updatePaymentTerms", terms::update)
        .operation("listPaymentTerms", terms::history)
        .start();
  }

  @BeforeEach
  void publish() throws SQLException {
    budgets.publish(
        advertiser("America/New_York"),
        campaign(Budget.UNBOUNDED),
        lineItem(LINE_ITEM, Budget.UNBOUNDED));
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
    budgets.close();
  }

  private HttpResponse<String> send(
      String key, String method, String path, JsonObject body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/api/v1" + path))
            .timeout(Duration.ofSeconds(30))
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body.encode()));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private JsonObject get(String key, String path) throws Exception {
    HttpResponse<String> response = send(key, "GET", path, null);
    assertEquals(200, response.statusCode(), response.body());
    return new JsonObject(response.body());
  }

  private JsonObject patch(JsonObject body, String... headers) throws Exception {
    HttpResponse<String> response = send(OPERATOR, "PATCH", TERMS, body, headers);
    assertEquals(200, response.statusCode(), response.body());
    return new JsonObject(response.body());
  }

  private void assertRefused(String field, JsonObject body) throws Exception {
    HttpResponse<String> response = send(OPERATOR, "PATCH", TERMS, body);
    assertEquals(422, response.statusCode(), response.body());
    assertEquals(field, new JsonObject(response.body()).getString("field"), response.body());
  }

  private static JsonObject credit(long limitMicros) {
    return new JsonObject()
        .put("terms", "CREDIT")
        .put("creditLimitMicros", limitMicros)
        .put("currency", "USD")
        .put("reason", "contract 7");
  }

  private static JsonObject body(String name, Object value) {
    return new JsonObject().put(name, value).put("currency", "USD").put("reason", "contract 7");
  }

  private LeaseAnswer.State lease() throws SQLException {
    LeaseGrants grants = new LeaseGrants(budgets.database.transactions(), LeaseConfig.of(4), clock);
    return new TestNode(grants, 1, 1_800_000_000).want(LINE_ITEM).leases().getFirst();
  }

  private void charge(LeaseAnswer.State lease, long micros) throws SQLException {
    new TestSettlement(budgets.database.transactions(), 4, clock)
        .charge(lease.leaseId(), LINE_ITEM, 0, 1_900_000_000, micros);
  }

  @Test
  void shouldBoundNothingUntilSomethingIsAgreed() throws Exception {
    JsonObject terms = get(BUYER, TERMS);
    assertEquals("UNBOUNDED", terms.getString("terms"));
    assertEquals(1, terms.getLong("version"));
    assertNull(terms.getValue("availableMicros"));
    assertNull(terms.getValue("freeMicros"));
    assertEquals(0, terms.getLong("fundsMicros"));
    assertEquals(100 * PRICE, lease().amountMicros());
    assertEquals(100 * PRICE, get(BUYER, TERMS).getLong("leasedMicros"));
  }

  @Test
  void shouldTellFundsOwedLeasedAndFree() throws Exception {
    funds.topUp(ADVERTISER, 30 * PRICE);
    patch(credit(90 * PRICE));
    LeaseAnswer.State lease = lease();
    assertEquals(120 * PRICE, lease.amountMicros());
    charge(lease, 50 * PRICE);
    funds.topUp(ADVERTISER, 5 * PRICE);
    JsonObject terms = get(BUYER, TERMS);
    assertEquals(0, terms.getLong("fundsMicros"));
    assertEquals(15 * PRICE, terms.getLong("receivableMicros"));
    assertEquals(90 * PRICE, terms.getLong("creditLimitMicros"));
    assertEquals(75 * PRICE, terms.getLong("availableMicros"));
    assertEquals(70 * PRICE, terms.getLong("leasedMicros"));
    assertEquals(5 * PRICE, terms.getLong("freeMicros"));
    assertEquals(50 * PRICE, terms.getLong("chargedTotalMicros"));
    assertEquals(50 * PRICE, terms.getLong("chargedTodayMicros"));
    patch(credit(10 * PRICE));
    assertEquals(-5 * PRICE, get(BUYER, TERMS).getLong("availableMicros"));
    assertEquals(0, get(BUYER, TERMS).getLong("freeMicros"));
  }

  @Test
  void shouldKeepEveryVersionWithItsAuthorAndReason() throws Exception {
    patch(credit(100));
    patch(new JsonObject().put("terms", "PREPAID").put("reason", "contract 8"));
    patch(body("budget", new JsonObject().put("totalMicros", 500).put("dailyMicros", 50)));
    JsonObject now =
        patch(body("budget", new JsonObject().put("dailyMicros", null).put("totalMicros", 400)));
    assertEquals("PREPAID", now.getString("terms"));
    assertNull(now.getValue("creditLimitMicros"));
    assertEquals(400, now.getJsonObject("budget").getLong("totalMicros"));
    assertNull(now.getJsonObject("budget").getValue("dailyMicros"));
    assertEquals(5, now.getLong("version"));
    JsonObject first = get(OPERATOR, TERMS + "/history?limit=2");
    assertEquals(2, first.getJsonArray("items").size());
    JsonObject oldest = first.getJsonArray("items").getJsonObject(0);
    assertEquals("CREDIT", oldest.getString("terms"));
    assertEquals("contract 7", oldest.getString("reason"));
    assertEquals("2027-03-01T12:00:00Z", oldest.getString("setAt"));
    assertEquals("901", oldest.getJsonObject("author").getString("apiKeyId"));
    JsonObject second = get(BUYER, TERMS + "/history?cursor=" + first.getString("nextCursor"));
    assertEquals(2, second.getJsonArray("items").size());
    assertFalse(second.getJsonArray("items").getJsonObject(0).containsKey("author"));
    assertNull(second.getString("nextCursor"));
  }

  @Test
  void shouldAgreeOnceUnderAKeyAndOnlyOnWhatWasRead() throws Exception {
    JsonObject first = patch(credit(100), "Idempotency-Key", "k1", "If-Match", "1");
    HttpResponse<String> again =
        send(OPERATOR, "PATCH", TERMS, credit(100), "Idempotency-Key", "k1", "If-Match", "1");
    assertEquals(first, new JsonObject(again.body()));
    assertEquals("true", again.headers().firstValue("Idempotency-Replayed").orElse(null));
    assertEquals("\"2\"", again.headers().firstValue("ETag").orElse(null));
    assertEquals(412, send(OPERATOR, "PATCH", TERMS, credit(200), "If-Match", "1").statusCode());
    assertEquals(1, budgets.number("SELECT count(*) FROM payment_terms"));
  }

  @Test
  void shouldLetOperatorsAgreeAndShowNobodyElsesTerms() throws Exception {
    assertEquals(403, send(BUYER, "PATCH", TERMS, credit(1)).statusCode());
    for (String path : List.of(TERMS, TERMS + "/history")) {
      assertEquals(404, send("other-buyer", "GET", path, null).statusCode());
      assertEquals(403, send("seller", "GET", path, null).statusCode());
      String unknown = path.replace("/" + ADVERTISER + "/", "/4711/");
      assertEquals(404, send(OPERATOR, "GET", unknown, null).statusCode());
    }
    assertEquals(0, budgets.number("SELECT count(*) FROM payment_terms"));
  }

  @Test
  void shouldRefuseWhatCannotBeAndNameTheField() throws Exception {
    assertRefused("/creditLimitMicros", credit(-1));
    assertRefused("/creditLimitMicros", credit(1_000_000_000_000_001L));
    assertRefused("/creditLimitMicros", body("terms", "CREDIT"));
    assertRefused("/creditLimitMicros", credit(5).put("terms", "PREPAID"));
    assertRefused("/currency", credit(5).put("currency", "XQX"));
    assertRefused("/currency", credit(5).put("currency", "EUR"));
    JsonObject without = credit(5);
    without.remove("currency");
    assertRefused("/currency", without);
    assertRefused("/reason", credit(5).put("reason", " "));
    assertRefused("/terms", credit(5).put("terms", "BARTER"));
    assertRefused("/budget/totalMicros", body("budget", new JsonObject().put("totalMicros", 0)));
    JsonObject upsideDown = new JsonObject().put("totalMicros", 5).put("dailyMicros", 6);
    assertRefused("/budget/dailyMicros", body("budget", upsideDown));
    assertEquals(0, budgets.number("SELECT count(*) FROM payment_terms"));
  }

  @Test
  void shouldRefuseABudgetBelowWhatIsCharged() throws Exception {
    charge(lease(), 50 * PRICE);
    JsonObject below = new JsonObject().put("totalMicros", 50 * PRICE - 1);
    assertRefused("/budget/totalMicros", body("budget", below));
    JsonObject belowToday = new JsonObject().put("dailyMicros", 50 * PRICE - 1);
    assertRefused("/budget/dailyMicros", body("budget", belowToday));
    patch(body("budget", new JsonObject().put("totalMicros", 50 * PRICE)));
    assertEquals(0, get(BUYER, TERMS).getLong("freeMicros"));
  }

  private void assertRefusedByTheDatabase(String constraint, String statement) {
    Exception refused =
        assertThrows(
            SQLException.class,
            () ->
                budgets
                    .database
                    .transactions()
                    .forService(
                        handle -> {
                          try (var sql = handle.getConnection().createStatement()) {
                            return sql.execute(statement);
                          }
                        }));
    assertTrue(refused.getMessage().contains(constraint), refused.getMessage());
  }

  @Test
  void shouldHoldInTheDatabaseWhateverTheCodeDoes() throws Exception {
    funds.topUp(ADVERTISER, 120 * PRICE);
    patch(new JsonObject().put("terms", "PREPAID").put("reason", "contract 8"));
    lease();
    assertRefusedByTheDatabase(
        "who has " + 120 * PRICE, "UPDATE advertiser_funds SET leased_micros = leased_micros + 1");
    assertRefusedByTheDatabase("permission denied", "UPDATE payment_terms SET terms = 'UNBOUNDED'");
    assertRefusedByTheDatabase("permission denied", "DELETE FROM payment_terms");
    assertRefusedByTheDatabase("permission denied", "DELETE FROM advertiser_funds");
    assertRefusedByTheDatabase(
        "go from version 2", "UPDATE advertiser_funds SET terms_version = NULL");
    patch(body("budget", new JsonObject().put("totalMicros", 120 * PRICE)));
    assertRefusedByTheDatabase(
        "more than its budget",
        "UPDATE spend_total SET committed_micros = committed_micros + 1 WHERE scope = 'A'");
  }

  @Test
  void shouldLendNothingOnTermsThatWereAgreedInAnotherCurrency() throws Exception {
    patch(credit(50 * PRICE));
    LeaseAnswer.State held = lease();
    TestSettlement settlement = new TestSettlement(budgets.database.transactions(), 4, clock);
    settlement.charge(held.leaseId(), LINE_ITEM, 0, 1_900_000_000, 50 * PRICE);
    settlement.close(held.leaseId(), 50 * PRICE);
    assertEquals(0, get(BUYER, TERMS).getLong("freeMicros"));
    budgets.publish(new Advertiser(ADVERTISER, ACCOUNT, "Acme", "EUR", "UTC"));
    JsonObject terms = get(BUYER, TERMS);
    assertEquals("EUR", terms.getString("currency"));
    assertEquals(0, terms.getLong("availableMicros"), "neither debt nor limit are of this money");
    assertEquals(0, terms.getLong("creditLimitMicros"));
    TestNode node =
        new TestNode(
            new LeaseGrants(budgets.database.transactions(), LeaseConfig.of(4), clock),
            2,
            1_800_000_000);
    assertEquals(LeaseRefusal.CREDIT_LIMIT, node.want(LINE_ITEM).refusals().getFirst().reason());
    assertRefusedByTheDatabase("who has 0", "UPDATE advertiser_funds SET leased_micros = 1");
    JsonObject anew = credit(50 * PRICE).put("currency", "EUR");
    assertEquals(50 * PRICE, patch(anew).getLong("freeMicros"), "agreed anew");
  }
}
