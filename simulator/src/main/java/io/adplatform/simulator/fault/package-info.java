/**
 * What goes wrong in a simulation, drawn from its seed: {@link
 * io.adplatform.simulator.fault.FaultPlan} says which faults are on. Knows nothing of what they
 * strike.
 */
package io.adplatform.simulator.fault;
