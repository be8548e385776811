package io.adplatform.rtb.auction;

import io.adplatform.wire.catalogue.SupplyPartner;
import org.agrona.collections.Long2LongHashMap;

/**
 * How many requests a partner may still send to this lane: its rate divided by the lanes, as a
 * token bucket of one second (in the form of the theoretical arrival time of the generic cell rate
 * algorithm, ITU-T I.371). One lane; allocates only for a partner's first request.
 */
final class PartnerRates {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long NEVER = Long.MIN_VALUE;

  private final Long2LongHashMap arrivals = new Long2LongHashMap(NEVER);
  private final int lanes;

  /** A partner's requests are spread over this many lanes. */
  PartnerRates(int lanes) {
    this.lanes = lanes;
  }

  /** Whether a request is within the partner's rate; one that is uses it up. */
  boolean admits(SupplyPartner partner, long nowNanos) {
    long interval = NANOS_PER_SECOND * lanes / Math.max(1, partner.queriesPerSecond());
    long arrival = arrivals.get(partner.id());
    long due = arrival == NEVER || arrival - nowNanos < 0 ? nowNanos : arrival;
    if (due - nowNanos > Math.max(NANOS_PER_SECOND, interval) - interval) {
      return false;
    }
    arrivals.put(partner.id(), due + interval);
    return true;
  }
}
