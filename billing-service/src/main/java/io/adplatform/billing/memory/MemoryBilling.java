package io.adplatform.billing.memory;

import io.adplatform.billing.budget.LeaseConfig;
import io.adplatform.billing.budget.LeaseSizing;
import io.adplatform.billing.budget.LineItemBudget;
import io.adplatform.billing.funds.PaymentTerms;
import io.adplatform.billing.ledger.LedgerStore;
import io.adplatform.billing.ledger.OffsetRange;
import io.adplatform.billing.memory.MemoryLease.State;
import io.adplatform.billing.pacing.PacingStore;
import io.adplatform.billing.settlement.SettledBatch;
import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseRequest;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.event.EventPartition;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Budgets, leases and what was charged, in memory. For one thread. */
public final class MemoryBilling {
  private static final long MARGIN_MILLIS = 2_000;
  private static final long RESEND_MILLIS = 30_000;

  /** A closed lease is of interest for so long to whoever looks back. */
  private static final long CLOSED_KEPT_MILLIS = 600_000;

  private final LeaseConfig config;
  private final LeaseSizing sizing;
  private final InstantSource clock;
  private final MemoryBudgets budgets = new MemoryBudgets(this::balanceMicros);
  private final MemoryLedger ledger;
  private final MemoryPacing pacing;
  private final long[] nextOffsets;
  private final Map<Integer, MemoryNode> nodes = new TreeMap<>();
  private final Map<Long, MemoryLease> leases = new TreeMap<>();
  private final Set<MemoryLease> unclosed = new LinkedHashSet<>();
  private long lastLeaseId;
  private long mismatches;

  /** Without budgets or leases. */
  public MemoryBilling(LeaseConfig config, InstantSource clock) {
    this(config, clock, ledger -> ledger);
  }

  /**
   * Likewise.
   *
   * @param posting what entries go through to the ledger
   */
  public MemoryBilling(
      LeaseConfig config, InstantSource clock, UnaryOperator<LedgerStore> posting) {
    this.config = config;
    this.sizing = new LeaseSizing(config);
    this.clock = clock;
    this.ledger = new MemoryLedger(this::advertiserOf, clock, posting);
    this.pacing = new MemoryPacing(budgets, nodes.values());
    this.nextOffsets = new long[config.partitions()];
  }

  private Long advertiserOf(long lineItemId) {
    LineItem lineItem = budgets.lineItems().get(lineItemId);
    return lineItem == null ? null : (Long) lineItem.advertiserId();
  }

  /** Takes over an advertiser, a campaign or a line item as it is now; others are passed over. */
  public void put(CatalogueEntity entity) {
    budgets.put(entity);
  }

  /** Puts terms of payment in force for an advertiser. */
  public void agree(long advertiserId, PaymentTerms terms) {
    budgets.agree(advertiserId, terms);
  }

  /** Posts a top-up of an advertiser, micros; below 0 it is a debit by hand. */
  public void post(long advertiserId, long creditMicros) {
    String currency = budgets.advertiser(advertiserId).currency();
    if (creditMicros > 0) {
      ledger.topUp(advertiserId, currency, creditMicros);
    } else {
      ledger.adjust(advertiserId, currency, creditMicros);
    }
  }

  /** Its ledger. */
  public MemoryLedger ledger() {
    return ledger;
  }

  /** How its paced line items are steered. */
  public PacingStore pacing() {
    return pacing;
  }

  /** What an advertiser has paid ahead, less what it owes, micros. */
  public long balanceMicros(long advertiserId) {
    Advertiser advertiser = budgets.advertiser(advertiserId);
    return advertiser == null ? 0 : ledger.balanceMicros(advertiserId, advertiser.currency());
  }

  /**
   * Answers a node.
   *
   * @throws Problem 409 where a newer process of the node, or a newer request, has been heard
   */
  public LeaseAnswer handle(LeaseRequest request) {
    long nowMillis = clock.millis();
    MemoryNode node = node(request.nodeId());
    if (request.boot() < node.boot) {
      throw Problem.conflict("boot", "A newer process of this node has asked for leases.");
    }
    boolean newBoot = request.boot() > node.boot;
    if (newBoot) {
      endFormerBoots(node, request.boot(), nowMillis);
    } else if (request.sequence() < node.sequence) {
      throw Problem.conflict("sequence", "A newer request of this process has been answered.");
    }
    boolean repeated = !newBoot && request.sequence() == node.sequence;
    node.boot = request.boot();
    node.sequence = request.sequence();
    node.writtenOffMillis = -1;
    List<LeaseAnswer.Refusal> refusals = List.of();
    if (!repeated) {
      node.revision++;
      giveBack(node, request.returns(), nowMillis);
      refusals = grant(node, request.wants(), nowMillis);
      extend(node, request.extend(), nowMillis);
    }
    return answer(node, request, refusals);
  }

  private void endFormerBoots(MemoryNode node, long boot, long nowMillis) {
    node.changes.clear();
    for (MemoryLease lease : unclosed) {
      if (lease.nodeId == node.id && lease.boot < boot && isRunning(lease)) {
        lease.ended = true;
        lease.bidUntilMillis = Math.min(lease.bidUntilMillis, nowMillis);
        lease.lastExpiryMillis =
            Math.min(lease.lastExpiryMillis, nowMillis + tokenMillis(lease.lineItemId));
      }
    }
  }

  private static boolean isRunning(MemoryLease lease) {
    return lease.state == State.OPEN && !lease.ended;
  }

  private void giveBack(MemoryNode node, List<LeaseRequest.Return> returns, long nowMillis) {
    for (LeaseRequest.Return back : returns) {
      MemoryLease lease = leases.get(back.leaseId());
      if (lease == null || !lease.isOf(node.id, node.boot) || lease.state == State.CLOSED) {
        continue;
      }
      if (lease.state == State.OPEN) {
        lease.ended = true;
        long expiry = back.lastExpirySecond() * 1_000;
        long last =
            expiry > 0 ? Math.max(expiry, nowMillis) : nowMillis + tokenMillis(lease.lineItemId);
        lease.lastExpiryMillis = Math.min(lease.lastExpiryMillis, last);
        lease.bidUntilMillis = Math.min(lease.bidUntilMillis, nowMillis);
        changed(node, lease);
      }
      long free = Math.min(back.freeMicros(), lease.amountMicros - lease.chargedMicros);
      long more = free - lease.givenBackMicros;
      if (more > 0) {
        lease.givenBackMicros += more;
        budgets.commit(lease, -more);
      }
    }
  }

  private List<LeaseAnswer.Refusal> grant(
      MemoryNode node, List<LeaseRequest.Want> wanted, long nowMillis) {
    Map<Long, LeaseRequest.Want> wants = new LinkedHashMap<>();
    wanted.forEach(want -> wants.putIfAbsent(want.lineItemId(), want));
    List<LeaseAnswer.Refusal> refusals = new ArrayList<>();
    Map<Long, LineItemBudget> before = new HashMap<>();
    wants.keySet().forEach(id -> before.put(id, budgets.of(id, nowMillis)));
    LeaseSizing.Taken taken = new LeaseSizing.Taken();
    for (LeaseRequest.Want want : wants.values()) {
      LineItemBudget budget = before.get(want.lineItemId());
      int open = countOpen(node, want.lineItemId(), nowMillis);
      LeaseSizing.Offer offer = sizing.offer(budget, want, open, taken, nowMillis);
      if (offer.refusal() == null) {
        insert(node, budget, offer.amountMicros(), nowMillis);
      } else {
        refusals.add(new LeaseAnswer.Refusal(want.lineItemId(), offer.refusal()));
      }
    }
    return refusals;
  }

  private void insert(MemoryNode node, LineItemBudget budget, long amountMicros, long nowMillis) {
    long id = ++lastLeaseId;
    long until = Math.min(nowMillis + bidMillis(), budget.endMillis());
    MemoryLease lease =
        new MemoryLease(
            id,
            node,
            new MemoryLease.Terms(
                budget.lineItem().id(),
                budget.campaign().id(),
                budget.day(),
                budget.dayEndMillis(),
                budget.owner().currency()),
            amountMicros,
            EventPartition.of(id, config.partitions()),
            until,
            until + tokenMillis(budget.lineItem().id()));
    leases.put(id, lease);
    unclosed.add(lease);
    budgets.commit(lease, amountMicros);
    changed(node, lease);
  }

  private void extend(MemoryNode node, List<Long> leaseIds, long nowMillis) {
    for (long id : leaseIds) {
      MemoryLease lease = leases.get(id);
      if (lease == null || !lease.isOf(node.id, node.boot) || !isRunning(lease)) {
        continue;
      }
      LineItemBudget budget = budgets.of(lease.lineItemId, nowMillis);
      if (budget != null && budget.freeMicros() >= 0) {
        long end = Math.min(lease.dayEndMillis, budget.endMillis());
        long until = Math.min(nowMillis + bidMillis(), end);
        if (lease.bidUntilMillis < until) {
          lease.bidUntilMillis = until;
          lease.lastExpiryMillis = until + tokenMillis(lease.lineItemId);
          changed(node, lease);
        }
      }
    }
  }

  private LeaseAnswer answer(
      MemoryNode node, LeaseRequest request, List<LeaseAnswer.Refusal> refusals) {
    node.acknowledge(request.after());
    List<LeaseAnswer.State> states = new ArrayList<>();
    List<LeaseAnswer.Charge> charges = new ArrayList<>();
    Set<Object> told = new HashSet<>();
    for (MemoryNode.Change change : node.changes) {
      if (change.bucket() == null) {
        // A lease that changed twice is told as it is, once.
        if (told.add(change.lease())) {
          states.add(change.lease().answer());
        }
      } else if (told.add(change.bucket())) {
        SettledBatch.Bucket key = (SettledBatch.Bucket) change.bucket();
        Long charged = change.lease().buckets.get(key);
        if (charged != null) {
          charges.add(
              new LeaseAnswer.Charge(key.leaseId(), key.lane(), key.expirySecond(), charged));
        }
      }
    }
    long settledThrough = Long.MAX_VALUE;
    for (int partition = 0; partition < config.partitions(); partition++) {
      settledThrough = Math.min(settledThrough, settledThrough(partition));
    }
    return new LeaseAnswer(
        request.sequence(), node.revision, settledThrough, states, charges, refusals);
  }

  /**
   * The time up to which every awaited node's events of a partition are settled, in milliseconds
   * since 1970; 0 is unknown.
   */
  public long settledThrough(int partition) {
    long through = Long.MAX_VALUE;
    for (MemoryNode node : nodes.values()) {
      if (!node.isWrittenOff()) {
        through = Math.min(through, node.settledUpToMillis[partition]);
      }
    }
    return through == Long.MAX_VALUE ? 0 : through;
  }

  /**
   * Counts a batch of {@code settled} and posts it to the ledger.
   *
   * @return false where some of it was counted before: nothing is changed then
   */
  public boolean count(SettledBatch batch) {
    for (Map.Entry<Integer, OffsetRange> entry : batch.ranges().entrySet()) {
      if (entry.getValue().fromOffset() < nextOffsets[entry.getKey()]) {
        return false;
      }
    }
    Set<Long> ids = new HashSet<>(batch.sums().keySet());
    ids.addAll(batch.closed().keySet());
    Set<Integer> touched = new HashSet<>();
    for (long id : ids) {
      MemoryLease lease = leases.get(id);
      if (lease != null && touched.add(lease.nodeId)) {
        node(lease.nodeId).revision++;
      }
    }
    batch.sums().forEach(this::charge);
    batch.buckets().forEach(this::chargeBucket);
    batch.closed().forEach(this::close);
    ledger.post(batch.books(), batch.ranges());
    batch.marks().forEach(this::mark);
    batch.ranges().forEach((partition, range) -> nextOffsets[partition] = range.nextOffset());
    return true;
  }

  /** Where the next batch of a partition begins. */
  public long nextOffset(int partition) {
    return nextOffsets[partition];
  }

  private void charge(long leaseId, SettledBatch.Sums sums) {
    MemoryLease lease = leases.get(leaseId);
    if (lease != null) {
      long charged = sums.chargedMicros;
      if (lease.state != State.CLOSED) {
        charged = Math.min(charged, Math.max(0, lease.keptMicros() - lease.chargedMicros));
      }
      lease.chargedMicros += charged;
      long over = sums.overDeliveryMicros + sums.chargedMicros - charged;
      budgets.charge(lease, charged, over, lease.state != State.CLOSED);
    }
  }

  private void chargeBucket(SettledBatch.Bucket key, long micros) {
    MemoryLease lease = leases.get(key.leaseId());
    if (lease != null && lease.state != State.CLOSED) {
      MemoryNode node = node(lease.nodeId);
      lease.buckets.merge(key, micros, Long::sum);
      if (lease.boot == node.boot) {
        node.changed(lease, key, node.revision);
      }
    }
  }

  private void close(long leaseId, long settledMicros) {
    MemoryLease lease = leases.get(leaseId);
    if (lease != null && lease.state != State.CLOSED) {
      mismatches += lease.chargedMicros == settledMicros ? 0 : 1;
      budgets.commit(lease, Math.min(0, lease.chargedMicros - lease.keptMicros()));
      lease.state = State.CLOSED;
      lease.ended = true;
      lease.closedMillis = clock.millis();
      lease.buckets.clear();
      unclosed.remove(lease);
      MemoryNode node = node(lease.nodeId);
      if (lease.boot == node.boot) {
        changed(node, lease);
      }
    }
  }

  private void mark(SettledBatch.Journal journal, long upToMillis) {
    MemoryNode node = node(journal.nodeId());
    long[] marks = node.settledUpToMillis;
    marks[journal.partition()] = Math.max(marks[journal.partition()], upToMillis);
    // A node that was written off and records again is awaited again.
    if (node.isWrittenOff() && node.writtenOffMillis < upToMillis) {
      node.writtenOffMillis = -1;
    }
  }

  /**
   * Begins to close what nothing can come on any more.
   *
   * @return leases for which {@code LeaseClose} is to be sent to {@code events} now
   */
  public List<Long> leasesToClose() {
    long nowMillis = clock.millis();
    long[] through = new long[config.partitions()];
    for (int partition = 0; partition < through.length; partition++) {
      through[partition] = settledThrough(partition) - MARGIN_MILLIS;
    }
    List<Long> send = new ArrayList<>();
    for (MemoryLease lease : unclosed) {
      boolean writtenOff = node(lease.nodeId).isWrittenOff() && lease.ended;
      if (lease.state == State.OPEN
          && (lease.lastExpiryMillis < through[lease.partition] || writtenOff)) {
        lease.state = State.CLOSING;
        lease.ended = true;
      }
      if (lease.state == State.CLOSING && lease.closeSentMillis < nowMillis - RESEND_MILLIS) {
        lease.closeSentMillis = nowMillis;
        send.add(lease.id);
      }
    }
    send.sort(null);
    Iterator<MemoryLease> oldest = leases.values().iterator();
    boolean old = true;
    while (old && oldest.hasNext()) {
      MemoryLease lease = oldest.next();
      old = lease.state == State.CLOSED && lease.closedMillis < nowMillis - CLOSED_KEPT_MILLIS;
      if (old) {
        oldest.remove();
      }
    }
    return send;
  }

  /** The ids of leases for which settlement has not answered {@code LeaseClose} yet. */
  public List<Long> leasesBeingClosed() {
    return unclosed.stream()
        .filter(lease -> lease.state == State.CLOSING)
        .map(lease -> lease.id)
        .toList();
  }

  /** A node's journal is awaited from now on, whether it is new or was written off. */
  public void register(int nodeId) {
    node(nodeId).writtenOffMillis = -1;
  }

  /** Waits for a node's journal no more, and ends its leases, which then close. */
  public void writeOff(int nodeId) {
    long nowMillis = clock.millis();
    MemoryNode node = node(nodeId);
    node.writtenOffMillis = nowMillis;
    node.revision++;
    for (MemoryLease lease : unclosed) {
      if (lease.nodeId == nodeId && lease.state == State.OPEN) {
        lease.ended = true;
        lease.bidUntilMillis = Math.min(lease.bidUntilMillis, nowMillis);
        if (lease.boot == node.boot) {
          changed(node, lease);
        }
      }
    }
  }

  /** Leases that settlement closed with another sum than was counted here. */
  public long mismatches() {
    return mismatches;
  }

  /** Leases that are not closed. */
  public int unclosedLeases() {
    return unclosed.size();
  }

  /** What was charged on a line item, micros. */
  public long chargedMicros(long lineItemId) {
    return budgets.ofLineItem(lineItemId).charged();
  }

  /** What was delivered on a line item beyond what could be charged, micros. */
  public long overDeliveryMicros(long lineItemId) {
    return budgets.ofLineItem(lineItemId).overDelivery();
  }

  private int countOpen(MemoryNode node, long lineItemId, long nowMillis) {
    int open = 0;
    for (MemoryLease lease : unclosed) {
      boolean counts = lease.lineItemId == lineItemId && lease.nodeId == node.id;
      open += counts && isRunning(lease) && lease.bidUntilMillis > nowMillis ? 1 : 0;
    }
    return open;
  }

  private static void changed(MemoryNode node, MemoryLease lease) {
    node.changed(lease, null, node.revision);
  }

  private MemoryNode node(int id) {
    return nodes.computeIfAbsent(id, key -> new MemoryNode(key, config.partitions()));
  }

  private long bidMillis() {
    return config.bidSeconds() * 1_000L;
  }

  /** How long after the last bid of a line item events on it may come. */
  private long tokenMillis(long lineItemId) {
    return config.tokenSeconds() * 1_000L + budgets.chargeAfterMillis(lineItemId);
  }
}
