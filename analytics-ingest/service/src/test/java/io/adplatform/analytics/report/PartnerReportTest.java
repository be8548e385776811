package io.adplatform.analytics.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.adplatform.analytics.ingest.ApiFixture;
import io.adplatform.analytics.ingest.SettledMessage;
import io.adplatform.analytics.ingest.TopicFixture;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.sbe.SettledKind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What demand partners bid, told apart by partner and by deal. */
class PartnerReportTest {
  private static final long BASE = 8_100_000;
  private static final long SUPPLY = BASE + 30;
  private static final long DEMAND = BASE + 40;
  private static final long OTHER_DEMAND = BASE + 41;
  private static final long DEAL = BASE + 50;
  private static final Instant DAY = Instant.now().truncatedTo(ChronoUnit.DAYS);
  private static final Instant NOON = DAY.minusSeconds(12 * 3600);

  private static TopicFixture fixture;
  private static ApiFixture api;
  private static String range;

  @BeforeAll
  static void deliver() {
    fixture = new TopicFixture();
    fixture.publish(
        1,
        new SupplyPartner(
            SUPPLY,
            ApiFixture.SELLER,
            "ssp" + SUPPLY,
            "SSP",
            Status.ACTIVE,
            300,
            BillableEvent.BEACON,
            0,
            1000,
            1,
            1.0,
            false));
    fixture.publish(2, partner(DEMAND, ApiFixture.BIDDER));
    fixture.publish(3, partner(OTHER_DEMAND, 23));
    long noon = NOON.toEpochMilli();
    fixture.send(0, of(SettledKind.AUCTION, noon, 1).partner(DEMAND, DEAL).candidate(DEMAND, 9, 0));
    fixture.send(0, of(SettledKind.WIN, noon + 5, 1).partner(DEMAND, DEAL));
    fixture.send(
        0, of(SettledKind.IMPRESSION, noon + 9, 1).partner(DEMAND, DEAL).billed(2_500, 0, 2_000));
    fixture.send(
        0, of(SettledKind.IMPRESSION, noon + 10, 2).partner(DEMAND, 0).billed(1_000, 0, 900));
    fixture.send(
        0, of(SettledKind.IMPRESSION, noon + 11, 3).partner(OTHER_DEMAND, 0).billed(70, 0, 60));
    fixture.send(
        0, of(SettledKind.IMPRESSION, noon + 12, 4).lineItem(BASE + 1, 5).billed(40, 0, 30));
    fixture.whileIngesting(
        () -> {
          fixture.awaitNumber(4, "SELECT sum(impressions) FROM delivery FINAL");
          fixture.awaitNumber(1, "SELECT sum(wins) FROM delivery FINAL");
          fixture.awaitNumber(
              3, "SELECT count() FROM entities FINAL WHERE id > 8100000 AND id < 8100100");
        });
    range = "/api/v1/reports/delivery?from=" + NOON + "&to=" + DAY;
    api =
        new ApiFixture(
            builder ->
                Reports.mount(
                    builder,
                    fixture.database,
                    id -> new JsonObject(),
                    Clock.fixed(Instant.now(), ZoneOffset.UTC)));
  }

  @AfterAll
  static void close() {
    api.close();
    fixture.close();
  }

  private static DemandPartner partner(long id, long account) {
    return new DemandPartner(
        id,
        account,
        "dsp" + id,
        Status.ACTIVE,
        new DemandPartner.Endpoint(
            java.util.Map.of(DemandPartner.ANY_REGION, "http://127.0.0.1:9/"),
            DemandPartner.Protocol.OPENRTB_2_6,
            100,
            10,
            false,
            null,
            null),
        new DemandPartner.Terms("USD", java.util.List.of(), 0, DemandPartner.PriceEncoding.PLAIN),
        new DemandPartner.Sent(
            java.util.List.of(io.adplatform.wire.catalogue.Format.BANNER),
            io.adplatform.wire.targeting.Targeting.ANY,
            java.util.List.of()));
  }

  private static SettledMessage of(SettledKind kind, long timeMillis, long lo) {
    return SettledMessage.of(kind, timeMillis).supply(SUPPLY).auction(lo);
  }

  private static JsonArray items(String key, String query) {
    return api.json(key, range + query).getJsonArray("items");
  }

  @Test
  void shouldTellDemandPartnersAndDealsApart() {
    JsonArray items = items("operator", "&groupBy=demandPartner,deal");
    assertEquals(3, items.size(), items.encode());
    JsonObject open = items.getJsonObject(0);
    assertEquals(Long.toString(DEMAND), open.getString("demandPartnerId"));
    assertNull(open.getString("dealId"));
    assertEquals(1_000, open.getLong("spendMicros"));
    assertEquals(100, open.getLong("marginMicros"));
    JsonObject deal = items.getJsonObject(1);
    assertEquals(Long.toString(DEAL), deal.getString("dealId"));
    assertEquals(1, deal.getLong("auctions"));
    assertEquals(1, deal.getLong("bids"));
    assertEquals(1, deal.getLong("wins"));
    assertEquals(2_500, deal.getLong("spendMicros"));
    assertEquals(Long.toString(OTHER_DEMAND), items.getJsonObject(2).getString("demandPartnerId"));
    JsonArray filtered = items("operator", "&filter=demandPartnerId:" + DEMAND);
    assertEquals(3_500, filtered.getJsonObject(0).getLong("spendMicros"));
    filtered = items("operator", "&groupBy=lineItem&filter=dealId:" + DEAL);
    assertEquals(0, filtered.size());
    assertEquals(3_610, items("operator", "").getJsonObject(0).getLong("spendMicros"));
  }

  @Test
  void shouldShowADemandPartnerItsOwnWithoutWhatSupplyGets() {
    JsonArray items = items("bidder", "&groupBy=demandPartner,supplyPartner");
    assertEquals(1, items.size(), items.encode());
    JsonObject row = items.getJsonObject(0);
    assertEquals(Long.toString(DEMAND), row.getString("demandPartnerId"));
    assertEquals(3_500, row.getLong("spendMicros"));
    assertFalse(row.containsKey("supplyCostMicros"));
    assertFalse(row.containsKey("marginMicros"));
    assertEquals(0, items("bidder", "&filter=demandPartner:" + OTHER_DEMAND).size());
    assertEquals(0, items("bidder", "").size());
    assertEquals(0, items("seller", "&groupBy=demandPartner").size());
    assertEquals(403, api.get("bidder", range + "&groupBy=lineItem").statusCode());
  }

  @Test
  void shouldShowSupplyItsDealsWithoutDemandsMoney() {
    JsonArray items = items("seller", "&groupBy=deal&filter=dealId:" + DEAL);
    assertEquals(1, items.size(), items.encode());
    assertEquals(2_000, items.getJsonObject(0).getLong("supplyCostMicros"));
    assertFalse(items.getJsonObject(0).containsKey("spendMicros"));
  }
}
