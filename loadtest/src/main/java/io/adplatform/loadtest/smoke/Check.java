package io.adplatform.loadtest.smoke;

import java.io.PrintStream;
import java.util.Objects;

/** Counts what held and prints what did not, so that one run shows all that is wrong. */
final class Check {
  private final PrintStream out;
  private int passed;
  private int failed;

  Check(PrintStream out) {
    this.out = out;
  }

  /** Says what the run does now. */
  void step(String text) {
    out.println("- " + text);
  }

  /** Holds a condition; {@code what} says what should have been. */
  boolean that(boolean holds, String what) {
    if (holds) {
      passed++;
    } else {
      failed++;
      out.println("  FAILED: " + what);
    }
    return holds;
  }

  /** Holds two values equal. */
  boolean equal(Object expected, Object actual, String what) {
    return that(
        Objects.equals(expected, actual), what + ": expected " + expected + ", was " + actual);
  }

  /** Prints the sums; whether nothing failed. */
  boolean finish() {
    out.println(passed + " passed, " + failed + " failed");
    return failed == 0;
  }
}
