package io.adplatform.campaign.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.campaign.rest.CampaignFixture.Answer;
import io.adplatform.wire.catalogue.CatalogueCodec;
import io.adplatform.wire.catalogue.CatalogueKind;
import io.adplatform.wire.catalogue.RateTable;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateTableTest {
  private static CampaignFixture api;

  @BeforeAll
  static void start() {
    api = CampaignFixture.withoutKafka();
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  @Test
  void shouldKeepTheRatesOfADayAsTheyWereWrittenPoint18() throws SQLException {
    Answer made = post("2026-11-22", "EUR", "0.9200", "JPY", "155.5");
    String path = "/rate-tables/" + made.expect(201).id();
    assertEquals("0.9200", rates(made).getString("EUR"));
    assertEquals("2026-11-22", made.json().getString("date"));
    assertEquals(made.json(), api.get(path).expect(200).json());
    RateTable told = (RateTable) told("rate-table/" + made.id());
    assertEquals(LocalDate.parse("2026-11-22"), told.date());
    assertEquals(Map.of("EUR", "0.9200", "JPY", "155.5"), told.unitsPerUsd());

    JsonObject patch =
        new JsonObject().put("unitsPerUsd", new JsonObject().put("EUR", "0.93").putNull("JPY"));
    Answer changed = api.patch(path, patch, "If-Match", "1").expect(200);
    assertEquals(new JsonObject().put("EUR", "0.93"), rates(changed));
    api.patch(path, patch, "If-Match", "1").expect(412);
    assertEquals(
        Map.of("EUR", "0.93"), ((RateTable) told("rate-table/" + made.id())).unitsPerUsd());

    api.delete(path).expect(204);
    api.get(path).expect(404);
    assertNull(told("rate-table/" + made.id()));
  }

  @Test
  void shouldHaveOneTableADay() {
    String first = post("2026-10-01", "EUR", "0.9").expect(201).id();
    assertEquals("/date", post("2026-10-01", "EUR", "0.91").expect(409).field());
    String second = post("2026-10-02", "EUR", "0.9").expect(201).id();
    JsonObject sameDay = new JsonObject().put("date", "2026-10-01");
    assertEquals("/date", api.patch("/rate-tables/" + second, sameDay).expect(409).field());
    api.delete("/rate-tables/" + first).expect(204);
    api.patch("/rate-tables/" + second, sameDay).expect(200);
  }

  @Test
  void shouldAnswerTheSameKeyWithTheSameTable() {
    JsonObject body = body("2026-09-01", "EUR", "0.9");
    Answer first = api.post("/rate-tables", body, "Idempotency-Key", "rates-1").expect(201);
    Answer again = api.post("/rate-tables", body, "Idempotency-Key", "rates-1").expect(201);
    assertEquals(first.id(), again.id());
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-31, EUR, 0.9, /date",
    "tomorrow, EUR, 0.9, /date",
    "1999-12-31, EUR, 0.9, /date",
    "2026-01-01, EUR, 0, /unitsPerUsd/EUR",
    "2026-01-01, EUR, -1, /unitsPerUsd/EUR",
    "2026-01-01, EUR, 1e3, /unitsPerUsd/EUR",
    "2026-01-01, EUR, NaN, /unitsPerUsd/EUR",
    "2026-01-01, EUR, 0.1234567890, /unitsPerUsd/EUR",
    "2026-01-01, EUR, 1234567890, /unitsPerUsd/EUR",
    "2026-01-01, XYZ, 1, /unitsPerUsd/XYZ",
    "2026-01-01, eur, 1, /unitsPerUsd/eur",
    "2026-01-01, USD, 1, /unitsPerUsd/USD"
  })
  void shouldNameTheFieldThatIsWrong(String date, String code, String rate, String field) {
    assertEquals(field, post(date, code, rate).expect(422).field());
  }

  @Test
  void shouldRefuseRatesThatAreNoTextOrNone() {
    JsonObject number = new JsonObject().put("date", "2026-01-01");
    number.put("unitsPerUsd", new JsonObject().put("EUR", 0.92));
    assertTrue(api.post("/rate-tables", number).expect(422).field().startsWith("/unitsPerUsd"));
    JsonObject none =
        new JsonObject().put("date", "2026-01-01").put("unitsPerUsd", new JsonObject());
    assertEquals("/unitsPerUsd", api.post("/rate-tables", none).expect(422).field());
  }

  @Test
  void shouldBeTheOperatorsBusinessAlone() {
    String id = post("2026-08-01", "EUR", "0.9").expect(201).id();
    for (String role : new String[] {"advertiser", "publisher", "partner"}) {
      String key = api.tenant(role).key();
      api.send(key, "GET", "/rate-tables", null).expect(403);
      api.send(key, "GET", "/rate-tables/" + id, null).expect(403);
      api.send(key, "POST", "/rate-tables", body("2026-08-02", "EUR", "1")).expect(403);
      api.send(key, "DELETE", "/rate-tables/" + id, null).expect(403);
    }
  }

  private static Answer post(String date, String... rates) {
    return api.post("/rate-tables", body(date, rates));
  }

  private static JsonObject body(String date, String... rates) {
    JsonObject units = new JsonObject();
    for (int i = 0; i < rates.length; i += 2) {
      units.put(rates[i], rates[i + 1]);
    }
    return new JsonObject().put("date", date).put("unitsPerUsd", units);
  }

  private static JsonObject rates(Answer answer) {
    return answer.json().getJsonObject("unitsPerUsd");
  }

  /** What the catalogue is told newest of a key; null where it is told that it is gone. */
  private static Object told(String key) throws SQLException {
    try (Connection connection = api.connectAsOwner();
        PreparedStatement query =
            connection.prepareStatement(
                "SELECT document FROM outbox WHERE key = ? ORDER BY version DESC LIMIT 1")) {
      query.setString(1, key);
      try (ResultSet row = query.executeQuery()) {
        assertTrue(row.next(), key + " is not told");
        byte[] document = row.getBytes(1);
        return document == null ? null : CatalogueCodec.read(CatalogueKind.RATE_TABLE, document);
      }
    }
  }
}
