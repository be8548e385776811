package io.adplatform.rtb.auction;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.choice.CapProbe;
import io.adplatform.decision.choice.DealOffers;
import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.decision.frequency.CapStore;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.rtb.auction.AuctionCounters.Lookup;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.frequency.UserIdHash;
import io.adplatform.wire.openrtb.BidRequest;

/**
 * Asks for the counters of frequency caps, where a request may concern line items that have some.
 * One lane; allocates nothing.
 */
final class CapQuestions {
  /**
   * The longest wait for counters: their deadline of 2 ms and as much as the lane's timers are late
   * at most, rounded up.
   */
  static final int WAIT_MILLIS = 4;

  private final CapStore store;
  private final AuctionCounters counters;
  private final UserIdHash user;
  private final CapProbe probe = new CapProbe();

  CapQuestions(LaneParts parts, AuctionCounters counters) {
    this.store = parts.caps();
    this.counters = counters;
    this.user = new UserIdHash(parts.keys());
  }

  /**
   * Adds the line items with caps that an imp's query is for, without a deal and on its deals.
   *
   * @param open why nobody can bid without a deal, or NONE
   */
  void collect(
      CatalogueSnapshot snapshot,
      AdQuery query,
      Reason open,
      DealOffers offers,
      long now,
      int imp,
      long auctionHi,
      CapLookup into) {
    long lo = into.firstLo() + imp;
    if (open == Reason.NONE) {
      probe.collect(snapshot, query, now, auctionHi, lo, imp, into);
    }
    for (int i = 0; i < offers.count(); i++) {
      if (offers.get(i).refused() == Reason.NONE) {
        probe.collect(snapshot, query, offers.get(i), now, auctionHi, lo, imp, into);
      }
    }
  }

  /**
   * Asks.
   *
   * @param tmaxMillis what the SSP leaves for the whole answer
   * @param mayWait whether there is room for another request that waits
   * @return whether the answer will come
   */
  boolean ask(
      BidRequest request,
      SupplyPartner partner,
      CapLookup lookup,
      int tmaxMillis,
      boolean mayWait) {
    if (!user.hash(request, partner.id())) {
      counters.lookups.increment(Lookup.NO_USER);
      return false;
    }
    if (tmaxMillis < LaneAuctions.MIN_TMAX_MILLIS + WAIT_MILLIS) {
      counters.lookups.increment(Lookup.NO_TIME);
      return false;
    }
    if (!mayWait) {
      counters.lookups.increment(Lookup.NO_ROOM);
      return false;
    }
    lookup.user(user.high(), user.low());
    CapStore.Asking asking = store.ask(lookup);
    switch (asking) {
      case ASKED -> {
        return true;
      }
      case AWAY -> counters.lookups.increment(Lookup.AWAY);
      case BUSY -> counters.lookups.increment(Lookup.BUSY);
    }
    return false;
  }

  /** Counts how it went. */
  void resumed(CapLookup lookup, long waitedNanos) {
    if (lookup.isAnswered()) {
      counters.lookups.increment(Lookup.ANSWERED);
      counters.lookup.record(waitedNanos);
    } else {
      counters.lookups.increment(lookup.isLate() ? Lookup.LATE : Lookup.FAILED);
    }
  }

  /** Tells the store what won. */
  void settle(CapLookup lookup) {
    store.settle(lookup);
  }

  /** Gives back what was reserved for an answer that nobody takes. */
  void abandon(CapLookup lookup) {
    counters.lookups.increment(Lookup.ABANDONED);
    store.settle(lookup);
  }
}
