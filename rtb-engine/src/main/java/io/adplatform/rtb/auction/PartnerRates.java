package io.adplatform.rtb.auction;

import io.adplatform.wire.catalogue.SupplyPartner;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * How many requests each partner may still send to this lane before it takes another batch from the
 * node's {@link NodeRates}. One lane; allocates only for a partner's first request.
 */
final class PartnerRates {
  /** What a lane holds of a partner's bucket. */
  private static final class Share {
    final AtomicLong bucket;
    int tokens;

    Share(AtomicLong bucket) {
      this.bucket = bucket;
    }
  }

  private final Long2ObjectHashMap<Share> shares = new Long2ObjectHashMap<>();
  private final NodeRates node;

  PartnerRates(NodeRates node) {
    this.node = node;
  }

  /** Whether a request is within the partner's rate; one that is uses it up. */
  boolean admits(SupplyPartner partner, long nowNanos) {
    Share share = shares.get(partner.id());
    if (share == null) {
      share = new Share(node.bucket(partner.id(), nowNanos));
      shares.put(partner.id(), share);
    }
    if (share.tokens == 0) {
      share.tokens = node.take(share.bucket, partner.queriesPerSecond(), nowNanos);
    }
    if (share.tokens == 0) {
      return false;
    }
    share.tokens--;
    return true;
  }
}
