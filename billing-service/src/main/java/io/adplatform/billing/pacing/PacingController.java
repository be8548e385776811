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
 *       and is set against the participation of that time; nothing is decided until the effect of
 *       the last decision is seen. When settlement stands still, so does the participation.
 *   <li>Little evidence moves little: of a line item that has spent almost nothing lately one more
 *       impression is assumed than was seen.
 *   <li>No spend at all where ten impressions were to be expected is an outage of the traffic, and
 *       teaches almost nothing: when the traffic is back, so is the former participation.
 *   <li>Steps up are at most by half, so that one misjudgement cannot spend much; steps down are to
 *       a quarter at most. Small changes are not made, to spare the catalogue.
 * </ul>
 *
 * <p>Pure, integers only; any thread.
 */
public final class PacingController {
  /** From a decision until all nodes draw with it: publication, compilation, settling aside. */
  static final long LIVE_MILLIS = 3_000;

  /** As many planned impressions fit into the window of recent spend, bounds permitting. */
  private static final long WINDOW_IMPRESSIONS = 30;

  private static final long MIN_WINDOW_MILLIS = 120_000;
  private static final long MAX_WINDOW_MILLIS = 3_600_000;

  /** None of so many expected impressions came: that is no chance (5 in 100,000). */
  private static final long OUTAGE_IMPRESSIONS = 10;

  /** An hour of outage teaches as much as a quarter of a minute of traffic. */
  private static final long OUTAGE_WEIGHT = 240;

  /** With no spend at all participation doubles in about so long. */
  private static final long SEARCH_MILLIS = 120_000;

  /**
   * The last moments are planned as if so much time were left: later spend is not seen any more.
   */
  private static final long MIN_LEFT_MILLIS = 20_000;

  /** Changes below this part are not made: 1 in 33. */
  private static final int DEAD_BAND = 33;

  private PacingController() {}

  /**
   * What is known at a step.
   *
   * @param nowMillis since 1970
   * @param settledMillis up to when events are settled, since 1970
   * @param chargedMicros in total, as far as settled
   * @param chargeMicros what one impression is charged, at least 1
   * @param running whether it may bid at all now: active, within its flight
   */
  public record Reading(
      long nowMillis, long settledMillis, long chargedMicros, long chargeMicros, boolean running) {}

  /**
   * The state after a step: the participation to be published, and what is remembered.
   *
   * @param plan null where there is nothing to keep to: it takes part in everything
   */
  public static PacingState next(PacingState state, PacingPlan plan, Reading reading) {
    if (reading.settledMillis <= state.seenMillis()) {
      return state;
    }
    if (plan == null) {
      PacingState skipped = state.skippedTo(reading.settledMillis, reading.chargedMicros);
      return state.participation() == Participation.ALL
          ? skipped
          : skipped.decided(Participation.ALL, reading.nowMillis);
    }
    if (!reading.running || plan.leftMicros() < reading.chargeMicros) {
      return state.skippedTo(reading.settledMillis, reading.chargedMicros);
    }
    PacingState seen = observe(state, plan, reading);
    boolean effectSeen = seen.seenMillis() > state.decidedMillis() + LIVE_MILLIS;
    return seen == state || !effectSeen ? seen : decide(seen, state, plan, reading);
  }

  /**
   * Whether the time that a step took in tells what traffic there was.
   *
   * @param after what {@link #next} made of {@code before}
   */
  public static boolean tellsOfTraffic(
      PacingState before, PacingState after, PacingPlan plan, Reading reading) {
    return plan != null
        && reading.running
        && plan.leftMicros() >= reading.chargeMicros
        && after.seenMillis() > before.seenMillis();
  }

  /** Takes new spend into the window; the same state where it is too early to tell anything. */
  private static PacingState observe(PacingState state, PacingPlan plan, Reading reading) {
    long millis = reading.settledMillis - state.seenMillis();
    long exposure = exposure(state, reading.settledMillis);
    long spent = Math.max(0, reading.chargedMicros - state.seenMicros());
    long windowMillis = windowMillis(plan, reading.chargeMicros);
    if (spent == 0 && state.windowMicros() >= reading.chargeMicros) {
      long expected = scale(state.windowMicros(), exposure, Math.max(1, state.windowExposure()));
      if (expected >= OUTAGE_IMPRESSIONS * reading.chargeMicros) {
        exposure /= OUTAGE_WEIGHT;
        millis /= OUTAGE_WEIGHT;
      } else if (millis < windowMillis) {
        return state;
      }
    }
    return state.seen(
        reading.settledMillis,
        reading.chargedMicros,
        scale(state.windowMicros(), windowMillis, windowMillis + millis) + spent,
        scale(state.windowExposure(), windowMillis, windowMillis + millis) + exposure);
  }

  /**
   * The exposure from where spend was seen last to a later time: a decision is on the lanes a
   * little after it was taken.
   */
  public static long exposure(PacingState state, long untilMillis) {
    long millis = untilMillis - state.seenMillis();
    long formerMillis =
        Math.clamp(state.decidedMillis() + LIVE_MILLIS - state.seenMillis(), 0, millis);
    return formerMillis * state.former() + (millis - formerMillis) * state.participation();
  }

  private static long windowMillis(PacingPlan plan, long chargeMicros) {
    long wanted = scale(WINDOW_IMPRESSIONS * chargeMicros, plan.leftMillis(), plan.leftMicros());
    return Math.clamp(wanted, MIN_WINDOW_MILLIS, MAX_WINDOW_MILLIS);
  }

  private static PacingState decide(
      PacingState seen, PacingState before, PacingPlan plan, Reading reading) {
    long spent = seen.windowMicros();
    long doubt = Math.max(0, reading.chargeMicros - spent / WINDOW_IMPRESSIONS);
    long leftMillis = Math.max(plan.leftMillis(), MIN_LEFT_MILLIS);
    long now = seen.participation();
    long wanted = scale(plan.leftMicros(), seen.windowExposure(), leftMillis, spent + doubt);
    if (spent < reading.chargeMicros) {
      long millis = seen.seenMillis() - before.seenMillis();
      wanted = Math.max(wanted, now + Math.max(1, now * millis / SEARCH_MILLIS));
    }
    long bounded = Math.clamp(wanted, now / 4, now + now / 2 + 1);
    int next = Math.clamp(bounded, 1, Participation.ALL);
    boolean idle = Math.abs(next - now) * DEAD_BAND < now && next != Participation.ALL;
    return idle || next == now ? seen : seen.decided(next, reading.nowMillis);
  }

  /** {@code value × by ÷ of}, rounded down, at most the largest long. */
  private static long scale(long value, long by, long... of) {
    BigInteger quotient = BigInteger.valueOf(value).multiply(BigInteger.valueOf(by));
    for (long divisor : of) {
      quotient = quotient.divide(BigInteger.valueOf(divisor));
    }
    return quotient.bitLength() < Long.SIZE ? quotient.longValue() : Long.MAX_VALUE;
  }
}
