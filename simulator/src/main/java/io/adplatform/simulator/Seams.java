package io.adplatform.simulator;

import io.adplatform.billing.ledger.LedgerStore;
import io.adplatform.billing.memory.MemoryBilling;
import io.adplatform.decision.budget.BudgetGate;
import io.adplatform.decision.choice.Candidates;
import io.adplatform.settle.Settlement;
import io.adplatform.simulator.stream.Checkpoints;
import io.adplatform.simulator.stream.Settler;
import io.adplatform.storage.lease.LeaseDialogue;
import io.adplatform.wire.catalogue.CatalogueEntity;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Where the parts of a simulation meet, and where a test puts a wrong part in place of a right one
 * to prove that the checkers see it.
 *
 * @param billing between the nodes' lease requests and billing-service
 * @param settler makes what judges a partition's events
 * @param checkpoints makes what keeps the stream job's checkpoints
 * @param closing which leases billing-service closes now
 * @param bidSent told of each bid that was sent
 * @param registration of a node that takes no beacons before
 * @param ledger between billing-service and the ledger's accounts
 * @param reports makes the table that reports are read from
 * @param catalogue what nodes make of a document
 */
record Seams(
    UnaryOperator<LeaseDialogue.Carrier> billing,
    Supplier<Settler> settler,
    Supplier<Checkpoints> checkpoints,
    Closing closing,
    BidSent bidSent,
    Registration registration,
    UnaryOperator<LedgerStore> ledger,
    Supplier<Reports.Table> reports,
    UnaryOperator<CatalogueEntity> catalogue) {
  /** Auctions that a partition's settlement remembers. */
  private static final int MAX_AUCTIONS = 4_000_000;

  /** All parts as they should be. */
  static final Seams RIGHT =
      new Seams(
          carrier -> carrier,
          () -> Settler.of(new Settlement(MAX_AUCTIONS)),
          Checkpoints.Kept::new,
          MemoryBilling::leasesToClose,
          (candidates, winner, gate) -> {},
          (billing, nodeId, reached) -> {
            if (reached) {
              billing.register(nodeId);
            }
            return reached;
          },
          store -> store,
          Reports.Offsets::new,
          entity -> entity);

  /** Says which leases are closed. */
  @FunctionalInterface
  interface Closing {
    List<Long> due(MemoryBilling billing);
  }

  /** Has billing-service await a node. */
  @FunctionalInterface
  interface Registration {
    /** Whether the node takes beacons from now on. */
    boolean register(MemoryBilling billing, int nodeId, boolean reached);
  }

  /** Hears of a bid. */
  @FunctionalInterface
  interface BidSent {
    void sent(Candidates candidates, int winner, BudgetGate gate);
  }
}
