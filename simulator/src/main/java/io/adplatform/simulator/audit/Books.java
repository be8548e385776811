package io.adplatform.simulator.audit;

import io.adplatform.wire.catalogue.Budget;
import java.util.HashMap;
import java.util.Map;

/** An auditor's books of a line item, a campaign or an advertiser, in micros. */
public final class Books {
  public final long id;
  public final Budget budget;
  public final Map<Long, long[]> days = new HashMap<>();
  public long committed;
  public long charged;
  public long counted;
  public long overDelivery;

  public Books(long id, Budget budget) {
    this.id = id;
    this.budget = budget;
  }

  /** What was committed and what was charged on a day, since 1970. */
  public long[] day(long day) {
    return days.computeIfAbsent(day, key -> new long[2]);
  }
}
