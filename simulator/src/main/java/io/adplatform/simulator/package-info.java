/**
 * The exchange's money, stepped by one thread on a virtual clock: nodes with lanes that choose, bid
 * and journal ({@link io.adplatform.simulator.SimulatedNode}), the pure settlement ({@link
 * io.adplatform.simulator.SettleTask}), billing-service's leases, ledger and pacing in memory, the
 * counters of frequency caps ({@link io.adplatform.simulator.Counters}), reports ({@link
 * io.adplatform.simulator.Reports}), what people change ({@link
 * io.adplatform.simulator.SimulatedCatalogue}) and the viewers whose beacons come back. Faults are
 * drawn from a seed ({@link io.adplatform.simulator.fault.FaultPlan}); {@link
 * io.adplatform.simulator.Auditor} checks the invariants of money with books of its own, {@code
 * io.adplatform.simulator.audit} those of ledger, reports, caps and pacing.
 *
 * <p>{@link io.adplatform.simulator.World} holds what all share; {@link
 * io.adplatform.simulator.Simulation} turns the crank. Nothing here is thread-safe.
 */
package io.adplatform.simulator;
