package io.adplatform.simulator.fault;

/**
 * One thing that goes wrong.
 *
 * @param number its place in the plan of its seed, from 0
 * @param node that it strikes, from 0; -1 is all
 * @param fromMillis when it begins, since the simulation's start
 * @param toMillis when it is over
 * @param severity 1 to 100: mostly the share in percent that it strikes
 */
public record Fault(
    int number, FaultKind kind, int node, long fromMillis, long toMillis, int severity) {}
