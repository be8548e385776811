package io.adplatform.billing.reconcile;

/**
 * Why two sources differ. A cause either explains the difference (it is as it should be, or passes
 * by itself), or it is a fault that somebody has to mend: faults raise the alert.
 */
enum Cause {
  /** The ledger has not posted the events yet. */
  LEDGER_BEHIND(Kind.PASSING),
  /** The events are posted and not in ClickHouse yet. */
  INGEST_BEHIND(Kind.PASSING),
  /** The events are in ClickHouse, their hour is not summed up anew yet. */
  ROLLUP_PENDING(Kind.PASSING),
  /** An entry was taken back by hand, such as for invalid traffic found late. */
  CORRECTED(Kind.EXPLAINED),
  /** The ledger does not post an amount or a currency that cannot be; its own alert tells. */
  LEDGER_REFUSED(Kind.EXPLAINED),
  /** Shown, and neither charged nor owed: there is nothing to book. */
  NOTHING_TO_BOOK(Kind.EXPLAINED),

  /** An entry's offsets hold fewer events than were posted. */
  EVENT_MISSING(Kind.FAULT),
  /** As many events as were posted, of other amounts. */
  EVENT_ALTERED(Kind.FAULT),
  /** An auction's event that bills or is charged is there twice, and was posted once. */
  EVENT_DOUBLED(Kind.FAULT),
  /** An auction was settled, posted and reported twice. */
  SETTLED_TWICE(Kind.FAULT),
  /** Events that settlement has passed are in no entry. */
  LEDGER_MISSING(Kind.FAULT),
  /** An entry's postings are not what it says. */
  POSTING_WRONG(Kind.FAULT),
  /** The report is not the sum of its events, which the ledger bears out. */
  ROLLUP_STALE(Kind.FAULT),

  /** The partner's figures stand in another hour throughout: a time zone. */
  TIME_SHIFT(Kind.EXPLAINED),
  /** What one hour has too much, the next has too little: clocks, or the way of a beacon. */
  HOUR_BOUNDARY(Kind.EXPLAINED),
  /** The partner rounds: its sum, or to fewer decimals. */
  ROUNDING(Kind.EXPLAINED),
  /** The partner counts test requests. */
  TEST_TRAFFIC(Kind.EXPLAINED),
  /** The partner counts what a traffic verdict refused. */
  INVALID_TRAFFIC(Kind.EXPLAINED),
  /** Won by the partner's own notice, but the billable signal never came to us. */
  SIGNAL_NOT_RECEIVED(Kind.EXPLAINED),
  /** We owe what came late; the partner does not count it. */
  LATE(Kind.EXPLAINED),
  /** The partner notified no price: our bid stands in for it. */
  PRICE_ASSUMED(Kind.EXPLAINED),
  /** The partner has no row where we owe it something. */
  PARTNER_HOLE(Kind.FAULT),
  /** The partner counts what nothing of ours shows. */
  PARTNER_COUNTS_MORE(Kind.FAULT),
  /** We were sent billable signals that the partner does not count. */
  PARTNER_COUNTS_FEWER(Kind.FAULT),
  /** As many impressions, at other prices than were notified. */
  PRICE_DIFFERS(Kind.FAULT),

  /** None of the above. */
  UNEXPLAINED(Kind.FAULT);

  private enum Kind {
    PASSING,
    EXPLAINED,
    FAULT
  }

  private final Kind kind;

  Cause(Kind kind) {
    this.kind = kind;
  }

  /** Whether it is no fault. */
  boolean isExplained() {
    return kind != Kind.FAULT;
  }

  /** Whether it is gone once everything has caught up. */
  boolean isPassing() {
    return kind == Kind.PASSING;
  }
}
