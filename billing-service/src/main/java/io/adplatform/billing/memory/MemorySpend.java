package io.adplatform.billing.memory;

import io.adplatform.billing.budget.Flight;
import io.adplatform.billing.budget.Spend;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;

/** The sums of one line item or campaign, in total and by day; holds committed within budget. */
final class MemorySpend {
  private final Map<LocalDate, long[]> days = new HashMap<>();
  private long committed;
  private long charged;
  private long overDelivery;

  /**
   * Commits more, or less.
   *
   * @throws IllegalStateException where more would be committed than the budget allows
   */
  void commit(Flight flight, LocalDate day, long micros) {
    long[] ofDay = day(day);
    committed += micros;
    ofDay[0] += micros;
    if (micros > 0) {
      hold(flight.totalMicros(), committed);
      hold(flight.dailyMicros(), ofDay[0]);
    }
  }

  private static void hold(Long boundMicros, long micros) {
    if (boundMicros != null && micros > boundMicros) {
      throw new IllegalStateException("committed_within_budget: " + micros + " > " + boundMicros);
    }
  }

  void charge(LocalDate day, long micros, long overMicros) {
    charged += micros;
    overDelivery += overMicros;
    day(day)[1] += micros;
  }

  long charged() {
    return charged;
  }

  long overDelivery() {
    return overDelivery;
  }

  Spend on(LocalDate day) {
    long[] ofDay = days.get(day);
    return ofDay == null
        ? new Spend(committed, charged, 0, 0)
        : new Spend(committed, charged, ofDay[0], ofDay[1]);
  }

  private long[] day(LocalDate day) {
    return days.computeIfAbsent(day, key -> new long[2]);
  }
}
