package io.adplatform.billing.settlement;

import io.adplatform.billing.ledger.LedgerCounters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What settlement counts. Thread-safe. */
final class SettledCounters {
  final Counter closed;
  final Counter mismatches;
  final Counter unknownLeases;
  final Counter unreadable;
  final Counter gaps;
  final Counter resets;
  final LedgerCounters ledger;

  SettledCounters(MeterRegistry registry) {
    ledger = new LedgerCounters(registry);
    closed = counter(registry, "leases.closed", "Leases closed");
    mismatches =
        counter(
            registry,
            "settled.mismatches",
            "Closed leases of which settlement and the sums here say different things");
    unknownLeases =
        counter(registry, "settled.unknown.leases", "Leases that were charged and are not here");
    unreadable = counter(registry, "settled.unreadable", "Messages of an unknown kind");
    resets =
        counter(
            registry,
            "settled.resets",
            "Partitions of the topic settled that were made anew or lost their end");
    gaps = counter(registry, "settled.gaps", "Times that offsets to be read next were not there");
  }

  private static Counter counter(MeterRegistry registry, String name, String description) {
    return Counter.builder("adplatform.billing." + name)
        .description(description)
        .register(registry);
  }
}
