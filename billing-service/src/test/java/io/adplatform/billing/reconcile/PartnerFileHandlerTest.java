package io.adplatform.billing.reconcile;

import static io.adplatform.billing.TestBudgets.ACCOUNT;
import static io.adplatform.billing.TestBudgets.CAMPAIGN;
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
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.Caller;
import io.adplatform.runtime.api.Problem;
import io.adplatform.runtime.api.Role;
import io.adplatform.wire.catalogue.Budget;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Partners' files over PostgreSQL, and an analytics-ingest that says what was bid to whom. */
class PartnerFileHandlerTest {
  private static final long PARTNER = 50;
  private static final String DAY = "2027-03-01";
  private static final String HEADER = "hour,%s,impressions,amount,currency\n";

  /** To the partner; LINE_ITEM + 1 is another's. */
  private static final Set<Long> BID = Set.of(LINE_ITEM);

  private final TestBudgets budgets = new TestBudgets();
  private final TestClock clock = new TestClock("2027-03-02T12:00:00Z");
  private HttpServer analytics;
  private SettledFigures settled;
  private PartnerFileHandler handler;

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
              (position ? position() : known(new JsonObject(asked)))
                  .encode()
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    analytics.start();
    settled =
        new SettledFigures("http://127.0.0.1:" + analytics.getAddress().getPort(), "node-key");
    handler =
        new PartnerFileHandler(
            budgets.database.transactions(), settled, clock, new SimpleMeterRegistry());
    budgets.publish(
        advertiser("UTC"),
        campaign(Budget.UNBOUNDED),
        lineItem(LINE_ITEM, Budget.UNBOUNDED),
        lineItem(LINE_ITEM + 1, Budget.UNBOUNDED));
    try (Connection connection = budgets.server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO billing.supply_partner (id, account_id, version) VALUES (50, 1, 1)");
    }
  }

  @AfterEach
  void end() {
    settled.close();
    analytics.stop(0);
    budgets.close();
  }

  private JsonObject position() {
    return new JsonObject()
        .put("keptFromSeconds", clock.millis() / 1_000 - 34 * 86_400)
        .put("topics", new JsonArray())
        .put("rolledUp", new JsonArray());
  }

  private static JsonObject known(JsonObject asked) {
    assertEquals(PARTNER, asked.getLong("supplyPartnerId"));
    assertEquals("lineItem", asked.getString("by"));
    JsonArray known = new JsonArray();
    asked.getJsonArray("ids").stream()
        .map(id -> ((Number) id).longValue())
        .filter(BID::contains)
        .forEach(known::add);
    return new JsonObject().put("known", known);
  }

  private void put(String day, String content) throws Exception {
    handler.handle(
        new ApiRequest(
            "PUT",
            "/",
            new Caller(ACCOUNT, 904, Role.PARTNER),
            Map.of("id", Long.toString(PARTNER), "date", day),
            MultiMap.caseInsensitiveMultiMap(),
            MultiMap.caseInsensitiveMultiMap(),
            Buffer.buffer(content)));
  }

  private static String file(String column, long id, int impressions) {
    return HEADER.formatted(column) + DAY + "T12:00:00Z," + id + "," + impressions + ",0.5,USD\n";
  }

  private String refusal(String content) {
    Problem refused = assertThrows(Problem.class, () -> put(DAY, content));
    assertEquals(422, refused.status());
    return refused.errors().getFirst().detail();
  }

  @Test
  void shouldTellNothingOfWhatWasBidToOthersAlone() throws Exception {
    put(DAY, file("line_item_id", LINE_ITEM, 1));
    assertEquals(
        "line_item_id 1001 was in no bid to the partner",
        refusal(file("line_item_id", LINE_ITEM + 1, 1)));
    assertEquals(
        "line_item_id 4711 was in no bid to the partner", refusal(file("line_item_id", 4711, 1)));
    put(DAY, file("cid", CAMPAIGN, 1));
    assertEquals("cid 4711 was in no bid to the partner", refusal(file("cid", 4711, 1)));
    assertTrue(
        refusal(file("line_item_id", LINE_ITEM, 1).replace("USD", "EUR")).contains("bids in USD"));
  }

  @Test
  void shouldKeepTheContentOfTheNewestFilesAlone() throws Exception {
    for (int i = 1; i <= PartnerFileStore.KEPT_ACCEPTED + 5; i++) {
      put(DAY, file("line_item_id", LINE_ITEM, i));
    }
    assertEquals(
        PartnerFileStore.KEPT_CONTENTS,
        budgets.number("SELECT count(*) FROM partner_file WHERE content IS NOT NULL"));
    assertEquals(
        PartnerFileStore.KEPT_ACCEPTED, budgets.number("SELECT count(*) FROM partner_file"));
    assertEquals(
        1,
        budgets.number(
            "SELECT count(*) FROM partner_file WHERE content IS NOT NULL AND id = (SELECT max(id)"
                + " FROM partner_file)"));
    put("2027-02-28", file("line_item_id", LINE_ITEM, 1).replace(DAY, "2027-02-28"));
    assertEquals(
        PartnerFileStore.KEPT_CONTENTS + 1,
        budgets.number("SELECT count(*) FROM partner_file WHERE content IS NOT NULL"));
  }

  @Test
  void shouldRefuseAFileOfADayWhoseEventsAreKeptNoMore() {
    Problem refused =
        assertThrows(
            Problem.class,
            () -> put("2027-01-20", file("line_item_id", LINE_ITEM, 1).replace(DAY, "2027-01-20")));
    assertEquals(422, refused.status());
    assertTrue(refused.errors().getFirst().detail().contains("kept any more"), refused.toString());
  }
}
