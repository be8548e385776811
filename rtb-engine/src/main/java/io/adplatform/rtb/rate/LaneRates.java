package io.adplatform.rtb.rate;

import java.util.concurrent.atomic.AtomicLong;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * How often each id may still have its turn on this lane before it takes another batch from the
 * node's {@link NodeRates}. One lane; allocates only for an id's first turn.
 */
public final class LaneRates {
  /** What a lane holds of a bucket. */
  private static final class Share {
    final AtomicLong bucket;
    int tokens;

    Share(AtomicLong bucket) {
      this.bucket = bucket;
    }
  }

  private final Long2ObjectHashMap<Share> shares = new Long2ObjectHashMap<>();
  private final NodeRates node;

  /** Takes from the node's. */
  public LaneRates(NodeRates node) {
    this.node = node;
  }

  /**
   * Whether a turn is within an id's rate; one that is uses it up.
   *
   * @param perSecond how many turns it has
   */
  public boolean admits(long id, int perSecond, long nowNanos) {
    Share share = shares.get(id);
    if (share == null) {
      share = new Share(node.bucket(id, nowNanos));
      shares.put(id, share);
    }
    if (share.tokens == 0) {
      share.tokens = node.take(share.bucket, perSecond, nowNanos);
    }
    if (share.tokens == 0) {
      return false;
    }
    share.tokens--;
    return true;
  }
}
