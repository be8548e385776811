package io.adplatform.simulator.fault;

/** What can go wrong, each for a while. */
public enum FaultKind {
  /** A share of the beacons never arrives. */
  BEACONS_LOST(false, 60),
  /** A share of the beacons comes up to two minutes later: some after their token expired. */
  BEACONS_LATE(false, 60),
  /** A share of the beacons comes several times, at any node. */
  BEACONS_REPEATED(false, 60),
  /** All beacons come some seconds sooner or later than they would. */
  BEACONS_REORDERED(false, 60),
  /** A node's process is killed and started again: its journal survives, its memory does not. */
  NODE_CRASH(true, 60),
  /** A node is gone for long, is written off, and comes back after all. */
  NODE_WRITTEN_OFF(true, 240),
  /** A node that is not there before: it joins the exchange later. */
  NODE_JOINS_LATE(true, 0),
  /** The journal takes no auction records, or at high severity no signals either. */
  JOURNAL_REFUSES(true, 30),
  /** What was offered to the journal is not recorded for a while. */
  RECORDING_STALLS(true, 30),
  /** What is recorded is not shipped for a while. */
  SHIPPING_STALLS(true, 90),
  /** A node's clock jumps ahead or back, and in the end returns. */
  CLOCK_JUMP(true, 150),
  /** Lease requests do not reach billing-service. */
  LEASES_UNREACHABLE(true, 60),
  /** Lease requests are granted, and the answers are lost. */
  LEASE_ANSWERS_LOST(true, 60),
  /** The node's lease thread stands still: grants and charges come late. */
  LEASES_SLOW(true, 45),
  /** The stream job is killed and goes back to its last checkpoint. */
  SETTLEMENT_CRASH(false, 10),
  /** billing-service is away: nothing is granted, nothing is counted. */
  BILLING_STALLS(false, 60),
  /** Whoever reads {@code settled} is given the last batch again, before what comes next. */
  BATCHES_REPEATED(false, 20),
  /** Nothing is taken into the reports. */
  REPORTS_STALL(false, 60),
  /** Catalogue documents do not reach the nodes. */
  CATALOGUE_LATE(false, 30),
  /** The counters of frequency caps are emptied. */
  COUNTERS_LOST(false, 1),
  /** The counters of frequency caps cannot be reached. */
  COUNTERS_AWAY(false, 60),
  /** A node's questions to them are answered too late. */
  COUNTERS_SLOW(true, 30);

  private final boolean ofNode;
  private final int maxSeconds;

  FaultKind(boolean ofNode, int maxSeconds) {
    this.ofNode = ofNode;
    this.maxSeconds = maxSeconds;
  }

  /** Whether it strikes one node; else all. */
  public boolean isOfNode() {
    return ofNode;
  }

  /** How long it lasts at most; 0 is one that is not drawn like the others. */
  public int maxSeconds() {
    return maxSeconds;
  }
}
