package io.adplatform.simulator;

import java.util.Map;

/**
 * What came of a simulation in which every invariant held. Amounts are micros.
 *
 * @param virtualMillis how long it was, with the time until all was settled
 * @param tookNanos how long that took
 * @param budgetMicros of all line items that have one, for the days that were simulated
 * @param chargedMicros on all line items
 * @param overDeliveryMicros delivered beyond
 * @param answered beacons that were recorded and answered
 * @param counted settled events that count: auctions and impressions
 * @param repeats settled as such
 * @param late settled as such
 * @param struck how often each kind of fault had an effect
 */
public record Summary(
    long virtualMillis,
    long tookNanos,
    long requests,
    long bids,
    long budgetMicros,
    long chargedMicros,
    long overDeliveryMicros,
    long answered,
    long counted,
    long repeats,
    long late,
    Map<FaultKind, Long> struck) {
  /** How many times faster than real time it was. */
  public long speed() {
    return virtualMillis * 1_000_000 / Math.max(1, tookNanos);
  }
}
