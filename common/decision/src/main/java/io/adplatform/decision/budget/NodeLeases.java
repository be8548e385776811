package io.adplatform.decision.budget;

import io.adplatform.decision.catalogue.CatalogueFeed;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochClock;

/**
 * A node's leases: gathers what the lanes want, asks the source, splits what it grants among the
 * lanes. Run by one background thread (an {@code AgentRunner}); {@link #gate} may be called before
 * it starts.
 */
public final class NodeLeases implements Agent {
  private final BudgetGate[] gates;

  /**
   * Leases for the lanes 0 to {@code lanes} - 1, as numbered in their auction ids.
   *
   * @param feed line items new in its snapshots are asked for ahead
   */
  public NodeLeases(LeaseSource source, CatalogueFeed feed, int lanes, EpochClock clock) {
    gates = new BudgetGate[lanes];
    for (int lane = 0; lane < lanes; lane++) {
      gates[lane] = new BudgetGate();
    }
  }

  /** The gate of a lane, which belongs to that lane from then on. */
  public BudgetGate gate(int lane) {
    return gates[lane];
  }

  @Override
  public int doWork() {
    return 0;
  }

  @Override
  public String roleName() {
    return "leases";
  }
}
