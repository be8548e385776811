package io.adplatform.simulator.plot;

import io.adplatform.wire.catalogue.Budget;
import java.util.function.LongSupplier;

/**
 * What a campaign or a line item was charged in the course of a simulation, beside its plan.
 * Amounts are micros, times are milliseconds since the simulation began. Not thread-safe.
 */
public final class SpendCurve {
  /** Points of a curve: one for every few pixels of a plot. */
  public static final int POINTS = 288;

  private static final long MILLIS_PER_DAY = 86_400_000;

  private final String title;
  private final long id;
  private final Budget budget;
  private final long durationMillis;
  private final long firstDayMillis;
  private final long[] millis = new long[POINTS + 1];
  private final long[] charged = new long[POINTS + 1];
  private int count;

  /**
   * A curve without points.
   *
   * @param firstDayMillis until the first day ends
   */
  public SpendCurve(
      String title, long id, Budget budget, long durationMillis, long firstDayMillis) {
    this.title = title;
    this.id = id;
    this.budget = budget;
    this.durationMillis = durationMillis;
    this.firstDayMillis = firstDayMillis;
  }

  /** Takes the sum at a time, where one is due. */
  public void at(long atMillis, LongSupplier chargedMicros) {
    if (count <= POINTS && atMillis >= count * durationMillis / POINTS) {
      millis[count] = atMillis;
      charged[count++] = chargedMicros.getAsLong();
    }
  }

  /** What it is of. */
  public String title() {
    return title;
  }

  /** The id of that. */
  public long id() {
    return id;
  }

  /** How many points there are. */
  public int count() {
    return count;
  }

  /** When a point was taken. */
  public long millis(int point) {
    return millis[point];
  }

  /** What had been charged by then. */
  public long chargedMicros(int point) {
    return charged[point];
  }

  /**
   * What an even spending of the budget would have charged by a time: each day its daily budget,
   * the total over the simulation where there is no other, never more than the total.
   *
   * @return -1 where there is no budget
   */
  public long planMicros(long atMillis) {
    Long daily = budget.dailyMicros();
    Long total = budget.totalMicros();
    if (daily == null) {
      return total == null ? -1 : share(total, atMillis, durationMillis);
    }
    long even =
        share(daily, Math.min(atMillis, firstDayMillis), firstDayMillis)
            + days(atMillis) * daily
            + share(daily, Math.max(0, atMillis - firstDayMillis) % MILLIS_PER_DAY, MILLIS_PER_DAY);
    return total == null ? even : Math.min(total, even);
  }

  /** Whole days after the first. */
  private long days(long atMillis) {
    return Math.max(0, atMillis - firstDayMillis) / MILLIS_PER_DAY;
  }

  /** What the budget allows by a time, or -1 where there is none. */
  public long boundMicros(long atMillis) {
    if (budget.dailyMicros() == null) {
      return budget.totalMicros() == null ? -1 : budget.totalMicros();
    }
    long days = atMillis < firstDayMillis ? 1 : 2 + days(atMillis);
    long bound = days * budget.dailyMicros();
    return budget.totalMicros() == null ? bound : Math.min(budget.totalMicros(), bound);
  }

  private static long share(long micros, long part, long whole) {
    return Math.multiplyHigh(micros, part) == 0 ? micros * part / whole : micros / whole * part;
  }
}
