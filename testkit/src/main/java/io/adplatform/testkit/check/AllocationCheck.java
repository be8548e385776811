package io.adplatform.testkit.check;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** Counts the bytes that the calling thread allocates on the heap. */
public final class AllocationCheck {
  /**
   * The compiler may replace code at any moment, and the interpreter allocates what compiled code
   * does not: one clean round of several is proof that the code itself allocates nothing.
   */
  private static final int ROUNDS = 10;

  /** On a machine that is busy with other things the compiler may be far behind. */
  private static final long COMPILED_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(20);

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private AllocationCheck() {}

  /**
   * Runs something often and fails if each of ten rounds of so many runs, and of all within twenty
   * seconds, allocated anything.
   *
   * @param runs in a round, usually 100,000; the first rounds are the warm-up
   * @throws AssertionError with the least number of bytes of a round
   */
  public static void assertNoAllocation(int runs, Runnable work) {
    long least = Long.MAX_VALUE;
    long begin = System.nanoTime();
    for (int round = 0;
        least > 0 && (round < ROUNDS || System.nanoTime() - begin < COMPILED_WITHIN_NANOS);
        round++) {
      least = Math.min(least, allocatedBytes(runs, work));
    }
    if (least > 0) {
      throw new AssertionError(
          "allocated " + least + " bytes in " + runs + " runs: " + (double) least / runs + " each");
    }
  }

  /** How many bytes the calling thread allocates in so many runs. */
  public static long allocatedBytes(int runs, Runnable work) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < runs; i++) {
      work.run();
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
