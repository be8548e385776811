package io.adplatform.analytics.collect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SteadyMillisTest {
  private static final long START = 1_700_000_000_000L;
  private static final long DAY = TimeUnit.DAYS.toMillis(1);

  private final SteadyMillis time = new SteadyMillis(0);

  private long at(long clockMillis, long afterMillis) {
    return time.at(clockMillis, TimeUnit.MILLISECONDS.toNanos(afterMillis));
  }

  @Test
  void shouldFollowTheClock() {
    assertEquals(START, at(START, 0));
    assertEquals(START + 1_000, at(START + 1_000, 1_000));
    assertEquals(START + 5_500, at(START + 5_500, 2_000));
  }

  @Test
  void shouldNotGoBack() {
    assertEquals(START, at(START, 0));
    assertEquals(START, at(START - DAY, 1_000));
    assertEquals(START, at(START - DAY + 1_000, 2_000));
  }

  @Test
  void shouldNotBeBeforeItsFloor() {
    assertEquals(START + DAY, new SteadyMillis(START + DAY).at(START, 0));
  }

  @Test
  void shouldPassOverALeapThatIsTakenBack() {
    assertEquals(START, at(START, 0));
    assertEquals(START + 1_000, at(START + 1_000 + DAY, 1_000));
    assertEquals(START + 30_000, at(START + 30_000 + DAY, 30_000));
    assertEquals(START + 31_000, at(START + 31_000, 31_000));
    assertEquals(START + 32_000, at(START + 32_000 + DAY, 32_000));
    assertEquals(START + 91_000, at(START + 91_000 + DAY, 91_000));
  }

  @Test
  void shouldFollowALeapThatLasts() {
    assertEquals(START, at(START, 0));
    assertEquals(START + 1_000, at(START + 1_000 + DAY, 1_000));
    assertEquals(START + 61_000 + DAY, at(START + 61_000 + DAY, 61_000));
    assertEquals(START + 62_000 + DAY, at(START + 62_000 + DAY, 62_000));
  }
}
