/**
 * Steers the spend of paced line items. Every two seconds {@link
 * io.adplatform.billing.pacing.Pacer} puts what is settled beside the plan and has {@link
 * io.adplatform.billing.pacing.PacingController} say in which share of its auctions each takes
 * part; nodes draw with that share. campaign-service asks {@link
 * io.adplatform.billing.pacing.ParticipationHandler} for what has changed and makes catalogue
 * versions of it, so that a past auction can be recomputed with the share it saw.
 *
 * <p>What line items that pay for clicks, views or conversions are charged per impression ({@link
 * io.adplatform.billing.pacing.ChargeRate}) goes the same way.
 *
 * <p>The control law is pure. All state is in PostgreSQL; any number of processes may run, one of
 * them steers at a time. The pacer has a thread of its own; handlers run on virtual threads.
 */
package io.adplatform.billing.pacing;
