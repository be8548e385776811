package io.adplatform.simulator.audit;

import io.adplatform.wire.catalogue.LineItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Holds the spend of evenly paced line items against the straight line from nothing at the
 * beginning of the day (or of the simulation) to the daily budget at its end. Amounts are micros.
 */
public final class PacingAuditor {
  /** The invariant. */
  static final String PLANNED = "paced spend keeps to its plan";

  private static final long MILLIS_PER_DAY = 86_400_000;

  /** What is planned for so long may be spent ahead of the plan. */
  private static final long AHEAD_MILLIS = 900_000;

  /** But no more than this part of the day's plan. */
  private static final long AHEAD_PART = 5;

  /**
   * A plan that is slower than that of the day before is followed within so long: until the lanes
   * have it, what is planned there is spent.
   */
  private static final long FOLLOWED_MILLIS = 120_000;

  /** And so many impressions, which are chance. */
  private static final long AHEAD_IMPRESSIONS = 40;

  /** One line item on one day. */
  private static final class Course {
    final LineItem lineItem;
    long day = -1;
    long beginMillis;
    long charged;

    /** What may be spent on a new day until the lanes have its plan. */
    long fall;

    Course(LineItem lineItem) {
      this.lineItem = lineItem;
    }

    /** What the day's plan is in so long. */
    long rate(long millis) {
      long end = (day + 1) * MILLIS_PER_DAY;
      return day < 0 ? 0 : part(lineItem.budget().dailyMicros(), millis, end - beginMillis);
    }
  }

  private final Map<Long, Course> courses = new TreeMap<>();

  /** Of those line items that are paced, have a daily budget and no other bound. */
  public PacingAuditor(List<LineItem> lineItems) {
    for (LineItem lineItem : lineItems) {
      if (lineItem.pacing() == LineItem.Pacing.EVEN) {
        courses.put(lineItem.id(), new Course(lineItem));
      }
    }
  }

  /** The line items that are looked at. */
  public List<LineItem> lineItems() {
    List<LineItem> all = new ArrayList<>();
    courses.values().forEach(course -> all.add(course.lineItem));
    return all;
  }

  /** So much was charged on the leases of a day, since 1970. */
  public void charged(long lineItemId, long day, long micros) {
    Course course = courses.get(lineItemId);
    if (course != null && course.day == day) {
      course.charged += micros;
    }
  }

  /**
   * Holds spend against plan.
   *
   * @param nowMillis since 1970
   * @param sinceStartMillis since the simulation's start
   */
  public void check(long nowMillis, long sinceStartMillis) {
    for (Course course : courses.values()) {
      long day = nowMillis / MILLIS_PER_DAY;
      if (course.day != day) {
        course.fall = course.rate(FOLLOWED_MILLIS);
        course.day = day;
        course.beginMillis = nowMillis;
        course.charged = 0;
      }
      long budget = course.lineItem.budget().dailyMicros();
      long end = (day + 1) * MILLIS_PER_DAY;
      long length = end - course.beginMillis;
      long plan = part(budget, nowMillis - course.beginMillis, length);
      long ahead = Math.min(part(budget, AHEAD_MILLIS, length), budget / AHEAD_PART);
      ahead += course.fall;
      ahead += AHEAD_IMPRESSIONS * course.lineItem.chargeMicros();
      if (course.charged > plan + ahead) {
        throw new Violation(
            PLANNED,
            course.lineItem.id()
                + ": "
                + course.charged
                + " where "
                + plan
                + " are planned, and "
                + ahead
                + " may be ahead, of "
                + budget,
            sinceStartMillis);
      }
    }
  }

  private static long part(long micros, long of, long whole) {
    return Math.multiplyHigh(micros, of) == 0 && micros * of >= 0
        ? micros * of / whole
        : micros / whole * of;
  }
}
