package io.adplatform.analytics.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.analytics.ingest.ApiFixture;
import io.adplatform.analytics.ingest.SettledMessage;
import io.adplatform.analytics.ingest.TopicFixture;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.SettledKind;
import io.adplatform.wire.targeting.Country;
import io.adplatform.wire.targeting.DeviceType;
import io.adplatform.wire.targeting.Targeting;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DeliveryReportTest {
  private static final long BASE = 8_000_000;
  private static final long LINE = BASE + 1;
  private static final long OTHER_LINE = BASE + 2;
  private static final long CAMPAIGN = BASE + 10;
  private static final long OTHER_CAMPAIGN = BASE + 11;
  private static final long ADVERTISER = BASE + 20;
  private static final long SUPPLY = BASE + 30;
  private static final long OTHER_SUPPLY = BASE + 31;
  private static final Instant DAY = Instant.now().truncatedTo(java.time.temporal.ChronoUnit.DAYS);
  private static final Instant NOON = DAY.minusSeconds(12 * 3600);
  private static final int EUR = 978;
  private static final int USA = Country.pack("USA");

  private static TopicFixture fixture;
  private static ApiFixture api;
  private static String range;

  @BeforeAll
  static void deliver() {
    fixture = new TopicFixture();
    fixture.publish(1, lineItem(LINE, ApiFixture.BUYER, CAMPAIGN));
    fixture.publish(2, lineItem(OTHER_LINE, ApiFixture.OTHER_BUYER, OTHER_CAMPAIGN));
    fixture.publish(3, partner(SUPPLY, ApiFixture.SELLER));
    fixture.publish(4, partner(OTHER_SUPPLY, 22));
    long noon = NOON.toEpochMilli();
    auction(noon, LINE, 1);
    auction(noon + 1, LINE, 2);
    auction(noon + 2, OTHER_LINE, 3);
    auction(noon + 3, 0, 4);
    event(SettledKind.WIN, noon + 10, LINE, 1);
    fixture.send(0, impression(noon + 20, LINE, 1).billed(2_500, 0, 2_000));
    fixture.send(0, impression(noon + 20 * 60_000, LINE, 2).billed(1_500, 1_000, 2_000));
    fixture.send(1, impression(noon + 30, OTHER_LINE, 3).currency(EUR).billed(900, 0, 700));
    fixture.send(0, impression(noon + 40, LINE, 1).disposition(Disposition.REPEAT));
    fixture.send(0, impression(noon + 50, LINE, 1).disposition(Disposition.TEST));
    event(SettledKind.CLICK, noon + 60, LINE, 1);
    event(SettledKind.VIEW, noon + 61, LINE, 1);
    event(SettledKind.CONVERSION, noon + 62, LINE, 1);
    // A billing notice bills where that is agreed; the beacon beside it then does not.
    fixture.send(
        2,
        SettledMessage.of(SettledKind.BILL, noon + 3_600_000)
            .lineItem(LINE, 5)
            .supply(OTHER_SUPPLY)
            .auction(7)
            .billed(100, 0, 90));
    fixture.send(2, impression(noon + 3_600_001, LINE, 7).supply(OTHER_SUPPLY).place(0, 0));
    fixture.whileIngesting(
        () -> {
          fixture.awaitNumber(4, "SELECT sum(impressions) FROM delivery FINAL");
          fixture.awaitNumber(15, "SELECT count() FROM settled_events");
          fixture.awaitNumber(
              4, "SELECT count() FROM entities FINAL WHERE id > 8000000 AND id < 8000100");
          fixture.awaitNumber(4, "SELECT sum(auctions) FROM delivery FINAL");
          fixture.awaitNumber(1, "SELECT sum(clicks) FROM delivery FINAL");
          fixture.awaitNumber(1, "SELECT sum(conversions) FROM delivery FINAL");
        });
    range = "/api/v1/reports/delivery?from=" + NOON + "&to=" + DAY;
    api =
        new ApiFixture(
            builder ->
                Reports.mount(
                    builder,
                    fixture.database,
                    id -> new JsonObject().put("imps", id),
                    Clock.fixed(Instant.now(), ZoneOffset.UTC)));
  }

  @AfterAll
  static void close() {
    api.close();
    fixture.close();
  }

  private static LineItem lineItem(long id, long account, long campaign) {
    return new LineItem(
        id,
        account,
        ADVERTISER,
        campaign,
        "line " + id,
        Status.ACTIVE,
        2_500_000,
        List.of(),
        Budget.UNBOUNDED,
        null,
        null,
        Targeting.ANY);
  }

  private static SupplyPartner partner(long id, long account) {
    return new SupplyPartner(
        id,
        account,
        "ssp" + id,
        "SSP",
        Status.ACTIVE,
        300,
        BillableEvent.BEACON,
        0,
        1000,
        1,
        1.0,
        false);
  }

  private static void auction(long timeMillis, long lineItem, long lo) {
    SettledMessage message =
        SettledMessage.of(SettledKind.AUCTION, timeMillis)
            .supply(SUPPLY)
            .place(USA, DeviceType.DESKTOP.code())
            .auction(lo)
            .lineItem(lineItem, lineItem == 0 ? 0 : 5);
    if (lineItem == 0) {
      message.reason(Reason.BELOW_FLOOR.code()).candidate(LINE, 1, Reason.BELOW_FLOOR.code());
    } else {
      message.candidate(lineItem, 2_500_000, 0);
    }
    fixture.send(0, message);
  }

  private static SettledMessage impression(long timeMillis, long lineItem, long lo) {
    return SettledMessage.of(SettledKind.IMPRESSION, timeMillis)
        .lineItem(lineItem, 5)
        .supply(SUPPLY)
        .place(USA, DeviceType.DESKTOP.code())
        .auction(lo);
  }

  private static void event(SettledKind kind, long timeMillis, long lineItem, long lo) {
    fixture.send(
        0,
        SettledMessage.of(kind, timeMillis)
            .lineItem(lineItem, 5)
            .supply(SUPPLY)
            .place(USA, DeviceType.DESKTOP.code())
            .auction(lo));
  }

  private static JsonArray items(String key, String query) {
    return api.json(key, range + query).getJsonArray("items");
  }

  @Test
  void shouldSumEverythingOfOneCurrencyIntoOneRow() {
    JsonArray items = items("operator", "");
    assertEquals(2, items.size());
    JsonObject usd = items.getJsonObject(0);
    assertEquals("USD", usd.getString("currency"));
    assertEquals(4, usd.getLong("auctions"));
    assertEquals(3, usd.getLong("bids"));
    assertEquals(1, usd.getLong("wins"));
    assertEquals(3, usd.getLong("impressions"));
    assertEquals(1, usd.getLong("clicks"));
    assertEquals(1, usd.getLong("views"));
    assertEquals(1, usd.getLong("conversions"));
    assertEquals(4_100, usd.getLong("spendMicros"));
    assertEquals(4_090, usd.getLong("supplyCostMicros"));
    assertEquals(10, usd.getLong("marginMicros"));
    assertEquals(1_000, usd.getLong("overDeliveryMicros"));
    assertEquals(1, usd.getLong("repeats"));
    assertEquals(0, usd.getLong("invalid"));
    assertEquals(900, items.getJsonObject(1).getLong("spendMicros"));
    assertEquals("EUR", items.getJsonObject(1).getString("currency"));
  }

  @Test
  void shouldCountAuctionsOfThoseThatBidWhereDemandIsToldApart() {
    JsonArray items = items("operator", "&groupBy=campaign");
    assertEquals(3, items.size());
    JsonObject first = items.getJsonObject(0);
    assertEquals(Long.toString(CAMPAIGN), first.getString("campaignId"));
    assertEquals(2, first.getLong("auctions"));
    assertEquals(2, first.getLong("bids"));
  }

  @Test
  void shouldGroupByEverythingInForce() {
    JsonArray items =
        items(
            "operator",
            "&groupBy=advertiser,campaign,lineItem,creative,supplyPartner,country,deviceType,hour,day"
                + "&filter=lineItemId:"
                + LINE
                + ",supplyPartner:"
                + SUPPLY);
    assertEquals(1, items.size());
    JsonObject row = items.getJsonObject(0);
    assertEquals(Long.toString(ADVERTISER), row.getString("advertiserId"));
    assertEquals(Long.toString(LINE), row.getString("lineItemId"));
    assertEquals("5", row.getString("creativeId"));
    assertEquals(Long.toString(SUPPLY), row.getString("supplyPartnerId"));
    assertEquals("USA", row.getString("country"));
    assertEquals("DESKTOP", row.getString("deviceType"));
    assertEquals(
        NOON.toString().replace("Z", "Z"), Instant.parse(row.getString("hour")).toString());
    assertEquals(NOON.toString().substring(0, 10), row.getString("day"));
    assertEquals(4_000, row.getLong("spendMicros"));
  }

  @Test
  void shouldCutHoursAndDaysInTheZoneAskedFor() {
    // Nepal is 5:45 ahead: noon UTC is 17:45, and 15 minutes later a new hour begins there.
    JsonArray items = items("operator", "&groupBy=hour&tz=Asia/Kathmandu&filter=lineItem:" + LINE);
    Set<String> hours = new HashSet<>();
    items.forEach(row -> hours.add(((JsonObject) row).getString("hour").substring(11)));
    assertEquals(Set.of("17:00:00+05:45", "18:00:00+05:45"), hours);
    JsonObject first = items.getJsonObject(0);
    assertEquals(2_500, first.getLong("spendMicros"));
    assertEquals(1_600, items.getJsonObject(1).getLong("spendMicros"));
    JsonArray days = items("operator", "&groupBy=day&tz=Pacific/Auckland");
    String next = DAY.toString().substring(0, 10);
    assertEquals(next, days.getJsonObject(0).getString("day"));
  }

  @Test
  void shouldFilterByCountryAndDevice() {
    assertEquals(0, items("operator", "&filter=country:DEU").size());
    JsonArray usa = items("operator", "&filter=country:USA,deviceType:DESKTOP,country:DEU");
    assertEquals(4_000, usa.getJsonObject(0).getLong("spendMicros"));
  }

  @Test
  void shouldShowAnAdvertiserItsOwnLineItemsOnly() {
    JsonArray own = items("other-buyer", "&groupBy=lineItem");
    for (Object row : own) {
      assertEquals(Long.toString(OTHER_LINE), ((JsonObject) row).getString("lineItemId"));
    }
    assertEquals(2, own.size());
    assertEquals(0, items("other-buyer", "&filter=lineItemId:" + LINE).size());
    assertEquals(2, items("buyer", "").getJsonObject(0).getLong("auctions"));
  }

  @Test
  void shouldShowAPartnerItsOwnSupplyWithoutDemand() {
    JsonObject row = items("seller", "&groupBy=supplyPartner").getJsonObject(0);
    assertEquals(Long.toString(SUPPLY), row.getString("supplyPartnerId"));
    assertEquals(4_000, row.getLong("supplyCostMicros"));
    assertFalse(row.containsKey("spendMicros"));
    assertFalse(row.containsKey("marginMicros"));
    assertEquals(403, api.get("seller", range + "&groupBy=lineItem").statusCode());
    assertEquals(403, api.get("publisher", range).statusCode());
    assertEquals(401, api.get("nobody", range).statusCode());
  }

  @Test
  void shouldPage() {
    Set<String> seen = new HashSet<>();
    String cursor = null;
    int pages = 0;
    do {
      JsonObject page =
          api.json(
              "operator",
              range
                  + "&groupBy=lineItem,hour&limit=2"
                  + (cursor == null ? "" : "&cursor=" + cursor));
      page.getJsonArray("items").forEach(row -> assertTrue(seen.add(row.toString())));
      cursor = page.getString("nextCursor");
      pages++;
    } while (cursor != null);
    assertEquals(2, pages);
    assertEquals(4, seen.size());
  }

  @Test
  void shouldNameTheParameterAtFault() {
    assertRefused("groupBy", "&groupBy=placement");
    assertRefused("groupBy", "&groupBy=colour");
    assertRefused("filter", "&filter=colour:red");
    assertRefused("filter", "&filter=campaignId:x");
    assertRefused("filter", "&filter=siteId:1");
    assertRefused("filter", "&filter=country:us");
    assertRefused("tz", "&tz=Mars/Olympus");
    assertRefused("from", "&from=soon");
    assertRefused("from", "&from=2026-11-20T00:07:00Z");
    assertRefused("to", "&from=today&to=yesterday");
    assertRefused("limit", "&limit=0");
    assertRefused("cursor", "&cursor=zzz");
  }

  private static void assertRefused(String field, String query) {
    HttpResponse<String> response =
        api.get("operator", "/api/v1/reports/delivery?" + query.substring(1));
    assertTrue(
        response.statusCode() == 422 || response.statusCode() == 400,
        query + ": " + response.statusCode());
    assertTrue(response.body().contains(field), response.body());
  }

  @Test
  void shouldTellCampaignServiceOfALineItemsLastHour() {
    long now = System.currentTimeMillis();
    TopicFixture recent = fixture;
    recent.send(
        1,
        SettledMessage.of(SettledKind.AUCTION, now - 60_000)
            .auction(100)
            .lineItem(OTHER_LINE, 5)
            .candidate(OTHER_LINE, 3_000_000, 0)
            .candidate(LINE, 2_500_000, Reason.OUTBID.code()));
    recent.send(
        1,
        SettledMessage.of(SettledKind.AUCTION, now - 50_000)
            .auction(101)
            .lineItem(0, 0)
            .reason(14));
    recent.send(
        1,
        SettledMessage.of(SettledKind.IMPRESSION, now - 40_000)
            .auction(99)
            .lineItem(LINE, 5)
            .billed(2_500, 0, 2_000));
    recent.whileIngesting(() -> recent.awaitNumber(18, "SELECT count() FROM settled_events"));
    String path = "/internal/v1/line-items/" + LINE + "/activity";
    assertEquals(401, api.get("operator", path).statusCode());
    JsonObject activity = api.json("node-key", path);
    assertEquals(2, activity.getLong("auctions"));
    assertEquals(1, activity.getLong("matched"));
    assertEquals(1, activity.getLong("lostOnPrice"));
    assertEquals(0, activity.getLong("bids"));
    assertEquals(1, activity.getLong("impressions"));
    assertEquals(2_500, activity.getLong("spendMicros"));
    assertEquals(
        "OUTBID", activity.getJsonArray("lastReasons").getJsonObject(0).getString("reason"));
    assertEquals(LINE, activity.getJsonObject("targeting").getLong("imps"));
  }
}
