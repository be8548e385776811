package io.adplatform.testkit.check;

import java.time.Duration;

/**
 * Holds that what is opened and closed leaves nothing behind: no file descriptor, no thread, no
 * memory outside the heap.
 */
public final class LeakCheck {
  /** Classes are loaded, pools are filled. */
  private static final int WARM_UP_ROUNDS = 3;

  private static final int ROUNDS = 3;

  /** Threads end and buffers are collected some time after they were let go. */
  private static final Duration END_BOUND = Duration.ofSeconds(30);

  private static final int PAUSE_MILLIS = 50;

  /** For how many looks in a row nothing must change before the rounds begin. */
  private static final int QUIET_LOOKS = 4;

  private LeakCheck() {}

  /** What may leak; it opens and closes all that it uses. */
  @FunctionalInterface
  public interface Work {
    /** One round. */
    void run() throws Exception;
  }

  /**
   * Runs something three times to warm up and three times more; fails if those left anything behind
   * within half a minute. Nothing else may go on in this JVM meanwhile.
   *
   * @throws AssertionError that names what was left
   */
  public static void assertNoLeak(Work work) throws Exception {
    assertNoLeak(work, END_BOUND);
  }

  static void assertNoLeak(Work work, Duration endBound) throws Exception {
    for (int round = 0; round < WARM_UP_ROUNDS; round++) {
      work.run();
    }
    Holdings before = quiet();
    for (int round = 0; round < ROUNDS; round++) {
      work.run();
    }
    long start = System.nanoTime();
    String surplus = look().surplusOver(before);
    while (!surplus.isEmpty() && System.nanoTime() - start < endBound.toNanos()) {
      surplus = look().surplusOver(before);
    }
    if (!surplus.isEmpty()) {
      throw new AssertionError("left behind by " + ROUNDS + " rounds: " + surplus);
    }
  }

  private static Holdings quiet() throws InterruptedException {
    long start = System.nanoTime();
    Holdings last = look();
    int same = 0;
    while (same < QUIET_LOOKS && System.nanoTime() - start < END_BOUND.toNanos()) {
      Holdings next = look();
      same = next.equals(last) ? same + 1 : 0;
      last = next;
    }
    return last;
  }

  private static Holdings look() throws InterruptedException {
    System.gc();
    Thread.sleep(PAUSE_MILLIS);
    return Holdings.now();
  }
}
