package io.adplatform.decision.budget;

import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.event.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * A lane's shares of the node's leases. Owned by one lane: it reserves before a bid, and polls once
 * per duty cycle. Reserving allocates nothing but a line item's state when the lane first meets it.
 */
public final class BudgetGate implements Reservations {
  /** A line item is asked for at most so often, while nothing comes. */
  private static final int WANT_MILLIS = 500;

  /** And so often where the source refused it. */
  private static final int WANT_REFUSED_MILLIS = 2_000;

  /**
   * Line items without a lease that an auction waits for at a time: at a cold start the likely
   * winners are to have theirs first, not to stand behind all that would have lost to them.
   * Auctions offer their best first; a second and more are for those whose budget proves to be
   * small.
   */
  static final int MAX_AWAITED = 4;

  /** One that gets no answer for so long (another lane may have got all) keeps no other back. */
  static final int AWAIT_MILLIS = 2_000;

  /** More is asked for when less than one part in so many of the last lease is free. */
  private static final int WANT_AHEAD_PART = 4;

  /**
   * Or when what is free lasts no longer: a grant takes a tenth of a second, and a second on a busy
   * machine, and the leases of a line item that has just begun to spend are small.
   */
  private static final int WANT_AHEAD_SECONDS = 5;

  /** A lease in use is extended when no more than this is left of its time. */
  private static final int EXTEND_AHEAD_MILLIS = 30_000;

  /**
   * A line item that has not served for so long gives its leases back. At once would be too soon:
   * another lane may know of a line item, and share a lease of it, before this one does.
   */
  private static final int PAUSED_MILLIS = 2_000;

  private static final int EXTEND_AGAIN_MILLIS = 5_000;

  /**
   * A lease without a reservation for so long is left to end: a line item that matches every few
   * minutes is to find one, for without it is passed over. What it keeps from others meanwhile is
   * half of what is free at most, and of a small budget all.
   */
  private static final int IDLE_MILLIS = 300_000;

  /** A line item without a lease that no auction met for so long is forgotten. */
  private static final int FORGET_MILLIS = 600_000;

  /** Messages taken per poll, and line items looked over: a bound on what a duty cycle loses. */
  private static final int MESSAGES_PER_POLL = 64;

  private static final int SWEEP_PER_POLL = 32;

  /**
   * All line items are looked over once in so long, where the lane turns often enough for it:
   * sooner than any wait that it ends, and rare enough that 10,000 of them cost a lane a few
   * thousandths of its time, however many duty cycles it makes.
   */
  private static final int SWEEP_MILLIS = 1_000;

  /** A share that this lane found no use for so long goes to the other lane whole. */
  private static final int GIVE_ALL_MILLIS = 5_000;

  /** Half a share is given away only where this lane keeps a bid of it. */
  private static final int LEAST_BIDS = 2;

  private final LaneChannel channel;
  private final Long2ObjectHashMap<LineItemBudget> budgets = new Long2ObjectHashMap<>();
  private final List<LineItemBudget> sweep = new ArrayList<>();
  private int sweepAt;

  /** Up to when {@link #sweepDue} is counted. */
  private long sweptMillis;

  /** How many line items are still to be looked over by now. */
  private int sweepDue;

  private long settledThroughMillis;
  private long grantedLeaseAmountMicros;
  private long grantedExpirySecond;
  private long grantedReserveMicros;

  /** Line items met since the last reservation or poll that are awaited. */
  private int awaited;

  /** Whether a line item, by its id, may be bid on at all. */
  private LongPredicate serving = lineItemId -> true;

  /** Whether the node stops: nothing is reserved any more. */
  private boolean retiring;

  /** Whether the node's thread was told that all is released. */
  private boolean retired;

  BudgetGate(LaneChannel channel) {
    this.channel = channel;
  }

  /**
   * Sets aside what a bid may cost.
   *
   * @param chargeMicros what its one charged signal costs; 0 for a test, which sets nothing aside
   * @param ttlSeconds how long it may be charged; a lease may shorten it
   * @return the lease that pays, positive; or a {@link Reason}'s code, negated: NO_LEASE where
   *     there is none with room, BUDGET_EXHAUSTED where the source said so
   */
  public long tryReserve(long lineItemId, long chargeMicros, int ttlSeconds, long nowMillis) {
    return tryReserve(lineItemId, chargeMicros, LineItem.Participation.ALL, ttlSeconds, nowMillis);
  }

  @Override
  public long tryReserve(
      long lineItemId, long chargeMicros, int chargesPerMillion, int ttlSeconds, long nowMillis) {
    if (retiring) {
      return -Reason.NO_LEASE.code();
    }
    LineItemBudget budget = budgets.get(lineItemId);
    if (budget == null) {
      budget = meet(lineItemId, nowMillis);
    }
    budget.touchedMillis = nowMillis;
    if (chargeMicros > 0) {
      budget.priceMicros = chargeMicros;
    }
    boolean rare = chargesPerMillion != LineItem.Participation.ALL && chargeMicros > 0;
    long reserveMicros = budget.rate.of(chargeMicros);
    long expirySecond = nowMillis / 1_000 + ttlSeconds;
    for (LaneLease lease = budget.first; lease != null; lease = lease.next) {
      if (!lease.isOpen(nowMillis)) {
        continue;
      }
      if (rare) {
        long left = lease.shareMicros() - lease.chargedMicros();
        reserveMicros = budget.rate.of(chargeMicros, chargesPerMillion, left);
      }
      if (fits(lease, reserveMicros, chargeMicros, expirySecond)) {
        awaited = 0;
        grantedReserveMicros = reserveMicros;
        lease.lastReservedMillis = nowMillis;
        budget.spend(reserveMicros, nowMillis);
        grantedLeaseAmountMicros = lease.amountMicros;
        grantedExpirySecond = lease.expirySecond(expirySecond);
        wantAhead(budget, lease, nowMillis);
        return lease.leaseId;
      }
    }
    wantInTurn(budget, nowMillis);
    return -budget.refusal.code();
  }

  @Override
  public long grantedLeaseAmountMicros() {
    return grantedLeaseAmountMicros;
  }

  @Override
  public long grantedReserveMicros() {
    return grantedReserveMicros;
  }

  @Override
  public long grantedExpirySecond() {
    return grantedExpirySecond;
  }

  /**
   * Takes a reservation back, because the bid was not sent after all; before the next {@link
   * #poll}.
   *
   * @param reserveMicros as granted
   * @param chargeMicros as reserved
   * @param expirySecond as granted
   */
  public void cancel(
      long lineItemId, long leaseId, long reserveMicros, long chargeMicros, long expirySecond) {
    LineItemBudget budget = budgets.get(lineItemId);
    LaneLease lease = budget == null ? null : budget.find(leaseId);
    if (lease != null && chargeMicros > 0) {
      lease.cancel(reserveMicros, chargeMicros, expirySecond);
    }
  }

  /**
   * Says which line items a new catalogue has serving: leases of the others are given back, some in
   * each poll, so that what is paused holds no money of its campaign.
   */
  public void serving(LongPredicate lineItemIds) {
    serving = lineItemIds;
  }

  /**
   * Takes grants and charges over from the node's thread and looks a few line items over; once per
   * duty cycle.
   *
   * @return how many messages were taken
   */
  public int poll(long nowMillis) {
    awaited = 0;
    int taken = 0;
    while (taken < MESSAGES_PER_POLL) {
      LaneMessage message = channel.take();
      if (message == null) {
        break;
      }
      apply(message, nowMillis);
      taken++;
    }
    if (retiring) {
      return taken + retire();
    }
    sweep(nowMillis);
    return taken;
  }

  /** How many line items the lane has a lease for, or met of late. */
  public int lineItems() {
    return sweep.size();
  }

  /** For tests: a lease in hand, or null. */
  LaneLease lease(long lineItemId, long leaseId) {
    LineItemBudget budget = budgets.get(lineItemId);
    return budget == null ? null : budget.find(leaseId);
  }

  private LineItemBudget meet(long lineItemId, long nowMillis) {
    LineItemBudget budget = budgets.get(lineItemId);
    if (budget == null) {
      budget = new LineItemBudget(lineItemId, nowMillis);
      budgets.put(lineItemId, budget);
      sweep.add(budget);
    }
    return budget;
  }

  private boolean fits(
      LaneLease lease, long reserveMicros, long chargeMicros, long wantedExpirySecond) {
    lease.dropSettled(settledThroughMillis);
    return lease.tryReserve(reserveMicros, chargeMicros, lease.expirySecond(wantedExpirySecond));
  }

  private void wantAhead(LineItemBudget budget, LaneLease lease, long nowMillis) {
    if (lease.next == null && nowMillis >= budget.nextWantMillis) {
      long soon = budget.spendMicrosPerMinute(nowMillis) * WANT_AHEAD_SECONDS / 60;
      if (lease.freeMicros() < Math.max(soon, lease.shareMicros() / WANT_AHEAD_PART)) {
        want(budget, nowMillis);
      }
    }
  }

  /** Asks for a line item that has nothing, unless enough better ones are awaited. */
  private void wantInTurn(LineItemBudget budget, long nowMillis) {
    if (awaited < MAX_AWAITED) {
      want(budget, nowMillis);
      if (budget.isAwaited(nowMillis, AWAIT_MILLIS)) {
        awaited++;
      }
    }
  }

  private void want(LineItemBudget budget, long nowMillis) {
    if (nowMillis >= budget.nextWantMillis) {
      boolean refused = budget.refusal != Reason.NO_LEASE;
      budget.nextWantMillis = nowMillis + (refused ? WANT_REFUSED_MILLIS : WANT_MILLIS);
      channel.say(
          LaneChannel.WANT,
          budget.lineItemId,
          budget.priceMicros,
          budget.spendMicrosPerMinute(nowMillis));
      budget.await(nowMillis);
    }
  }

  private void apply(LaneMessage message, long nowMillis) {
    switch (message) {
      case LaneMessage.Granted granted -> grant(granted.lease(), nowMillis);
      case LaneMessage.Added added -> {
        LaneLease lease = lease(added.lineItemId(), added.leaseId());
        // One that the lane has released, and maybe forgotten, is not taken up again: what is bid
        // on a lease is told once, with its release.
        if (lease != null && !lease.released) {
          lease.addShare(added.micros());
          granted(budgets.get(added.lineItemId()), nowMillis);
        }
      }
      case LaneMessage.Retimed retimed -> {
        LaneLease lease = lease(retimed.lineItemId(), retimed.leaseId());
        if (lease != null) {
          lease.update(retimed.bidUntilMillis(), retimed.lastExpiryMillis());
        }
      }
      case LaneMessage.Closed closed -> {
        LaneLease lease = lease(closed.lineItemId(), closed.leaseId());
        if (lease != null) {
          budgets.get(closed.lineItemId()).remove(lease);
        }
      }
      case LaneMessage.Charged charged -> {
        LaneLease lease = lease(charged.lineItemId(), charged.leaseId());
        if (lease != null) {
          lease.charge(charged.expirySecond(), charged.micros());
        }
      }
      case LaneMessage.SettledThrough settled ->
          settledThroughMillis = Math.max(settledThroughMillis, settled.millis());
      case LaneMessage.Refused refused -> {
        LineItemBudget budget = budgets.get(refused.lineItemId());
        if (budget != null) {
          budget.refusal = refused.reason();
          budget.answered(false);
        }
      }
      case LaneMessage.Give give -> give(give, nowMillis);
      case LaneMessage.Retire retire -> retiring = true;
    }
  }

  private void grant(LaneLease lease, long nowMillis) {
    LineItemBudget budget = meet(lease.lineItemId, nowMillis);
    lease.lastReservedMillis = nowMillis;
    budget.add(lease);
    granted(budget, nowMillis);
  }

  private static void granted(LineItemBudget budget, long nowMillis) {
    budget.refusal = Reason.NO_LEASE;
    budget.nextWantMillis = nowMillis;
    budget.answered(true);
  }

  /** Gives half of what is free, or all of it where this lane does not use it. */
  private void give(LaneMessage.Give give, long nowMillis) {
    LineItemBudget budget = budgets.get(give.lineItemId());
    LaneLease lease = budget == null ? null : budget.find(give.leaseId());
    if (lease == null || !lease.isOpen(nowMillis)) {
      channel.say(LaneChannel.GAVE, give.leaseId(), 0, give.toLane());
      return;
    }
    lease.dropSettled(settledThroughMillis);
    long free = Math.max(0, lease.freeMicros());
    boolean idle = nowMillis - budget.touchedMillis > GIVE_ALL_MILLIS;
    long half = free < LEAST_BIDS * budget.priceMicros ? 0 : free / 2;
    long micros = idle ? free : half;
    if (channel.say(LaneChannel.GAVE, give.leaseId(), micros, give.toLane())) {
      lease.addShare(-micros);
    }
  }

  /** Looks over as many line items as are due, all of them in {@link #SWEEP_MILLIS}. */
  private void sweep(long nowMillis) {
    int all = sweep.size();
    long elapsed = Math.clamp(nowMillis - sweptMillis, 0, SWEEP_MILLIS);
    sweptMillis = nowMillis;
    sweepDue = (int) Math.min(all, sweepDue + (all * elapsed + SWEEP_MILLIS - 1) / SWEEP_MILLIS);
    for (int i = 0; i < SWEEP_PER_POLL && sweepDue > 0 && !sweep.isEmpty(); i++) {
      if (sweepAt >= sweep.size()) {
        sweepAt = 0;
      }
      lookOver(sweep.get(sweepAt), nowMillis);
      sweepDue--;
    }
  }

  /** Brings one line item up to date, and goes on to the next. */
  private void lookOver(LineItemBudget budget, long nowMillis) {
    boolean serves = budget.serves(serving.test(budget.lineItemId), nowMillis, PAUSED_MILLIS);
    LaneLease lease = budget.first;
    while (lease != null) {
      LaneLease after = lease.next;
      lease.dropSettled(settledThroughMillis);
      long bid = lease.takeSampleBidMicros();
      long charged = lease.takeSampleChargedMicros();
      if (bid > 0) {
        budget.rate.sample(bid, charged, budget.priceMicros, lease.shareMicros());
      }
      if (serves && lease.isOpen(nowMillis)) {
        extend(lease, nowMillis);
      } else {
        end(budget, lease);
      }
      lease = after;
    }
    if (budget.first == null && nowMillis - budget.touchedMillis > FORGET_MILLIS) {
      budgets.remove(budget.lineItemId);
      sweep.set(sweepAt, sweep.getLast());
      sweep.removeLast();
    } else {
      sweepAt++;
    }
  }

  private void extend(LaneLease lease, long nowMillis) {
    if (lease.bidUntilMillis - nowMillis < EXTEND_AHEAD_MILLIS
        && nowMillis - lease.lastReservedMillis < IDLE_MILLIS
        && nowMillis >= lease.nextExtendMillis
        && channel.say(LaneChannel.EXTEND, lease.leaseId, 0, 0)) {
      lease.nextExtendMillis = nowMillis + EXTEND_AGAIN_MILLIS;
    }
  }

  /**
   * Releases all leases at once, as many as the queue has room for; the others in the next poll.
   */
  private int retire() {
    if (retired) {
      return 0;
    }
    boolean all = true;
    for (int i = 0; i < sweep.size(); i++) {
      for (LaneLease lease = sweep.get(i).first; lease != null && all; lease = lease.next) {
        lease.dropSettled(settledThroughMillis);
        all = release(lease);
      }
    }
    retired = all && channel.say(LaneChannel.RETIRED, 0, 0, 0);
    return 1;
  }

  private boolean release(LaneLease lease) {
    if (!lease.released) {
      lease.released =
          channel.say(
              LaneChannel.RELEASED,
              lease.leaseId,
              lease.lastTokenSecond(),
              lease.mostChargedMicros());
    }
    return lease.released;
  }

  private void end(LineItemBudget budget, LaneLease lease) {
    release(lease);
    if (lease.released && lease.isDrained()) {
      budget.remove(lease);
    }
  }
}
