package io.adplatform.loadtest.smoke;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * Clock hours, as reports have them. What is tallied for an hour must have been done in it: near an
 * hour's end the run waits for the next.
 */
final class Hours {
  private static final long HOUR_MILLIS = Duration.ofHours(1).toMillis();
  private static final long QUARTER_MILLIS = Duration.ofMinutes(15).toMillis();

  /** The machine's clock may be set by so much while the run goes on. */
  private static final long MARGIN_MILLIS = 100;

  private static final int NIGHT_ENDS = 6;
  private static final int NIGHT_BEGINS = 18;

  private Hours() {}

  /** The hour it is, with at least so much of it left. */
  static Instant with(Duration left) throws InterruptedException {
    await(HOUR_MILLIS, left);
    return Instant.now().truncatedTo(ChronoUnit.HOURS);
  }

  /**
   * A time zone in which it is neither night nor about to be: at midnight the leases of a day end,
   * and a small budget stays in them until they are closed.
   */
  static String zoneByDay() {
    int hour = LocalTime.now(ZoneOffset.UTC).getHour();
    return hour >= NIGHT_ENDS && hour < NIGHT_BEGINS ? "UTC" : "Pacific/Auckland";
  }

  /** Waits until so much of the quarter of an hour is left: roll-ups are made by quarters. */
  static void quarterWith(Duration left) throws InterruptedException {
    await(QUARTER_MILLIS, left);
  }

  private static void await(long period, Duration left) throws InterruptedException {
    long remaining = period - Math.floorMod(System.currentTimeMillis(), period);
    if (remaining < left.toMillis()) {
      Thread.sleep(remaining + MARGIN_MILLIS);
    }
  }
}
