package io.adplatform.decision.budget;

/**
 * Which lanes want a lease for one line item, and how fast each spends. Owned by the node's thread.
 */
final class LaneWants {
  /** So that a lane which has spent nothing yet gets a part, too. */
  private static final int WEIGHT_OF_NOTHING = 16;

  private static final int HIGHEST_WEIGHT = 64;

  private final long[] spendMicrosPerMinute;
  private final boolean[] wanted;

  /** Whether the source has not been asked since a lane last wanted it. */
  boolean pending;

  /** Whether the source last said that the budget is used up. */
  boolean refused;

  long priceMicros = 1;

  LaneWants(int lanes) {
    spendMicrosPerMinute = new long[lanes];
    wanted = new boolean[lanes];
  }

  /** A lane wants more. */
  void add(int lane, long price, long spend) {
    pending = true;
    priceMicros = price;
    wanted[lane] = true;
    spendMicrosPerMinute[lane] = spend;
  }

  /** No lane has met it yet. */
  void ahead(long price) {
    pending = true;
    priceMicros = Math.max(1, price);
  }

  boolean isWantedBy(int lane) {
    return wanted[lane];
  }

  /** Whether a lane has met it: an auction waits for it. */
  boolean isWanted() {
    boolean any = false;
    for (boolean lane : wanted) {
      any |= lane;
    }
    return any;
  }

  /** The question for the source: all lanes together. */
  LeaseSource.Want want(long lineItemId) {
    long spend = 0;
    for (long lane : spendMicrosPerMinute) {
      spend += lane;
    }
    return new LeaseSource.Want(lineItemId, priceMicros, spend);
  }

  /**
   * Splits an amount among the lanes that want it (all, where none asked), by what they spend.
   *
   * @param least no share is smaller, while there are lanes to leave out
   * @param turn which lane comes first, so that small amounts go round
   * @return by lane; their sum is the amount
   */
  long[] split(long amountMicros, long least, long turn) {
    int lanes = wanted.length;
    int asking = 0;
    long highest = 1;
    for (int lane = 0; lane < lanes; lane++) {
      asking += wanted[lane] ? 1 : 0;
      highest = Math.max(highest, spendMicrosPerMinute[lane]);
    }
    int most = Math.clamp(amountMicros / least, 1, asking == 0 ? lanes : asking);
    long[] weights = new long[lanes];
    long total = 0;
    int first = -1;
    int takers = 0;
    for (int i = 0; i < lanes && takers < most; i++) {
      int lane = (int) Math.floorMod(turn + i, (long) lanes);
      if (asking == 0 || wanted[lane]) {
        takers++;
        first = first < 0 ? lane : first;
        weights[lane] = WEIGHT_OF_NOTHING + weight(spendMicrosPerMinute[lane], highest);
        total += weights[lane];
      }
    }
    long left = amountMicros;
    for (int lane = 0; lane < lanes; lane++) {
      weights[lane] = amountMicros / total * weights[lane];
      left -= weights[lane];
    }
    weights[first] += left;
    return weights;
  }

  /** 0 to {@link #HIGHEST_WEIGHT}, in proportion. */
  private static long weight(long spend, long highest) {
    return Math.min(HIGHEST_WEIGHT, spend / Math.max(1, highest / HIGHEST_WEIGHT));
  }
}
