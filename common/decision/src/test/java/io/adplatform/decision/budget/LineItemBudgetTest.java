package io.adplatform.decision.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LineItemBudgetTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final long WINDOW = 10_000;

  private final LineItemBudget budget = new LineItemBudget(7, NOW);

  @Test
  void shouldTellSpendingPerMinuteFromTheFullestWindow() {
    budget.spend(1_000, NOW);
    assertEquals(6_000, budget.spendMicrosPerMinute(NOW));
    budget.spend(300, NOW + WINDOW);
    assertEquals(6_000, budget.spendMicrosPerMinute(NOW + WINDOW));
    budget.spend(2_000, NOW + WINDOW);
    assertEquals(13_800, budget.spendMicrosPerMinute(NOW + WINDOW));
  }

  @Test
  void shouldRememberAPeakOverAPauseAndForgetItInTheEnd() {
    budget.spend(1_000_000, NOW);
    long before = budget.spendMicrosPerMinute(NOW);
    long afterPause = budget.spendMicrosPerMinute(NOW + 3 * WINDOW);
    assertTrue(afterPause > before / 2 && afterPause < before, "after a pause " + afterPause);
    assertEquals(0, budget.spendMicrosPerMinute(NOW + 100 * WINDOW));
  }
}
