package io.adplatform.analytics.collect;

/** What became of a request for a beacon or notice; each is counted. */
public enum CollectOutcome {
  /** Recorded, and answered 2xx or 3xx. */
  RECORDED,
  /** Recorded, but the client had gone before the answer. */
  GONE,
  /** No such kind of beacon. 404. */
  UNKNOWN_KIND,
  /** The token is none. 404. */
  MALFORMED,
  /** The token was signed by somebody else, or altered. 404. */
  FORGED,
  /**
   * The token is ours, and not for this: the markup's fired as a conversion, or the landing page's
   * as anything else. 404.
   */
  MISPLACED,
  /** The token's time is over. 404. */
  EXPIRED,
  /** A click whose token's time is over: sent on to the landing page, not recorded. 302. */
  EXPIRED_CLICK,
  /** A click on a creative without a known landing page. 404. */
  NO_LANDING_PAGE,
  /** Neither GET nor POST. 405. */
  METHOD,
  /** As many answers wait for the journal as may. 503. */
  TOO_MANY_WAITING,
  /** The journal is behind. 503. */
  BACK_PRESSURED,
  /** The journal takes nothing: the disk is full, or the node is closing. 503. */
  JOURNAL_FULL,
  /** Taken by the journal but not recorded: the recording failed. 503. */
  NOT_RECORDED,
  /** The landing pages are not read yet. 503. */
  NOT_READY,
  /** billing-service does not know yet that this node's journal is to be waited for. 503. */
  NOT_AWAITED
}
