package io.adplatform.decision.targeting;

/** Which line items a query matches, as bits over their ordinals. Immutable; any thread. */
public final class TargetingIndex {
  TargetingIndex() {}
}
