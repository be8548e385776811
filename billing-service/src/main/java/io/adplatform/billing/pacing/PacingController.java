package io.adplatform.billing.pacing;

import io.adplatform.wire.catalogue.LineItem.Participation;
import java.math.BigInteger;

/**
 * The control law of pacing, after Agarwal, Ghosh, Wei and You, <a
 * href="https://doi.org/10.1145/2623330.2623366">Budget Pacing for Targeted Online Advertisements
 * at LinkedIn</a> (KDD 2014): a participation (there: pass-through rate) moved in bounded steps
 * until spend keeps to its plan, with a slow start. There the step is a fixed tenth a minute; here
 * it adapts: recent spend over recent exposure tells what full participation would spend, and the
 * next participation is the planned rate over that.
 *
 * <p>What makes it hold:
 *
 * <ul>
 *   <li>Spend is seen as late as it is settled. An observation reaches as far as settlement does,
 *       and is set against the participation of that time. Nothing is decided until the last
 *       decision is in the catalogue and its effect is seen: when publication or settlement stands
 *       still, so does the participation.
 *   <li>One more impression is assumed than was seen, because for a count of mean m the mean of 1 /
 *       (count + 1) is 1 / m. So little evidence moves little; fewer than three impressions lower
 *       nothing, and the less was seen, the larger a change must be to be made.
 *   <li>A time without spend counts for some ten expected impressions at most (for more where few
 *       were seen before): once, it is an outage of the traffic, and teaches little; but each time
 *       that spend comes so late again teaches as much, and so a lasting drop is learned from.
 *   <li>In the dark participation goes up slowly, and no further than that traffic which comes back
 *       as it was spends two minutes' plan before it is seen. One that never spent goes all the
 *       way; what was before its first spend then counts for nothing.
 *   <li>Steps up are at most by half, so that one misjudgement cannot spend much; steps down are to
 *       a quarter at most. Small changes are not made, to spare the catalogue.
 * </ul>
 *
 * <p>Pure, integers only; any thread.
 */
public final class PacingController {
  /** From when a decision is known to be published until all nodes have compiled it. */
  static final long LIVE_MILLIS = 1_000;

  /** As many planned impressions fit into the window of recent spend, bounds permitting. */
  private static final long WINDOW_IMPRESSIONS = 30;

  private static final long MIN_WINDOW_MILLIS = 120_000;
  private static final long MAX_WINDOW_MILLIS = 3_600_000;

  /** None of so many expected impressions came: that is no chance (5 in 100,000). */
  private static final long OUTAGE_IMPRESSIONS = 10;

  /** Where the expectation rests on few impressions it takes so many more, divided by these. */
  private static final long OUTAGE_DOUBT = 100;

  /** Fewer impressions may be there by chance, and say nothing of when the next is to come. */
  private static final long FEW_IMPRESSIONS = 3;

  /** In the dark participation grows e-fold in so long. */
  private static final long SEARCH_MILLIS = 600_000;

  /** No further than to so many times what the last traffic needs: it is seen in some 15 s. */
  private static final long SEARCH_FACTOR = 8;

  /**
   * The last moments are planned as if so much time were left: later spend is not seen any more.
   */
  private static final long MIN_LEFT_MILLIS = 20_000;

  /** Changes below this part are not made: 1 in 33. */
  private static final long DEAD_BAND = 33;

  /** Where fewer impressions were seen lately, chance moves more: changes are to be larger then. */
  private static final long SURE_IMPRESSIONS = 200;

  /** No change is too small that is so many dead bands large. */
  private static final long MAX_DEAD_BANDS = 6;

  private PacingController() {}

  /**
   * What is known at a step.
   *
   * @param nowMillis since 1970
   * @param settledMillis up to when events are settled, since 1970, not after now
   * @param chargedMicros in total, as far as settled
   * @param chargeMicros what one impression is charged, at least 1
   * @param running whether it may bid at all now: active, within its flight, its campaign's budget
   *     not spent
   */
  public record Reading(
      long nowMillis, long settledMillis, long chargedMicros, long chargeMicros, boolean running) {}

  /**
   * The state after a step: the participation to be published, and what is remembered. It does not
   * matter whether a step without spend was taken or left out.
   *
   * @param plan null where there is nothing to keep to: it takes part in everything
   */
  public static PacingState next(PacingState state, PacingPlan plan, Reading reading) {
    if (!mayBid(plan, reading)) {
      PacingState waiting = state.seeingFrom(PacingState.UNKNOWN, reading.chargedMicros);
      return plan == null && state.participation() != Participation.ALL
          ? waiting.decided(Participation.ALL)
          : waiting;
    }
    if (state.seenMillis() == PacingState.UNKNOWN) {
      return state.seeingFrom(reading.nowMillis, reading.chargedMicros);
    }
    if (reading.settledMillis < state.seenMillis()) {
      return state.seeingFrom(state.seenMillis(), reading.chargedMicros);
    }
    if (reading.settledMillis == state.seenMillis()) {
      return state;
    }
    PacingState seen = observe(state, plan, reading);
    return seen.seenMillis() > state.liveMillis() ? decide(seen, plan, reading) : seen;
  }

  private static boolean mayBid(PacingPlan plan, Reading reading) {
    return plan != null && reading.running && plan.leftMicros() >= reading.chargeMicros;
  }

  /**
   * Whether the time that a step took in tells what traffic there was.
   *
   * @param after what {@link #next} made of {@code before}
   */
  public static boolean tellsOfTraffic(
      PacingState before, PacingState after, PacingPlan plan, Reading reading) {
    return mayBid(plan, reading) && after.seenMillis() > before.seenMillis();
  }

  private static PacingState observe(PacingState state, PacingPlan plan, Reading reading) {
    long exposure = exposure(state, reading.settledMillis);
    long spent = reading.chargedMicros - state.seenMicros();
    if (spent <= 0) {
      return state.idled(reading.settledMillis, exposure);
    }
    long windowMillis = windowMillis(plan, reading.chargeMicros);
    boolean first = state.windowMicros() == 0;
    long gap = first ? 0 : gapExposure(state, windowMillis, reading.chargeMicros);
    long millis = state.idleMillis() + reading.settledMillis - state.seenMillis();
    long faded = windowMillis + Math.min(millis, windowMillis);
    return state.spent(
        reading.settledMillis,
        reading.chargedMicros,
        scale(state.windowMicros(), windowMillis, faded) + spent,
        scale(state.windowExposure(), windowMillis, faded) + gap + exposure);
  }

  /**
   * The exposure from where spend was seen last to a later time: a decision is on the lanes a
   * little after it was taken.
   */
  public static long exposure(PacingState state, long untilMillis) {
    long millis = untilMillis - state.seenMillis();
    long formerMillis = Math.clamp(state.liveMillis() - state.seenMillis(), 0, millis);
    return formerMillis * state.former() + (millis - formerMillis) * state.participation();
  }

  /** As much of the exposure without spend as counts. */
  private static long gapExposure(PacingState state, long windowMillis, long chargeMicros) {
    long idle =
        scale(state.idleExposure(), windowMillis, Math.max(windowMillis, state.idleMillis()));
    long spent = state.windowMicros();
    if (spent < FEW_IMPRESSIONS * chargeMicros) {
      return idle;
    }
    long expected =
        OUTAGE_IMPRESSIONS * chargeMicros + scale(OUTAGE_DOUBT * chargeMicros, chargeMicros, spent);
    return Math.min(idle, scale(expected, state.windowExposure(), spent));
  }

  private static long windowMillis(PacingPlan plan, long chargeMicros) {
    long wanted = scale(WINDOW_IMPRESSIONS * chargeMicros, plan.leftMillis(), plan.leftMicros());
    return Math.clamp(wanted, MIN_WINDOW_MILLIS, MAX_WINDOW_MILLIS);
  }

  private static PacingState decide(PacingState seen, PacingPlan plan, Reading reading) {
    long spent = seen.windowMicros();
    long gap = gapExposure(seen, windowMillis(plan, reading.chargeMicros), reading.chargeMicros);
    long leftMillis = Math.max(plan.leftMillis(), MIN_LEFT_MILLIS);
    long now = seen.participation();
    long wanted =
        scale(
            plan.leftMicros(),
            seen.windowExposure() + gap,
            leftMillis,
            spent + reading.chargeMicros);
    if (gap < seen.idleExposure() || spent == 0) {
      long millis = Math.min(seen.seenMillis() - seen.liveMillis(), seen.idleMillis());
      long searched = now + now * millis / SEARCH_MILLIS;
      long bound = spent == 0 ? Participation.ALL : scale(wanted, SEARCH_FACTOR, 1);
      wanted = Math.max(wanted, Math.min(searched, bound));
    }
    if (spent < FEW_IMPRESSIONS * reading.chargeMicros) {
      wanted = Math.max(wanted, now);
    }
    long bounded = Math.clamp(wanted, now / 4, now + now / 2 + 1);
    int next = Math.clamp(bounded, 1, Participation.ALL);
    long impressions = Math.max(1, spent / reading.chargeMicros);
    long deadBands = Math.clamp(SURE_IMPRESSIONS / impressions, 1, MAX_DEAD_BANDS);
    boolean small = Math.abs(next - now) * DEAD_BAND < now * deadBands;
    return next == now || (small && next != Participation.ALL) ? seen : seen.decided(next);
  }

  /** {@code value × by ÷ of}, rounded down, at most the largest long. */
  static long scale(long value, long by, long... of) {
    BigInteger quotient = BigInteger.valueOf(value).multiply(BigInteger.valueOf(by));
    for (long divisor : of) {
      quotient = quotient.divide(BigInteger.valueOf(divisor));
    }
    return quotient.bitLength() < Long.SIZE ? quotient.longValue() : Long.MAX_VALUE;
  }
}
