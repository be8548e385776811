package io.adplatform.billing.budget;

import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseRefusal;
import io.adplatform.storage.lease.LeaseRequest;
import io.adplatform.storage.postgres.Transactions;
import io.adplatform.wire.event.EventPartition;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Grants leases: one transaction per request of a node, under the locks of the node, the campaigns,
 * the line items and the advertisers' funds. Thread-safe.
 *
 * <p>A request bears (node, boot, sequence). The newest sequence that was granted stands in the
 * node's row: the same once more changes nothing, and its answer holds what was granted the first
 * time, because an answer holds all that changed after the revision that the node named.
 */
public final class LeaseGrants {
  private final Transactions transactions;
  private final LeaseConfig config;
  private final LeaseSizing sizing;
  private final InstantSource clock;
  private final BooleanSupplier counted;
  private final AtomicLong granted = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();

  /** Grants by the configuration, at the times the clock tells. */
  public LeaseGrants(Transactions transactions, LeaseConfig config, InstantSource clock) {
    this(transactions, config, clock, () -> true);
  }

  /**
   * Grants by the configuration, at the times the clock tells, once all is counted that was settled
   * before the start: the database may have come back from a copy, and not know what is spent.
   *
   * @param counted whether it is; true for good once it was
   */
  public LeaseGrants(
      Transactions transactions, LeaseConfig config, InstantSource clock, BooleanSupplier counted) {
    this.transactions = transactions;
    this.config = config;
    this.sizing = new LeaseSizing(config);
    this.clock = clock;
    this.counted = counted;
  }

  /** Leases granted since the start. */
  public long granted() {
    return granted.get();
  }

  /** Wants refused since the start. */
  public long refused() {
    return refused.get();
  }

  /**
   * Answers a node.
   *
   * @throws Problem 409 where a newer process of the node, or a newer request, has been heard, or
   *     where the node has heard of more than is known here; 503 where PostgreSQL is away
   */
  public LeaseAnswer handle(LeaseRequest request) throws SQLException {
    LeaseAnswer answer =
        transactions.forService(handle -> inTransaction(handle.getConnection(), request));
    refused.addAndGet(answer.refusals().size());
    return answer;
  }

  private LeaseAnswer inTransaction(Connection connection, LeaseRequest request)
      throws SQLException {
    long nowMillis = clock.millis();
    NodeStore.NodeRow before = NodeStore.lock(connection, request.nodeId(), nowMillis);
    if (request.boot() < before.boot()) {
      throw Problem.conflict("boot", "A newer process of this node has asked for leases.");
    }
    if (request.after() > before.revision()) {
      // The database came back from a copy: what this process holds is not known here.
      throw Problem.conflict(
          "after", "This process was granted leases that are not known here: start the node anew.");
    }
    boolean newBoot = request.boot() > before.boot();
    if (newBoot) {
      LeaseStore.endFormerBoots(
          connection, request.nodeId(), request.boot(), nowMillis, tokenMillis());
    } else if (request.sequence() < before.sequence()) {
      throw Problem.conflict("sequence", "A newer request of this process has been answered.");
    }
    boolean repeated = !newBoot && request.sequence() == before.sequence();
    NodeStore.NodeRow node =
        new NodeStore.NodeRow(
            request.nodeId(),
            request.boot(),
            request.sequence(),
            repeated ? before.revision() : before.revision() + 1);
    List<LeaseAnswer.Refusal> refusals = List.of();
    if (!repeated) {
      refusals = change(connection, node, request, nowMillis);
    }
    NodeStore.update(connection, node, request.after(), nowMillis);
    return answer(connection, node, request, refusals);
  }

  private List<LeaseAnswer.Refusal> change(
      Connection connection, NodeStore.NodeRow node, LeaseRequest request, long nowMillis)
      throws SQLException {
    Map<Long, LeaseRequest.Want> wants = new LinkedHashMap<>();
    request.wants().forEach(want -> wants.putIfAbsent(want.lineItemId(), want));
    Set<Long> lineItemIds = new HashSet<>(wants.keySet());
    Set<Long> campaignIds = new HashSet<>();
    Set<Long> advertiserIds = new HashSet<>();
    BudgetStore.addOwners(connection, wants.keySet(), campaignIds, advertiserIds);
    List<LeaseStore.GivenBack> givenBack =
        LeaseStore.givenBack(connection, node, request.returns());
    for (LeaseStore.GivenBack back : givenBack) {
      lineItemIds.add(back.of().lineItemId());
      campaignIds.add(back.of().campaignId());
      advertiserIds.add(back.of().advertiserId());
    }
    RowLocks.lockBudgets(connection, campaignIds, lineItemIds);
    RowLocks.lockFunds(connection, advertiserIds);
    if (!request.returns().isEmpty()) {
      giveBack(connection, node, request.returns(), givenBack, nowMillis);
    }
    List<LeaseAnswer.Refusal> refusals = grant(connection, node, wants, nowMillis);
    if (!request.extend().isEmpty()) {
      extend(connection, node, request.extend(), nowMillis);
    }
    return refusals;
  }

  /**
   * Ends leases that their node bids on no more. What nothing can be charged to is free at once;
   * the rest stays committed until the lease is closed, after the last token on it.
   */
  private void giveBack(
      Connection connection,
      NodeStore.NodeRow node,
      List<LeaseRequest.Return> returns,
      List<LeaseStore.GivenBack> givenBack,
      long nowMillis)
      throws SQLException {
    LeaseStore.end(connection, node, returns, nowMillis, tokenMillis(), node.revision());
    LeaseStore.giveBack(connection, givenBack);
    SpendStore spend = new SpendStore();
    for (LeaseStore.GivenBack back : givenBack) {
      spend.commit(back.of(), -back.micros());
    }
    spend.write(connection);
  }

  private List<LeaseAnswer.Refusal> grant(
      Connection connection,
      NodeStore.NodeRow node,
      Map<Long, LeaseRequest.Want> wants,
      long nowMillis)
      throws SQLException {
    List<LeaseAnswer.Refusal> refusals = new ArrayList<>();
    if (wants.isEmpty()) {
      return refusals;
    }
    if (!counted.getAsBoolean()) {
      wants
          .keySet()
          .forEach(id -> refusals.add(new LeaseAnswer.Refusal(id, LeaseRefusal.NOT_COUNTED_YET)));
      return refusals;
    }
    Map<Long, LineItemBudget> budgets = BudgetStore.read(connection, wants.keySet(), nowMillis);
    Map<Long, Integer> open =
        LeaseStore.countOpen(connection, node.id(), wants.keySet(), nowMillis);
    LeaseSizing.Taken taken = new LeaseSizing.Taken();
    Map<LeaseRequest.Want, Long> amounts = new LinkedHashMap<>();
    for (LeaseRequest.Want want : wants.values()) {
      LineItemBudget budget = budgets.get(want.lineItemId());
      LeaseSizing.Offer offer =
          sizing.offer(budget, want, open.getOrDefault(want.lineItemId(), 0), taken, nowMillis);
      if (offer.refusal() == null) {
        amounts.put(want, offer.amountMicros());
      } else {
        refusals.add(new LeaseAnswer.Refusal(want.lineItemId(), offer.refusal()));
      }
    }
    write(connection, node, amounts, budgets, nowMillis);
    return refusals;
  }

  private void write(
      Connection connection,
      NodeStore.NodeRow node,
      Map<LeaseRequest.Want, Long> amounts,
      Map<Long, LineItemBudget> budgets,
      long nowMillis)
      throws SQLException {
    if (amounts.isEmpty()) {
      return;
    }
    List<LeaseStore.Grant> grants = new ArrayList<>();
    SpendStore spend = new SpendStore();
    List<Long> ids = LeaseStore.nextIds(connection, amounts.size());
    for (Map.Entry<LeaseRequest.Want, Long> entry : amounts.entrySet()) {
      LineItemBudget budget = budgets.get(entry.getKey().lineItemId());
      long id = ids.get(grants.size());
      int partition = EventPartition.of(id, config.partitions());
      long until = Math.min(nowMillis + bidMillis(), budget.endMillis());
      grants.add(new LeaseStore.Grant(id, budget, entry.getValue(), partition, until));
      spend.commit(budget.account(), entry.getValue());
    }
    LeaseStore.insert(connection, node, grants, nowMillis, tokenMillis(), node.revision());
    spend.write(connection);
    granted.addAndGet(grants.size());
  }

  /**
   * A lease runs on while its day and its flight last and its line item's budgets are not
   * overcommitted. A pause is not looked at here: it ends a lease through the lanes, which give
   * back what they hold when they learn of it (ADR 0062), and ask for a new one when it is resumed.
   */
  private void extend(
      Connection connection, NodeStore.NodeRow node, List<Long> leaseIds, long nowMillis)
      throws SQLException {
    List<LeaseStore.Extendable> leases = LeaseStore.extendable(connection, node, leaseIds);
    List<Long> lineItemIds = leases.stream().map(LeaseStore.Extendable::lineItemId).toList();
    Map<Long, LineItemBudget> budgets = BudgetStore.read(connection, lineItemIds, nowMillis);
    Map<Long, Long> until = new HashMap<>();
    for (LeaseStore.Extendable lease : leases) {
      LineItemBudget budget = budgets.get(lease.lineItemId());
      if (budget != null && budget.freeMicros() >= 0) {
        long end = Math.min(lease.dayEndMillis(), budget.endMillis());
        until.put(lease.id(), Math.min(nowMillis + bidMillis(), end));
      }
    }
    LeaseStore.extend(connection, until, tokenMillis(), node.revision());
  }

  /**
   * What changed after the revision that the node named. The node's row is locked, and every change
   * of its leases and charges is made under that lock: so the marks, read last, promise nothing
   * about charges that are not in here.
   */
  private LeaseAnswer answer(
      Connection connection,
      NodeStore.NodeRow node,
      LeaseRequest request,
      List<LeaseAnswer.Refusal> refusals)
      throws SQLException {
    List<LeaseStore.Revised<LeaseAnswer.State>> leases =
        LeaseStore.changedAfter(connection, node, request.after());
    List<LeaseStore.Revised<LeaseAnswer.Charge>> charges =
        LeaseStore.chargesAfter(connection, node, request.after());
    long through = Math.min(lastWhole(leases, node), lastWhole(charges, node));
    long settledThrough = 0;
    if (through == node.revision()) {
      settledThrough =
          Arrays.stream(SettledMarks.settledThrough(connection, config.partitions()))
              .min()
              .orElse(0);
    }
    return new LeaseAnswer(
        request.sequence(),
        through,
        settledThrough,
        upTo(leases, through),
        upTo(charges, through),
        refusals);
  }

  /** The newest revision of which all rows are there; the last one may have been cut off. */
  private static <T> long lastWhole(List<LeaseStore.Revised<T>> rows, NodeStore.NodeRow node) {
    return rows.size() <= LeaseStore.MAX_ROWS ? node.revision() : rows.getLast().revision() - 1;
  }

  private static <T> List<T> upTo(List<LeaseStore.Revised<T>> rows, long revision) {
    return rows.stream()
        .filter(row -> row.revision() <= revision)
        .map(LeaseStore.Revised::value)
        .toList();
  }

  private long bidMillis() {
    return config.bidSeconds() * 1_000L;
  }

  private long tokenMillis() {
    return config.tokenSeconds() * 1_000L;
  }
}
