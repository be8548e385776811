package io.adplatform.rtb.demand;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Breaker, throttle and latency of a partner, on a clock that the test turns. */
@DisplayName("Point 26: what a partner's failures do")
class PartnerHealthTest {
  private static final long SECOND = 1_000_000_000L;

  private final PartnerBreaker breaker = new PartnerBreaker();

  private void open(long nowNanos) {
    for (int i = 0; i < PartnerBreaker.FAILURES_TO_OPEN; i++) {
      assertTrue(breaker.admits(nowNanos));
      breaker.failed(nowNanos);
    }
  }

  @Test
  void shouldOpenAfterFailuresInARowAlone() {
    for (int i = 0; i < 10 * PartnerBreaker.FAILURES_TO_OPEN; i++) {
      breaker.failed(0);
      if (i % 10 == 9) {
        breaker.succeeded();
      }
    }
    assertTrue(breaker.admits(0));
    open(0);
    assertFalse(breaker.admits(1));
  }

  @Test
  void shouldProbeWithOneRequestAndCloseWhenItSucceeds() {
    open(0);
    long probe = PartnerBreaker.FIRST_OPEN_NANOS;
    assertTrue(breaker.admits(probe));
    assertFalse(breaker.admits(probe), "one probe at a time");
    breaker.succeeded();
    assertTrue(breaker.admits(probe));
    assertFalse(breaker.isOpen());
  }

  @Test
  void shouldWaitTwiceAsLongAfterEachProbeThatFailsUpToABound() {
    open(0);
    long now = 0;
    long wait = PartnerBreaker.FIRST_OPEN_NANOS;
    for (int i = 0; i < 10; i++) {
      assertFalse(breaker.admits(now + wait - 1));
      now += wait;
      assertTrue(breaker.admits(now));
      breaker.failed(now);
      wait = Math.min(PartnerBreaker.MAX_OPEN_NANOS, 2 * wait);
    }
  }

  @Test
  void shouldProbeAgainWhereAProbeWasNotSent() {
    open(0);
    long now = PartnerBreaker.FIRST_OPEN_NANOS;
    assertTrue(breaker.admits(now));
    breaker.withdrawn();
    assertTrue(breaker.admits(now));
  }

  @Test
  void shouldNotTakeStragglersFailuresForTheProbes() {
    open(0);
    breaker.failed(PartnerBreaker.FIRST_OPEN_NANOS - 1);
    assertTrue(breaker.admits(PartnerBreaker.FIRST_OPEN_NANOS));
  }

  private static int admitted(ErrorThrottle throttle, int requests, int goodOfTen) {
    int admitted = 0;
    for (int i = 0; i < requests; i++) {
      if (throttle.admits(i * 0x9E3779B97F4A7C15L >>> 20, 0)) {
        admitted++;
        if (admitted % 10 < goodOfTen) {
          throttle.succeeded(0);
        }
      }
    }
    return admitted;
  }

  @Test
  void shouldHoldNothingBackWhereHalfSucceed() {
    assertEquals(1_000, admitted(new ErrorThrottle(0), 1_000, 5));
  }

  @Test
  void shouldHoldBackNearlyAllWhereNoneSucceedsAndForgetIt() {
    ErrorThrottle throttle = new ErrorThrottle(0);
    int admitted = admitted(throttle, 10_000, 0);
    assertTrue(admitted < 600, "admitted " + admitted);
    assertTrue(throttle.admits(0, 3 * ErrorThrottle.WINDOW_NANOS));
  }

  @Test
  void shouldNotAskWhereNoAnswerEverCameAsFast() {
    LatencyFloor latency = new LatencyFloor(0);
    assertFalse(latency.isAbove(1, 0), "nothing is known");
    latency.answered(80_000_000L, SECOND);
    latency.answered(50_000_000L, SECOND);
    assertTrue(latency.isAbove(49_000_000L, 2 * SECOND));
    assertFalse(latency.isAbove(51_000_000L, 2 * SECOND));
    assertFalse(latency.isAbove(49_000_000L, 30 * SECOND), "long ago");
  }
}
