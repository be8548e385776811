package io.adplatform.decision.frequency;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Counters in memory, which any number of stepped lanes share, for simulations and tests: what is
 * asked is answered at the next {@link #doWork}. One thread.
 */
public final class MemoryCapStore implements CapStore, CapCounter {
  private final Map<Key, Tally> tallies = new HashMap<>();
  private final Map<AuctionId, Bid> bids = new HashMap<>();

  /** What is in {@link #bids}, or was noted anew since, by the end of its time. */
  private final PriorityQueue<Noted> ends = new PriorityQueue<>();

  private final Deque<Question> questions = new ArrayDeque<>();
  private final List<Runnable> changes = new ArrayList<>();
  private long nowMillis;
  private boolean away;
  private int known;

  private record Key(long userHigh, long userLow, CapScope.Kind kind, long id) {}

  private record AuctionId(long hi, long lo) {}

  private record Bid(long userHigh, long userLow, AuctionId imp, long untilMillis) {}

  private record Noted(AuctionId id, long untilMillis) implements Comparable<Noted> {
    @Override
    public int compareTo(Noted other) {
      return Long.compare(untilMillis, other.untilMillis);
    }
  }

  private record Question(CapLookup lookup, int generation) {}

  /** One user's impressions of one scope: by bid when seen, by imp until when reserved. */
  private static final class Tally {
    final Map<AuctionId, Long> seen = new HashMap<>();
    final Map<AuctionId, Long> reserved = new HashMap<>();

    boolean isFree(CapScope scope, AuctionId imp, long now) {
      long outstanding = 0;
      for (Map.Entry<AuctionId, Long> entry : reserved.entrySet()) {
        outstanding += entry.getValue() > now && !entry.getKey().equals(imp) ? 1 : 0;
      }
      for (int cap = 0; cap < scope.count(); cap++) {
        long from = now - scope.windowMillis(cap);
        long counted = 0;
        for (long time : seen.values()) {
          counted += time > from ? 1 : 0;
        }
        if (counted + outstanding >= scope.impressions(cap)) {
          return false;
        }
      }
      return true;
    }

    void trim(CapScope scope) {
      while (seen.size() > scope.mostImpressions()) {
        seen.remove(
            seen.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey());
      }
    }
  }

  /** Lets time go on: what is reserved and noted ends by it. */
  public void advanceTo(long millis) {
    nowMillis = millis;
    while (!ends.isEmpty() && ends.peek().untilMillis <= nowMillis) {
      AuctionId id = ends.poll().id;
      Bid bid = bids.get(id);
      if (bid != null && bid.untilMillis <= nowMillis) {
        bids.remove(id);
      }
    }
  }

  /** Whether the counters can be reached; while away, what was asked fails at the next work. */
  public void away(boolean isAway) {
    away = isAway;
  }

  /** Loses everything. */
  public void empty() {
    tallies.clear();
    bids.clear();
    ends.clear();
  }

  @Override
  public Asking ask(CapLookup lookup) {
    if (away) {
      return Asking.AWAY;
    }
    lookup.asked();
    questions.add(new Question(lookup, lookup.generation()));
    reserve(lookup);
    return Asking.ASKED;
  }

  private void reserve(CapLookup lookup) {
    List<Runnable> undo = new ArrayList<>();
    for (int i = 0; i < lookup.count(); i++) {
      AuctionId imp = new AuctionId(lookup.auctionHi(), lookup.impLo(i));
      CapScope[] scopes = lookup.scopes(i);
      Tally[] of = new Tally[scopes.length];
      boolean may = true;
      for (int s = 0; s < scopes.length; s++) {
        of[s] = tally(lookup, scopes[s]);
        may &= of[s].isFree(scopes[s], imp, lookup.nowMillis());
      }
      lookup.allow(i, may);
      for (int s = 0; s < scopes.length && may; s++) {
        Tally tally = of[s];
        tally.reserved.values().removeIf(end -> end <= lookup.nowMillis());
        long until = lookup.nowMillis() + CapLookup.RESERVATION_MILLIS;
        if (tally.reserved.putIfAbsent(imp, until) == null && !lookup.reserves()) {
          undo.add(() -> tally.reserved.remove(imp));
        }
      }
    }
    undo.forEach(Runnable::run);
  }

  private static Key key(CapLookup lookup, CapScope scope) {
    return new Key(lookup.userHigh(), lookup.userLow(), scope.kind(), scope.id());
  }

  private Tally tally(CapLookup lookup, CapScope scope) {
    return tallies.computeIfAbsent(key(lookup, scope), key -> new Tally());
  }

  /** Answers what was asked. */
  public int doWork() {
    int work = questions.size();
    while (!questions.isEmpty()) {
      Question question = questions.poll();
      if (question.lookup.generation() != question.generation) {
        continue;
      }
      if (away) {
        question.lookup.failed();
      } else {
        for (int i = 0; i < question.lookup.accountCount(); i++) {
          question.lookup.answered();
        }
      }
    }
    return work;
  }

  @Override
  public void settle(CapLookup lookup) {
    if (away || !lookup.reserves()) {
      return;
    }
    for (int i = 0; i < lookup.count(); i++) {
      if (lookup.wonLo(i) == 0) {
        AuctionId imp = new AuctionId(lookup.auctionHi(), lookup.impLo(i));
        for (CapScope scope : lookup.scopes(i)) {
          tally(lookup, scope).reserved.remove(imp);
        }
      }
    }
    for (int i = 0; i < lookup.count(); i++) {
      if (lookup.wonLo(i) != 0) {
        AuctionId imp = new AuctionId(lookup.auctionHi(), lookup.impLo(i));
        long until = lookup.wonExpiryMillis(i) + CapLookup.SETTLING_MILLIS;
        for (CapScope scope : lookup.scopes(i)) {
          tally(lookup, scope).reserved.put(imp, until);
        }
        AuctionId bid = new AuctionId(lookup.auctionHi(), lookup.wonLo(i));
        long known = until + CapLookup.REMEMBERED_MILLIS;
        bids.put(bid, new Bid(lookup.userHigh(), lookup.userLow(), imp, known));
        ends.add(new Noted(bid, known));
      }
    }
  }

  @Override
  public void seen(CapScope[] scopes, long auctionHi, long auctionLo, long timeMillis) {
    AuctionId id = new AuctionId(auctionHi, auctionLo);
    changes.add(
        () -> {
          Bid bid = bids.get(id);
          if (bid == null) {
            return;
          }
          known++;
          for (CapScope scope : scopes) {
            Tally tally = tally(bid, scope);
            tally.reserved.remove(bid.imp);
            tally.seen.putIfAbsent(id, timeMillis);
            tally.trim(scope);
          }
        });
  }

  @Override
  public void lost(CapScope[] scopes, long auctionHi, long auctionLo) {
    AuctionId id = new AuctionId(auctionHi, auctionLo);
    changes.add(
        () -> {
          Bid bid = bids.get(id);
          if (bid == null) {
            return;
          }
          known++;
          for (CapScope scope : scopes) {
            tally(bid, scope).reserved.remove(bid.imp);
          }
        });
  }

  private Tally tally(Bid bid, CapScope scope) {
    return tallies.computeIfAbsent(
        new Key(bid.userHigh, bid.userLow, scope.kind(), scope.id()), key -> new Tally());
  }

  @Override
  public int flush() {
    if (away) {
      changes.clear();
      throw new UncheckedIOException(new IOException("the counters cannot be reached"));
    }
    known = 0;
    changes.forEach(Runnable::run);
    changes.clear();
    return known;
  }

  @Override
  public void close() {
    // Memory alone.
  }
}
