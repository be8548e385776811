package io.adplatform.billing.pacing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.wire.catalogue.LineItem.Participation;
import java.util.function.LongUnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PacingControllerTest {
  private static final long NOW = 1_800_000_000_000L;
  private static final long CHARGE = 2_500;

  /** An impression a second for an hour. */
  private static final PacingPlan PLAN = new PacingPlan(3_600 * CHARGE, 3_600_000);

  /** Took part in a tenth for a minute, for an impression a second. */
  private static final PacingState STEADY =
      new PacingState(100_000, 100_000, NOW - 60_000, NOW, 0, 60 * CHARGE, 100_000L * 60_000, 0, 0);

  private static PacingController.Reading reading(long afterMillis, long impressions) {
    return new PacingController.Reading(
        NOW + afterMillis + 5_000, NOW + afterMillis, impressions * CHARGE, CHARGE, true);
  }

  @Test
  void shouldStayWhileSpendKeepsToThePlan() {
    PacingState next = PacingController.next(STEADY, PLAN, reading(10_000, 10));
    assertEquals(100_000, next.participation());
    assertEquals(NOW + 10_000, next.seenMillis());
  }

  @Test
  void shouldHoldBackWhatSpendsTooFastAndLetMoreOfTheSlowIn() {
    int fast = PacingController.next(STEADY, PLAN, reading(10_000, 40)).participation();
    assertTrue(fast < 80_000, "participation " + fast);
    int slow = PacingController.next(STEADY, PLAN, reading(60_000, 6)).participation();
    assertTrue(slow > 110_000 && slow <= 150_001, "participation " + slow);
  }

  @Test
  void shouldHoldWhileSettlementStandsStill() {
    PacingController.Reading late =
        new PacingController.Reading(NOW + 600_000, NOW, 0, CHARGE, true);
    assertSame(STEADY, PacingController.next(STEADY, PLAN, late));
  }

  @Test
  void shouldNotDecideAgainBeforeTheLastDecisionCanBeSeen() {
    PacingState decided = STEADY.decided(50_000).published(NOW + 22_000);
    PacingState next = PacingController.next(decided, PLAN, reading(22_000, 100));
    assertEquals(50_000, next.participation());
    assertEquals(NOW + 22_000, next.seenMillis());
  }

  /** Steps every two seconds; each decision is published two seconds later. */
  private static PacingState steps(
      PacingState from, PacingPlan plan, int seconds, LongUnaryOperator impressionsBySecond) {
    PacingState state = from;
    for (int second = 2; second <= seconds; second += 2) {
      long now = NOW + second * 1_000L;
      if (state.liveMillis() == PacingState.UNKNOWN) {
        state = state.published(now);
      }
      long charged = impressionsBySecond.applyAsLong(second) * CHARGE;
      state =
          PacingController.next(
              state, plan, new PacingController.Reading(now + 5_000, now, charged, CHARGE, true));
    }
    return state;
  }

  @Test
  void shouldBeBackAfterAnOutage() {
    PacingState dark = steps(STEADY, PLAN, 600, second -> 0);
    assertTrue(dark.participation() < 400_000, "participation " + dark.participation());
    dark = steps(STEADY, PLAN, 36_000, second -> 0);
    // Eight times what the traffic before needs.
    assertTrue(dark.participation() < 1_000_000, "participation " + dark.participation());
    long seen = dark.seenMillis();
    PacingState back = dark;
    for (int second = 2; second <= 60; second += 2) {
      // Of traffic as before: ten a second with full participation.
      long charged = back.seenMicros() + back.participation() * 20L * CHARGE / 1_000_000;
      long now = seen + second * 1_000L;
      back = back.liveMillis() == PacingState.UNKNOWN ? back.published(now) : back;
      PacingController.Reading reading =
          new PacingController.Reading(now + 5_000, now, charged, CHARGE, true);
      back = PacingController.next(back, PLAN, reading);
    }
    assertEquals(100_000, back.participation(), 30_000);
  }

  @Test
  void shouldSearchWhereNothingIsSpentAtAll() {
    PacingPlan oneInTwoHours = new PacingPlan(12 * CHARGE, 86_400_000);
    PacingState state = steps(PacingState.start(NOW, 0), oneInTwoHours, 2 * 3_600, second -> 0);
    assertEquals(Participation.ALL, state.participation());
  }

  @Test
  void shouldLetMoreInWhereLittleIsPlannedAndLessIsSpent() {
    PacingPlan oneInTwoHours = new PacingPlan(12 * CHARGE, 86_400_000);
    PacingState few =
        new PacingState(100_000, 100_000, NOW, NOW, 0, 2 * CHARGE, 100_000L * 3_600_000, 0, 0);
    PacingState state = steps(few, oneInTwoHours, 24 * 3_600, second -> 0);
    assertTrue(state.participation() > 500_000, "participation " + state.participation());
  }

  @Test
  void shouldHoldWhileItsDecisionIsNotPublished() {
    PacingState decided = STEADY.decided(50_000);
    PacingState held = decided;
    for (int minute = 1; minute <= 30; minute++) {
      // Nodes draw with a tenth still: an impression a second.
      held = PacingController.next(held, PLAN, reading(minute * 60_000L, minute * 60L));
      assertEquals(50_000, held.participation());
    }
    PacingState live = held.published(NOW + 1_800_000);
    PacingState next = PacingController.next(live, PLAN, reading(1_820_000, 1_811));
    assertEquals(75_001, next.participation());
  }

  @Test
  void shouldSeeSpendOnlyFromItsBeginning() {
    PacingState state = PacingState.start(NOW, 5 * CHARGE);
    PacingController.Reading behind =
        new PacingController.Reading(NOW + 9_000, NOW - 5_000, 900 * CHARGE, CHARGE, true);
    PacingState next = PacingController.next(state, PLAN, behind);
    assertEquals(state.seeingFrom(NOW, 900 * CHARGE), next);
    PacingState paused =
        PacingController.next(
            STEADY,
            PLAN,
            new PacingController.Reading(NOW + 5_000, NOW, 10 * CHARGE, CHARGE, false));
    PacingController.Reading resumed =
        new PacingController.Reading(NOW + 60_000, NOW + 40_000, 20 * CHARGE, CHARGE, true);
    // What is settled of the time before it was resumed says nothing.
    PacingState after = PacingController.next(paused, PLAN, resumed);
    assertEquals(STEADY.seeingFrom(NOW + 60_000, 20 * CHARGE), after);
  }

  @Test
  void shouldRelyLessOnWhatItLearnedOfSomethingElse() {
    PacingState doubted = STEADY.doubted(6 * CHARGE);
    assertEquals(6 * CHARGE, doubted.windowMicros());
    assertEquals(STEADY.windowExposure() / 10, doubted.windowExposure());
    assertSame(doubted, doubted.doubted(6 * CHARGE));
  }

  @Test
  void shouldNotLearnWhileItMayNotBid() {
    PacingController.Reading paused =
        new PacingController.Reading(NOW + 60_000, NOW + 59_000, CHARGE, CHARGE, false);
    PacingState next = PacingController.next(STEADY, PLAN, paused);
    assertEquals(STEADY.seeingFrom(PacingState.UNKNOWN, CHARGE), next);
    PacingPlan spent = new PacingPlan(CHARGE - 1, 1_000);
    assertEquals(100_000, PacingController.next(STEADY, spent, reading(9_000, 9)).participation());
  }

  @Test
  void shouldTakePartInEverythingWithoutAPlan() {
    PacingState next = PacingController.next(STEADY, null, reading(2_000, 2));
    assertEquals(Participation.ALL, next.participation());
  }

  @Test
  void shouldPlanTheSlowerOfDayAndFlight() {
    PacingPlan.Bounds both =
        new PacingPlan.Bounds(1_000_000L, 90_000L, 0, 30_000, NOW + 60_000, NOW + 6_000_000L);
    assertEquals(new PacingPlan(1_000_000, 6_000_000), PacingPlan.even(both, NOW));
    PacingPlan.Bounds day =
        new PacingPlan.Bounds(100_000L, 90_000L, 70_000, 30_000, NOW + 60_000, null);
    assertEquals(new PacingPlan(30_000, 60_000), PacingPlan.even(day, NOW));
    PacingPlan.Bounds endless = new PacingPlan.Bounds(100_000L, null, 0, 0, NOW + 60_000, null);
    assertNull(PacingPlan.even(endless, NOW));
  }

  @Property(seed = "2026", tries = 5_000)
  void shouldStayWithinBoundsWhateverComes(
      @ForAll @LongRange(min = -10, max = 1_000_000_000_000_000L) long leftMicros,
      @ForAll @LongRange(min = 1, max = 40_000_000_000L) long leftMillis,
      @ForAll @LongRange(min = 0, max = 100_000_000) long millis,
      @ForAll @LongRange(min = -10, max = 1_000_000_000_000_000L) long chargedMicros,
      @ForAll @LongRange(min = 1, max = 10_000_000) long chargeMicros,
      @ForAll @IntRange(min = 1, max = 1_000_000) int participation) {
    PacingState state = PacingState.start(NOW, 0).decided(participation).published(NOW - 10_000);
    PacingPlan plan = new PacingPlan(leftMicros, leftMillis);
    for (int step = 1; step <= 3; step++) {
      long now = NOW + step * millis;
      PacingState next =
          PacingController.next(
              state,
              plan,
              new PacingController.Reading(
                  now + 5_000, now, step * Math.max(0, chargedMicros / 3), chargeMicros, true));
      assertTrue(next.participation() >= 1 && next.participation() <= Participation.ALL);
      assertTrue(next.participation() >= state.participation() / 4);
      assertTrue(next.participation() <= state.participation() + state.participation() / 2 + 1);
      assertTrue(next.windowMicros() >= 0 && next.windowExposure() >= 0);
      state = next;
    }
  }
}
