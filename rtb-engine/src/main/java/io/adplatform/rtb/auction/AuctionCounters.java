package io.adplatform.rtb.auction;

import io.adplatform.decision.choice.Candidates;
import io.adplatform.runtime.metrics.EnumCounters;
import io.adplatform.runtime.metrics.LatencyHistogram;
import io.adplatform.runtime.metrics.Metrics;
import io.adplatform.wire.event.Reason;

/** What the auctions of one lane count. Written by the lane, read by any thread. */
final class AuctionCounters {
  /** What became of records. */
  enum Recorded {
    RECORD,
    RECORD_NOT_TAKEN,
    DETAIL,
    DETAIL_NOT_TAKEN
  }

  /** Auctions by why there was no bid; NONE counts the bids. */
  final EnumCounters<Reason> outcomes;

  /** The same of requests with {@code test} 1, which count nowhere else. */
  final EnumCounters<Reason> testOutcomes;

  /** What the best candidates were told that did not win. */
  final EnumCounters<Reason> losses;

  /** Bids beside the first on their imp; NONE counts those that were made. */
  final EnumCounters<Reason> additionalBids;

  final EnumCounters<Recorded> records;

  /** What became of requests for which counters of caps were wanted. */
  final EnumCounters<Lookup> lookups;

  /** From the question for counters to their answer, where it came in time. */
  final LatencyHistogram lookup;

  final LatencyHistogram decide;

  /** How it went where line items with frequency caps were to be decided on. */
  enum Lookup {
    ANSWERED,
    /** The deadline came first. */
    LATE,
    /** The store failed while it was asked. */
    FAILED,
    /** The store could not be reached. */
    AWAY,
    /** The store had too many questions unanswered. */
    BUSY,
    /** Too many requests were waiting already. */
    NO_ROOM,
    /** The SSP leaves too little time to ask. */
    NO_TIME,
    /** No id of the user that may be used. */
    NO_USER,
    /** The SSP went away meanwhile. */
    ABANDONED
  }

  AuctionCounters(Metrics metrics) {
    lookups =
        metrics.counters(
            "adplatform_frequency_lookups_total",
            "Requests for which the counters of frequency caps were wanted",
            "outcome",
            Lookup.class);
    lookup =
        metrics.latency(
            "adplatform_frequency_lookup_seconds", "From asking for counters to their answer");
    outcomes =
        metrics.counters(
            "adplatform_auctions_total",
            "Auctions by outcome; none is a bid",
            "reason",
            Reason.class);
    testOutcomes =
        metrics.counters(
            "adplatform_test_auctions_total",
            "Auctions of test requests by outcome; none is a bid",
            "reason",
            Reason.class);
    additionalBids =
        metrics.counters(
            "adplatform_additional_bids_total",
            "Bids beside the first on their imp, by outcome; none is a bid",
            "reason",
            Reason.class);
    losses =
        metrics.counters(
            "adplatform_candidates_lost_total",
            "Why the best candidates did not bid",
            "reason",
            Reason.class);
    records =
        metrics.counters(
            "adplatform_auction_records_total",
            "Records offered to the journal",
            "outcome",
            Recorded.class);
    decide =
        metrics.latency(
            "adplatform_auction_decide_seconds", "From a request read to its auctions decided");
  }

  /** Counts why candidates for an imp did not win. */
  void losses(ImpBids bids) {
    losses(bids.open);
    for (int i = 0; i < bids.offers.count(); i++) {
      losses(bids.offers.get(i).candidates());
    }
  }

  private void losses(Candidates candidates) {
    for (int i = 0; i < candidates.count(); i++) {
      if (candidates.reason(i) != Reason.NONE) {
        losses.increment(candidates.reason(i));
      }
    }
  }
}
