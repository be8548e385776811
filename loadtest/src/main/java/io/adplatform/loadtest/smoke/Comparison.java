package io.adplatform.loadtest.smoke;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeSet;

/** Holds the report against the tally, hour by hour, to the micro. */
final class Comparison {
  /**
   * How long a report may take to show what was accepted: a checkpoint, a commit, an insert and a
   * roll-up, on a slow machine.
   */
  static final Duration REPORT_BOUND = Duration.ofMinutes(3);

  /** A report that has become equal must stay so, or something is counted again and again. */
  private static final Duration SETTLE_TIME = Duration.ofSeconds(4);

  private final Check check;
  private final Tally tally;
  private final Report report;

  Comparison(Check check, Tally tally, Report report) {
    this.check = check;
    this.tally = tally;
    this.report = report;
  }

  /**
   * Each figure of each hour in which a report differs from a tally; empty where they are equal.
   */
  static List<String> differences(
      SortedMap<Instant, Delivery> tallied, SortedMap<Instant, Delivery> reported) {
    TreeSet<Instant> hours = new TreeSet<>(tallied.keySet());
    hours.addAll(reported.keySet());
    List<String> found = new ArrayList<>();
    for (Instant hour : hours) {
      Delivery expected = tallied.getOrDefault(hour, Delivery.NOTHING);
      for (String difference :
          expected.differences(reported.getOrDefault(hour, Delivery.NOTHING))) {
        found.add(hour + " " + difference);
      }
    }
    return found;
  }

  /** Holds that the report becomes equal to the tally and stays so. */
  void equal(String when, List<Subject> subjects) throws IOException, InterruptedException {
    check.step("the report against the tally, " + when);
    for (Subject subject : subjects) {
      awaitDifferences(subject, List.of(), when);
    }
    Thread.sleep(SETTLE_TIME);
    for (Subject subject : subjects) {
      SortedMap<Instant, Delivery> reported = report.of(subject);
      check.equal(
          List.of(),
          differences(tally.of(subject), reported),
          subject.name() + ", " + when + ", a little later");
      check.step(subject.name() + ": " + reported);
    }
  }

  /**
   * Holds that what the report shows differs from the tally in just these figures, within the time
   * that a report takes.
   */
  void awaitDifferences(Subject subject, List<String> expected, String when)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    List<String> differences = differences(tally.of(subject), report.of(subject));
    while (!differences.equals(expected) && System.nanoTime() - start < REPORT_BOUND.toNanos()) {
      Thread.sleep(200);
      differences = differences(tally.of(subject), report.of(subject));
    }
    check.equal(expected, differences, subject.name() + ", " + when + ": differences");
  }
}
