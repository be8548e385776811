package io.adplatform.decision.choice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adplatform.decision.choice.Clearing.Rule;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ClearingTest {
  private static final long FLOOR = 850_000;
  private static final long INCREMENT = 10_000;

  private final Clearing clearing = new Clearing(Candidates.MAX);

  private void clear(int places, Rule rule, long... bids) {
    clearing.clear(bids, bids.length, places, FLOOR, rule, INCREMENT);
  }

  private long[] minToWin(int count) {
    long[] all = new long[count];
    Arrays.setAll(all, clearing::minToWin);
    return all;
  }

  @Test
  void shouldClearAtTheWinnersBidByFirstPrice() {
    clear(1, Rule.FIRST_PRICE, 1_000_000, 900_000, 800_000);
    assertEquals(1, clearing.winners());
    assertEquals(1_000_000, clearing.clearing(0));
    assertEquals(0, clearing.clearing(1));
    assertArrayEquals(new long[] {900_000, 1_000_000, 1_000_000}, minToWin(3));
  }

  @Test
  void shouldClearOneIncrementAboveTheNextBySecondPrice() {
    clear(1, Rule.SECOND_PRICE, 1_000_000, 900_000, 800_000);
    assertEquals(910_000, clearing.clearing(0));
    assertArrayEquals(new long[] {900_000, 910_000, 910_000}, minToWin(3));
  }

  @Test
  void shouldClearAtTheFloorWhereNobodyElseReachesIt() {
    clear(1, Rule.SECOND_PRICE, 1_000_000, 800_000);
    assertEquals(FLOOR, clearing.clearing(0));
    assertArrayEquals(new long[] {FLOOR, FLOOR}, minToWin(2));
  }

  @Test
  void shouldNeverClearAboveTheWinnersOwnBid() {
    clear(1, Rule.SECOND_PRICE, 900_000, 895_000);
    assertEquals(900_000, clearing.clearing(0));
    clear(1, Rule.SECOND_PRICE, 900_000, 900_000);
    assertEquals(900_000, clearing.clearing(0));
  }

  @Test
  void shouldAcceptABidEqualToTheFloorAndNoneBelow() {
    clear(1, Rule.FIRST_PRICE, FLOOR);
    assertEquals(1, clearing.winners());
    clear(1, Rule.FIRST_PRICE, FLOOR - 1);
    assertEquals(0, clearing.winners());
    assertEquals(FLOOR, clearing.minToWin(0));
  }

  @Test
  void shouldGiveSeveralPlacesEachItsPrice() {
    clear(2, Rule.SECOND_PRICE, 1_000_000, 950_000, 900_000);
    assertEquals(960_000, clearing.clearing(0));
    assertEquals(910_000, clearing.clearing(1));
    assertArrayEquals(new long[] {900_000, 900_000, 910_000}, minToWin(3));
  }
}
