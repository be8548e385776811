package io.adplatform.analytics.collect;

import io.adplatform.runtime.metrics.EnumCounters;
import io.adplatform.runtime.metrics.LatencyHistogram;
import io.adplatform.runtime.metrics.Metrics;

/** What a lane counts of the beacons and notices that it takes. Written by the lane alone. */
public final class CollectCounters {
  private static final String UNKNOWN_KIND = "unknown";

  private final EnumCounters<CollectOutcome>[] outcomes;
  private final EnumCounters<CollectOutcome> unknownKind;
  private final EnumCounters<LossReason> losses;
  private final LatencyHistogram recorded;

  /** Counters that are added to those of the other lanes. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  public CollectCounters(Metrics metrics) {
    BeaconKind[] kinds = BeaconKind.values();
    outcomes = new EnumCounters[kinds.length];
    for (BeaconKind kind : kinds) {
      outcomes[kind.ordinal()] = outcomes(metrics, kind.label());
    }
    unknownKind = outcomes(metrics, UNKNOWN_KIND);
    losses =
        metrics.counters(
            "adplatform_losses_notified_total",
            "Loss notices by the reason that the supply partner gives",
            "reason",
            LossReason.class);
    recorded =
        metrics.latency(
            "adplatform_beacon_recorded_seconds",
            "From offering a beacon or notice to the journal to its answer");
  }

  private static EnumCounters<CollectOutcome> outcomes(Metrics metrics, String kind) {
    return metrics.counters(
        "adplatform_beacons_total",
        "Beacons and notices by kind and by what became of them",
        "outcome",
        CollectOutcome.class,
        "kind",
        kind);
  }

  /**
   * Counts a request.
   *
   * @param kind null where there is none of that path
   */
  void count(BeaconKind kind, CollectOutcome outcome) {
    (kind == null ? unknownKind : outcomes[kind.ordinal()]).increment(outcome);
  }

  /** Counts a loss notice that was taken. */
  void countLoss(int reason) {
    losses.increment(LossReason.of(reason));
  }

  /** Notes how long an answer waited for the journal. */
  void recordedAfter(long nanos) {
    recorded.record(nanos);
  }

  /** Requests of all kinds with an outcome. Any thread. */
  long get(CollectOutcome outcome) {
    long sum = unknownKind.get(outcome);
    for (EnumCounters<CollectOutcome> ofKind : outcomes) {
      sum += ofKind.get(outcome);
    }
    return sum;
  }
}
