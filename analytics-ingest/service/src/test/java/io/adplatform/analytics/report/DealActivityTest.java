package io.adplatform.analytics.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adplatform.analytics.ingest.ApiFixture;
import io.adplatform.analytics.ingest.SettledMessage;
import io.adplatform.analytics.ingest.TopicFixture;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.sbe.SettledKind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/** What is counted of a deal, from settled events to the answer over HTTP. */
class DealActivityTest {
  private static final long DEAL = 50;
  private static final long LINE = 41;
  private static final long OTHER_LINE = 42;

  @Test
  void shouldCountWhatBecameOfADealByReason() {
    Instant now = Instant.now();
    long recent = now.minusSeconds(600).toEpochMilli();
    long yesterday = now.minusSeconds(5 * 3_600).toEpochMilli();
    try (TopicFixture fixture = new TopicFixture()) {
      fixture.send(
          0,
          record(SettledKind.AUCTION, recent, 1, DEAL, Reason.NONE)
              .candidate(LINE, 1_000, Reason.NONE.code())
              .candidate(OTHER_LINE, 900, Reason.OUTBID.code()));
      fixture.send(
          0,
          record(SettledKind.ADDITIONAL_BID, recent + 1, 2, DEAL, Reason.BELOW_FLOOR)
              .candidate(LINE, 1_000, Reason.BELOW_FLOOR.code()));
      fixture.send(0, record(SettledKind.ADDITIONAL_BID, recent + 2, 3, DEAL, Reason.NO_MATCH));
      fixture.send(0, record(SettledKind.ADDITIONAL_BID, yesterday, 4, DEAL, Reason.STATUS));
      // Of another deal, and of none.
      fixture.send(0, record(SettledKind.AUCTION, recent + 3, 5, DEAL + 1, Reason.NONE));
      fixture.send(0, record(SettledKind.AUCTION, recent + 4, 6, 0, Reason.NONE));
      fixture.send(
          0,
          SettledMessage.of(SettledKind.WIN, recent + 5)
              .partner(0, DEAL)
              .lineItem(LINE, 5)
              .auction(1));
      fixture.send(
          0,
          SettledMessage.of(SettledKind.IMPRESSION, recent + 6)
              .partner(0, DEAL)
              .lineItem(LINE, 5)
              .auction(1)
              .billed(1_000, 0, 900));
      fixture.send(
          0,
          SettledMessage.of(SettledKind.LOSS, recent + 7)
              .partner(0, DEAL)
              .lineItem(LINE, 5)
              .auction(8));
      fixture.whileIngesting(
          () -> {
            fixture.awaitNumber(6, "SELECT count() FROM auction_records");
            fixture.awaitNumber(9, "SELECT count() FROM settled_events");
          });
      try (ApiFixture api =
          new ApiFixture(
              builder ->
                  Reports.mount(
                      builder,
                      fixture.database,
                      id -> new JsonObject(),
                      Clock.fixed(now, ZoneOffset.UTC)))) {
        assertEquals(401, api.get("operator", "/internal/v1/deals/50/activity").statusCode());
        check(api.json("node-key", "/internal/v1/deals/50/activity"));
      }
    }
  }

  private static SettledMessage record(
      SettledKind kind, long millis, long auction, long deal, Reason reason) {
    return SettledMessage.of(kind, millis)
        .auction(auction)
        .partner(0, deal)
        .lineItem(reason == Reason.NONE ? LINE : 0, 5)
        .reason(reason.code());
  }

  private static void check(JsonObject activity) {
    JsonObject hour = activity.getJsonObject("lastHour");
    assertEquals(3, hour.getLong("requests"));
    assertEquals(2, hour.getLong("matched"));
    assertEquals(1, hour.getLong("bids"));
    assertEquals(
        new JsonObject().put("NO_MATCH", 1).put("BELOW_FLOOR", 1), hour.getJsonObject("byReason"));
    assertEquals(1, hour.getLong("wins"));
    assertEquals(1, hour.getLong("lost"));
    assertEquals(new JsonObject().put("65534", 1), hour.getJsonObject("lossReasons"));
    assertEquals(1, hour.getLong("impressions"));
    assertEquals(1_000, hour.getLong("spendMicros"));
    assertEquals(
        new JsonArray()
            .add(
                new JsonObject()
                    .put("lineItemId", Long.toString(LINE))
                    .put("byReason", new JsonObject().put("NONE", 1).put("BELOW_FLOOR", 1)))
            .add(
                new JsonObject()
                    .put("lineItemId", Long.toString(OTHER_LINE))
                    .put("byReason", new JsonObject().put("OUTBID", 1))),
        hour.getJsonArray("lineItems"));
    JsonObject day = activity.getJsonObject("lastDay");
    assertEquals(4, day.getLong("requests"));
    assertEquals(1, day.getJsonObject("byReason").getLong("STATUS"));
  }
}
