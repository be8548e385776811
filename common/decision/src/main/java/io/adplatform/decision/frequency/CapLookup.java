package io.adplatform.decision.frequency;

import io.adplatform.wire.event.Reason;

/**
 * One request's question for its user's counters, with the answer. Reused by one lane: {@link
 * #begin}, {@link #add}, {@link CapStore#ask}, then verdicts, then {@link #won} for what is bid,
 * and {@link CapStore#settle}. Allocates nothing.
 */
public final class CapLookup implements CapVerdicts {
  /** The most candidates of all imps of a request; those beyond do not bid. */
  public static final int MAX_CANDIDATES = 128;

  /** How long an impression is reserved before it is known what won. */
  public static final long RESERVATION_MILLIS = 5_000;

  /**
   * How long after its token's expiry a bid that was not seen holds an impression: what was
   * collected at the last moment is settled by then.
   */
  public static final long SETTLING_MILLIS = 60_000;

  /** How long after that it is still known whose bid it was: for as long Kafka may be away. */
  public static final long REMEMBERED_MILLIS = 900_000;

  /** What became of a question. */
  private enum State {
    NONE,
    ASKED,
    ANSWERED,
    FAILED,
    LATE
  }

  /** Is told of the answer. */
  @FunctionalInterface
  public interface Listener {
    /** The lookup is answered, or will never be. On the lane. */
    void onAnswer(CapLookup lookup);
  }

  private final int[] imps = new int[MAX_CANDIDATES];
  private final long[] lineItemIds = new long[MAX_CANDIDATES];
  private final long[] accounts = new long[MAX_CANDIDATES];
  private final CapScope[][] scopes = new CapScope[MAX_CANDIDATES][];
  private final boolean[] allowed = new boolean[MAX_CANDIDATES];
  private final long[] wonLo = new long[MAX_CANDIDATES];
  private final long[] wonExpirySeconds = new long[MAX_CANDIDATES];
  private final long[] distinctAccounts = new long[MAX_CANDIDATES];
  private Listener listener = lookup -> {};
  private int count;
  private int accountCount;
  private int answersMissing;
  private long userHigh;
  private long userLow;
  private long nowMillis;
  private long auctionHi;
  private long firstLo;
  private boolean reserves;
  private State state = State.NONE;
  private int generation;

  /** Who is told of the answers from now on. */
  public void listener(Listener toTell) {
    listener = toTell;
  }

  /**
   * Starts on a request; forgets the former one, whose answer is ignored if it still comes.
   *
   * @param now milliseconds since 1970
   * @param firstAuctionLo imp i has this plus i
   * @param reserve false for a test, which takes no impression from anybody
   */
  public void begin(long now, long auctionHigh, long firstAuctionLo, boolean reserve) {
    generation++;
    nowMillis = now;
    auctionHi = auctionHigh;
    firstLo = firstAuctionLo;
    reserves = reserve;
    count = 0;
    accountCount = 0;
    state = State.NONE;
  }

  /** Says whose counters are asked. */
  public void user(long high, long low) {
    userHigh = high;
    userLow = low;
  }

  /**
   * Adds a candidate; those of one imp one after the other.
   *
   * @return false where there is no room
   */
  public boolean add(int imp, long lineItemId, CapScope[] ofScopes) {
    if (count == MAX_CANDIDATES) {
      return false;
    }
    imps[count] = imp;
    lineItemIds[count] = lineItemId;
    scopes[count] = ofScopes;
    allowed[count] = false;
    wonLo[count] = 0;
    long account = ofScopes[0].accountId();
    accounts[count++] = account;
    int known = 0;
    while (known < accountCount && distinctAccounts[known] != account) {
      known++;
    }
    if (known == accountCount) {
      distinctAccounts[accountCount++] = account;
    }
    return true;
  }

  /** Whether a line item is a candidate of an imp. */
  public boolean has(int imp, long lineItemId) {
    return find(imp, lineItemId) >= 0;
  }

  /** How many candidates there are. */
  public int count() {
    return count;
  }

  @Override
  public Reason verdict(int imp, long lineItemId) {
    if (state != State.ANSWERED) {
      return Reason.FREQUENCY_UNKNOWN;
    }
    int candidate = find(imp, lineItemId);
    if (candidate < 0) {
      return Reason.FREQUENCY_UNKNOWN;
    }
    return allowed[candidate] ? Reason.NONE : Reason.FREQUENCY_CAPPED;
  }

  /**
   * Notes that a candidate's bid is sent.
   *
   * @param auctionLo of the bid
   * @param expirySecond of its token, since 1970
   */
  public void won(int imp, long lineItemId, long auctionLo, long expirySecond) {
    int candidate = find(imp, lineItemId);
    if (candidate >= 0) {
      wonLo[candidate] = auctionLo;
      wonExpirySeconds[candidate] = expirySecond;
    }
  }

  private int find(int imp, long lineItemId) {
    for (int i = 0; i < count; i++) {
      if (imps[i] == imp && lineItemIds[i] == lineItemId) {
        return i;
      }
    }
    return -1;
  }

  /** Whether the answer is awaited. */
  public boolean isAsked() {
    return state == State.ASKED;
  }

  /** Whether the answer is there. */
  public boolean isAnswered() {
    return state == State.ANSWERED;
  }

  /** Whether the answer had not come when it was given up. */
  public boolean isLate() {
    return state == State.LATE;
  }

  /** Whether what may bid is reserved; false for a test. */
  public boolean reserves() {
    return reserves;
  }

  // For stores.

  /** Which of this lookup's questions it is: an answer to a former one is ignored. */
  public int generation() {
    return generation;
  }

  /** The user's hash, upper half. */
  public long userHigh() {
    return userHigh;
  }

  /** The user's hash, lower half. */
  public long userLow() {
    return userLow;
  }

  /** When it is asked, milliseconds since 1970. */
  public long nowMillis() {
    return nowMillis;
  }

  /** Upper half of all auction ids of the request. */
  public long auctionHi() {
    return auctionHi;
  }

  /** Lower half of the id of the request's first imp. */
  public long firstLo() {
    return firstLo;
  }

  /** Lower half of the id of a candidate's imp: what a reservation is known by. */
  public long impLo(int candidate) {
    return firstLo + imps[candidate];
  }

  /** What a candidate counts in. */
  public CapScope[] scopes(int candidate) {
    return scopes[candidate];
  }

  /** Whose a candidate is. */
  public long account(int candidate) {
    return accounts[candidate];
  }

  /** How many accounts the candidates are of. */
  public int accountCount() {
    return accountCount;
  }

  /** One of these accounts. */
  public long distinctAccount(int index) {
    return distinctAccounts[index];
  }

  /** Whether the counters let a candidate bid. */
  public boolean isAllowed(int candidate) {
    return allowed[candidate];
  }

  /** Lower half of the id of a candidate's bid; 0 where it did not win. */
  public long wonLo(int candidate) {
    return wonLo[candidate];
  }

  /** When its token expires, milliseconds since 1970. */
  public long wonExpiryMillis(int candidate) {
    return wonExpirySeconds[candidate] * 1_000;
  }

  /** It is on its way: an answer per account is awaited. */
  public void asked() {
    state = State.ASKED;
    answersMissing = accountCount;
  }

  /** Takes the answer on a candidate. */
  public void allow(int candidate, boolean may) {
    allowed[candidate] = may;
  }

  /** An account's candidates are answered; the listener is told after the last. */
  public void answered() {
    if (state == State.ASKED && --answersMissing == 0) {
      state = State.ANSWERED;
      listener.onAnswer(this);
    }
  }

  /** No answer will come; the listener is told. */
  public void failed() {
    if (state == State.ASKED) {
      state = State.FAILED;
      listener.onAnswer(this);
    }
  }

  /** It has taken too long; whatever comes is ignored, and nobody is told. */
  public void giveUp() {
    state = State.LATE;
    generation++;
  }
}
