package io.adplatform.decision.budget;

import io.adplatform.decision.catalogue.CatalogueFeed;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.LineItemIndex;
import io.adplatform.wire.event.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.collections.LongHashSet;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochClock;

/**
 * A node's leases: gathers what the lanes want, asks the source in batches, splits what it grants
 * among the lanes, and moves shares between them where the source has no more. Run by one
 * background thread (an {@code AgentRunner} with an idle strategy that sleeps some milliseconds);
 * the gates may be taken before it starts.
 *
 * <p>A node that stops in order calls {@link #retire()} while lanes and thread still turn: the
 * lanes bid on nothing any more and release what they hold, and all of it is given back. Then
 * {@link #retirement()} is done.
 */
public final class NodeLeases implements Agent {
  /** Between two questions while something is wanted: a few times a second. */
  static final int BUSY_MILLIS = 250;

  /** How long a first want waits for others. */
  private static final int GATHER_MILLIS = 20;

  /** Between two while there are only charges to hear of, and after a failure. */
  static final int QUIET_MILLIS = 1_000;

  /** Between two requests to give of one lease's shares. */
  private static final int GIVE_MILLIS = 100;

  /** Messages heard of each lane per duty cycle. */
  private static final int HEAR_LIMIT = 4_096;

  /** A line item that starts later than this is not asked for yet. */
  private static final int START_AHEAD_MILLIS = 60_000;

  /** A lane's share should pay for at least so many bids, or it goes to fewer lanes. */
  private static final int LEAST_BIDS = 2;

  private final LeaseSource source;
  private final CatalogueFeed feed;
  private final EpochClock clock;
  private final LaneChannel[] channels;
  private final BudgetGate[] gates;
  private final Map<Long, LaneWants> wants = new LinkedHashMap<>();
  private final Set<Long> extend = new LinkedHashSet<>();
  private final Map<Long, LeaseSource.Return> returns = new LinkedHashMap<>();
  private final Map<Long, NodeLease> leases = new HashMap<>();
  private final Map<Long, Set<NodeLease>> byLineItem = new HashMap<>();
  private CatalogueSnapshot snapshot;
  private LongHashSet known = new LongHashSet();
  private long nextExchangeMillis;
  private long lastExchangeMillis;
  private long settledThroughMillis;
  private long turn;
  private volatile long failures;
  private volatile long exchanges;
  private volatile int openLeases;

  /** Whether the last question was not answered: what it wanted may have been granted. */
  private boolean unanswered;

  private volatile boolean retireAsked;
  private boolean retiring;
  private int retiredLanes;
  private volatile Retirement retirement = new Retirement(false, 0, 0, 0);

  /**
   * How far a node that stops has come.
   *
   * @param done whether every lane has released all it had, and the source has taken it back
   * @param leases that the source has taken back since the stop was asked for
   * @param freeMicros of those leases, what is free again at once; the sum of all currencies
   * @param waitingLeases released by the lanes, and not yet taken back
   */
  public record Retirement(boolean done, int leases, long freeMicros, int waitingLeases) {}

  /**
   * Leases for the lanes 0 to {@code lanes} - 1, as numbered in their auction ids.
   *
   * @param feed line items new in its snapshots are asked for ahead; null asks for none
   */
  public NodeLeases(LeaseSource source, CatalogueFeed feed, int lanes, EpochClock clock) {
    this.source = source;
    this.feed = feed;
    this.clock = clock;
    channels = new LaneChannel[lanes];
    gates = new BudgetGate[lanes];
    for (int lane = 0; lane < lanes; lane++) {
      channels[lane] = new LaneChannel();
      gates[lane] = new BudgetGate(channels[lane]);
    }
  }

  /** The gate of a lane, which belongs to that lane from then on. */
  public BudgetGate gate(int lane) {
    return gates[lane];
  }

  /** Questions that were answered. Any thread. */
  public long exchanges() {
    return exchanges;
  }

  /** Questions that were not. Any thread. */
  public long failures() {
    return failures;
  }

  /** Leases that are not closed. Any thread. */
  public int openLeases() {
    return openLeases;
  }

  /**
   * Has the node give back all that it holds; no gate reserves anything from then on. Returns at
   * once; any thread.
   */
  public void retire() {
    retireAsked = true;
  }

  /** How far it has come. Any thread. */
  public Retirement retirement() {
    return retirement;
  }

  /** Hears the lanes, and exchanges with the source where it is time to. */
  @Override
  public int doWork() {
    long now = clock.time();
    int work = retireAsked && !retiring ? beginRetiring(now) : 0;
    for (int lane = 0; lane < channels.length; lane++) {
      int from = lane;
      work +=
          channels[lane].hear(
              (what, first, second, third) -> heard(from, what, first, second, third, now),
              HEAR_LIMIT);
    }
    work += retiring ? 0 : lookForNew(now);
    boolean delivered = true;
    for (LaneChannel channel : channels) {
      delivered &= channel.flush();
    }
    // While a lane has not taken the last answer there is no next one: so what waits is bounded.
    if (delivered && now >= nextExchangeMillis && hasQuestion()) {
      exchange(now);
      work++;
    }
    if (retiring) {
      noteRetirement(0, 0);
    }
    return work;
  }

  /** The lanes hear of it behind all shares that are on their way to them. */
  private int beginRetiring(long now) {
    retiring = true;
    wants.clear();
    extend.clear();
    for (LaneChannel channel : channels) {
      channel.send(new LaneMessage.Retire());
    }
    nextExchangeMillis = now + GATHER_MILLIS;
    return 1;
  }

  private void noteRetirement(int moreLeases, long moreMicros) {
    boolean done = retiredLanes == channels.length && returns.isEmpty() && !unanswered;
    Retirement next =
        new Retirement(
            done,
            retirement.leases() + moreLeases,
            retirement.freeMicros() + moreMicros,
            returns.size());
    if (!next.equals(retirement)) {
      retirement = next;
    }
  }

  @Override
  public String roleName() {
    return "leases";
  }

  private void heard(int lane, int what, long first, long second, long third, long now) {
    switch (what) {
      case LaneChannel.WANT -> {
        if (retiring) {
          return;
        }
        LaneWants want = wants.computeIfAbsent(first, id -> new LaneWants(channels.length));
        want.add(lane, second, third);
        long soonest = Math.max(now + GATHER_MILLIS, lastExchangeMillis + BUSY_MILLIS);
        nextExchangeMillis = Math.min(nextExchangeMillis, soonest);
        if (want.refused) {
          redistribute(first, lane, now);
        }
      }
      case LaneChannel.EXTEND -> {
        if (!retiring) {
          extend.add(first);
        }
      }
      case LaneChannel.RELEASED -> released(lane, first, second, third, now);
      case LaneChannel.GAVE -> gave(lane, first, second, (int) third);
      case LaneChannel.RETIRED -> retiredLanes++;
      default -> throw new IllegalStateException("unknown message " + what);
    }
  }

  private void released(int lane, long leaseId, long lastTokenSecond, long mostMicros, long now) {
    NodeLease held = leases.get(leaseId);
    if (held != null && held.release(lane, lastTokenSecond, mostMicros)) {
      giveBack(held, now);
    }
  }

  private void giveBack(NodeLease held, long now) {
    long leaseId = held.lease.leaseId();
    long last = held.lastTokenSecond() > 0 ? held.lastTokenSecond() : now / 1_000 - 1;
    returns.put(leaseId, new LeaseSource.Return(leaseId, last, held.freeMicros()));
    extend.remove(leaseId);
  }

  private void gave(int lane, long leaseId, long micros, int toLane) {
    NodeLease held = leases.get(leaseId);
    if (held == null || micros == 0) {
      return;
    }
    held.addShare(lane, -micros);
    if (held.isReleasedBy(toLane) || retiring) {
      // Nobody can use it: it comes free when all lanes have released the lease.
      return;
    }
    share(held, toLane, micros);
  }

  /** Asks for line items that the catalogue has brought since the last look. */
  private int lookForNew(long now) {
    CatalogueSnapshot latest = feed == null ? null : feed.latest();
    if (latest == null || latest == snapshot) {
      return 0;
    }
    snapshot = latest;
    LineItemIndex lineItems = latest.lineItems();
    LongHashSet seen = new LongHashSet(Math.max(8, lineItems.count()));
    for (int ordinal = 0; ordinal < lineItems.count(); ordinal++) {
      long id = lineItems.id(ordinal);
      if (lineItems.startMillis(ordinal) - START_AHEAD_MILLIS > now) {
        continue;
      }
      seen.add(id);
      if (!known.contains(id)) {
        wants
            .computeIfAbsent(id, added -> new LaneWants(channels.length))
            .ahead(lineItems.chargeMicros(ordinal));
      }
    }
    known = seen;
    nextExchangeMillis = Math.min(nextExchangeMillis, now);
    return 1;
  }

  private boolean hasQuestion() {
    if (retiring) {
      return !returns.isEmpty() || unanswered;
    }
    return !leases.isEmpty() || !returns.isEmpty() || hasWants();
  }

  private boolean hasWants() {
    for (LaneWants want : wants.values()) {
      if (want.pending) {
        return true;
      }
    }
    return false;
  }

  private void exchange(long now) {
    List<LeaseSource.Want> asked = new ArrayList<>();
    addPending(true, asked);
    addPending(false, asked);
    List<Long> extended = extend.stream().limit(LeaseSource.MAX_ITEMS).toList();
    List<LeaseSource.Return> returned =
        returns.values().stream().limit(LeaseSource.MAX_ITEMS).toList();
    lastExchangeMillis = now;
    LeaseSource.Answer answer;
    try {
      answer = source.exchange(new LeaseSource.Question(asked, extended, returned));
    } catch (IOException e) {
      failures++;
      unanswered |= !asked.isEmpty();
      nextExchangeMillis = clock.time() + QUIET_MILLIS;
      return;
    }
    exchanges++;
    unanswered = false;
    asked.forEach(want -> wants.get(want.lineItemId()).pending = false);
    extended.forEach(extend::remove);
    returned.forEach(gone -> returns.remove(gone.leaseId()));
    apply(answer, now);
    wants.values().removeIf(want -> !want.pending && !want.refused);
    boolean busy = hasWants() || !extend.isEmpty() || !returns.isEmpty();
    nextExchangeMillis = clock.time() + (busy ? BUSY_MILLIS : QUIET_MILLIS);
    if (retiring) {
      nextExchangeMillis = now + GATHER_MILLIS;
      noteRetirement(
          returned.size(), returned.stream().mapToLong(LeaseSource.Return::freeMicros).sum());
    }
  }

  /** What auctions wait for goes before what is asked for ahead. */
  private void addPending(boolean wanted, List<LeaseSource.Want> asked) {
    for (Map.Entry<Long, LaneWants> entry : wants.entrySet()) {
      LaneWants want = entry.getValue();
      if (want.pending && want.isWanted() == wanted && asked.size() < LeaseSource.MAX_ITEMS) {
        asked.add(want.want(entry.getKey()));
      }
    }
  }

  private void apply(LeaseSource.Answer answer, long now) {
    for (LeaseSource.Lease lease : answer.leases()) {
      NodeLease held = leases.get(lease.leaseId());
      if (held == null && !lease.closed()) {
        granted(lease, now);
      } else if (held != null && !lease.closed()) {
        held.lease = lease;
        LaneMessage.Retimed retimed =
            new LaneMessage.Retimed(
                lease.lineItemId(),
                lease.leaseId(),
                lease.bidUntilMillis(),
                lease.lastExpiryMillis());
        tellHolders(held, retimed);
      }
    }
    answer.charges().forEach(this::charged);
    for (LeaseSource.Lease lease : answer.leases()) {
      if (lease.closed()) {
        closed(lease);
      }
    }
    if (answer.settledThroughMillis() > settledThroughMillis) {
      settledThroughMillis = answer.settledThroughMillis();
      LaneMessage settled = new LaneMessage.SettledThrough(settledThroughMillis);
      for (LaneChannel channel : channels) {
        channel.send(settled);
      }
    }
    answer.refusals().forEach(refusal -> refused(refusal, now));
    openLeases = leases.size();
  }

  /** Splits a new lease by what the lanes spend, or evenly where none has asked. */
  private void granted(LeaseSource.Lease lease, long now) {
    NodeLease held = new NodeLease(lease, channels.length);
    leases.put(lease.leaseId(), held);
    byLineItem.computeIfAbsent(lease.lineItemId(), id -> new LinkedHashSet<>()).add(held);
    if (retiring) {
      // The answer that granted it was lost before the stop: no lane knows of it.
      giveBack(held, now);
      return;
    }
    LaneWants want = wants.get(lease.lineItemId());
    if (want == null) {
      want = new LaneWants(channels.length);
    }
    want.refused = false;
    long least = Math.max(1, LEAST_BIDS * want.priceMicros);
    long[] shares = want.split(lease.amountMicros(), least, turn++);
    for (int lane = 0; lane < shares.length; lane++) {
      if (shares[lane] > 0) {
        share(held, lane, shares[lane]);
      }
    }
  }

  private void share(NodeLease held, int lane, long micros) {
    boolean added = held.isHeldBy(lane);
    held.addShare(lane, micros);
    channels[lane].send(
        added
            ? new LaneMessage.Added(held.lease.lineItemId(), held.lease.leaseId(), micros)
            : new LaneMessage.Granted(new LaneLease(held.lease, micros)));
  }

  private void charged(LeaseSource.Charge charge) {
    NodeLease held = leases.get(charge.leaseId());
    if (held == null || charge.lane() < 0 || charge.lane() >= channels.length) {
      return;
    }
    long added = held.added(charge);
    if (added != 0) {
      channels[charge.lane()].send(
          new LaneMessage.Charged(
              held.lease.lineItemId(), charge.leaseId(), charge.expirySecond(), added));
    }
  }

  private void closed(LeaseSource.Lease lease) {
    NodeLease held = leases.remove(lease.leaseId());
    extend.remove(lease.leaseId());
    returns.remove(lease.leaseId());
    if (held != null) {
      tellHolders(held, new LaneMessage.Closed(lease.lineItemId(), lease.leaseId()));
      Set<NodeLease> rest = byLineItem.get(lease.lineItemId());
      rest.remove(held);
      if (rest.isEmpty()) {
        byLineItem.remove(lease.lineItemId());
      }
    }
  }

  private void refused(LeaseSource.Refusal refusal, long now) {
    LaneMessage message = new LaneMessage.Refused(refusal.lineItemId(), refusal.reason());
    for (LaneChannel channel : channels) {
      channel.send(message);
    }
    LaneWants want = wants.get(refusal.lineItemId());
    if (want != null) {
      want.refused = refusal.reason() == Reason.BUDGET_EXHAUSTED;
      for (int lane = 0; want.refused && lane < channels.length; lane++) {
        if (want.isWantedBy(lane)) {
          redistribute(refusal.lineItemId(), lane, now);
        }
      }
    }
  }

  /** Asks the lane with the largest share of a line item's leases to give some to another. */
  private void redistribute(long lineItemId, int toLane, long now) {
    for (NodeLease held : byLineItem.getOrDefault(lineItemId, Set.of())) {
      boolean open = now < held.lease.bidUntilMillis() && !held.isReleasedBy(toLane);
      int from = open && now >= held.nextGiveMillis ? held.richestBeside(toLane) : -1;
      if (from >= 0) {
        held.nextGiveMillis = now + GIVE_MILLIS;
        channels[from].send(new LaneMessage.Give(lineItemId, held.lease.leaseId(), toLane));
        return;
      }
    }
  }

  private void tellHolders(NodeLease held, LaneMessage message) {
    for (int lane = 0; lane < channels.length; lane++) {
      if (held.isHeldBy(lane)) {
        channels[lane].send(message);
      }
    }
  }
}
