package io.adplatform.billing.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class LeaseSizingTest {
  private static final long PRICE = 2_500;

  private final LeaseSizing sizing = new LeaseSizing(LeaseConfig.of(4));

  @Property(seed = "2026", tries = 5_000)
  void shouldNeverExceedWhatIsFree(
      @ForAll long freeMicros,
      @ForAll @LongRange(min = 1, max = LeaseConfig.MAX_AMOUNT_MICROS) long priceMicros,
      @ForAll @LongRange(min = 0, max = Long.MAX_VALUE / 128) long spendMicrosPerMinute) {
    long amount = sizing.amountMicros(freeMicros, priceMicros, spendMicrosPerMinute);
    assertTrue(amount >= 0 && amount <= Math.max(0, freeMicros), "amount " + amount);
    assertTrue(amount <= LeaseConfig.MAX_AMOUNT_MICROS, "amount " + amount);
  }

  @Property(seed = "2026", tries = 5_000)
  void shouldGrantAtLeastOneImpressionWhereOneIsFree(
      @ForAll @LongRange(min = 1) long freeMicros,
      @ForAll @LongRange(min = 1, max = 1_000_000) long priceMicros) {
    long amount = sizing.amountMicros(freeMicros, priceMicros, 0);
    assertEquals(freeMicros >= priceMicros, amount >= priceMicros);
  }

  @Test
  void shouldGrantSmallBudgetWhole() {
    assertEquals(150 * PRICE, sizing.amountMicros(150 * PRICE, PRICE, 0));
  }

  @Test
  void shouldGrantNothingLessThanOneImpression() {
    assertEquals(0, sizing.amountMicros(PRICE - 1, PRICE, 0));
  }

  @Test
  void shouldGrantLeastImpressionsToNewLineItem() {
    assertEquals(100 * PRICE, sizing.amountMicros(Long.MAX_VALUE, PRICE, 0));
  }

  @Test
  void shouldCoverRecentSpendUntilHorizon() {
    long perMinute = 60_000 * PRICE;
    long amount = sizing.amountMicros(Long.MAX_VALUE, PRICE, perMinute);
    assertTrue(amount >= 2 * perMinute && amount <= 2 * perMinute + 120, "amount " + amount);
  }

  @Test
  void shouldLeaveHalfToOtherNodes() {
    long free = 1_000 * PRICE;
    assertEquals(free / 2, sizing.amountMicros(free, PRICE, 1_000_000 * PRICE));
  }
}
