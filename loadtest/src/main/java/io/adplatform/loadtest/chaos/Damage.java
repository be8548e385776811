package io.adplatform.loadtest.chaos;

import io.adplatform.loadtest.exchange.Exchange;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counters that no fault of a run may move: what they count is money or events that are missing or
 * do not agree. They begin anew with their process, so that they are looked at before it is struck.
 * {@code adplatform_settle_commits_failed_total} is none of them: a job that starts again commits
 * once more what was committed before it was killed, and counts that Kafka refuses it.
 */
final class Damage {
  static final List<String> COUNTERS =
      List.of(
          "adplatform_billing_ledger_refused_total",
          "adplatform_billing_settled_gaps_total",
          "adplatform_billing_settled_resets_total",
          "adplatform_billing_settled_mismatches_total",
          "adplatform_billing_settled_unknown_leases_total",
          "adplatform_ingest_chain_breaks_total",
          "adplatform_settle_events_missing_total");

  private final Exchange exchange;
  private final Map<String, Double> most = new TreeMap<>();
  private int looks;

  Damage(Exchange exchange) {
    this.exchange = exchange;
  }

  /** Looks once; what does not answer now, because it was struck, is looked at the next time. */
  void look() throws InterruptedException {
    try {
      take(exchange.metrics());
      looks++;
    } catch (IOException e) {
      // Its counters are those of a process that has just begun.
    }
  }

  void take(Map<String, Double> metrics) {
    for (String counter : COUNTERS) {
      Double value = metrics.get(counter);
      if (value != null) {
        most.merge(counter, value, Math::max);
      }
    }
  }

  /** How often all parts answered. */
  int looks() {
    return looks;
  }

  /** What was counted, and which counters nobody told; empty where all is well. */
  List<String> found() {
    return COUNTERS.stream()
        .filter(counter -> most.getOrDefault(counter, -1.0) != 0)
        .map(
            counter ->
                counter + " is " + (most.containsKey(counter) ? most.get(counter) : "not told"))
        .toList();
  }
}
