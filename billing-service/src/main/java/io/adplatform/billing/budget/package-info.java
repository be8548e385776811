/**
 * Budgets and the leases on them. {@link io.adplatform.billing.budget.CatalogueBudgets} writes
 * budgets as the catalogue has them (on the catalogue reader's thread); {@link
 * io.adplatform.billing.budget.LeaseGrants} grants leases to nodes, called by the internal HTTP
 * handlers, each request on a virtual thread of its own; {@code billing.settlement} counts what was
 * charged and closes leases.
 *
 * <p>All state is in PostgreSQL, so that any number of processes may serve. What holds it together:
 * whoever changes committed or charged sums locks rows in the order of {@link
 * io.adplatform.billing.budget.RowLocks}; triggers refuse to commit more than a budget, and to
 * lease more than an advertiser has ({@code billing.funds}); a change that a node has to hear of
 * bears the node's next revision, given under the lock of the node's row.
 */
package io.adplatform.billing.budget;
