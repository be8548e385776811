package io.adplatform.analytics.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adplatform.storage.clickhouse.ClickHouseMigrations;
import io.adplatform.testkit.server.TestClickHouse;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.CatalogueKind;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.sbe.AuctionDetailEncoder;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.SettledKind;
import io.adplatform.wire.sbe.SettledMarkEncoder;
import io.adplatform.wire.targeting.Targeting;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.agrona.ExpandableArrayBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IngestTest {
  private static final long NOON =
      Instant.now().truncatedTo(java.time.temporal.ChronoUnit.HOURS).toEpochMilli() - 3_600_000;

  private TopicFixture fixture;

  @BeforeEach
  void open() {
    fixture = new TopicFixture();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private static SettledMessage impression(long timeMillis) {
    return SettledMessage.of(SettledKind.IMPRESSION, timeMillis)
        .lineItem(1, 2)
        .billed(2500, 0, 2000);
  }

  @Test
  void shouldSumEventsIntoTheQuarterTheyBelongTo() {
    fixture.whileIngesting(
        () -> {
          fixture.send(
              0,
              SettledMessage.of(SettledKind.AUCTION, NOON)
                  .lineItem(1, 2)
                  .candidate(1, 2_500_000, 0)
                  .candidate(5, 2_000_000, 31));
          fixture.send(
              1,
              SettledMessage.of(SettledKind.ADDITIONAL_BID, NOON)
                  .auction(1)
                  .lineItem(1, 2)
                  .candidate(1, 2_500_000, 0));
          fixture.send(1, SettledMessage.of(SettledKind.AUCTION, NOON + 1).reason(14));
          fixture.send(0, SettledMessage.of(SettledKind.WIN, NOON + 10).lineItem(1, 2));
          fixture.send(0, impression(NOON + 20));
          fixture.send(0, impression(NOON + 30).disposition(Disposition.REPEAT));
          fixture.send(0, impression(NOON + 40).disposition(Disposition.TEST));
          fixture.send(0, impression(NOON + 50).disposition(Disposition.INVALID));
          fixture.send(2, SettledMessage.of(SettledKind.CLICK, NOON + 60).lineItem(1, 2));
          fixture.send(
              1,
              SettledMessage.of(SettledKind.IMPRESSION, NOON + 900_000)
                  .lineItem(1, 2)
                  .billed(100, 2400, 2000));
          fixture.awaitNumber(3, "SELECT count() FROM delivery FINAL");
          fixture.awaitNumber(10, "SELECT count() FROM settled_events");
          fixture.awaitNumber(2, "SELECT sum(impressions) FROM delivery FINAL");
          fixture.awaitNumber(1, "SELECT sum(clicks) FROM delivery FINAL");
          String of = " FROM delivery FINAL WHERE line_item_id = 1 AND bucket = fromUnixTimestamp(";
          String first = of + NOON / 1000 + ")";
          assertEquals(
              "[1,2,1,1,1,2500,2000,0,1,1]",
              fixture
                  .database
                  .query(
                      "SELECT [auctions, bids, wins, impressions, clicks, toUInt64(spend_micros),"
                          + " toUInt64(supply_cost_micros), toUInt64(over_delivery_micros),"
                          + " repeats, invalid] AS row"
                          + first,
                      Map.of())
                  .getFirst()
                  .get("row")
                  .toString());
          assertEquals(
              2400, fixture.number("SELECT over_delivery_micros" + of + (NOON / 1000 + 900) + ")"));
          assertEquals(
              1, fixture.number("SELECT sum(auctions) FROM delivery FINAL WHERE line_item_id = 0"));
          assertEquals(3, fixture.number("SELECT count() FROM auction_records"));
          assertEquals(
              2,
              fixture.number(
                  "SELECT length(candidate_line_items) FROM auction_records"
                      + " WHERE reason = 0 AND NOT bitTest(flags, 3)"));
        });
  }

  @Test
  void shouldTakeEveryOffsetOnceThroughRestarts() {
    int[] total = {0};
    for (boolean wait : new boolean[] {true, false, true}) {
      fixture.whileIngesting(
          () -> {
            for (int i = 0; i < 40; i++) {
              fixture.send(i % TopicFixture.PARTITIONS, impression(NOON + i));
              total[0]++;
            }
            if (wait) {
              fixture.awaitNumber(total[0] * 2500L, "SELECT sum(spend_micros) FROM delivery FINAL");
            }
          });
    }
    fixture.awaitNumber(
        total[0], "SELECT uniqExact(kafka_partition, kafka_offset) FROM settled_events");
    assertEquals(total[0], fixture.number("SELECT count() FROM settled_events"));
  }

  @Test
  void shouldHealRollupThatAKillPrevented() {
    fixture.whileIngesting(
        () -> {
          fixture.send(0, impression(NOON));
          fixture.awaitNumber(1, "SELECT sum(impressions) FROM delivery FINAL");
        });
    // What a kill between the table and the roll-up leaves: rows that no roll-up has seen.
    long offset = fixture.send(0, impression(NOON + 1_000));
    IngestCounters counters = new IngestCounters(fixture.metrics, "half");
    SettledRows rows =
        new SettledRows(
            new DeliveryRollup(Retention.USUAL, counters, Clock.systemUTC()), counters, 0);
    rows.add(
        new ConsumerRecord<>(
            fixture.config.settledTopic(), 0, offset, null, impression(NOON + 1_000).encode()));
    rows.insert(fixture.database, "0:" + offset + "-" + offset);
    assertEquals(2, fixture.number("SELECT count() FROM settled_events"));
    assertEquals(1, fixture.number("SELECT sum(impressions) FROM delivery FINAL"));
    fixture.whileIngesting(
        () -> {
          fixture.awaitNumber(2, "SELECT sum(impressions) FROM delivery FINAL");
          assertEquals(2, fixture.number("SELECT count() FROM settled_events"));
        });
  }

  @Test
  void shouldWaitWhileClickHouseIsAwayAndLoseNothing() {
    fixture.whileIngesting(
        () -> {
          fixture.send(0, impression(NOON));
          fixture.awaitNumber(1, "SELECT count() FROM settled_events");
          ProcessHandle.of(TestClickHouse.server().process().pid()).orElseThrow().destroyForcibly();
          for (int i = 0; i < 30; i++) {
            fixture.send(i % TopicFixture.PARTITIONS, impression(NOON + i));
          }
          fixture.awaitNumber(31, "SELECT count() FROM settled_events");
          fixture.awaitNumber(31, "SELECT sum(impressions) FROM delivery FINAL");
        });
  }

  @Test
  void shouldGoOnBehindMarksAndWhatItCannotRead() {
    fixture.whileIngesting(
        () -> {
          ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(64);
          SettledMarkEncoder mark = new SettledMarkEncoder();
          mark.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
          mark.nodeId(1).settledUpToMillis(NOON);
          byte[] bytes = new byte[mark.limit()];
          buffer.getBytes(0, bytes);
          String topic = fixture.config.settledTopic();
          fixture.sendRaw(topic, 0, bytes);
          fixture.sendRaw(topic, 0, new byte[] {1, 2, 3});
          fixture.sendRaw(topic, 0, "not an event of ours".getBytes(StandardCharsets.UTF_8));
          long last = fixture.send(0, impression(NOON));
          fixture.awaitNumber(last, "SELECT max(kafka_offset) FROM settled_events");
          fixture.awaitNumber(
              last + 1,
              "SELECT max(next_offset) FROM ingest_progress WHERE topic = '" + topic + "'");
          assertEquals(
              2.0,
              fixture
                  .metrics
                  .get("adplatform.ingest.undecodable")
                  .tag("topic", "settled")
                  .counter()
                  .count());
        });
  }

  @Test
  void shouldLeaveRollupsWhoseEventsRetentionHasTaken() {
    long old = NOON - Retention.USUAL.eventDays() * 86_400_000L;
    new ClickHouseMigrations(Ingest.class, List.of("V1__events.sql")).migrate(fixture.database);
    fixture.database.execute(
        "INSERT INTO delivery (bucket, line_item_id, creative_id, supply_partner_id, currency,"
            + " impressions, version) VALUES (fromUnixTimestamp("
            + old / 1000
            + "), 1, 2, 900, 840, 1000, 1)");
    fixture.whileIngesting(
        () -> {
          fixture.send(0, impression(old));
          fixture.send(0, impression(NOON));
          fixture.awaitNumber(1001, "SELECT sum(impressions) FROM delivery FINAL");
        });
  }

  @Test
  void shouldCountLateImpressionsAndOweTheirCost() {
    fixture.whileIngesting(
        () -> {
          fixture.send(
              0,
              SettledMessage.of(SettledKind.IMPRESSION, NOON)
                  .lineItem(1, 2)
                  .billed(0, 2500, 2000)
                  .disposition(Disposition.LATE));
          fixture.awaitNumber(1, "SELECT sum(impressions) FROM delivery FINAL");
          assertEquals(2000, fixture.number("SELECT sum(supply_cost_micros) FROM delivery FINAL"));
          assertEquals(
              2500, fixture.number("SELECT sum(over_delivery_micros) FROM delivery FINAL"));
          assertEquals(0, fixture.number("SELECT sum(repeats) FROM delivery FINAL"));
        });
  }

  @Test
  void shouldTakeATopicThatWasMadeAnewFromItsBeginning() throws Exception {
    fixture.whileIngesting(
        () -> {
          for (int i = 0; i < 9; i++) {
            fixture.send(i % TopicFixture.PARTITIONS, impression(NOON + i));
          }
          fixture.awaitNumber(9, "SELECT sum(impressions) FROM delivery FINAL");
        });
    fixture.makeSettledAnew();
    fixture.whileIngesting(
        () -> {
          // The same offsets, times and tokens as before, and one more.
          for (int i = 0; i < 9; i++) {
            fixture.send(i % TopicFixture.PARTITIONS, impression(NOON + i));
          }
          fixture.awaitNumber(18, "SELECT sum(impressions) FROM delivery FINAL");
        });
    fixture.whileIngesting(
        () -> {
          fixture.send(0, impression(NOON));
          fixture.awaitNumber(19, "SELECT sum(impressions) FROM delivery FINAL");
        });
    assertEquals(19, fixture.number("SELECT count() FROM settled_events FINAL"));
  }

  @Test
  void shouldTellWhereAnswersOfSettlementAreMissing() {
    String topic = fixture.config.settledTopic();
    fixture.whileIngesting(
        () -> {
          fixture.sendAnswer(0, impression(NOON), 5, -1);
          fixture.sendAnswer(0, impression(NOON), 7, 5);
          fixture.sendAnswer(1, impression(NOON), 6, -1);
          fixture.awaitNumber(3, "SELECT count() FROM settled_events");
          fixture.awaitNumber(
              3,
              "SELECT sum(next_offset) FROM ingest_progress FINAL WHERE topic = '" + topic + "'");
        });
    assertEquals(0, fixture.counter("adplatform.ingest.chain.breaks"));
    fixture.whileIngesting(
        () -> {
          // Its predecessor came before this start.
          fixture.sendAnswer(0, impression(NOON), 12, 10);
          fixture.sendAnswer(1, impression(NOON), 8, 6);
          fixture.awaitNumber(5, "SELECT count() FROM settled_events");
          assertEquals(1, fixture.counter("adplatform.ingest.chain.breaks"));
        });
  }

  @Test
  void shouldMeasureTheLagWhileClickHouseIsAway() {
    fixture.whileIngesting(
        () -> {
          fixture.send(0, impression(NOON));
          fixture.awaitNumber(1, "SELECT count() FROM settled_events");
          fixture.refuseInserts(true);
          for (int i = 0; i < 20; i++) {
            fixture.send(1, impression(NOON + i));
          }
          TopicFixture.await(() -> fixture.gauge("adplatform.ingest.lag.messages") == 20);
          for (int i = 0; i < 20; i++) {
            fixture.send(1, impression(NOON + i));
          }
          TopicFixture.await(() -> fixture.gauge("adplatform.ingest.lag.messages") == 40);
          fixture.refuseInserts(false);
          fixture.awaitNumber(41, "SELECT count() FROM settled_events");
          TopicFixture.await(() -> fixture.gauge("adplatform.ingest.lag.messages") == 0);
        });
  }

  @Test
  void shouldTakeABacklogOnceThoughOnePartitionWasRefused() {
    int each = 2 * (int) TopicIntake.RANGE_OFFSETS + 100;
    fixture.whileIngesting(() -> fixture.awaitNumber(0, "SELECT count() FROM settled_events"));
    fixture.database.execute(
        "ALTER TABLE settled_events ADD CONSTRAINT refused CHECK kafka_partition != 0");
    fixture.whileIngesting(
        () -> {
          fixture.send(0, impression(NOON));
          fixture.send(1, impression(NOON));
          fixture.awaitNumber(1, "SELECT count() FROM settled_events WHERE kafka_partition = 1");
          fixture.sendMany(0, impression(NOON + 900_000), each);
          fixture.sendMany(1, impression(NOON), each);
        });
    assertEquals(0, fixture.number("SELECT count() FROM settled_events WHERE kafka_partition = 0"));
    fixture.whileIngesting(
        () -> {
          fixture.awaitNumber(
              1, "SELECT least(count(), 1) FROM settled_events WHERE kafka_partition = 1");
          fixture.database.execute("ALTER TABLE settled_events DROP CONSTRAINT refused");
          fixture.awaitNumber(2L * each + 2, "SELECT sum(impressions) FROM delivery FINAL");
        });
    assertEquals(2L * each + 2, fixture.number("SELECT count() FROM settled_events FINAL"));
    assertEquals(
        each,
        fixture.number(
            "SELECT sum(impressions) FROM delivery FINAL WHERE bucket = fromUnixTimestamp("
                + (NOON / 1000 + 900)
                + ")"));
  }

  @Test
  void shouldResumeBehindRowsThatRetentionHasTaken() {
    fixture.whileIngesting(
        () -> {
          for (int i = 0; i < 5; i++) {
            fixture.send(0, impression(NOON + i));
          }
          fixture.awaitNumber(
              5,
              "SELECT max(next_offset) FROM ingest_progress WHERE topic = '"
                  + fixture.config.settledTopic()
                  + "'");
        });
    fixture.database.execute("TRUNCATE TABLE settled_events");
    fixture.whileIngesting(
        () -> {
          fixture.send(0, impression(NOON + 3_600_000));
          fixture.awaitNumber(1, "SELECT count() FROM settled_events");
          fixture.awaitNumber(6, "SELECT sum(impressions) FROM delivery FINAL");
        });
  }

  @Test
  void shouldKeepFullRecordsToLookInto() {
    fixture.whileIngesting(
        () -> {
          ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(256);
          AuctionDetailEncoder detail = new AuctionDetailEncoder();
          detail.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
          detail.auctionHi(1).auctionLo(2).timeMillis(NOON).requestIdHash(3).catalogueVersion(4);
          detail.supplyPartnerId(900).impCount((short) 2).status(204);
          byte[] request = "{\"id\":\"r-1\"}".getBytes(StandardCharsets.UTF_8);
          detail.putRequestId(request, 7, 3).putRequest(request, 0, request.length);
          detail.putResponse(request, 0, 0);
          byte[] bytes = new byte[detail.limit()];
          buffer.getBytes(0, bytes);
          fixture.sendRaw(fixture.config.detailTopic(), 1, bytes);
          fixture.awaitNumber(
              1,
              "SELECT count() FROM auction_details WHERE request = '{\"id\":\"r-1\"}' AND status ="
                  + " 204");
        });
  }

  @Test
  void shouldKeepTheNamesOfWhatWasDeleted() {
    long id = 7_000_001;
    fixture.publish(1, new Advertiser(id, 11, "Acme", "USD", "UTC"));
    fixture.publish(
        2,
        new LineItem(
            id + 2,
            11,
            id,
            id + 1,
            "US desktop",
            Status.ACTIVE,
            2_500_000,
            List.of(),
            Budget.UNBOUNDED,
            null,
            null,
            Targeting.ANY));
    fixture.whileIngesting(
        () -> {
          String line = "SELECT count() FROM entities FINAL WHERE campaign_id = " + (id + 1);
          fixture.awaitNumber(1, line + " AND NOT deleted");
          fixture.publish(3, new CatalogueKey(CatalogueKind.LINE_ITEM, id + 2), null);
          fixture.awaitNumber(1, line + " AND deleted AND name = 'US desktop' AND account_id = 11");
        });
  }
}
