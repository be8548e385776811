package io.adplatform.runtime.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How long something took, written by one thread without lock or allocation and read by any. A
 * bucket is at most a quarter of an octave wide from 1 µs to 17 s, so a quantile read from it is at
 * most 25 % off.
 */
public final class LatencyHistogram {
  /** The upper bound of the first bucket is 2^10 ns. */
  private static final int FIRST_EXPONENT = 10;

  private static final int LAST_EXPONENT = 34;
  private static final int STEP_BITS = 2;
  private static final int STEPS = 1 << STEP_BITS;

  /** One below the first bound, four an octave, one above the last. */
  static final int BUCKETS = (LAST_EXPONENT - FIRST_EXPONENT) * STEPS + 2;

  private static final int PADDING = 16;
  private static final int SUM = PADDING + BUCKETS;
  private static final VarHandle VALUES = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] values = new long[SUM + 1 + PADDING];

  /** Counts one duration; a negative one counts as 0. The owning thread alone. */
  public void record(long nanos) {
    long duration = Math.max(0, nanos);
    int at = PADDING + bucketOf(duration);
    VALUES.setRelease(values, at, values[at] + 1);
    VALUES.setRelease(values, SUM, values[SUM] + duration);
  }

  /** How many were recorded. Any thread. */
  public long count() {
    long count = 0;
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      count += count(bucket);
    }
    return count;
  }

  /** How many are in a bucket. */
  long count(int bucket) {
    return (long) VALUES.getAcquire(values, PADDING + bucket);
  }

  /** The sum of what was recorded, nanoseconds. */
  long sumNanos() {
    return (long) VALUES.getAcquire(values, SUM);
  }

  /** The largest duration of a bucket, nanoseconds; {@code Long.MAX_VALUE} of the last. */
  static long upperBoundNanos(int bucket) {
    if (bucket == BUCKETS - 1) {
      return Long.MAX_VALUE;
    }
    int octave = FIRST_EXPONENT + bucket / STEPS;
    return (long) (STEPS + bucket % STEPS) << (octave - STEP_BITS);
  }

  private static int bucketOf(long nanos) {
    if (nanos <= 1L << FIRST_EXPONENT) {
      return 0;
    }
    long below = nanos - 1;
    int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(below);
    if (exponent >= LAST_EXPONENT) {
      return BUCKETS - 1;
    }
    int step = (int) (below >>> (exponent - STEP_BITS)) & (STEPS - 1);
    return 1 + (exponent - FIRST_EXPONENT) * STEPS + step;
  }
}
