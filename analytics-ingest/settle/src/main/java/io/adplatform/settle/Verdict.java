package io.adplatform.settle;

/** What became of one message of {@code events}; each is counted. */
public enum Verdict {
  /** The first of its kind for its auction. */
  COUNTED,
  /** Seen before. */
  REPEAT,
  /** Of an auction with test=1. */
  TEST,
  /**
   * So long after its token's expiry that whether it was seen is no longer known, or received after
   * it by a node whose clock has gone back: never charged; where it bills, supply is owed its cost.
   */
  LATE,
  /** A record of a journal that was shipped twice: passed over. */
  RESHIPPED,
  /** A demand partner's bid, kept for what is to be told of it, or told at once. */
  PARTNER_BID,
  /** A node's mark, passed on. */
  MARK,
  /** A lease's end, answered. */
  LEASE_CLOSED,
  /** Not a message that can be read here: passed over. */
  GARBAGE
}
