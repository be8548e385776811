/**
 * How a lane spends no more than its part of the leases that billing-service granted to the node
 * ('Budgets and leases' in {@code docs/architecture.md}).
 *
 * <p>Each lane owns a {@link io.adplatform.decision.budget.BudgetGate}: it reserves before a bid
 * and is polled once per duty cycle. One background thread per node owns {@link
 * io.adplatform.decision.budget.NodeLeases}: it gathers what the lanes want, asks the {@link
 * io.adplatform.decision.budget.LeaseSource} in batches, splits the grants among the lanes and
 * hands them over. The two meet in bounded queues with one writer and one reader each; a lane's
 * part of a lease is allocated by the background thread and owned by the lane from then on.
 */
package io.adplatform.decision.budget;
