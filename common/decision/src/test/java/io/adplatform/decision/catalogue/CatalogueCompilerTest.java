package io.adplatform.decision.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.CatalogueKind;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.LineItem.Pacing;
import io.adplatform.wire.catalogue.LineItem.Participation;
import io.adplatform.wire.catalogue.RateTable;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.money.ExchangeRates;
import io.adplatform.wire.targeting.Targeting;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CatalogueCompilerTest {
  private static final long NOW = 1_700_000_000_000L;

  private final List<Long> compiled = new ArrayList<>();
  private final List<Long> refused = new ArrayList<>();
  private final CatalogueCompiler compiler =
      new CatalogueCompiler(
          new CreativeCompiler() {
            @Override
            public Object compile(Creative creative) {
              return attach(creative);
            }

            @Override
            public void refused(Creative creative, RuntimeException why) {
              refused.add(creative.id());
            }
          });

  CatalogueCompilerTest() {
    apply(new Advertiser(10, 1, "Acme", "EUR", "UTC"), 1);
    apply(campaign(Status.ACTIVE, null, null), 2);
    apply(creative(20, Status.ACTIVE), 3);
  }

  @Test
  void shouldOrderLineItemsByBidThenId() {
    apply(lineItem(32, 1_000, Status.ACTIVE, 20L), 4);
    apply(lineItem(31, 1_000, Status.ACTIVE, 20L), 5);
    apply(lineItem(33, 2_500, Status.ACTIVE, 20L), 6);
    LineItemIndex lineItems = compiler.compile(NOW).lineItems();
    assertEquals(3, lineItems.count());
    assertEquals(33, lineItems.id(0));
    assertEquals(31, lineItems.id(1));
    assertEquals(32, lineItems.id(2));
    assertEquals(2, lineItems.chargeMicros(0));
    assertEquals(978, lineItems.currency(0));
  }

  @Test
  void shouldPassOverDocumentsThatAreNotNewer() {
    apply(lineItem(30, 2_000, Status.ACTIVE, 20L), 9);
    apply(lineItem(30, 1_000, Status.ACTIVE, 20L), 9);
    apply(lineItem(30, 1_000, Status.ACTIVE, 20L), 4);
    compiler.apply(new CatalogueKey(CatalogueKind.LINE_ITEM, 30), null, 8);
    CatalogueSnapshot snapshot = compiler.compile(NOW);
    assertEquals(2_000, snapshot.lineItems().bidCpmMicros(0));
    assertEquals(9, snapshot.version());
  }

  @Test
  void shouldTakeParticipationsWithoutCompilingTheRestAgain() {
    apply(lineItem(30, 2_000, Status.ACTIVE, 20L), 4);
    apply(lineItem(31, 1_000, Status.ACTIVE, 20L).paced(Pacing.EVEN), 5);
    CatalogueSnapshot first = compiler.compile(NOW);
    assertEquals(Participation.ALL, first.lineItems().participation(0));
    assertEquals(Participation.START, first.lineItems().participation(1));
    apply(new Participation(30, 1, 77), 6);
    apply(new Participation(31, 1, 250_000), 7);
    CatalogueSnapshot second = compiler.compile(NOW);
    assertEquals(7, second.version());
    assertSame(first.targeting(), second.targeting());
    assertEquals(Participation.ALL, second.lineItems().participation(0));
    assertEquals(250_000, second.lineItems().participation(1));
    assertTrue(second.lineItems().contains(30) && second.lineItems().contains(31));
    assertFalse(second.lineItems().contains(32));
    assertEquals(Participation.START, first.lineItems().participation(1));
    apply(lineItem(32, 3_000, Status.ACTIVE, 20L), 8);
    assertEquals(250_000, compiler.compile(NOW).lineItems().participation(2));
    compiler.apply(new CatalogueKey(CatalogueKind.PARTICIPATION, 31), null, 9);
    assertEquals(Participation.START, compiler.compile(NOW).lineItems().participation(2));
  }

  @Test
  void shouldLeaveOutWhatIsOverHoweverOftenParticipationsChange() {
    LineItem ends = lineItem(30, 2_000, Status.ACTIVE, 20L);
    apply(ends.paced(Pacing.EVEN), 4);
    apply(campaign(Status.ACTIVE, null, Instant.ofEpochMilli(NOW + 1)), 5);
    assertEquals(1, compiler.compile(NOW).lineItems().count());
    apply(new Participation(30, 1, 77), 6);
    assertEquals(0, compiler.compile(NOW + 120_000).lineItems().count());
  }

  @Test
  void shouldNotBringBackWhatWasDeleted() {
    apply(lineItem(30, 2_000, Status.ACTIVE, 20L), 4);
    compiler.apply(new CatalogueKey(CatalogueKind.LINE_ITEM, 30), null, 6);
    apply(lineItem(30, 2_000, Status.ACTIVE, 20L), 5);
    CatalogueSnapshot snapshot = compiler.compile(NOW);
    assertEquals(0, snapshot.lineItems().count());
    assertEquals(List.of(), snapshot.idle());
  }

  @Test
  void shouldSayWhyALineItemIsIdle() {
    apply(lineItem(30, 2_000, Status.PAUSED, 20L), 4);
    apply(lineItem(31, 2_000, Status.ACTIVE, 99L), 5);
    assertEquals(List.of(Reason.STATUS, Reason.NO_CREATIVE), idleReasons());
    apply(campaign(Status.PAUSED, null, null), 6);
    assertEquals(List.of(Reason.STATUS, Reason.STATUS), idleReasons());
    apply(campaign(Status.ACTIVE, null, Instant.ofEpochMilli(NOW)), 7);
    assertEquals(List.of(Reason.STATUS, Reason.SCHEDULE), idleReasons());
  }

  @Test
  void shouldServeWithinBothFlights() {
    Instant now = Instant.ofEpochMilli(NOW);
    apply(campaign(Status.ACTIVE, now.plusMillis(5), now.plusMillis(50)), 4);
    LineItem open = lineItem(30, 2_000, Status.ACTIVE, 20L);
    apply(open, 5);
    LineItemIndex lineItems = compiler.compile(NOW).lineItems();
    assertEquals(NOW + 5, lineItems.startMillis(0));
    assertEquals(NOW + 50, lineItems.endMillis(0));
  }

  @Test
  void shouldPrepareACreativeOncePerVersionAndLeaveOutOneThatCannotBe() {
    apply(lineItem(30, 2_000, Status.ACTIVE, 20L), 4);
    Object attachment = compiler.compile(NOW).creatives().attachment(0);
    assertEquals("prepared 20", attachment);
    assertSame(attachment, compiler.compile(NOW).creatives().attachment(0));
    assertEquals(List.of(20L), compiled);
    apply(creative(666, Status.ACTIVE), 5);
    apply(lineItem(31, 2_000, Status.ACTIVE, 666L), 6);
    assertEquals(List.of(Reason.NO_CREATIVE), idleReasons());
    assertEquals(1, compiler.compile(NOW).lineItems().count());
    assertEquals(List.of(666L), refused);
  }

  @Test
  void shouldKeepAnOlderSnapshotAsItWas() {
    apply(lineItem(30, 2_000, Status.ACTIVE, 20L), 4);
    CatalogueSnapshot before = compiler.compile(NOW);
    apply(lineItem(30, 3_000, Status.ACTIVE, 20L), 5);
    compiler.compile(NOW);
    assertEquals(2_000, before.lineItems().bidCpmMicros(0));
  }

  @Test
  void shouldFindSupplyPartnersByKeyInEitherForm() {
    for (int i = 0; i < 100; i++) {
      apply(partner(1_000 + i, "ssp-" + i), 10 + i);
    }
    SupplyPartnerIndex partners = compiler.compile(NOW).partners();
    byte[] path = "/auction/ssp-42?x".getBytes(StandardCharsets.US_ASCII);
    assertEquals(1_042, partners.find(path, 9, 6).id());
    assertEquals(1_007, partners.find("ssp-7").id());
    assertNull(partners.find("ssp-100"));
    assertNull(partners.find(path, 9, 3));
    assertEquals("ssp-3", partners.byId(1_003).key());
  }

  @Test
  void shouldConvertByTheNewestRatesThatAreNotOfADayToCome() {
    LocalDate today = LocalDate.ofInstant(Instant.ofEpochMilli(NOW), ZoneOffset.UTC);
    assertEquals(ExchangeRates.UNKNOWN, euros(NOW));
    apply(new RateTable(50, 1, today.minusDays(9), Map.of("EUR", "0.5")), 4);
    apply(new RateTable(51, 1, today, Map.of("EUR", "0.25")), 5);
    apply(new RateTable(52, 1, today.minusDays(1), Map.of("EUR", "0.75")), 6);
    apply(new RateTable(53, 1, today.plusDays(1), Map.of("EUR", "0.125")), 7);
    assertEquals(250_000, euros(NOW));
    assertEquals(125_000, euros(NOW + 24 * 60 * 60 * 1_000));
    apply(new RateTable(51, 1, today, Map.of("GBP", "0.8")), 8);
    assertEquals(ExchangeRates.UNKNOWN, euros(NOW));
    compiler.apply(new CatalogueKey(CatalogueKind.RATE_TABLE, 51), null, 9);
    assertEquals(750_000, euros(NOW));
    apply(lineItem(31, 1_000, Status.ACTIVE, 20L).paced(Pacing.EVEN), 10);
    compiler.compile(NOW);
    apply(new Participation(31, 1, 250_000), 11);
    assertEquals(750_000, euros(NOW));
  }

  /** What a dollar is in euros, in micros. */
  private long euros(long nowMillis) {
    return compiler
        .compile(nowMillis)
        .rates()
        .convert(1_000_000, CurrencyCode.USD, CurrencyCode.numeric("EUR"));
  }

  private Object attach(Creative creative) {
    if (creative.id() == 666) {
      throw new IllegalArgumentException("markup without an end");
    }
    compiled.add(creative.id());
    return "prepared " + creative.id();
  }

  private List<Reason> idleReasons() {
    return compiler.compile(NOW).idle().stream().map(IdleLineItem::reason).toList();
  }

  private void apply(CatalogueEntity entity, long version) {
    compiler.apply(CatalogueKey.of(entity), entity, version);
  }

  private static Campaign campaign(Status status, Instant start, Instant end) {
    return new Campaign(11, 1, 10, "Sale", status, start, end, Budget.UNBOUNDED);
  }

  private static Creative creative(long id, Status status) {
    return new Creative(
        id,
        1,
        10,
        "Banner",
        status,
        Format.BANNER,
        300,
        250,
        "<a></a>",
        "https://acme.example/",
        List.of("acme.example"),
        List.of(),
        List.of(),
        true);
  }

  private static LineItem lineItem(long id, long bid, Status status, Long... creatives) {
    return new LineItem(
        id,
        1,
        10,
        11,
        "Line item",
        status,
        bid,
        List.of(creatives),
        Budget.UNBOUNDED,
        null,
        null,
        Targeting.ANY);
  }

  private static SupplyPartner partner(long id, String key) {
    return new SupplyPartner(
        id, 1, key, key, Status.ACTIVE, 300, BillableEvent.BEACON, 0, 1_000, 1, 1.0, false);
  }
}
