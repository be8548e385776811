package io.adplatform.decision.choice;

import io.adplatform.decision.budget.BudgetGate;
import io.adplatform.wire.event.Reason;

/**
 * How a decision ended: the best candidates in order of rank with what became of each, winners
 * among them. Reused by one lane; valid until the next decision.
 */
public final class Candidates {
  /** How many are kept: as many as fit into an {@code AuctionRecord} of 256 bytes. */
  public static final int MAX = 7;

  private final int[] ordinals = new int[MAX];
  private final long[] lineItemIds = new long[MAX];
  private final long[] priceCpmMicros = new long[MAX];
  private final int[] creativeOrdinals = new int[MAX];
  private final long[] leaseIds = new long[MAX];
  private final long[] leaseAmountMicros = new long[MAX];
  private final long[] expirySeconds = new long[MAX];
  private final long[] chargeMicros = new long[MAX];
  private final long[] heldMicros = new long[MAX];
  private final long[] reservedMicros = new long[MAX];
  private final int[] chargeSeconds = new int[MAX];
  private final Reason[] reasons = new Reason[MAX];
  private final int[] winners = new int[MAX + 1];
  private int count;
  private int winnerCount;
  private int matched;

  /** How many candidates are kept. */
  public int count() {
    return count;
  }

  /** How many of them won. */
  public int winnerCount() {
    return winnerCount;
  }

  /** The candidate that won place {@code place}, 0 for the best. */
  public int winner(int place) {
    return winners[place];
  }

  /**
   * Line items whose targeting, currency and creative sizes the query met, as far as was looked:
   * best bids first, until the winners and the best losers were known.
   */
  public int matched() {
    return matched;
  }

  /**
   * Why there is no bid: NO_MATCH, or what became of the best candidate; NONE where there is one.
   */
  public Reason reason() {
    if (winnerCount > 0) {
      return Reason.NONE;
    }
    return count == 0 ? Reason.NO_MATCH : reasons[0];
  }

  /** A candidate's ordinal in the snapshot's line items. */
  public int ordinal(int candidate) {
    return ordinals[candidate];
  }

  /** A candidate's line item. */
  public long lineItemId(int candidate) {
    return lineItemIds[candidate];
  }

  /** What it bids before the partner's margin, CPM micros. */
  public long priceCpmMicros(int candidate) {
    return priceCpmMicros[candidate];
  }

  /** The ordinal of the creative to be shown, or -1 where none was found. */
  public int creativeOrdinal(int candidate) {
    return creativeOrdinals[candidate];
  }

  /** The lease that pays for a winner; 0 for others. */
  public long leaseId(int candidate) {
    return leaseIds[candidate];
  }

  /** What that lease amounts to in all, micros. */
  public long leaseAmountMicros(int candidate) {
    return leaseAmountMicros[candidate];
  }

  /** When a winner's token expires, in seconds since 1970. */
  public long expirySecond(int candidate) {
    return expirySeconds[candidate];
  }

  /** NONE for a winner, else why it is none. */
  public Reason reason(int candidate) {
    return reasons[candidate];
  }

  /** Forgets all, for an auction in which no line item is looked at. */
  public void clear() {
    count = 0;
    winnerCount = 0;
    matched = 0;
  }

  /** None of the winners bids after all, for a reason; what they reserved is to be given back. */
  public void withdraw(Reason reason) {
    for (int place = 0; place < winnerCount; place++) {
      reasons[winners[place]] = reason;
    }
    winnerCount = 0;
  }

  /** Whether a candidate is a demand partner's bid: its {@link #lineItemId} is the partner's. */
  public boolean isPartner(int candidate) {
    return ordinals[candidate] < 0;
  }

  /** The number that a partner's bid was entered with. */
  public int partnerBid(int candidate) {
    return -1 - ordinals[candidate];
  }

  /**
   * Lets a demand partner's bid compete with the winners so far, at the price that is left of it:
   * the highest win, among equal ones those whose ticket is ({@link Draw#ticket}).
   *
   * @param bid its number, not negative
   * @param maxBids how many win at most
   * @param seed of the auction's draw
   * @param gate where a line item that does not win any more gives back what it reserved
   */
  public void enter(int bid, long partnerId, long price, int maxBids, long seed, BudgetGate gate) {
    int place = winnerCount;
    while (place > 0 && beats(partnerId, price, winners[place - 1], seed)) {
      place--;
    }
    int bound = Math.min(maxBids, MAX);
    if (place >= bound) {
      lose(bid, partnerId, price, priceCpmMicros[winners[place - 1]] == price);
      return;
    }
    if (winnerCount == bound) {
      displace(price, place, gate);
    }
    int slot = count < MAX ? count++ : lastLoser();
    set(slot, -1 - bid, partnerId, price, -1, Reason.NONE);
    System.arraycopy(winners, place, winners, place + 1, winnerCount - place);
    winners[place] = slot;
    winnerCount++;
  }

  /** Keeps a demand partner's bid that cannot win, where there is room. */
  public void refuse(int bid, long partnerId, long price, Reason reason) {
    add(-1 - bid, partnerId, price, -1, reason);
  }

  private boolean beats(long partnerId, long price, int candidate, long seed) {
    return price > priceCpmMicros[candidate]
        || price == priceCpmMicros[candidate]
            && Draw.ticket(seed, partnerId) > Draw.ticket(seed, lineItemIds[candidate]);
  }

  private void lose(int bid, long partnerId, long price, boolean tie) {
    refuse(bid, partnerId, price, tie ? Reason.LOST_TIE : Reason.OUTBID);
  }

  /** The last winner makes room; what is the last then may be the bid that comes. */
  private void displace(long price, int place, BudgetGate gate) {
    int last = winners[--winnerCount];
    long above = place == winnerCount ? price : priceCpmMicros[winners[winnerCount - 1]];
    if (!isPartner(last)) {
      Chooser.cancel(this, last, gate);
      leaseIds[last] = 0;
      expirySeconds[last] = 0;
    }
    reasons[last] = priceCpmMicros[last] == above ? Reason.LOST_TIE : Reason.OUTBID;
  }

  boolean isFull() {
    return count == MAX;
  }

  void matched(int lineItems) {
    matched = lineItems;
  }

  /** Keeps a line item that does not bid, where there is room. */
  void add(int ordinal, long lineItemId, long price, int creative, Reason reason) {
    if (count < MAX) {
      set(count++, ordinal, lineItemId, price, creative, reason);
    }
  }

  /**
   * Keeps one that bids; where there is no room, in place of the last that does not.
   *
   * @param charge what the one signal that is charged costs, micros
   */
  int addWinner(int ordinal, long lineItemId, long price, long charge, int creative) {
    int place = count < MAX ? count++ : lastLoser();
    set(place, ordinal, lineItemId, price, creative, Reason.NONE);
    chargeMicros[place] = charge;
    winners[winnerCount++] = place;
    return place;
  }

  /** What the one signal of a winner that is charged costs, micros. */
  public long chargeMicros(int candidate) {
    return chargeMicros[candidate];
  }

  /** What of a lease a winner may be charged; nothing for a test. */
  long heldMicros(int candidate) {
    return heldMicros[candidate];
  }

  /** What was reserved for that. */
  long reservedMicros(int candidate) {
    return reservedMicros[candidate];
  }

  /**
   * Until when it was reserved, in seconds since 1970: the charge may come after the token's end.
   */
  long reservedExpirySecond(int candidate) {
    return expirySeconds[candidate] + chargeSeconds[candidate];
  }

  void pay(int candidate, long leaseId, long amountMicros) {
    leaseIds[candidate] = leaseId;
    leaseAmountMicros[candidate] = amountMicros;
  }

  void reserve(
      int candidate, long held, long reserved, long reservedExpirySecond, int secondsAfter) {
    heldMicros[candidate] = held;
    reservedMicros[candidate] = reserved;
    chargeSeconds[candidate] = secondsAfter;
    expirySeconds[candidate] = reservedExpirySecond - secondsAfter;
  }

  private int lastLoser() {
    int place = MAX - 1;
    while (reasons[place] == Reason.NONE) {
      place--;
    }
    return place;
  }

  private void set(
      int place, int ordinal, long lineItemId, long price, int creative, Reason reason) {
    ordinals[place] = ordinal;
    lineItemIds[place] = lineItemId;
    priceCpmMicros[place] = price;
    creativeOrdinals[place] = creative;
    reasons[place] = reason;
    leaseIds[place] = 0;
    leaseAmountMicros[place] = 0;
    expirySeconds[place] = 0;
    chargeMicros[place] = 0;
    heldMicros[place] = 0;
    reservedMicros[place] = 0;
    chargeSeconds[place] = 0;
  }
}
