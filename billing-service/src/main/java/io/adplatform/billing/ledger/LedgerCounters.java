package io.adplatform.billing.ledger;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What the ledger counts; counted once it is committed. Thread-safe. */
public final class LedgerCounters {
  private final Counter settled;
  private final Counter refused;
  private final Counter unknownLineItems;
  private final MeterRegistry registry;

  /** Registers the counters. */
  public LedgerCounters(MeterRegistry registry) {
    this.registry = registry;
    this.settled = entries(Entry.Kind.SETTLED);
    this.refused =
        Counter.builder("adplatform.billing.ledger.refused")
            .description(
                "Settled events in no entry: their amount or currency cannot be. The books differ"
                    + " from the report by them")
            .register(registry);
    this.unknownLineItems =
        Counter.builder("adplatform.billing.ledger.unknown.line.items")
            .description(
                "Entries of line items that are not known: nobody is asked for their money")
            .register(registry);
  }

  private Counter entries(Entry.Kind kind) {
    return Counter.builder("adplatform.billing.ledger.entries")
        .description("Entries posted, by what they are of")
        .tag("kind", kind.name())
        .register(registry);
  }

  /** Counts a batch that was posted. */
  public void posted(Ledger.Posted posted, int refusedEvents) {
    settled.increment(posted.entries());
    unknownLineItems.increment(posted.unknownLineItems());
    refused.increment(refusedEvents);
  }

  /** Counts an entry that was made by hand. */
  void made(Entry.Kind kind) {
    entries(kind).increment();
  }
}
