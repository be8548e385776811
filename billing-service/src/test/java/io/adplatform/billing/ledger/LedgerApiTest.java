package io.adplatform.billing.ledger;

import static io.adplatform.billing.TestBudgets.ACCOUNT;
import static io.adplatform.billing.TestBudgets.ADVERTISER;
import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.ledger.TestBooks.DEMAND;
import static io.adplatform.billing.ledger.TestBooks.HOUR;
import static io.adplatform.billing.ledger.TestBooks.OTHER_ADVERTISER;
import static io.adplatform.billing.ledger.TestBooks.OTHER_LINE_ITEM;
import static io.adplatform.billing.ledger.TestBooks.PARTNER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.settlement.SettledMessages;
import io.adplatform.billing.settlement.SettledMessages.Impression;
import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.api.ApiServerConfig;
import io.adplatform.runtime.api.Caller;
import io.adplatform.runtime.api.Role;
import io.adplatform.storage.postgres.Transactions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The ledger over HTTP, for operators, advertisers and supply partners. */
class LedgerApiTest {
  private static final String OPERATOR = "operator";
  private static final String BUYER = "buyer";
  private static final String OTHER_BUYER = "other-buyer";
  private static final String SELLER = "seller";
  private static final String BIDDER = "bidder";
  private static final String PUBLISHER = "publisher";

  /** Stands in for campaign-service: account and role of each key. */
  private static final Map<String, Caller> KEYS =
      Map.of(
          OPERATOR, new Caller(99, 901, Role.OPERATOR),
          BUYER, new Caller(ACCOUNT, 902, Role.ADVERTISER),
          OTHER_BUYER, new Caller(2, 903, Role.ADVERTISER),
          SELLER, new Caller(3, 904, Role.PARTNER),
          BIDDER, new Caller(5, 906, Role.PARTNER),
          PUBLISHER, new Caller(ACCOUNT, 905, Role.PUBLISHER));

  private static final String TOP_UPS = "/billing/advertisers/" + ADVERTISER + "/top-ups";

  private final TestBooks books = new TestBooks();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ApiServer server = serve();
  private final HttpClient client = HttpClient.newHttpClient();

  private ApiServer serve() {
    Transactions transactions = books.budgets.database.transactions();
    LedgerWrites writes = new LedgerWrites(transactions, books.clock, new LedgerCounters(meters));
    return ApiServer.builder(ApiServerConfig.of("127.0.0.1", 0))
        .keys(KEYS::get)
        .operation("listBalances", new BalancesHandler(transactions))
        .operation("getStatement", new StatementHandler(transactions))
        .operation("getTrialBalance", new TrialBalanceHandler(transactions))
        .operation("getLedgerEntry", new EntryHandler(transactions))
        .operation("createTopUp", new TopUpHandler(writes))
        .operation("createAdjustment", new AdjustmentHandler(writes))
        .operation("createCorrection", new CorrectionHandler(writes))
        .start();
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
    books.close();
  }

  private HttpResponse<String> send(
      String key, String method, String path, JsonObject body, String idempotencyKey)
      throws Exception {
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
    if (idempotencyKey != null) {
      request.header("Idempotency-Key", idempotencyKey);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private JsonObject get(String key, String path) throws Exception {
    HttpResponse<String> response = send(key, "GET", path, null, null);
    assertEquals(200, response.statusCode(), response.body());
    return new JsonObject(response.body());
  }

  private int status(String key, String path) throws Exception {
    return send(key, "GET", path, null, null).statusCode();
  }

  private JsonObject post(String path, JsonObject body) throws Exception {
    HttpResponse<String> response = send(OPERATOR, "POST", path, body, null);
    assertEquals(201, response.statusCode(), response.body());
    return new JsonObject(response.body());
  }

  private void assertRefused(String field, String path, JsonObject body) throws Exception {
    HttpResponse<String> response = send(OPERATOR, "POST", path, body, null);
    assertEquals(422, response.statusCode(), response.body());
    assertEquals(field, new JsonObject(response.body()).getString("field"), response.body());
  }

  private static JsonObject topUp(long micros) {
    return new JsonObject()
        .put("amountMicros", micros)
        .put("currency", "USD")
        .put("reference", "transfer 1");
  }

  private static JsonObject adjustment(String direction, long micros) {
    return new JsonObject()
        .put("advertiserId", Long.toString(ADVERTISER))
        .put("direction", direction)
        .put("amountMicros", micros)
        .put("currency", "USD")
        .put("reason", "goodwill");
  }

  private static JsonObject correction(long credit, long debit) {
    return new JsonObject()
        .put("advertiserCreditMicros", credit)
        .put("supplyDebitMicros", debit)
        .put("reason", "invalid traffic");
  }

  /**
   * Posts an impression of the first advertiser and one of the other; the id of the first entry.
   */
  private String settle(long charged, long cost) throws SQLException {
    books.post(
        Impression.of(HOUR, LINE_ITEM, PARTNER, charged, cost),
        Impression.of(HOUR, OTHER_LINE_ITEM, PARTNER, charged, cost));
    return Long.toString(
        books.budgets.number(
            "SELECT max(id) FROM ledger_entry WHERE kind = 'SETTLED' AND advertiser_id = "
                + ADVERTISER));
  }

  private static List<JsonObject> items(JsonObject list) {
    return list.getJsonArray("items").stream().map(JsonObject.class::cast).toList();
  }

  private static long balance(JsonObject list, String account) {
    return items(list).stream()
        .filter(item -> item.getString("account").equals(account))
        .mapToLong(item -> item.getLong("balanceMicros"))
        .sum();
  }

  @Test
  void shouldTakeChargesFromFundsAndOweTheRest() throws Exception {
    post(TOP_UPS, topUp(1_000));
    settle(1_500, 900);
    JsonObject mine = get(BUYER, "/billing/balances");
    assertEquals(2, items(mine).size(), mine.encode());
    assertEquals(0, balance(mine, "FUNDS"));
    assertEquals(500, balance(mine, "RECEIVABLE"));
    post(TOP_UPS, topUp(2_000));
    JsonObject after = get(BUYER, "/billing/balances?advertiserId=" + ADVERTISER);
    assertEquals(1_500, balance(after, "FUNDS"));
    assertEquals(0, balance(after, "RECEIVABLE"));
    assertEquals(1_800, balance(get(SELLER, "/billing/balances"), "PAYABLE"));
    JsonObject all = get(OPERATOR, "/billing/balances");
    assertEquals(1_200, balance(all, "MARGIN"));
    assertEquals(3_000, balance(all, "CASH"));
    JsonObject trial = items(get(OPERATOR, "/billing/trial-balance")).getFirst();
    assertEquals(0, trial.getLong("differenceMicros"));
    assertTrue(trial.getLong("debitMicros") > 0);
    books.requireExact();
  }

  @Test
  void shouldShowAnEntryWithItsChain() throws Exception {
    String id = settle(1_500, 900);
    JsonObject entry = get(OPERATOR, "/billing/entries/" + id);
    assertEquals(1_500, entry.getLong("chargedMicros"));
    assertEquals(900, entry.getLong("costMicros"));
    assertEquals(600, entry.getLong("marginMicros"));
    assertEquals("2027-03-01T12:00:00Z", entry.getString("hour"));
    assertEquals(3, entry.getJsonArray("postings").size());
    JsonObject chain = entry.getJsonObject("chain");
    assertEquals(0, chain.getInteger("partition"));
    assertEquals(0, chain.getLong("fromOffset"));
    assertEquals(2, chain.getLong("nextOffset"));
  }

  @Test
  void shouldShowEachSideItsOwnAndNothingElse() throws Exception {
    String id = settle(1_500, 900);
    JsonArray bought = get(BUYER, "/billing/entries/" + id).getJsonArray("postings");
    assertEquals(1, bought.size());
    assertEquals("RECEIVABLE", bought.getJsonObject(0).getString("account"));
    JsonObject sold = get(SELLER, "/billing/entries/" + id);
    assertEquals("PAYABLE", sold.getJsonArray("postings").getJsonObject(0).getString("account"));
    for (String demand : List.of("advertiserId", "lineItemId", "chargedMicros", "marginMicros")) {
      assertFalse(sold.containsKey(demand), demand);
    }
    assertEquals(404, status(OTHER_BUYER, "/billing/entries/" + id));
    assertEquals(404, status(BUYER, "/billing/entries/4711"));
    assertEquals(403, status(PUBLISHER, "/billing/entries/" + id));
    assertEquals(404, status(OTHER_BUYER, "/billing/balances?advertiserId=" + ADVERTISER));
    assertEquals(404, status(BUYER, "/billing/balances?supplyPartnerId=" + PARTNER));
    assertEquals(404, status(SELLER, "/billing/statement?advertiserId=" + ADVERTISER));
    long margin = books.budgets.number("SELECT id FROM ledger_account WHERE kind = 'MARGIN'");
    assertEquals(404, status(BUYER, "/billing/statement?accountId=" + margin));
    assertEquals(200, status(OPERATOR, "/billing/statement?accountId=" + margin));
    assertEquals(403, status(BUYER, "/billing/trial-balance"));
    assertEquals(403, send(BUYER, "POST", TOP_UPS, topUp(1), null).statusCode());
    assertEquals(2, items(get(OTHER_BUYER, "/billing/balances")).size());
  }

  @Test
  void shouldShowADemandPartnerWhatItOwesAndNothingOfSupply() throws Exception {
    Impression impression = Impression.of(HOUR, LINE_ITEM, PARTNER, 1_500, 900);
    books.postMessages(List.of(SettledMessages.partners(impression.message(), DEMAND)));
    String id = Long.toString(books.budgets.number("SELECT max(id) FROM ledger_entry"));
    JsonObject owed = get(BIDDER, "/billing/balances");
    assertEquals(1, items(owed).size(), owed.encode());
    assertEquals(1_500, balance(owed, "PARTNER_CLEARING"));
    assertEquals(Long.toString(DEMAND), items(owed).getFirst().getString("demandPartnerId"));
    JsonObject entry = get(BIDDER, "/billing/entries/" + id);
    assertEquals(1_500, entry.getLong("chargedMicros"));
    assertEquals(Long.toString(DEMAND), entry.getString("demandPartnerId"));
    assertEquals(1, entry.getJsonArray("postings").size());
    for (String supply : List.of("costMicros", "marginMicros", "lineItemId")) {
      assertFalse(entry.containsKey(supply), supply);
    }
    JsonObject sold = get(SELLER, "/billing/entries/" + id);
    assertEquals(900, sold.getLong("costMicros"));
    assertFalse(sold.containsKey("chargedMicros"));
    assertFalse(sold.containsKey("demandPartnerId"));
    String statement = "/billing/statement?demandPartnerId=" + DEMAND;
    assertEquals(1_500, items(get(BIDDER, statement)).getFirst().getLong("debitMicros"));
    assertEquals(1, items(get(OPERATOR, statement)).size());
    assertEquals(404, status(SELLER, statement));
    assertEquals(404, status(BUYER, "/billing/balances?demandPartnerId=" + DEMAND));
    assertEquals(404, status(BIDDER, "/billing/statement?supplyPartnerId=" + PARTNER));

    post("/billing/entries/" + id + "/corrections", correction(500, 300));
    assertEquals(1_000, balance(get(BIDDER, "/billing/balances"), "PARTNER_CLEARING"));
    assertRefused(
        "/advertiserCreditMicros", "/billing/entries/" + id + "/corrections", correction(1_001, 0));
    books.requireExact();
  }

  @Test
  void shouldTellStatementsByPagesAndTime() throws Exception {
    settle(100, 90);
    books.clock.set("2027-03-02T00:00:00Z");
    settle(200, 180);
    post(TOP_UPS, topUp(50));
    String path = "/billing/statement?advertiserId=" + ADVERTISER;
    JsonObject first = get(BUYER, path + "&limit=2");
    assertEquals(2, items(first).size());
    assertEquals(100, items(first).getFirst().getLong("debitMicros"));
    JsonObject second = get(BUYER, path + "&limit=2&cursor=" + first.getString("nextCursor"));
    assertEquals(1, items(second).size());
    assertEquals(50, items(second).getFirst().getLong("creditMicros"));
    assertEquals("transfer 1", items(second).getFirst().getString("reason"));
    assertNull(second.getString("nextCursor"));
    assertEquals(1, items(get(BUYER, path + "&to=2027-03-02")).size());
    assertEquals(2, items(get(BUYER, path + "&from=2027-03-02&to=2027-03-03T00:00:00Z")).size());
    JsonObject before = get(BUYER, "/billing/balances?at=2027-03-02");
    assertEquals(100, balance(before, "RECEIVABLE"));
    assertEquals(250, balance(get(BUYER, "/billing/balances"), "RECEIVABLE"));
    List<JsonObject> sold = items(get(SELLER, "/billing/statement?supplyPartnerId=" + PARTNER));
    assertEquals(4, sold.size());
    assertFalse(sold.getFirst().containsKey("lineItemId"));
    assertEquals(422, status(BUYER, path + "&from=yesterday"));
    assertEquals(422, status(BUYER, path + "&from=2027-03-02&to=2027-03-01"));
    assertEquals(422, status(BUYER, "/billing/statement"));
  }

  @Test
  void shouldBookATopUpOnceUnderItsKey() throws Exception {
    HttpResponse<String> first = send(OPERATOR, "POST", TOP_UPS, topUp(100), "key-1");
    HttpResponse<String> again = send(OPERATOR, "POST", TOP_UPS, topUp(100), "key-1");
    assertEquals(201, first.statusCode(), first.body());
    assertEquals(first.body(), again.body());
    assertEquals("true", again.headers().firstValue("Idempotency-Replayed").orElse(null));
    assertEquals(422, send(OPERATOR, "POST", TOP_UPS, topUp(101), "key-1").statusCode());
    assertEquals(100, balance(get(BUYER, "/billing/balances"), "FUNDS"));
    assertEquals(
        1, meters.get("adplatform.billing.ledger.entries").tag("kind", "TOP_UP").counter().count());
    JsonObject author = new JsonObject(first.body()).getJsonObject("author");
    assertEquals("901", author.getString("apiKeyId"));
    assertEquals("99", author.getString("accountId"));
  }

  @Test
  void shouldRefuseWhatCannotBeAndNameTheField() throws Exception {
    assertRefused("/amountMicros", TOP_UPS, topUp(-5));
    assertRefused("/amountMicros", TOP_UPS, topUp(0));
    assertRefused("/amountMicros", TOP_UPS, topUp(1_000_000_000_000_001L));
    assertRefused("/currency", TOP_UPS, topUp(5).put("currency", "XQX"));
    assertRefused("/currency", TOP_UPS, topUp(5).put("currency", "EUR"));
    assertRefused("/reference", TOP_UPS, topUp(5).put("reference", "  "));
    JsonObject unknown = adjustment("CREDIT", 5).put("advertiserId", "4711");
    assertRefused("/advertiserId", "/billing/adjustments", unknown);
    assertRefused("/direction", "/billing/adjustments", adjustment("UP", 5));
    JsonObject both = adjustment("CREDIT", 5).put("supplyPartnerId", Long.toString(PARTNER));
    assertRefused("/advertiserId", "/billing/adjustments", both);
    String nobody = "/billing/advertisers/4711/top-ups";
    assertEquals(404, send(OPERATOR, "POST", nobody, topUp(5), null).statusCode());
    assertEquals(0, books.budgets.number("SELECT count(*) FROM ledger_entry"));
  }

  @Test
  void shouldCorrectBothSidesUpToTheEntry() throws Exception {
    String id = settle(1_500, 900);
    String path = "/billing/entries/" + id + "/corrections";
    JsonObject made = post(path, correction(1_000, 500));
    assertEquals(id, made.getString("correctsEntryId"));
    assertEquals("invalid traffic", made.getString("reason"));
    assertNotNull(made.getJsonObject("author"));
    assertEquals(500, books.balance(AccountKind.RECEIVABLE, ADVERTISER));
    assertEquals(-1_300, books.balance(AccountKind.PAYABLE, PARTNER));
    assertEquals(-1_200, books.balance(AccountKind.MARGIN, 0), "stays what was settled");
    assertEquals(500, books.balance(AccountKind.ADJUSTMENT, 0));
    assertRefused("/advertiserCreditMicros", path, correction(501, 0));
    assertRefused("/supplyDebitMicros", path, correction(500, 401));
    assertRefused("/advertiserCreditMicros", path, correction(0, 0));
    assertRefused("/advertiserCreditMicros", path, correction(-1, 1));
    post(path, correction(500, 400));
    String correction = "/billing/entries/" + made.getString("id") + "/corrections";
    assertEquals(409, send(OPERATOR, "POST", correction, correction(1, 1), null).statusCode());
    String unknown = "/billing/entries/4711/corrections";
    assertEquals(404, send(OPERATOR, "POST", unknown, correction(1, 1), null).statusCode());
    books.requireExact();
  }

  @Test
  void shouldAdjustEitherSide() throws Exception {
    post("/billing/adjustments", adjustment("CREDIT", 70));
    assertEquals(-70, books.balance(AccountKind.FUNDS, ADVERTISER));
    post("/billing/adjustments", adjustment("DEBIT", 100));
    assertEquals(0, books.balance(AccountKind.FUNDS, ADVERTISER));
    assertEquals(30, books.balance(AccountKind.RECEIVABLE, ADVERTISER));
    JsonObject supply = adjustment("DEBIT", 5).put("supplyPartnerId", Long.toString(PARTNER));
    supply.remove("advertiserId");
    post("/billing/adjustments", supply);
    assertEquals(5, books.balance(AccountKind.PAYABLE, PARTNER));
    assertEquals(-35, books.balance(AccountKind.ADJUSTMENT, 0));
    books.requireExact();
  }

  @Test
  void shouldStayExactWhenEntriesAreMadeAndEventsPostedAtOnce() throws Exception {
    String id = settle(1_000, 800);
    try (ExecutorService threads = Executors.newFixedThreadPool(5)) {
      List<Callable<Void>> work =
          IntStream.range(0, 4).<Callable<Void>>mapToObj(thread -> () -> writeMany(id)).toList();
      List<Future<Void>> writing = work.stream().map(threads::submit).toList();
      for (int i = 0; i < 40; i++) {
        settle(100, 80);
      }
      for (Future<Void> each : writing) {
        each.get();
      }
    }
    assertEquals(
        5_000 - 4 * 10 * 7 - 4 * 10 * 3,
        books.balance(AccountKind.RECEIVABLE, ADVERTISER)
            + books.balance(AccountKind.FUNDS, ADVERTISER));
    assertEquals(5_000, books.balance(AccountKind.RECEIVABLE, OTHER_ADVERTISER));
    books.requireExact();
  }

  private Void writeMany(String entryId) throws Exception {
    for (int i = 0; i < 10; i++) {
      post(TOP_UPS, topUp(7));
      post("/billing/entries/" + entryId + "/corrections", correction(3, 2));
    }
    return null;
  }
}
