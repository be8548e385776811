package io.adplatform.billing.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.reconcile.Comparison.Checked;
import io.adplatform.billing.reconcile.Comparison.Sources;
import io.adplatform.billing.reconcile.Difference.Between;
import io.adplatform.billing.reconcile.LedgerFigures.Booked;
import io.adplatform.billing.reconcile.LedgerFigures.Entry;
import io.adplatform.billing.reconcile.SettledFigures.Events;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonTest {
  private static final Cell CELL = new Cell(3_600, 1000, 50, "USD");
  private static final Figures NONE = Figures.ZERO;

  private static Figures of(long impressions, long spend, long cost) {
    return new Figures(impressions, spend, cost, 0);
  }

  private static Entry entry(Figures figures) {
    return new Entry(1, figures, null, 0, 0, 10);
  }

  private static Events events(Figures all, Figures below) {
    return new Events(all, below, NONE, NONE, all.minus(below));
  }

  private static Booked booked(Figures entries, Figures behind) {
    return new Booked(entries, entries, behind, NONE);
  }

  private static List<String> causes(Sources sources, List<Checked> entries) {
    return new Comparison(CELL, sources)
        .differences(entries).stream()
            .map(one -> one.between() + " " + one.cause() + " " + one.difference())
            .toList();
  }

  private static String told(Between between, Cause cause, Figures figures) {
    return between + " " + cause + " " + figures;
  }

  @Test
  void shouldWaitForALedgerThatIsBehind() {
    Figures all = of(5, 500, 400);
    Figures posted = of(3, 300, 240);
    Sources sources = new Sources(events(all, posted), posted, booked(posted, NONE), NONE);
    assertFalse(sources.isEqual());
    assertEquals(
        List.of(
            told(Between.EVENTS_LEDGER, Cause.LEDGER_BEHIND, of(-2, -200, -160)),
            told(Between.EVENTS_REPORT, Cause.ROLLUP_PENDING, of(-2, -200, -160))),
        causes(sources, null));
  }

  @Test
  void shouldWaitForClickHouseThatIsBehind() {
    Figures all = of(3, 300, 240);
    Sources sources = new Sources(events(all, all), all, booked(all, of(2, 200, 160)), NONE);
    assertEquals(
        List.of(told(Between.EVENTS_LEDGER, Cause.INGEST_BEHIND, of(2, 200, 160))),
        causes(sources, null));
  }

  @Test
  void shouldBeSilentAboutWhatBothHaveBeyondTheCut() {
    Figures all = of(5, 500, 400);
    Figures below = of(3, 300, 240);
    Sources sources = new Sources(events(all, below), all, booked(below, of(2, 200, 160)), NONE);
    assertEquals(List.of(), causes(sources, null));
  }

  @Test
  void shouldTellWhatWasSettledTwiceEverywhere() {
    Figures all = of(2, 200, 160);
    Sources sources = new Sources(events(all, all), all, booked(all, NONE), of(1, 100, 80));
    assertEquals(
        List.of(told(Between.EVENTS, Cause.SETTLED_TWICE, of(1, 100, 80))), causes(sources, null));
  }

  @Test
  void shouldNotMissWhatThereIsNothingToBookOf() {
    Figures all = of(3, 100, 80);
    Figures booked = of(1, 100, 80);
    Events events = new Events(all, all, NONE, of(2, 0, 0), NONE);
    Sources sources = new Sources(events, all, booked(booked, NONE), NONE);
    assertTrue(Comparison.needsEntries(sources));
    assertEquals(
        List.of(told(Between.EVENTS_LEDGER, Cause.NOTHING_TO_BOOK, of(-2, 0, 0))),
        causes(sources, List.of(new Checked(entry(booked), booked, 0))));
  }

  @Test
  void shouldTellSeveralFaultsOfOneCellApart() {
    Figures first = of(2, 200, 160);
    Figures second = of(3, 300, 240);
    Figures found = of(1, 100, 80).plus(of(3, 301, 240)).plus(of(1, 70, 60));
    Sources sources =
        new Sources(
            events(found, found), first.plus(second), booked(first.plus(second), NONE), NONE);
    assertEquals(
        List.of(
            told(Between.EVENTS_LEDGER, Cause.EVENT_MISSING, of(1, 100, 80)),
            told(Between.EVENTS_LEDGER, Cause.EVENT_ALTERED, of(0, -1, 0)),
            told(Between.EVENTS_LEDGER, Cause.LEDGER_MISSING, of(-1, -70, -60)),
            told(Between.EVENTS_REPORT, Cause.UNEXPLAINED, of(0, 29, 20))),
        causes(
            sources,
            List.of(
                new Checked(entry(first), of(1, 100, 80), Checked.VARIOUS),
                new Checked(entry(second), of(3, 301, 240), Checked.VARIOUS))));
  }

  /** Of four clicks at 400, what their entry has fewer or more of in ClickHouse. */
  @ParameterizedTest
  @CsvSource({
    "1200, 400, 0, EVENT_MISSING",
    "0, 0, 0, EVENT_MISSING",
    "800, 0, 0, EVENT_MISSING",
    "1200, -1, 0, EVENT_ALTERED",
    "1201, 400, 0, EVENT_ALTERED",
    "1601, 400, 400, EVENT_ALTERED",
    "2000, 400, 0, EVENT_ALTERED",
    "2000, -1, 400, EVENT_ALTERED",
    "2000, 400, 400, EVENT_DOUBLED",
    "2400, 400, 800, EVENT_DOUBLED",
    "2400, 400, 400, EVENT_ALTERED"
  })
  void shouldTellWholeChargesFromAlteredOnes(long there, long eachCharge, long twice, Cause cause) {
    Figures posted = of(0, 1_600, 0);
    Figures found = of(0, there, 0);
    Sources sources =
        new Sources(events(found, found), found, booked(posted, NONE), of(0, twice, 0));
    assertEquals(
        told(Between.EVENTS_LEDGER, cause, posted.minus(found)),
        causes(sources, List.of(new Checked(entry(posted), found, eachCharge))).getFirst());
  }

  @Test
  void shouldNotTakeAnAlteredCostForAMissingClick() {
    Figures posted = of(2, 1_600, 200);
    Figures found = of(2, 1_200, 190);
    Sources sources = new Sources(events(found, found), found, booked(posted, NONE), NONE);
    assertEquals(
        told(Between.EVENTS_LEDGER, Cause.EVENT_ALTERED, of(0, 400, 10)),
        causes(sources, List.of(new Checked(entry(posted), found, 400))).getFirst());
  }

  @Test
  void shouldNotGuessWhereEntriesAreTooMany() {
    Figures all = of(2, 200, 160);
    Sources sources = new Sources(events(all, all), all, booked(of(1, 90, 80), NONE), NONE);
    assertEquals(
        List.of(told(Between.EVENTS_LEDGER, Cause.UNEXPLAINED, of(-1, -110, -80))),
        causes(sources, null));
  }

  @Property(seed = "20261121", tries = 1_000)
  void shouldComeToExactlyWhatLiesBetween(@ForAll long seed) {
    Random random = new Random(seed);
    Figures below = figures(random);
    Figures all = below.plus(figures(random));
    Events events = new Events(all, below, figures(random), figures(random), figures(random));
    List<Checked> entries = new ArrayList<>();
    Figures booked = NONE;
    for (int i = random.nextInt(3); i > 0; i--) {
      Figures one = figures(random);
      Figures there = random.nextBoolean() ? one : figures(random);
      entries.add(new Checked(entry(one), there, random.nextInt(4) - 1));
      booked = booked.plus(one);
    }
    Figures posted = random.nextBoolean() ? booked : figures(random);
    Booked ledger = new Booked(booked, posted, figures(random), figures(random));
    Sources sources =
        new Sources(events, random.nextBoolean() ? all : figures(random), ledger, figures(random));
    Figures ledgerTold = NONE;
    Figures reportTold = NONE;
    for (Difference one : new Comparison(CELL, sources).differences(entries)) {
      assertFalse(one.difference().isZero(), one.toString());
      if (one.between() == Between.EVENTS_LEDGER) {
        ledgerTold = ledgerTold.plus(one.difference());
      } else if (one.between() == Between.EVENTS_REPORT) {
        reportTold = reportTold.plus(one.difference());
      }
    }
    Figures books = posted.plus(ledger.behind()).minus(ledger.corrected());
    assertEquals(books.minus(all), ledgerTold);
    assertEquals(sources.report().minus(all), reportTold);
  }

  private static Figures figures(Random random) {
    return random.nextInt(3) == 0
        ? NONE
        : new Figures(random.nextInt(3), random.nextInt(3), random.nextInt(3), random.nextInt(2));
  }
}
