package io.adplatform.decision.frequency;

import io.adplatform.wire.event.Reason;

/**
 * What the user's counters say of line items with frequency caps: a {@link CapLookup}'s answer, or,
 * when a decision is replayed, what was said then. One thread.
 */
public interface CapVerdicts {
  /** NONE where its caps let a line item bid on an imp, else why they do not. */
  Reason verdict(int imp, long lineItemId);
}
