package io.adplatform.runtime.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counters by the values of an enum, written by one thread without lock or allocation and read by
 * any. A reader sees each counter's recent value; the counters are not read at one instant.
 *
 * @param <E> whose values are the labels
 */
public final class EnumCounters<E extends Enum<E>> {
  private static final VarHandle VALUES = MethodHandles.arrayElementVarHandle(long[].class);

  /** Longs before and after the counters, so that two lanes' never share a cache line. */
  private static final int PADDING = 16;

  private final long[] values;

  /** Counters at zero. */
  public EnumCounters(Class<E> type) {
    values = new long[type.getEnumConstants().length + 2 * PADDING];
  }

  /** Adds one. The owning thread alone. */
  public void increment(E label) {
    add(label, 1);
  }

  /** Adds a number, not negative. The owning thread alone. */
  public void add(E label, long amount) {
    int at = PADDING + label.ordinal();
    VALUES.setRelease(values, at, values[at] + amount);
  }

  /** A counter's value. Any thread. */
  public long get(E label) {
    return (long) VALUES.getAcquire(values, PADDING + label.ordinal());
  }

  long get(int ordinal) {
    return (long) VALUES.getAcquire(values, PADDING + ordinal);
  }
}
