package io.adplatform.standalone;

import static io.adplatform.standalone.TestExchange.CHARGED_LATER;
import static io.adplatform.standalone.TestExchange.CREATIVE;
import static io.adplatform.standalone.TestExchange.OTHER_LINE_ITEM;
import static io.adplatform.standalone.TestExchange.OTHER_PARTNER;
import static io.adplatform.standalone.TestExchange.PARTNER;
import static io.adplatform.standalone.TestExchange.Settled.impression;
import static io.adplatform.standalone.TestExchange.day;
import static io.adplatform.standalone.TestExchange.objects;
import static io.adplatform.standalone.TestExchange.source;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.SettledKind;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Settled events through Kafka into ClickHouse and the ledger, then compared through the front
 * door: equal as they come, and each falsification found with its cause. Every test has a day of
 * its own.
 */
class ReconciliationTest {
  private static TestExchange exchange;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    exchange = new TestExchange(folder);
  }

  @AfterAll
  static void end() {
    exchange.close();
  }

  /** Three impressions in hour 3, one of them of another line item; settled everywhere. */
  private static void settleThree(LocalDate day) throws Exception {
    exchange.settle(
        impression(day, 3, 2_500, 2_000),
        impression(day, 3, 2_501, 2_001),
        impression(day, 3, 400, 300).of(OTHER_LINE_ITEM));
    JsonObject run = exchange.reconcileSettled(day, 3);
    assertEquals(0, run.getLong("differences"), run.encode());
  }

  private static String bucket(LocalDate day) {
    long seconds = day.atStartOfDay(ZoneOffset.UTC).plusHours(3).toEpochSecond();
    return " bucket = fromUnixTimestamp(" + seconds + ")";
  }

  /** Compares anew; the differences, which must have a fault among them. */
  private static List<String> faults(LocalDate day) throws Exception {
    JsonObject run;
    List<String> differences;
    do {
      run = exchange.reconcile(day);
      differences = exchange.differences(day);
    } while (!exchange.isNewest(day, run));
    assertTrue(run.getLong("unexplained") > 0, run.encode());
    return differences;
  }

  @Test
  void shouldBeSilentAboutADayThatAgrees() throws Exception {
    LocalDate day = day(3);
    exchange.settle(
        impression(day, 0, 2_500, 2_000),
        impression(day, 3, 2_500, 2_000).of(OTHER_LINE_ITEM),
        impression(day, 23, 2_501, 1_999),
        impression(day, 23, 2_501, 1_999).late(),
        impression(day, 23, 2_501, 1_999).unbilled(SettledKind.IMPRESSION, Disposition.REPEAT),
        impression(day, 23, 2_501, 1_999).unbilled(SettledKind.IMPRESSION, Disposition.TEST));
    JsonObject run = exchange.reconcileSettled(day, 4);
    assertEquals(0, run.getLong("differences"), run.encode());
    assertEquals(3, run.getLong("cells"));
    for (String source : List.of("EVENTS", "REPORT", "LEDGER")) {
      assertEquals(4, source(run, source, "impressions"), source);
      assertEquals(7_501, source(run, source, "spendMicros"), source);
      assertEquals(7_998, source(run, source, "supplyCostMicros"), source);
      assertEquals(2_501, source(run, source, "overDeliveryMicros"), source);
    }
    assertEquals(List.of(), exchange.differences(day));
    assertTrue(exchange.metric("adplatform_billing_reconciliation_age_seconds") < 60);
  }

  @Test
  void shouldFindAnAlteredCharge() throws Exception {
    LocalDate day = day(4);
    settleThree(day);
    exchange.clickHouse.execute(
        "ALTER TABLE settled_events UPDATE charged_micros = charged_micros + 1 WHERE"
            + bucket(day)
            + " AND charged_micros = 2501 SETTINGS mutations_sync = 1");
    assertEquals(
        List.of(
            "EVENTS_LEDGER EVENT_ALTERED 03 0 -1 0 0", "EVENTS_REPORT EVENT_ALTERED 03 0 -1 0 0"),
        faults(day));
    String metric = "adplatform_billing_reconciliation_difference_micros{cause=\"EVENT_ALTERED\"}";
    assertTrue(exchange.metric(metric) >= 2, exchange.metrics.scrape());
    assertTrue(exchange.metric("adplatform_billing_reconciliation_unexplained") >= 2);
  }

  @Test
  void shouldFindADroppedEventAndSayWhere() throws Exception {
    LocalDate day = day(5);
    settleThree(day);
    exchange.clickHouse.execute(
        "ALTER TABLE settled_events DELETE WHERE"
            + bucket(day)
            + " AND charged_micros = 2501 SETTINGS mutations_sync = 1");
    assertEquals(
        List.of(
            "EVENTS_LEDGER EVENT_MISSING 03 1 2501 2001 0",
            "EVENTS_REPORT EVENT_MISSING 03 1 2501 2001 0"),
        faults(day));
    String path = "/billing/reconciliations/" + day + "/differences";
    JsonObject first = objects(exchange.ok("operator", "GET", path, null), "items").getFirst();
    assertTrue(first.getString("detail").contains("offsets "), first.encode());
    assertFalse(first.getBoolean("explained"));
  }

  @Test
  void shouldFindADoubledEvent() throws Exception {
    LocalDate day = day(6);
    settleThree(day);
    exchange.clickHouse.execute(
        "INSERT INTO settled_events SELECT * REPLACE (kafka_offset + 1000000 AS kafka_offset)"
            + " FROM settled_events FINAL WHERE"
            + bucket(day)
            + " AND charged_micros = 2501");
    try {
      assertEquals(
          List.of(
              "EVENTS_LEDGER EVENT_DOUBLED 03 -1 -2501 -2001 0",
              "EVENTS_REPORT EVENT_DOUBLED 03 -1 -2501 -2001 0"),
          faults(day));
    } finally {
      exchange.clickHouse.execute(
          "ALTER TABLE settled_events DELETE WHERE kafka_offset >= 1000000"
              + " SETTINGS mutations_sync = 1");
    }
    assertEquals(0, exchange.reconcile(day).getLong("differences"));
  }

  /** An impression that is owed and two clicks that are charged, in hour 3; settled everywhere. */
  private static void settleClicks(LocalDate day, SettledKind kind) throws Exception {
    exchange.settle(
        impression(day, 3, 0, 2_000).of(CHARGED_LATER), click(day, 3, kind), click(day, 3, kind));
    JsonObject run = exchange.reconcileSettled(day, 1);
    assertEquals(0, run.getLong("differences"), run.encode());
  }

  private static TestExchange.Settled click(LocalDate day, int hour, SettledKind kind) {
    return impression(day, hour, 400_000, 0).of(CHARGED_LATER).charged(kind);
  }

  /**
   * The day's first charge, by its number: a mutation looks for a smallest one in each part anew,
   * after others have lost theirs.
   */
  private static String firstCharge(LocalDate day) {
    long first =
        exchange.clickHouse.queryLong(
            "SELECT min(auction_lo) FROM settled_events WHERE"
                + bucket(day)
                + " AND charged_micros = 400000",
            Map.of());
    return bucket(day) + " AND auction_lo = " + first;
  }

  @Test
  void shouldFindADroppedClick() throws Exception {
    LocalDate day = day(15);
    settleClicks(day, SettledKind.CLICK);
    exchange.clickHouse.execute(
        "ALTER TABLE settled_events DELETE WHERE"
            + firstCharge(day)
            + " SETTINGS mutations_sync = 1");
    assertEquals(
        List.of(
            "EVENTS_LEDGER EVENT_MISSING 03 0 400000 0 0",
            "EVENTS_REPORT EVENT_MISSING 03 0 400000 0 0"),
        faults(day));
  }

  @Test
  void shouldFindADoubledClick() throws Exception {
    shouldFindADouble(day(16), SettledKind.CLICK, 0);
  }

  @Test
  void shouldFindAClickDoubledInAnotherHour() throws Exception {
    shouldFindADouble(day(17), SettledKind.CLICK, 1);
  }

  @Test
  void shouldFindAConversionDoubledHalfADayLater() throws Exception {
    shouldFindADouble(day(18), SettledKind.CONVERSION, 12);
  }

  private static void shouldFindADouble(LocalDate day, SettledKind kind, int hoursLater)
      throws Exception {
    settleClicks(day, kind);
    exchange.clickHouse.execute(
        "INSERT INTO settled_events SELECT * REPLACE (kafka_offset + 1000000 AS kafka_offset, time"
            + " + INTERVAL "
            + hoursLater
            + " HOUR AS time) FROM settled_events FINAL WHERE"
            + firstCharge(day));
    String hour = "%02d".formatted(3 + hoursLater);
    try {
      assertEquals(
          List.of(
              "EVENTS_LEDGER EVENT_DOUBLED " + hour + " 0 -400000 0 0",
              "EVENTS_REPORT EVENT_DOUBLED " + hour + " 0 -400000 0 0"),
          faults(day));
    } finally {
      exchange.clickHouse.execute(
          "ALTER TABLE settled_events DELETE WHERE kafka_offset >= 1000000"
              + " SETTINGS mutations_sync = 1");
    }
    assertEquals(0, exchange.reconcile(day).getLong("differences"));
  }

  /** Settled, posted and reported twice, in two hours. */
  @Test
  void shouldFindAnAuctionThatWasSettledTwiceHoursApart() throws Exception {
    LocalDate day = day(19);
    settleClicks(day, SettledKind.CLICK);
    exchange.settleAgain(click(day, 4, SettledKind.CLICK));
    exchange.reconcileSettled(day, 1);
    assertEquals(List.of("EVENTS SETTLED_TWICE 04 0 400000 0 0"), exchange.differences(day));
  }

  @Test
  void shouldFindAMissingPosting() throws Exception {
    LocalDate day = day(7);
    settleThree(day);
    long hour = day.atStartOfDay(ZoneOffset.UTC).plusHours(3).toInstant().toEpochMilli();
    String entry =
        "(SELECT min(id) FROM ledger_entry WHERE line_item_id = 1001 AND hour_millis = "
            + hour
            + ")";
    exchange.asOwner("DELETE FROM ledger_posting WHERE entry_id = " + entry);
    assertEquals(List.of("EVENTS_LEDGER POSTING_WRONG 03 0 -400 -300 0"), faults(day));
    exchange.asOwner("DELETE FROM ledger_entry WHERE id = " + entry);
    assertEquals(List.of("EVENTS_LEDGER LEDGER_MISSING 03 -1 -400 -300 0"), faults(day));
  }

  @Test
  void shouldFindAStaleRollup() throws Exception {
    LocalDate day = day(8);
    settleThree(day);
    exchange.clickHouse.execute(
        "INSERT INTO delivery SELECT * REPLACE (version + 1 AS version, impressions - 1 AS"
            + " impressions, spend_micros - 2501 AS spend_micros,"
            + " supply_cost_micros - 2001 AS supply_cost_micros)"
            + " FROM delivery FINAL WHERE line_item_id = 1000 AND"
            + bucket(day));
    assertEquals(List.of("EVENTS_REPORT ROLLUP_STALE 03 -1 -2501 -2001 0"), faults(day));
  }

  @Test
  void shouldExplainCorrectionsAndWhatTheLedgerRefuses() throws Exception {
    LocalDate day = day(9);
    settleThree(day);
    exchange.settle(impression(day, 3, 100_000_000_001L, 5).of(OTHER_LINE_ITEM));
    exchange.reconcileSettled(day, 4);
    assertEquals(
        List.of("EVENTS_LEDGER LEDGER_REFUSED 03 -1 -100000000001 -5 0"),
        exchange.differences(day));
    long hour = day.atStartOfDay(ZoneOffset.UTC).plusHours(3).toInstant().toEpochMilli();
    exchange.asOwner(
        "INSERT INTO ledger_entry (kind, currency, posted_millis, advertiser_id, line_item_id,"
            + " supply_partner_id, hour_millis, charged_micros, cost_micros, corrects_entry_id,"
            + " reason, author_key_id, author_account_id)"
            + " SELECT 'CORRECTION', currency, posted_millis, advertiser_id, line_item_id,"
            + " supply_partner_id, hour_millis, 100, 70, id, 'invalid', 1, 1 FROM ledger_entry"
            + " WHERE line_item_id = 1000 AND hour_millis = "
            + hour
            + " ORDER BY id LIMIT 1");
    JsonObject run = exchange.reconcile(day);
    assertEquals(0, run.getLong("unexplained"), run.encode());
    assertTrue(
        exchange.differences(day).contains("EVENTS_LEDGER CORRECTED 03 0 -100 -70 0"),
        exchange.differences(day).toString());
  }

  private static String path(long partner, LocalDate day) {
    return "/billing/supply-partners/" + partner + "/figures/" + day;
  }

  private static String csv(LocalDate day, String column, String... rows) {
    StringBuilder csv = new StringBuilder("hour," + column + ",impressions,amount,currency\n");
    for (String row : rows) {
      csv.append(day).append('T').append(row).append(",USD\n");
    }
    return csv.toString();
  }

  @Test
  void shouldCompareAPartnersFigures() throws Exception {
    LocalDate day = day(10);
    settleThree(day);
    exchange.settle(
        impression(day, 5, 2_500, 2_000),
        impression(day, 6, 2_500, 2_000),
        impression(day, 6, 2_500, 2_000).unbilled(SettledKind.WIN, Disposition.COUNTED),
        impression(day, 7, 2_500, 2_000).unbilled(SettledKind.IMPRESSION, Disposition.TEST),
        impression(day, 7, 2_500, 2_000));
    String equal =
        csv(
            day,
            "line_item_id",
            "03:00:00Z,1000,2,0.004001",
            "03:00:00Z,1001,1,0.000300",
            "05:00:00Z,1000,1,0.002",
            "06:00:00Z,1000,1,0.002",
            "07:00:00Z,1000,1,0.002000");
    JsonObject file = exchange.ok("seller", "PUT", path(PARTNER, day), equal);
    assertEquals("ACCEPTED", file.getString("state"));
    assertEquals(5, file.getInteger("rows"));
    assertEquals(10_301, objects(file, "amounts").getFirst().getLong("amountMicros"));
    JsonObject run = exchange.reconcileSettled(day, 6);
    assertEquals(0, run.getLong("differences"), run.encode());
    assertEquals(10_301, source(run, "PARTNER", "supplyCostMicros"));

    exchange.ok(
        "operator",
        "PUT",
        path(PARTNER, day),
        csv(
            day,
            "line_item_id",
            "03:00:00Z,1000,2,0.005001",
            "05:00:00Z,1000,3,0.006",
            "06:00:00Z,1000,2,0.004",
            "07:00:00Z,1000,2,0.004"));
    assertEquals(
        List.of(
            "EVENTS_PARTNER PRICE_DIFFERS 03 0 0 1000 0",
            "EVENTS_PARTNER PARTNER_HOLE 03 -1 0 -300 0",
            "EVENTS_PARTNER PARTNER_COUNTS_MORE 05 2 0 4000 0",
            "EVENTS_PARTNER SIGNAL_NOT_RECEIVED 06 1 0 2000 0",
            "EVENTS_PARTNER TEST_TRAFFIC 07 1 0 2000 0"),
        faults(day));

    exchange.ok(
        "operator",
        "PUT",
        path(PARTNER, day),
        csv(
            day,
            "crid",
            "03:00:00Z," + CREATIVE + ",3,0.004301",
            "05:00:00Z," + CREATIVE + ",1,0.002",
            "06:00:00Z," + CREATIVE + ",1,0.002",
            "07:00:00Z," + CREATIVE + ",1,0.002"));
    assertEquals(0, exchange.reconcile(day).getLong("differences"));
    exchange.ok(
        "operator",
        "PUT",
        path(PARTNER, day),
        csv(
            day,
            "cid",
            "04:00:00Z,100,3,0.004301",
            "06:00:00Z,100,1,0.002",
            "07:00:00Z,100,1,0.002",
            "08:00:00Z,100,1,0.002"));
    JsonObject shifted = exchange.reconcile(day);
    assertEquals(0, shifted.getLong("unexplained"), shifted.encode());
    assertTrue(
        exchange.differences(day).contains("EVENTS_PARTNER TIME_SHIFT 03 -3 0 -4301 0"),
        exchange.differences(day).toString());
  }

  @Test
  void shouldTakeAFileWholeOrNotAtAllAndKeepWhatCame() throws Exception {
    LocalDate day = day(11);
    settleThree(day);
    String good = csv(day, "line_item_id", "03:00:00Z,1000,2,0.004001", "03:00:00Z,1001,1,0.0003");
    JsonObject first = exchange.ok("seller", "PUT", path(PARTNER, day), good);
    JsonObject again = exchange.ok("operator", "PUT", path(PARTNER, day), good);
    assertEquals(first, again, "the same file changes nothing");
    String holes = csv(day, "line_item_id", "03:00:00Z,1000,,0.004001", "03:00:00Z,4711,1,0.0003");
    HttpResponse<String> refused = exchange.send("seller", "PUT", path(PARTNER, day), holes);
    assertEquals(422, refused.statusCode(), refused.body());
    assertEquals("line 2", new JsonObject(refused.body()).getString("field"), refused.body());
    HttpResponse<String> unknown =
        exchange.send(
            "seller", "PUT", path(PARTNER, day), csv(day, "line_item_id", "03:00:00Z,4711,1,0.1"));
    assertTrue(unknown.body().contains("line_item_id 4711 was in no bid"), unknown.body());
    HttpResponse<String> creative =
        exchange.send("seller", "PUT", path(PARTNER, day), csv(day, "crid", "03:00:00Z,8,1,0.1"));
    assertTrue(creative.body().contains("crid 8 was in no bid"), creative.body());
    HttpResponse<String> euros =
        exchange.send(
            "seller",
            "PUT",
            path(PARTNER, day),
            csv(day, "line_item_id", "03:00:00Z,1000,1,0.1").replace("USD", "EUR"));
    assertTrue(euros.body().contains("bids in USD"), euros.body());
    JsonObject run = exchange.reconcile(day);
    assertEquals(0, run.getLong("differences"), "the file that was there is in force");
    JsonObject list =
        exchange.ok(
            "seller", "GET", "/billing/supply-partners/" + PARTNER + "/figures?date=" + day, null);
    List<JsonObject> files = objects(list, "items");
    assertEquals(
        List.of("ACCEPTED", "REFUSED", "REFUSED", "REFUSED", "REFUSED"),
        files.stream().map(one -> one.getString("state")).toList());
    assertEquals("904", files.getFirst().getJsonObject("author").getString("apiKeyId"));
    assertEquals(
        "line 2: impressions is empty: the file has a hole",
        files.get(1).getJsonArray("refusals").getString(0));
    assertNull(list.getString("nextCursor"));
    assertTrue(exchange.metric("adplatform_billing_partner_files_refused_total") >= 4);
    assertEquals(0, exchange.number("SELECT sum(balance_micros) FROM ledger_balance"));
  }

  @Test
  void shouldKeepTenantsApart() throws Exception {
    LocalDate day = day(12);
    String csv = csv(day, "line_item_id", "03:00:00Z,1000,2,0.004001");
    assertEquals(404, exchange.send("seller", "PUT", path(OTHER_PARTNER, day), csv).statusCode());
    assertEquals(404, exchange.send("seller", "PUT", path(4711, day), csv).statusCode());
    assertEquals(403, exchange.send("buyer", "PUT", path(PARTNER, day), csv).statusCode());
    String files = "/billing/supply-partners/" + PARTNER + "/figures";
    assertEquals(404, exchange.send("other-seller", "GET", files, null).statusCode());
    assertEquals(403, exchange.send("buyer", "GET", files, null).statusCode());
    String run = "/billing/reconciliations/" + day;
    for (String key : List.of("seller", "buyer")) {
      assertEquals(403, exchange.send(key, "PUT", run, null).statusCode());
      assertEquals(403, exchange.send(key, "GET", run, null).statusCode());
      assertEquals(403, exchange.send(key, "GET", run + "/differences", null).statusCode());
      assertEquals(403, exchange.send(key, "GET", "/billing/reconciliations", null).statusCode());
    }
    assertEquals(404, exchange.send("operator", "GET", run, null).statusCode());
  }

  @Test
  void shouldRefuseDaysThatCannotBeCompared() throws Exception {
    LocalDate now = LocalDate.now(ZoneOffset.UTC);
    LocalDate tomorrow = now.plusDays(1);
    for (String day : List.of(tomorrow.toString(), day(40).toString(), "2026-02-30", "tomorrow")) {
      HttpResponse<String> response =
          exchange.send("operator", "PUT", "/billing/reconciliations/" + day, null);
      assertTrue(
          response.statusCode() == 422 || response.statusCode() == 400,
          day + ": " + response.body());
    }
    HttpResponse<String> future =
        exchange.send(
            "seller", "PUT", path(PARTNER, tomorrow), csv(tomorrow, "cid", "00:00:00Z,1,1,1"));
    assertEquals("date", new JsonObject(future.body()).getString("field"), future.body());
    JsonObject today = exchange.reconcile(now);
    assertFalse(today.getBoolean("complete"));
  }

  @Test
  void shouldWatchTheTrialBalance() throws Exception {
    settleThree(day(13));
    long deadline = System.nanoTime() + 300_000_000_000L;
    while (!(exchange.metric("adplatform_billing_trial_balance_micros{currency=\"USD\"}") == 0)) {
      assertTrue(System.nanoTime() < deadline, exchange.metrics.scrape());
      Thread.sleep(200);
    }
  }

  @Test
  void shouldCountCellsOfEachLineItem() throws Exception {
    LocalDate day = day(14);
    settleThree(day);
    JsonObject run = exchange.reconcile(day);
    assertEquals(2, run.getLong("cells"));
    assertEquals("901", run.getJsonObject("author").getString("apiKeyId"));
  }
}
