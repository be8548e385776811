/**
 * Checkers that keep books of their own: of ledger and reports ({@link
 * io.adplatform.simulator.audit.LedgerAuditor}), of users' impressions ({@link
 * io.adplatform.simulator.audit.CapAuditor}), of paced spend ({@link
 * io.adplatform.simulator.audit.PacingAuditor}). They are told what happened, and throw a {@link
 * io.adplatform.simulator.audit.Violation} where it must not have.
 */
package io.adplatform.simulator.audit;
