package io.adplatform.billing.pacing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.wire.catalogue.LineItem.Participation;
import java.time.LocalDate;
import java.time.ZoneId;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrafficCurveTest {
  private static final long HOUR = 3_600_000;
  private static final long DAY = 24 * HOUR;
  private static final long MIDNIGHT = 20_000 * DAY;
  private static final long EXPOSURE = 100_000 * HOUR;

  private final TrafficCurve curve = new TrafficCurve();

  /** Traffic of 1 from 0:00 to 12:00 and of 3 from 12:00 to 24:00. */
  private void learn(long day) {
    for (int hour = 0; hour < 24; hour++) {
      curve.add(day + hour * HOUR, hour < 12 ? 1_000_000 : 3_000_000, EXPOSURE);
    }
  }

  @Test
  void shouldCountTheTimeWhileNothingIsKnown() {
    assertEquals(5 * HOUR, curve.millisLeft(MIDNIGHT, MIDNIGHT + 5 * HOUR));
    for (int hour = 0; hour < 19; hour++) {
      curve.add(MIDNIGHT + hour * HOUR, hour * 1_000_000L, EXPOSURE);
    }
    assertEquals(5 * HOUR, curve.millisLeft(MIDNIGHT, MIDNIGHT + 5 * HOUR));
    assertEquals(1, curve.millisLeft(MIDNIGHT, MIDNIGHT - 1));
  }

  @Test
  void shouldWeighTheTimeByItsTraffic() {
    learn(MIDNIGHT);
    about(12 * HOUR + 36 * HOUR, curve.millisLeft(MIDNIGHT, MIDNIGHT + DAY));
    about(12 * HOUR, curve.millisLeft(MIDNIGHT + 12 * HOUR, MIDNIGHT + DAY));
    long late = MIDNIGHT + 11 * HOUR + HOUR / 2;
    about(HOUR / 2 + 36 * HOUR, curve.millisLeft(late, MIDNIGHT + DAY));
    about(3 * 48 * HOUR, curve.millisLeft(MIDNIGHT, MIDNIGHT + 3 * DAY));
  }

  /** Weights are whole millionths. */
  private static void about(long expectedMillis, long millis) {
    assertEquals(expectedMillis, millis, expectedMillis / 10_000.0);
  }

  @Test
  void shouldForgetFormerDaysByHalf() {
    learn(MIDNIGHT);
    curve.add(MIDNIGHT + DAY, 0, EXPOSURE / 2);
    assertEquals(500_000, curve.micros(0));
    assertEquals(EXPOSURE, curve.exposure(0));
    assertEquals(20_001, curve.day(0));
    assertEquals(1_000_000, curve.micros(1));
  }

  @Test
  void shouldCarryExposureFromHourToHour() {
    learn(MIDNIGHT);
    long morning = MIDNIGHT + 11 * HOUR;
    // The afternoon has three times the traffic: a third of the exposure brings as much.
    about(EXPOSURE / 3, curve.carried(EXPOSURE, morning, morning + HOUR));
    assertEquals(EXPOSURE, curve.carried(EXPOSURE, morning, morning + HOUR / 2));
  }

  /** A line item that spends millions of units of a small currency an hour. */
  @Test
  void shouldTellLargeAmountsApart() {
    for (int hour = 0; hour < 24; hour++) {
      long micros = (hour < 12 ? 1L : 3L) * 1_000_000_000_000_000L;
      curve.add(MIDNIGHT + hour * HOUR, micros, EXPOSURE);
    }
    about(12 * HOUR + 36 * HOUR, curve.millisLeft(MIDNIGHT, MIDNIGHT + DAY));
  }

  /** In Berlin the 28th of March 2027 has 23 hours, the 31st of October 25. */
  @ParameterizedTest
  @CsvSource({"2027-03-28, 23", "2027-10-31, 25", "2027-03-01, 24"})
  void shouldKeepHoursInPlaceOnDaysOfOtherLengths(LocalDate date, int hours) {
    ZoneId zone = ZoneId.of("Europe/Berlin");
    long begins = date.atStartOfDay(zone).toInstant().toEpochMilli();
    long ends = date.plusDays(1).atStartOfDay(zone).toInstant().toEpochMilli();
    assertEquals(hours * HOUR, ends - begins);
    PacedLineItem.Day day = new PacedLineItem.Day(zone, date, ends);
    // 20:00 of the advertiser's clock, whatever has been left out or was there twice.
    long evening = ends - 4 * HOUR;
    assertEquals(20 * HOUR, Math.floorMod(day.localMillis(evening), DAY));
    assertEquals(0, Math.floorMod(day.localMillis(begins), DAY));
    learn(MIDNIGHT);
    long left = curve.millisLeft(day.localMillis(evening), day.localMillis(ends));
    about(4 * HOUR, left);
  }

  @Test
  void shouldGiveNoHourUp() {
    learn(MIDNIGHT);
    curve.restore(5, 20_000, 0, EXPOSURE);
    long left = curve.millisLeft(MIDNIGHT + 5 * HOUR, MIDNIGHT + 6 * HOUR);
    assertEquals(HOUR, left);
    assertTrue(curve.millisLeft(MIDNIGHT + 5 * HOUR, MIDNIGHT + DAY) < 100 * DAY);
  }

  @Property(seed = "2026", tries = 2_000)
  void shouldNeverBeLessThanAMoment(
      @ForAll @LongRange(min = 0, max = 1_000_000_000_000_000L) long micros,
      @ForAll @LongRange(min = 0, max = 40 * 366 * 24) long hours,
      @ForAll @LongRange(min = 0, max = 24 * HOUR) long from) {
    learn(MIDNIGHT);
    curve.restore(3, 20_000, micros, 5_000L * Participation.ALL);
    long left = curve.millisLeft(MIDNIGHT + from, MIDNIGHT + from + hours * HOUR);
    assertTrue(left >= 1, "left " + left);
  }
}
