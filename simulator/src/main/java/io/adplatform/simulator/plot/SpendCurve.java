package io.adplatform.simulator.plot;

import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Campaign;

/**
 * What a campaign was charged in the course of a simulation, beside its plan. Amounts are micros,
 * times are milliseconds since the simulation began. Not thread-safe.
 */
public final class SpendCurve {
  /** Points of a curve: one for every few pixels of a plot. */
  public static final int POINTS = 288;

  private static final long MILLIS_PER_DAY = 86_400_000;

  private final Campaign campaign;
  private final long durationMillis;
  private final long[] millis = new long[POINTS + 1];
  private final long[] charged = new long[POINTS + 1];
  private int count;

  /** A curve without points. */
  public SpendCurve(Campaign campaign, long durationMillis) {
    this.campaign = campaign;
    this.durationMillis = durationMillis;
  }

  /** Takes the sum at a time, where one is due. */
  public void at(long atMillis, long chargedMicros) {
    if (count <= POINTS && atMillis >= count * durationMillis / POINTS) {
      millis[count] = atMillis;
      charged[count++] = chargedMicros;
    }
  }

  /** The campaign's id. */
  public long campaignId() {
    return campaign.id();
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
   * @return -1 where the campaign has no budget
   */
  public long planMicros(long atMillis) {
    Budget budget = campaign.budget();
    Long daily = budget.dailyMicros();
    Long total = budget.totalMicros();
    if (daily == null) {
      return total == null ? -1 : share(total, atMillis, durationMillis);
    }
    long even =
        atMillis / MILLIS_PER_DAY * daily + share(daily, atMillis % MILLIS_PER_DAY, MILLIS_PER_DAY);
    return total == null ? even : Math.min(total, even);
  }

  /** What the budget allows by a time, or -1 where the campaign has none. */
  public long boundMicros(long atMillis) {
    Budget budget = campaign.budget();
    if (budget.dailyMicros() == null) {
      return budget.totalMicros() == null ? -1 : budget.totalMicros();
    }
    long days = atMillis / MILLIS_PER_DAY + 1;
    long bound = days * budget.dailyMicros();
    return budget.totalMicros() == null ? bound : Math.min(budget.totalMicros(), bound);
  }

  private static long share(long micros, long part, long whole) {
    return Math.multiplyHigh(micros, part) == 0 ? micros * part / whole : micros / whole * part;
  }
}
