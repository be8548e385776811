package io.adplatform.billing.reconcile;

import io.adplatform.billing.reconcile.Difference.Between;
import io.adplatform.billing.reconcile.LedgerFigures.Booked;
import io.adplatform.billing.reconcile.SettledFigures.Events;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares a cell's events with the report and the ledger and finds the causes. Each step takes
 * what it explains out of what is left, so that the differences told come to exactly what lies
 * between the sources. Of one thread, used once.
 */
final class Comparison {
  /**
   * What is known of a cell.
   *
   * @param twice what auctions billed or charged twice come to beyond the first time
   */
  record Sources(Events events, Figures report, Booked ledger, Figures twice) {
    /** Whether there is nothing to tell. */
    boolean isEqual() {
      return twice.isZero()
          && report.equals(events.all())
          && events.below().equals(events.all())
          && ledger.behind().isZero()
          && ledger.corrected().isZero()
          && ledger.posted().equals(ledger.entries())
          && ledger.posted().equals(events.below());
    }
  }

  /**
   * An entry of the ledger and what its events come to in ClickHouse.
   *
   * @param events in its range of offsets
   * @param chargeMicros what each event that is charged and bills nothing (a click, a view, a
   *     conversion) comes to there, over-delivery included; 0 where none is there that is charged,
   *     {@link #VARIOUS} where they differ, or where the line item pays for impressions
   */
  record Checked(LedgerFigures.Entry entry, Figures events, long chargeMicros) {
    static final long VARIOUS = -1;

    /**
     * Whether a difference is of whole events that are charged and bill nothing. The ledger does
     * not count them; but of events that all cost the same, what is there or lacks is a multiple.
     *
     * @param more not zero, without impressions and of one sign
     */
    private boolean isWholeCharges(Figures more) {
      long micros = Math.abs(more.spendMicros() + more.overDeliveryMicros());
      boolean alike = chargeMicros > 0 && micros > 0 && micros % chargeMicros == 0;
      // Where none is left, none is there that could have been altered.
      return more.costMicros() == 0 && (alike || chargeMicros == 0);
    }
  }

  private final Cell cell;
  private final Sources sources;
  private final List<Difference> found = new ArrayList<>();

  /** What is wrong with events, by the ledger: ledger less events. */
  private Figures falsified = Figures.ZERO;

  private final List<Difference> falsifications = new ArrayList<>();
  private boolean understood = true;

  /** What auctions billed twice come to that no difference is told of yet. */
  private Figures twice;

  Comparison(Cell cell, Sources sources) {
    this.cell = cell;
    this.sources = sources;
    this.twice = sources.twice;
  }

  /** Whether it takes the entries one by one to tell why they differ. */
  static boolean needsEntries(Sources of) {
    return !of.ledger.entries().equals(of.events.below().minus(of.events.refused()));
  }

  /**
   * The differences.
   *
   * @param entries of the ledger before the cut; null where they were not looked at
   */
  List<Difference> differences(List<Checked> entries) {
    compareLedger(entries);
    compareReport();
    return found;
  }

  private void compareLedger(List<Checked> entries) {
    Booked ledger = sources.ledger;
    Events events = sources.events;
    ledger(Cause.CORRECTED, ledger.corrected().negated(), "taken back by corrections");
    Figures beyond = events.all().minus(events.below());
    Figures ahead = ledger.behind().minus(beyond);
    if (!sources.twice.isZero() && !ahead.isZero() && sources.twice.isWithin(beyond)) {
      // Not on its way: the auction was posted before.
      event(Cause.EVENT_DOUBLED, sources.twice.negated(), "auctions billed or charged twice");
      ahead = ahead.plus(sources.twice);
      twice = Figures.ZERO;
    }
    boolean behind = ahead.spendMicros() + ahead.costMicros() < 0 || ahead.impressions() < 0;
    ledger(
        behind ? Cause.LEDGER_BEHIND : Cause.INGEST_BEHIND,
        ahead,
        "beyond the offsets that both have come to");
    ledger(
        Cause.LEDGER_REFUSED, events.refused().negated(), "amounts or currencies that cannot be");
    ledger(
        Cause.POSTING_WRONG,
        ledger.posted().minus(ledger.entries()),
        "the postings are not what their entries say");
    Figures left = ledger.entries().minus(events.below().minus(events.refused()));
    if (left.isZero()) {
      add(Between.EVENTS, Cause.SETTLED_TWICE, twice, "auctions billed or charged twice");
    } else if (entries == null) {
      understood = false;
      ledger(Cause.UNEXPLAINED, left, "more entries than are looked at one by one");
    } else {
      compareEntries(entries);
    }
  }

  private void compareEntries(List<Checked> entries) {
    Figures outside = sources.events.below().minus(sources.events.refused());
    for (Checked one : entries) {
      outside = outside.minus(one.events);
      Figures more = one.events.minus(one.entry.figures());
      if (more.isZero()) {
        continue;
      }
      Cause cause = cause(one, more);
      twice = cause == Cause.EVENT_DOUBLED ? twice.minus(more) : twice;
      event(cause, more.negated(), place(one.entry));
    }
    if (!twice.isZero() && twice.isWithin(outside)) {
      event(Cause.EVENT_DOUBLED, twice.negated(), "auctions billed or charged twice");
      outside = outside.minus(twice);
    }
    boolean free = outside.isWithin(sources.events.free());
    ledger(
        free ? Cause.NOTHING_TO_BOOK : Cause.LEDGER_MISSING,
        outside.negated(),
        free ? "neither charged nor owed" : "events in no entry's range of offsets");
  }

  /** Why an entry's events come to more, or to less, than was posted. */
  private Cause cause(Checked one, Figures more) {
    if (more.impressions() < 0) {
      return Cause.EVENT_MISSING;
    }
    if (more.impressions() > 0) {
      return more.isWithin(twice) ? Cause.EVENT_DOUBLED : Cause.UNEXPLAINED;
    }
    if (more.isWithin(twice) && one.isWholeCharges(more)) {
      return Cause.EVENT_DOUBLED;
    }
    boolean less = more.negated().isWithin(one.entry.figures());
    return less && one.isWholeCharges(more) ? Cause.EVENT_MISSING : Cause.EVENT_ALTERED;
  }

  private static String place(LedgerFigures.Entry entry) {
    return "entry %d says %s; partition %d, offsets %d to %d"
        .formatted(
            entry.id(),
            entry.figures(),
            entry.partition(),
            entry.fromOffset(),
            entry.nextOffset() - 1);
  }

  /** The ledger is the third witness: of report and events, the one that it bears out is right. */
  private void compareReport() {
    Figures all = sources.events.all();
    Figures off = sources.report.minus(all);
    if (off.isZero()) {
      return;
    }
    if (off.equals(falsified)) {
      falsifications.forEach(
          one -> add(Between.EVENTS_REPORT, one.cause(), one.difference(), one.detail()));
    } else if (off.negated().isWithin(sources.events.pending())) {
      add(Between.EVENTS_REPORT, Cause.ROLLUP_PENDING, off, "not summed up anew yet");
    } else if (understood && falsified.isZero()) {
      add(Between.EVENTS_REPORT, Cause.ROLLUP_STALE, off, "the ledger bears the events out");
    } else {
      add(Between.EVENTS_REPORT, Cause.UNEXPLAINED, off, "the ledger bears neither out");
    }
  }

  /** A fault of events: what they have is not what was settled. */
  private void event(Cause cause, Figures figures, String detail) {
    falsified = falsified.plus(figures);
    ledger(cause, figures, detail);
    falsifications.add(found.getLast());
  }

  private void ledger(Cause cause, Figures figures, String detail) {
    add(Between.EVENTS_LEDGER, cause, figures, detail);
  }

  private void add(Between between, Cause cause, Figures figures, String detail) {
    if (!figures.isZero()) {
      found.add(Difference.of(cell, between, cause, figures, detail));
    }
  }
}
