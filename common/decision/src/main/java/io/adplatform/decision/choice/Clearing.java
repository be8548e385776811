package io.adplatform.decision.choice;

/**
 * What the bids of one auction clear at, and what each would have had to bid to win with the others
 * as they were (OpenRTB 2.6, 4.4.1). All prices are CPM micros of one currency. Reused by one
 * thread; allocates nothing.
 */
public final class Clearing {
  /** How a winner's price is found. */
  public enum Rule {
    /** Winners pay their bids. */
    FIRST_PRICE,
    /** Winners pay one increment more than the bid behind them, the floor where there is none. */
    SECOND_PRICE
  }

  private final long[] clearing;
  private final long[] minToWin;
  private int winners;

  /** For auctions of up to so many bids. */
  public Clearing(int maxBids) {
    clearing = new long[maxBids];
    minToWin = new long[maxBids];
  }

  /**
   * Clears an auction.
   *
   * @param bids sorted, highest first, ties in the order of their draw; not kept
   * @param count of the bids
   * @param places how many bids can win, at least 1
   * @param floor a bid equal to it is accepted
   * @param increment added to a second price, which is never above the winner's own bid
   */
  public void clear(long[] bids, int count, int places, long floor, Rule rule, long increment) {
    int able = 0;
    while (able < count && bids[able] >= floor) {
      able++;
    }
    winners = Math.min(places, able);
    for (int i = 0; i < count; i++) {
      clearing[i] = i < winners ? price(bids, i, able, floor, rule, increment) : 0;
    }
    // What wins the last place: from behind, and of those that hold a place.
    long fromBehind = floor;
    if (winners == places) {
      fromBehind = rule == Rule.FIRST_PRICE ? bids[winners - 1] : clearing[winners - 1];
    }
    long toStay = places < able ? bids[places] : floor;
    for (int i = 0; i < count; i++) {
      minToWin[i] = i < winners ? toStay : fromBehind;
    }
  }

  private static long price(
      long[] bids, int place, int able, long floor, Rule rule, long increment) {
    if (rule == Rule.FIRST_PRICE) {
      return bids[place];
    }
    return place + 1 < able ? Math.min(bids[place], bids[place + 1] + increment) : floor;
  }

  /** How many bids won: the first so many. */
  public int winners() {
    return winners;
  }

  /** What a winner pays; 0 for others. */
  public long clearing(int bid) {
    return clearing[bid];
  }

  /** The lowest price at which a bid would have won, or would have tied for the last place. */
  public long minToWin(int bid) {
    return minToWin[bid];
  }
}
