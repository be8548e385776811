package io.adplatform.simulator.audit;

import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.decision.frequency.CapScope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds what users saw against their frequency caps. The claim is that of ADR 0038: of all
 * impressions in one window take the one that was asked for last; the others that the counters knew
 * of at that moment are fewer than the cap. Not known is what was out when counters were lost, and
 * what was not counted yet when its reservation had ended. Windows are shorter by as much as clocks
 * differed. Times are milliseconds since the simulation's start, as they really were.
 */
public final class CapAuditor {
  /** The invariant. */
  static final String CAPPED = "no user sees more than the cap";

  /** A clock that jumped is felt so long after it is right again. */
  private static final long FELT_MILLIS = 600_000;

  /** No node's clock differs where all differ by no more. */
  private static final long STEP_MILLIS = 100;

  /** Longer than the longest window of a frequency cap, and than a bid is remembered. */
  private static final long KEPT_MILLIS = 2_400_000;

  private static final long NEVER = Long.MAX_VALUE;

  private record Auction(long hi, long lo) {}

  private record Seen(long atMillis, long stampMillis) {}

  private record Key(long user, CapScope.Kind kind, long id) {}

  /** A bid of a line item with caps. */
  private static final class Bid {
    final long user;
    final CapScope[] scopes;
    final long order;
    final long askedMillis;
    final long reservedUntilMillis;
    final List<Seen> beacons = new ArrayList<>();
    long seenMillis;
    long countedMillis = NEVER;

    Bid(long user, CapScope[] scopes, long order, long askedMillis, long reservedUntilMillis) {
      this.user = user;
      this.scopes = scopes;
      this.order = order;
      this.askedMillis = askedMillis;
      this.reservedUntilMillis = reservedUntilMillis;
    }
  }

  private final Map<Auction, Bid> bids = new HashMap<>();
  private final Deque<Auction> inOrder = new ArrayDeque<>();
  private final Map<Key, List<Bid>> impressions = new HashMap<>();
  private final Deque<Long> losses = new ArrayDeque<>();
  private final Deque<long[]> leaps = new ArrayDeque<>();
  private long order;
  private long checked;

  /**
   * A bid was sent.
   *
   * @param askedMillis when its user's counters were asked
   * @param expiryMillis when its token expires, by real time
   */
  public void bid(
      long auctionHi,
      long auctionLo,
      long user,
      CapScope[] scopes,
      long askedMillis,
      long expiryMillis) {
    Bid bid = new Bid(user, scopes, ++order, askedMillis, expiryMillis + CapLookup.SETTLING_MILLIS);
    Auction auction = new Auction(auctionHi, auctionLo);
    bids.put(auction, bid);
    inOrder.addLast(auction);
  }

  /** A beacon was taken, and stamped by its node. */
  public void beacon(long auctionHi, long auctionLo, long nowMillis, long stampMillis) {
    Bid bid = bids.get(new Auction(auctionHi, auctionLo));
    if (bid != null) {
      bid.beacons.add(new Seen(nowMillis, stampMillis));
    }
  }

  /** The counters have taken an impression. */
  public void counted(long auctionHi, long auctionLo, long nowMillis) {
    Bid bid = bids.get(new Auction(auctionHi, auctionLo));
    if (bid != null && bid.countedMillis == NEVER) {
      bid.countedMillis = nowMillis;
    }
  }

  /** The counters were emptied. */
  public void countersLost(long nowMillis) {
    losses.addLast(nowMillis);
  }

  /** A node's clock is wrong by so much now, either way. */
  public void clockIsOff(long nowMillis, long byMillis) {
    if (!leaps.isEmpty() && leaps.peekLast()[1] == byMillis) {
      leaps.peekLast()[0] = nowMillis;
    } else {
      leaps.addLast(new long[] {nowMillis, byMillis});
    }
  }

  /** An impression was settled, and counts. */
  public void settled(long auctionHi, long auctionLo, long stampMillis, long nowMillis) {
    Bid bid = bids.get(new Auction(auctionHi, auctionLo));
    if (bid == null) {
      return;
    }
    bid.seenMillis = NEVER;
    for (Seen beacon : bid.beacons) {
      if (beacon.stampMillis == stampMillis) {
        bid.seenMillis = Math.min(bid.seenMillis, beacon.atMillis);
      }
    }
    for (CapScope scope : bid.scopes) {
      List<Bid> seen =
          impressions.computeIfAbsent(
              new Key(bid.user, scope.kind(), scope.id()), key -> new ArrayList<>());
      seen.removeIf(one -> one.askedMillis < nowMillis - KEPT_MILLIS);
      seen.add(bid);
      for (int cap = 0; cap < scope.count(); cap++) {
        check(scope, cap, bid, seen, nowMillis);
      }
    }
  }

  private void check(CapScope scope, int cap, Bid newest, List<Bid> seen, long nowMillis) {
    long differ = clocksDiffered(nowMillis - scope.windowMillis(cap) - FELT_MILLIS);
    long window = scope.windowMillis(cap) - differ;
    for (Bid first : seen) {
      boolean holdsNewest =
          first.seenMillis <= newest.seenMillis && newest.seenMillis < first.seenMillis + window;
      if (holdsNewest) {
        checked++;
        int known = known(seen, first.seenMillis, first.seenMillis + window, differ);
        if (known >= scope.impressions(cap)) {
          throw new Violation(
              CAPPED,
              String.format(
                  "user %d saw %s %d after %d others within %d s, where %d are allowed",
                  newest.user,
                  scope.kind(),
                  scope.id(),
                  known,
                  scope.windowMillis(cap) / 1_000,
                  scope.impressions(cap)),
              nowMillis);
        }
      }
    }
  }

  /** How many of a window's impressions were known when the last of them was asked for. */
  private int known(List<Bid> seen, long fromMillis, long untilMillis, long differMillis) {
    Bid last = null;
    for (Bid bid : seen) {
      boolean within = bid.seenMillis >= fromMillis && bid.seenMillis < untilMillis;
      last = within && (last == null || bid.order > last.order) ? bid : last;
    }
    int known = 0;
    for (Bid bid : seen) {
      boolean within = bid.seenMillis >= fromMillis && bid.seenMillis < untilMillis;
      known += within && bid != last && isKnown(bid, last.askedMillis, differMillis) ? 1 : 0;
    }
    return known;
  }

  private boolean isKnown(Bid bid, long atMillis, long differMillis) {
    for (long lost : losses) {
      if (lost >= bid.askedMillis && lost <= atMillis) {
        return false;
      }
    }
    return bid.askedMillis < atMillis
        && (bid.countedMillis < atMillis
            || atMillis + differMillis + STEP_MILLIS < bid.reservedUntilMillis);
  }

  /** How much clocks differed at most since a time. */
  private long clocksDiffered(long sinceMillis) {
    long most = 0;
    for (long[] leap : leaps) {
      most = leap[0] >= sinceMillis ? Math.max(most, leap[1]) : most;
    }
    return 2 * most;
  }

  /** Forgets what is in no window any more. */
  public void forget(long nowMillis) {
    long beforeMillis = nowMillis - KEPT_MILLIS;
    while (!inOrder.isEmpty() && bids.get(inOrder.peekFirst()).askedMillis < beforeMillis) {
      bids.remove(inOrder.removeFirst());
    }
    while (!losses.isEmpty() && losses.peekFirst() < beforeMillis) {
      losses.removeFirst();
    }
    while (!leaps.isEmpty() && leaps.peekFirst()[0] < beforeMillis) {
      leaps.removeFirst();
    }
  }

  /** How many windows were looked at. */
  public long checked() {
    return checked;
  }
}
