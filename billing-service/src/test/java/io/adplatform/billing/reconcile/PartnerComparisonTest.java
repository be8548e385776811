package io.adplatform.billing.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adplatform.billing.reconcile.PartnerComparison.Count;
import io.adplatform.billing.reconcile.PartnerComparison.Ours;
import io.adplatform.billing.reconcile.PartnerFile.Place;
import io.adplatform.billing.reconcile.PartnerFile.Row;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PartnerComparisonTest {
  private static final LocalDate DAY = LocalDate.parse("2026-11-20");
  private static final Count NONE = Count.NONE;

  private final Map<Place, Row> theirs = new TreeMap<>();
  private final Map<Place, Ours> ours = new TreeMap<>();

  private static Place at(int hour) {
    return new Place(DAY.atStartOfDay(ZoneOffset.UTC).toEpochSecond() + hour * 3_600L, 1000, "USD");
  }

  private static Ours owed(long impressions, long micros) {
    return new Ours(new Count(impressions, micros), NONE, NONE, NONE, NONE, NONE);
  }

  private void row(int hour, long impressions, long micros) {
    theirs.put(at(hour), new Row(impressions, micros, 6, hour + 2));
  }

  private List<Difference> found() {
    return new PartnerComparison(50, new PartnerFile(DAY, PartnerFile.Key.LINE_ITEM, theirs), ours)
        .differences();
  }

  private List<String> differences() {
    return found().stream()
        .map(
            one ->
                "%d %s %d %d"
                    .formatted(
                        (one.cell().hourSeconds() - at(0).hourSeconds()) / 3_600,
                        one.cause(),
                        one.difference().impressions(),
                        one.difference().costMicros()))
        .toList();
  }

  @Test
  void shouldBeSilentWhereBothAgree() {
    ours.put(at(3), owed(2, 4_000));
    row(3, 2, 4_000);
    row(4, 0, 0);
    assertEquals(List.of(), differences());
  }

  @Test
  void shouldTellHolesAndWhatEventsDoNotBearOut() {
    ours.put(at(1), owed(2, 4_000));
    ours.put(at(3), owed(2, 4_000));
    ours.put(at(5), owed(2, 4_000));
    ours.put(at(7), owed(2, 4_000));
    ours.put(at(9), owed(2, 4_000));
    row(3, 3, 6_000);
    row(5, 1, 1_000);
    row(7, 2, 4_500);
    row(9, 3, 3_000);
    assertEquals(
        List.of(
            "1 PARTNER_HOLE -2 -4000",
            "3 PARTNER_COUNTS_MORE 1 2000",
            "5 PARTNER_COUNTS_FEWER -1 -3000",
            "7 PRICE_DIFFERS 0 500",
            "9 UNEXPLAINED 1 -1000"),
        differences());
  }

  @Test
  void shouldExplainRoundingByTheDecimalsOfTheFile() {
    ours.put(at(3), owed(2, 4_004_999));
    theirs.put(at(3), new Row(2, 4_000_000, 2, 2));
    assertEquals(List.of("3 ROUNDING 0 -4999"), differences());
    theirs.put(at(3), new Row(2, 4_000_000, 6, 2));
    assertEquals(List.of("3 PRICE_DIFFERS 0 -4999"), differences());
  }

  @Test
  void shouldExplainPricesThatWereNotNotified() {
    Count cost = new Count(2, 5_000);
    ours.put(at(3), new Ours(cost, NONE, new Count(1, 2_500), NONE, NONE, NONE));
    row(3, 2, 4_000);
    assertEquals(List.of("3 PRICE_ASSUMED 0 -1000"), differences());
    row(3, 2, 2_000);
    assertEquals(List.of("3 PRICE_DIFFERS 0 -3000"), differences());
  }

  @Test
  void shouldExplainWhatCameLate() {
    Count all = new Count(3, 6_000);
    ours.put(at(3), new Ours(all, new Count(1, 2_000), NONE, NONE, NONE, NONE));
    row(3, 2, 4_000);
    assertEquals(List.of("3 LATE -1 -2000"), differences());
    row(3, 1, 2_000);
    assertEquals(List.of("3 PARTNER_COUNTS_FEWER -2 -4000"), differences());
    theirs.clear();
    ours.put(at(3), new Ours(all, all, NONE, NONE, NONE, NONE));
    assertEquals(List.of("3 LATE -3 -6000"), differences());
  }

  @Test
  void shouldExplainWhatIsNotOwed() {
    Count test = new Count(2, 4_000);
    Count won = new Count(3, 9_000);
    ours.put(at(3), new Ours(new Count(1, 1_000), NONE, NONE, test, NONE, won));
    row(3, 3, 5_000);
    assertEquals(List.of("3 TEST_TRAFFIC 2 4000"), differences());
    row(3, 4, 10_000);
    assertEquals(List.of("3 SIGNAL_NOT_RECEIVED 3 9000"), differences());
    row(3, 6, 14_001);
    assertEquals(
        List.of("3 TEST_TRAFFIC 2 4000", "3 SIGNAL_NOT_RECEIVED 3 9000", "3 ROUNDING 0 1"),
        differences());
    row(3, 2, 2_000);
    assertEquals(
        List.of("3 PARTNER_COUNTS_MORE 1 1000"),
        differences(),
        "either may be meant: that is not known");
    ours.put(at(3), new Ours(new Count(1, 1_000), NONE, NONE, NONE, NONE, won));
    assertEquals(List.of("3 SIGNAL_NOT_RECEIVED 1 1000"), differences());
  }

  @Test
  void shouldExplainWhatMovedOverTheHour() {
    ours.put(at(3), owed(5, 10_000));
    ours.put(at(4), owed(7, 14_000));
    row(3, 6, 12_000);
    row(4, 6, 12_000);
    assertEquals(List.of("3 HOUR_BOUNDARY 1 2000", "4 HOUR_BOUNDARY -1 -2000"), differences());
    row(4, 6, 12_100);
    assertEquals(
        List.of("3 PARTNER_COUNTS_MORE 1 2000", "4 PARTNER_COUNTS_FEWER -1 -1900"), differences());
  }

  @Test
  void shouldFindATimeZoneAndWhatIsLeftWithoutIt() {
    for (int hour = -5; hour < 24; hour++) {
      ours.put(at(hour), owed(100 + hour, 1_000 * (100 + hour)));
    }
    for (int hour = 0; hour < 24; hour++) {
      row(hour, 100 + hour - 5, 1_000 * (100 + hour - 5));
    }
    row(12, 108, 108_000);
    List<Difference> found = found();
    assertEquals(
        List.of(Cause.TIME_SHIFT, Cause.PARTNER_COUNTS_MORE),
        found.stream().map(Difference::cause).distinct().toList());
    assertEquals(
        new Figures(1, 0, 1_000, 0),
        found.stream()
            .filter(one -> one.cause() == Cause.PARTNER_COUNTS_MORE)
            .findFirst()
            .orElseThrow()
            .difference());
    assertEquals("the file stands 5 hours from UTC", found.getFirst().detail());
  }

  @Property(seed = "20261121", tries = 300)
  void shouldComeToExactlyWhatLiesBetween(@ForAll long seed) {
    Random random = new Random(seed);
    ours.clear();
    theirs.clear();
    for (int hour = -14; hour < 38; hour++) {
      if (random.nextInt(3) > 0) {
        ours.put(
            at(hour),
            new Ours(
                count(random), count(random), count(random), count(random), NONE, count(random)));
      }
      if (hour >= 0 && hour < 24 && random.nextInt(3) > 0) {
        Count count = count(random);
        theirs.put(at(hour), new Row(count.impressions(), count.micros(), random.nextInt(7), 2));
      }
    }
    Map<Place, Count> told = new TreeMap<>();
    for (Difference one : found()) {
      told.merge(
          new Place(one.cell().hourSeconds(), 1000, "USD"),
          new Count(one.difference().impressions(), one.difference().costMicros()),
          Count::plus);
    }
    for (int hour = 0; hour < 24; hour++) {
      Row row = theirs.get(at(hour));
      Count their = row == null ? NONE : new Count(row.impressions(), row.amountMicros());
      Count our = ours.containsKey(at(hour)) ? ours.get(at(hour)).owed() : NONE;
      assertEquals(their.minus(our), told.getOrDefault(at(hour), NONE), "hour " + hour);
    }
  }

  private static Count count(Random random) {
    return new Count(random.nextInt(5), random.nextInt(4) * 1_000L);
  }
}
