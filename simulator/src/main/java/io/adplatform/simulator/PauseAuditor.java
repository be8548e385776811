package io.adplatform.simulator;

import io.adplatform.simulator.audit.LeaseBooks;
import io.adplatform.simulator.audit.Violation;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Holds that what is paused neither bids nor keeps leases. */
final class PauseAuditor {
  /**
   * A lane gives a lease back two seconds after the pause, its node with its next request. Of a
   * node that was struck by something less than this ago nothing is expected.
   */
  private static final long GIVEN_BACK_MILLIS = 15_000;

  private final World world;
  private final Map<Long, Long> pausedSince = new HashMap<>();
  private long pauses;

  PauseAuditor(World world) {
    this.world = world;
  }

  /** Lanes have a document from the next auction on. */
  void delivered(LineItem lineItem) {
    if (lineItem.status() == Status.PAUSED) {
      pauses += pausedSince.putIfAbsent(lineItem.id(), world.millis()) == null ? 1 : 0;
    } else {
      pausedSince.remove(lineItem.id());
    }
  }

  /** A bid was sent. */
  void bid(long lineItemId) {
    if (pausedSince.containsKey(lineItemId)) {
      throw new Violation("what is paused does not bid", "line item " + lineItemId, world.millis());
    }
  }

  /** Looks at all leases. */
  void check(Collection<LeaseBooks> leases) {
    if (pausedSince.isEmpty()) {
      return;
    }
    long before = world.millis() - GIVEN_BACK_MILLIS;
    for (LeaseBooks lease : leases) {
      Long since = pausedSince.get(lease.lineItem.id);
      boolean kept = lease.closedAtMillis < 0 && !lease.returned;
      if (since != null
          && since < before
          && kept
          && lease.lastExpiryMillis > world.nowMillis() + World.TOKEN_SECONDS * 1_000
          && world.isWellSince(lease.node - 1, lease.boot, before)) {
        throw new Violation("what is paused holds no lease", "lease " + lease.id, world.millis());
      }
    }
  }

  /** How often something was paused. */
  long pauses() {
    return pauses;
  }
}
