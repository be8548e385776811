package io.adplatform.decision.choice;

import io.adplatform.decision.budget.BudgetGate;
import io.adplatform.decision.budget.LeaseSource;
import io.adplatform.decision.budget.NodeLeases;
import io.adplatform.wire.event.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One lane's leases from a source that grants each line item allowed by the test the same amount.
 */
final class Leases implements LeaseSource {
  static final long AMOUNT = 10_000_000;

  private final Set<Long> allowed = new HashSet<>();
  private final Set<Long> exhausted = new HashSet<>();
  private final NodeLeases node;
  private final long startMillis;

  /** The node's clock: it asks every so often. The lane's stands still. */
  private long nowMillis;

  private long nextId = 1;

  Leases(long nowMillis) {
    startMillis = nowMillis;
    this.nowMillis = nowMillis;
    node = new NodeLeases(this, null, 1, () -> this.nowMillis);
  }

  BudgetGate gate() {
    return node.gate(0);
  }

  NodeLeases node() {
    return node;
  }

  /** Gets a lease for a line item: one bid is tried, the node asks and hands over. */
  void grant(long lineItemId) {
    allowed.add(lineItemId);
    ask(lineItemId);
  }

  /** Hears of a line item that its budget is used up. */
  void exhaust(long lineItemId) {
    exhausted.add(lineItemId);
    ask(lineItemId);
  }

  private void ask(long lineItemId) {
    gate().tryReserve(lineItemId, 1, 60, startMillis);
    for (int i = 0; i < 4; i++) {
      nowMillis += 500;
      node.doWork();
      gate().poll(startMillis);
    }
  }

  @Override
  public Answer exchange(Question question) {
    List<Lease> leases = new ArrayList<>();
    List<Refusal> refusals = new ArrayList<>();
    for (Want want : question.wants()) {
      if (allowed.contains(want.lineItemId())) {
        long end = nowMillis + 90_000;
        leases.add(new Lease(nextId++, want.lineItemId(), AMOUNT, end, end + 1_800_000, false));
      } else {
        boolean usedUp = exhausted.contains(want.lineItemId());
        Reason reason = usedUp ? Reason.BUDGET_EXHAUSTED : Reason.NO_LEASE;
        refusals.add(new Refusal(want.lineItemId(), reason));
      }
    }
    return new Answer(nowMillis, leases, List.of(), refusals);
  }
}
