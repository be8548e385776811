/**
 * Reconciliation: settled events, report, ledger and supply partners' own figures, compared by hour
 * and line item. {@link io.adplatform.billing.reconcile.Reconciling} mounts the routes and starts
 * the job, which runs on a thread of its own; requests run each on a virtual thread. {@code
 * Reconciliation} asks analytics-ingest for figures of events and report ({@code SettledFigures})
 * and PostgreSQL for those of the ledger ({@code LedgerFigures}); {@code Comparison} and {@code
 * PartnerComparison} find the causes, by values alone. It posts nothing: what is to be mended is
 * corrected by hand. All state is in PostgreSQL.
 */
package io.adplatform.billing.reconcile;
