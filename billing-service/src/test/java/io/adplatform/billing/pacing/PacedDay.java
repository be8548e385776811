package io.adplatform.billing.pacing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.decision.catalogue.CatalogueCompiler;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.CreativeCompiler;
import io.adplatform.decision.choice.Candidates;
import io.adplatform.decision.choice.Chooser;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.LineItem.Participation;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.targeting.Targeting;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;

/**
 * A day of one line item on a virtual clock, second by second: auctions by the production chooser
 * on catalogue snapshots, impressions that come a little later or never, settlement that lags, the
 * production controller every two seconds, and its decisions back through the compiler.
 */
final class PacedDay {
  static final int SECONDS = 86_400;
  private static final int HOUR = 3_600;
  private static final long MIDNIGHT = 1_800_000_000_000L - 1_800_000_000_000L % 86_400_000;
  private static final long LINE_ITEM = 30;
  private static final long CHARGE = 2_500;
  private static final int STEP_SECONDS = 2;
  private static final int PUBLISH_SECONDS = 2;
  private static final double WIN_RATE = 0.6;
  private static final double SHOWN_RATE = 0.9;

  /** As long as a bid lives, with delays of seconds and with longer ones. */
  private static final int BID_SECONDS = 60;

  private static final int MAX_BID_SECONDS = 1_800;

  /** What can be told of a day afterwards. */
  record Outcome(
      long budgetMicros,
      long[] spentMicros,
      long[] fullMicros,
      double[] weights,
      int changes,
      int participation) {
    long delivered() {
      return sum(0, SECONDS, spentMicros);
    }

    double deliveryError() {
      return 1 - (double) delivered() / budgetMicros;
    }

    /** What is planned for an hour at its beginning: its part, by weight, of what is left. */
    double planned(int hour) {
      double left = budgetMicros - sum(0, hour * HOUR, spentMicros);
      double weight = 0;
      for (int later = hour; later < 24; later++) {
        weight += weights[later];
      }
      return left * weights[hour] / weight;
    }

    double error(int hour) {
      return sum(hour * HOUR, HOUR, spentMicros) / planned(hour) - 1;
    }

    /** Whether every five minutes of the hour had traffic for their part of the plan. */
    boolean allows(int hour) {
      if (weights[hour] == 0) {
        return false;
      }
      double part = planned(hour) / 12;
      for (int slot = 0; slot < 12; slot++) {
        if (sum(hour * HOUR + slot * 300, 300, fullMicros) < part) {
          return false;
        }
      }
      return true;
    }

    /** The worst of all hours that traffic allows, of which there must be so many. */
    double worstError(int atLeastHours) {
      double worst = 0;
      int judged = 0;
      for (int hour = 0; hour < 24; hour++) {
        if (allows(hour)) {
          worst = Math.max(worst, Math.abs(error(hour)));
          judged++;
        }
      }
      assertTrue(judged >= atLeastHours, "only " + judged + " hours had the traffic");
      return worst;
    }

    /** What was spent between two seconds of the day, by the budget. */
    double share(int fromSecond, int untilSecond) {
      return (double) sum(fromSecond, untilSecond - fromSecond, spentMicros) / budgetMicros;
    }

    /** Variance over mean of the impressions per second of an hour; 1 is Poisson. */
    static double dispersion(long[] perSecond, int hour) {
      double sum = 0;
      double squares = 0;
      for (int second = hour * HOUR; second < (hour + 1) * HOUR; second++) {
        double count = (double) perSecond[second] / CHARGE;
        sum += count;
        squares += count * count;
      }
      double mean = sum / HOUR;
      return (squares / HOUR - mean * mean) / mean;
    }

    private static long sum(int from, int count, long[] of) {
      long sum = 0;
      for (int second = from; second < from + count; second++) {
        sum += of[second];
      }
      return sum;
    }
  }

  private final Random random;
  private final IntToDoubleFunction requestsPerSecond;
  private final int lagSeconds;
  private final long budgetMicros;
  private final CatalogueCompiler compiler = new CatalogueCompiler(CreativeCompiler.NONE);
  private final Chooser chooser = new Chooser();
  private final Candidates candidates = new Candidates();
  private final AdQuery query = new AdQuery();
  private final long[] shown = new long[SECONDS + MAX_BID_SECONDS + 1];
  private final long[] freed = new long[SECONDS + MAX_BID_SECONDS + 1];
  private final long[] full = new long[SECONDS];
  private long version;
  private long auction;
  private long committedMicros;
  private CatalogueSnapshot snapshot;
  private int delaySeconds = 2;
  private int unpublishedFrom = SECONDS;
  private int unpublishedUntil = SECONDS;
  private IntPredicate paused = second -> false;
  private int otherBudgetSecond = SECONDS;
  private long otherBudgetMicros;
  private int beginSecond;
  private int endSecond = SECONDS;

  /**
   * A day.
   *
   * @param requestsPerSecond by second of the day
   * @param lagSeconds from an impression until it is settled
   */
  PacedDay(long seed, IntToDoubleFunction requestsPerSecond, int lagSeconds, long budgetMicros) {
    this.random = new Random(seed);
    this.requestsPerSecond = requestsPerSecond;
    this.lagSeconds = lagSeconds;
    this.budgetMicros = budgetMicros;
    query.addSize(300, 250);
    query.ttlSeconds(BID_SECONDS);
    apply(new Advertiser(10, 1, "Acme", "USD", "UTC"));
    apply(new Campaign(11, 1, 10, "Sale", Status.ACTIVE, null, null, Budget.UNBOUNDED));
    apply(creative());
    apply(lineItem());
    snapshot = compiler.compile(MIDNIGHT);
  }

  private static Creative creative() {
    return new Creative(
        20,
        1,
        10,
        "Banner",
        Status.ACTIVE,
        Format.BANNER,
        300,
        250,
        "<a></a>",
        "https://acme.example/",
        List.of("acme.example"),
        List.of(),
        List.of(),
        true);
  }

  private LineItem lineItem() {
    return new LineItem(
        LINE_ITEM,
        1,
        10,
        11,
        "Line item",
        Status.ACTIVE,
        CHARGE * 1_000,
        List.of(20L),
        new Budget(null, budgetMicros),
        null,
        null,
        Targeting.ANY,
        List.of(),
        LineItem.Pacing.EVEN);
  }

  private void apply(CatalogueEntity entity) {
    compiler.apply(CatalogueKey.of(entity), entity, ++version);
  }

  /** How long after the bid an impression comes on average (exponential), not 2 s. */
  PacedDay delayedBy(int seconds) {
    delaySeconds = seconds;
    return this;
  }

  /** No decision reaches the catalogue in between; the newest does afterwards. */
  PacedDay unpublished(int fromSecond, int untilSecond) {
    unpublishedFrom = fromSecond;
    unpublishedUntil = untilSecond;
    return this;
  }

  /** It may not bid in between, again and again. */
  PacedDay pausedWhen(IntPredicate atSecond) {
    paused = atSecond;
    return this;
  }

  /** From then on the daily budget is another one. */
  PacedDay budgetFrom(int second, long micros) {
    otherBudgetSecond = second;
    otherBudgetMicros = micros;
    return this;
  }

  /** Its flight is only so long. */
  PacedDay within(int fromSecond, int untilSecond) {
    beginSecond = fromSecond;
    endSecond = untilSecond;
    return this;
  }

  private long budgetMicros(int second) {
    return second < otherBudgetSecond ? budgetMicros : otherBudgetMicros;
  }

  private boolean running(int second) {
    return second >= beginSecond && second < endSecond && !paused.test(second);
  }

  Outcome run() {
    return run(null);
  }

  /** Likewise, following a curve and learning it; null spends evenly. */
  Outcome run(TrafficCurve curve) {
    PacingState state = PacingState.start(MIDNIGHT, 0);
    double[] weights = weights(curve);
    int changes = 0;
    int decidedSecond = 0;
    boolean told = true;
    long settledMicros = 0;
    for (int second = 0; second < SECONDS; second++) {
      committedMicros -= freed[second];
      settledMicros += second < lagSeconds ? 0 : shown[second - lagSeconds];
      boolean publishes = second < unpublishedFrom || second >= unpublishedUntil;
      if (!told && publishes && second >= decidedSecond + PUBLISH_SECONDS) {
        apply(new Participation(LINE_ITEM, 1, state.participation()));
        snapshot = compiler.compile(millis(second));
        state = state.published(millis(second));
        told = true;
      }
      auctions(second);
      if (second % STEP_SECONDS == 0) {
        PacingState next = step(state, second, settledMicros, curve);
        if (next.participation() != state.participation()) {
          decidedSecond = second;
          told = false;
          changes++;
        }
        state = next;
      }
    }
    return new Outcome(
        budgetMicros(SECONDS - 1), shown, full, weights, changes, state.participation());
  }

  /** As the day begins: what is learned on it changes plans, not what they are held to. */
  private double[] weights(TrafficCurve curve) {
    double[] weights = new double[24];
    for (int hour = 0; hour < 24; hour++) {
      long from = millis(hour * HOUR);
      int runs = Math.min(endSecond, (hour + 1) * HOUR) - Math.max(beginSecond, hour * HOUR);
      weights[hour] =
          curve == null
              ? Math.max(0, (double) runs / HOUR)
              : (double) curve.millisLeft(millis(0), from + HOUR * 1_000L - 1);
    }
    for (int hour = 23; curve != null && hour > 0; hour--) {
      weights[hour] -= weights[hour - 1];
    }
    return weights;
  }

  private PacingState step(PacingState state, int second, long settledMicros, TrafficCurve curve) {
    long now = millis(second) + 1_000;
    long settled = now - lagSeconds * 1_000L;
    PacingPlan.Bounds bounds =
        new PacingPlan.Bounds(
            null,
            budgetMicros(second),
            settledMicros,
            settledMicros,
            millis(SECONDS),
            millis(endSecond));
    PacingPlan plan =
        curve == null
            ? PacingPlan.even(bounds, settled)
            : PacingPlan.of(bounds, settled, curve::millisLeft);
    PacingController.Reading reading =
        new PacingController.Reading(now, settled, settledMicros, CHARGE, running(second));
    PacingState carried =
        curve == null || state.seenMillis() == PacingState.UNKNOWN
            ? state
            : state.exposed(
                curve.carried(
                    state.windowExposure(),
                    state.seenMillis(),
                    Math.max(settled, state.seenMillis())));
    PacingState next = PacingController.next(carried, plan, reading);
    if (curve != null && PacingController.tellsOfTraffic(state, next, plan, reading)) {
      curve.add(
          next.seenMillis(),
          settledMicros - state.seenMicros(),
          PacingController.exposure(state, next.seenMillis()));
    }
    return next;
  }

  /** The fate of an auction is drawn whether or not it takes part: that is what there was. */
  private void auctions(int second) {
    int count = poisson(requestsPerSecond.applyAsDouble(second));
    for (int i = 0; i < count; i++) {
      boolean won = random.nextDouble() < WIN_RATE;
      boolean seen = random.nextDouble() < SHOWN_RATE;
      int lives = delaySeconds > 2 ? MAX_BID_SECONDS : BID_SECONDS;
      double delay = -delaySeconds * Math.log(1 - random.nextDouble());
      full[second] += won && seen ? CHARGE : 0;
      if (!running(second)) {
        continue;
      }
      int winners = chooser.choose(snapshot, query, null, millis(second), 1, auction++, candidates);
      if (winners == 1 && won && committedMicros + CHARGE <= budgetMicros(second)) {
        committedMicros += CHARGE;
        if (seen) {
          shown[second + (int) Math.min(lives - 1, delay)] += CHARGE;
        } else {
          freed[second + lives] += CHARGE;
        }
      }
    }
  }

  private int poisson(double mean) {
    double left = Math.exp(-mean);
    int count = -1;
    for (double product = 1; product > left; product *= random.nextDouble()) {
      count++;
    }
    return count;
  }

  private static long millis(int second) {
    return MIDNIGHT + second * 1_000L;
  }
}
