package io.adplatform.decision.budget;

import io.adplatform.wire.event.Reason;

/**
 * What the node's thread tells a lane. Immutable but for the lease of a grant, which it hands over.
 */
sealed interface LaneMessage {
  /** The lane's first share of a lease. */
  record Granted(LaneLease lease) implements LaneMessage {}

  /** More of a lease that the lane has had a share of. */
  record Added(long lineItemId, long leaseId, long micros) implements LaneMessage {}

  /** A lease has new times: extended, or ended early. */
  record Retimed(long lineItemId, long leaseId, long bidUntilMillis, long lastExpiryMillis)
      implements LaneMessage {}

  /** Nothing can be charged to a lease any more. */
  record Closed(long lineItemId, long leaseId) implements LaneMessage {}

  /** What was charged for this lane's bids that expire in a second, since it was last told. */
  record Charged(long lineItemId, long leaseId, long expirySecond, long micros)
      implements LaneMessage {}

  /** Everything received before a time has been settled, and its charges were told before this. */
  record SettledThrough(long millis) implements LaneMessage {}

  /** There is no lease for a line item now. */
  record Refused(long lineItemId, Reason reason) implements LaneMessage {}

  /** Another lane needs what this one has no use for. */
  record Give(long lineItemId, long leaseId, int toLane) implements LaneMessage {}

  /** The node stops: nothing is bid on any more. Nothing is granted or added after it. */
  record Retire() implements LaneMessage {}
}
