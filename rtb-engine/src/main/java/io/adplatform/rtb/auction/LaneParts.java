package io.adplatform.rtb.auction;

import io.adplatform.decision.budget.BudgetGate;
import io.adplatform.decision.catalogue.CatalogueFeed;
import io.adplatform.decision.frequency.CapStore;
import io.adplatform.rtb.rate.NodeRates;
import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.metrics.Metrics;
import io.adplatform.wire.token.TokenKeys;

/**
 * What the auctions of a lane work with.
 *
 * @param rates of the node's lanes together
 * @param gate of this lane
 * @param journal of this lane
 * @param keys that sign tokens
 * @param nodeId in auction ids
 * @param bootSeconds in auction ids
 * @param secure whether beacons and notices are https
 * @param seat the buyer seat of all bids
 * @param caps the users' counters, as this lane sees them
 */
public record LaneParts(
    Lane lane,
    NodeRates rates,
    CatalogueFeed feed,
    BudgetGate gate,
    LaneJournal journal,
    Metrics metrics,
    TokenKeys keys,
    int nodeId,
    long bootSeconds,
    boolean secure,
    String seat,
    CapStore caps) {
  /** Parts without counters: line items with frequency caps do not bid. */
  public LaneParts(
      Lane lane,
      NodeRates rates,
      CatalogueFeed feed,
      BudgetGate gate,
      LaneJournal journal,
      Metrics metrics,
      TokenKeys keys,
      int nodeId,
      long bootSeconds,
      boolean secure,
      String seat) {
    this(
        lane,
        rates,
        feed,
        gate,
        journal,
        metrics,
        keys,
        nodeId,
        bootSeconds,
        secure,
        seat,
        CapStore.NONE);
  }
}
