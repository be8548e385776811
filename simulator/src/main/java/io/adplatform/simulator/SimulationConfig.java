package io.adplatform.simulator;

import io.adplatform.simulator.fault.Fault;
import io.adplatform.simulator.fault.FaultPlan;
import java.util.List;

/**
 * One simulation: the same configuration gives the same run.
 *
 * @param seed of demand, traffic, viewers and faults
 * @param durationMillis for which demand and faults are drawn, positive
 * @param untilMillis when requests and faults end, at most the duration; beacons, settlement and
 *     closing go on until all is done
 * @param requestsPerSecond of virtual time, on all nodes
 * @param nodes 2 to 16; the last one only collects beacons: it never asks for leases
 * @param lanes of each node
 * @param faults that are played, of {@link FaultPlan#draw}
 */
public record SimulationConfig(
    long seed,
    long durationMillis,
    long untilMillis,
    int requestsPerSecond,
    int nodes,
    int lanes,
    List<Fault> faults) {
  /** Nodes of a simulation that says nothing else: three that bid, and one that only collects. */
  static final int NODES = 4;

  /** Lanes of each of them. */
  static final int LANES = 2;

  /** A seed with all its faults. */
  public static SimulationConfig of(long seed, long durationMillis, int requestsPerSecond) {
    return new SimulationConfig(
        seed,
        durationMillis,
        durationMillis,
        requestsPerSecond,
        NODES,
        LANES,
        FaultPlan.draw(seed, durationMillis, NODES));
  }

  /** Whether a node, from 0, bids. */
  boolean bids(int node) {
    return node < nodes - 1;
  }

  /** The same, cut off earlier, with only some of the faults. */
  SimulationConfig with(long until, List<Fault> some) {
    return new SimulationConfig(
        seed,
        durationMillis,
        Math.min(until, durationMillis),
        requestsPerSecond,
        nodes,
        lanes,
        List.copyOf(some));
  }
}
