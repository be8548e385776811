package io.adplatform.billing.pacing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The pacing error over replayed days: nights of a fifth of the traffic, an outage from 12:00 to
 * 12:45, three times the traffic from 20:00 to 21:00, and noise. Prints what docs/performance.md
 * says.
 */
class PacedDayTest {
  private static final double REQUESTS_PER_SECOND = 20;
  private static final long CHARGE = 2_500;

  /** Of a whole day, 86,400 seconds of them would be shown with full participation: 54 in 100. */
  private static final double SHOWN_PER_REQUEST = 0.54;

  static double requestsPerSecond(int second) {
    double hour = second / 3_600.0;
    return hour >= 12 && hour < 12.75 ? 0 : undisturbed(second);
  }

  /** The same without the outage. */
  private static double undisturbed(int second) {
    double hour = second / 3_600.0;
    double wave = 0.6 - 0.4 * Math.cos((hour - 3) / 24 * 2 * Math.PI);
    double spike = hour >= 20 && hour < 21 ? 3 : 1;
    return REQUESTS_PER_SECOND * wave * spike;
  }

  private static PacedDay.Outcome replay(long seed, double share, int lagSeconds) {
    return replay(seed, share, lagSeconds, null);
  }

  /** With a curve the day comes after one without an outage. */
  private static PacedDay.Outcome replay(
      long seed, double share, int lagSeconds, TrafficCurve curve) {
    double shown = 0;
    for (int second = 0; second < PacedDay.SECONDS; second++) {
      shown += requestsPerSecond(second) * SHOWN_PER_REQUEST;
    }
    long budget = Math.round(shown * share) * CHARGE;
    if (curve != null) {
      new PacedDay(seed + 100, PacedDayTest::undisturbed, lagSeconds, budget).run(curve);
    }
    PacedDay.Outcome outcome =
        new PacedDay(seed, PacedDayTest::requestsPerSecond, lagSeconds, budget).run(curve);
    print(seed, share, lagSeconds, outcome);
    return outcome;
  }

  private static void print(long seed, double share, int lagSeconds, PacedDay.Outcome outcome) {
    StringBuilder hours = new StringBuilder();
    for (int hour = 0; hour < 24; hour++) {
      hours.append(
          String.format(outcome.allows(hour) ? " %+.1f" : " (%+.1f)", 100 * outcome.error(hour)));
    }
    System.out.printf(
        "seed %d, budget %.1f %% of the traffic (%d impressions), settled after %d s:%n"
            + "  not delivered %.3f %%, worst hour %.1f %%, %d changes%n"
            + "  by hour, %%:%s%n"
            + "  dispersion by second in hour 10: all traffic %.2f, spent %.2f%n",
        seed,
        100 * share,
        outcome.budgetMicros() / CHARGE,
        lagSeconds,
        100 * outcome.deliveryError(),
        100 * outcome.worstError(),
        outcome.changes(),
        hours,
        PacedDay.Outcome.dispersion(outcome.fullMicros(), 10),
        PacedDay.Outcome.dispersion(outcome.spentMicros(), 10));
  }

  @ParameterizedTest
  @CsvSource({"1, 0.1, 5", "2, 0.3, 5", "3, 0.3, 20", "4, 0.5, 5", "5, 0.5, 20"})
  void shouldKeepToThePlanWhereTrafficAllows(long seed, double share, int lagSeconds) {
    PacedDay.Outcome outcome = replay(seed, share, lagSeconds);
    assertEquals(0, outcome.deliveryError(), 0.01);
    assertTrue(outcome.deliveryError() >= 0, "spent more than the budget");
    assertTrue(outcome.worstError() <= 0.1, "worst hour " + outcome.worstError());
  }

  /** The last hours have less traffic than an even plan wants. */
  @ParameterizedTest
  @CsvSource({"9, 0.6, 5", "10, 0.9, 5"})
  void shouldTakeAllTrafficWhereThereIsTooLittle(long seed, double share, int lagSeconds) {
    PacedDay.Outcome outcome = replay(seed, share, lagSeconds);
    assertTrue(outcome.worstError() <= 0.1, "worst hour " + outcome.worstError());
    assertTrue(outcome.participation() > 990_000, "participation " + outcome.participation());
  }

  @ParameterizedTest
  @CsvSource({"6, 0.001, 5", "7, 0.01, 5", "8, 0.01, 20"})
  void shouldDeliverSmallBudgets(long seed, double share, int lagSeconds) {
    assertEquals(0, replay(seed, share, lagSeconds).deliveryError(), 0.01);
  }

  /** Where an even plan finds too little traffic at night, one by traffic delivers. */
  @ParameterizedTest
  @CsvSource({"11, 0.3, 5", "12, 0.6, 5", "13, 0.9, 5", "14, 0.6, 20"})
  void shouldFollowTheTrafficOfFormerDays(long seed, double share, int lagSeconds) {
    PacedDay.Outcome outcome = replay(seed, share, lagSeconds, new TrafficCurve());
    assertEquals(0, outcome.deliveryError(), 0.01);
    assertTrue(outcome.worstError() <= 0.1, "worst hour " + outcome.worstError());
  }
}
