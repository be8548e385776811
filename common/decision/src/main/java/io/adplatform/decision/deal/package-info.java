/**
 * The terms that supply partners' imps are sold on, as an auction reads them: {@link
 * io.adplatform.decision.deal.DealIndex} finds a deal by the id that a partner sends, {@link
 * io.adplatform.decision.deal.FloorIndex} the floor rule that an imp falls under. Compiled with the
 * catalogue, immutable and shared by all threads; looked up on the lanes without allocation.
 */
package io.adplatform.decision.deal;
