/**
 * Frequency caps in an auction. A {@link io.adplatform.decision.frequency.CapIndex} says which
 * {@link io.adplatform.decision.frequency.CapScope}s a line item counts in: its own, its
 * campaign's, its advertiser's. Where line items with caps survive the index, the engine fills a
 * {@link io.adplatform.decision.frequency.CapLookup}, has a {@link
 * io.adplatform.decision.frequency.CapStore} answer it, and decides with its verdicts at hand; then
 * it tells the store what won. {@link io.adplatform.decision.frequency.CapCounter} takes what was
 * seen, once that is settled.
 *
 * <p>Index and scopes are immutable and shared. A lookup belongs to one lane, which reuses it; a
 * store is the lane's own; a counter belongs to one thread behind.
 */
package io.adplatform.decision.frequency;
