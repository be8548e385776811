package io.adplatform.decision.choice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.decision.choice.Clearing.Rule;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class ClearingPropertyTest {
  private final Clearing clearing = new Clearing(Candidates.MAX);

  @Property(seed = "2026")
  void shouldWinByFirstPriceFromTheMinimumOnAndNotBelow(
      @ForAll @Size(min = 1, max = Candidates.MAX) List<@LongRange(min = 1, max = 12) Long> bids,
      @ForAll @IntRange(min = 1, max = 4) int places,
      @ForAll @LongRange(min = 1, max = 12) long floor) {
    long[] sorted =
        bids.stream().sorted(Comparator.reverseOrder()).mapToLong(Long::longValue).toArray();
    clearing.clear(sorted, sorted.length, places, floor, Rule.FIRST_PRICE, 1);
    for (int i = 0; i < sorted.length; i++) {
      assertEquals(naiveMinimum(sorted, i, places, floor), clearing.minToWin(i));
      boolean won = i < clearing.winners();
      assertEquals(won ? sorted[i] : 0, clearing.clearing(i));
      if (won) {
        assertTrue(sorted[i] >= clearing.minToWin(i));
      }
    }
    clearing.clear(sorted, sorted.length, places, floor, Rule.SECOND_PRICE, 1);
    for (int i = 0; i < clearing.winners(); i++) {
      assertEquals(naiveSecondPrice(sorted, i, floor), clearing.clearing(i));
    }
  }

  /** The lowest price that is not below the floor, and that fewer others than places exceed. */
  private static long naiveMinimum(long[] bids, int bid, int places, long floor) {
    for (long price = floor; ; price++) {
      int above = 0;
      for (int i = 0; i < bids.length; i++) {
        above += i != bid && bids[i] > price ? 1 : 0;
      }
      if (above < places) {
        return price;
      }
    }
  }

  private static long naiveSecondPrice(long[] bids, int bid, long floor) {
    long next = bid + 1 < bids.length ? bids[bid + 1] : 0;
    return next >= floor ? Math.min(bids[bid], next + 1) : floor;
  }
}
