package io.adplatform.billing.pacing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.wire.catalogue.LineItem.Participation;
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
      new PacingState(100_000, 100_000, NOW - 60_000, NOW, 0, 60 * CHARGE, 100_000L * 60_000);

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
    PacingState decided = STEADY.decided(50_000, NOW + 20_000);
    PacingState next = PacingController.next(decided, PLAN, reading(22_000, 100));
    assertEquals(50_000, next.participation());
    assertEquals(NOW + 22_000, next.seenMillis());
  }

  @Test
  void shouldTakeAnOutageForWhatItIs() {
    PacingState state = STEADY;
    for (int minute = 1; minute <= 60; minute++) {
      state = PacingController.next(state, PLAN, reading(minute * 60_000L, 0));
    }
    assertTrue(state.participation() < 200_000, "participation " + state.participation());
  }

  @Test
  void shouldSearchWhereNothingIsSpentAtAll() {
    PacingState state = PacingState.start(NOW, NOW, 0);
    for (int step = 1; step <= 600 && state.participation() < Participation.ALL; step++) {
      state = PacingController.next(state, PLAN, reading(step * 10_000L, 0));
    }
    assertEquals(Participation.ALL, state.participation());
  }

  @Test
  void shouldNotLearnWhileItMayNotBid() {
    PacingController.Reading paused =
        new PacingController.Reading(NOW + 60_000, NOW + 59_000, CHARGE, CHARGE, false);
    PacingState next = PacingController.next(STEADY, PLAN, paused);
    assertEquals(STEADY.skippedTo(NOW + 59_000, CHARGE), next);
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
    PacingState state = PacingState.start(NOW, NOW, 0).decided(participation, NOW - 10_000);
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
