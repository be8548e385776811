package io.adplatform.loadtest.chaos;

import io.adplatform.loadtest.traffic.Beacons;
import io.adplatform.loadtest.traffic.Traffic;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Fills the journal's disk under load, and holds what then has to be. Of one thread. */
final class DiskStrike {
  /** Beacons that are kept back to be fired at a disk that takes no bids. */
  private static final int HELD = 100;

  /**
   * The journal looks at its room twice a second: when nothing came for so long, it has seen it,
   * and what was asked before is answered.
   */
  private static final long SEEN_MILLIS = 2_000;

  /** Until the exchange does what it is awaited to do, on a slow machine. */
  private static final long BOUND_MILLIS = 60_000;

  private static final long LOOK_MILLIS = 20;

  private final Disk disk;
  private final Traffic traffic;
  private final Beacons beacons;

  DiskStrike(Disk disk, Traffic traffic, Beacons beacons) {
    this.disk = disk;
    this.traffic = traffic;
    this.beacons = beacons;
  }

  /**
   * Leaves room for beacons and not for bids: no bid is made, the beacons of those that were made
   * are recorded, and with room bids are made again.
   */
  void leaveRoomForBeacons(int millis) throws IOException, InterruptedException {
    long before = traffic.bids();
    traffic.hold(true);
    try {
      await(() -> traffic.bids() >= before + HELD, "no bids whose beacons could be kept back");
      disk.leaveRoomForBeacons();
      long bids = awaitStill(traffic::bids, "bids were made on a low disk");
      int answered = beacons.count();
      traffic.hold(false);
      Thread.sleep(millis);
      await(() -> beacons.count() >= answered + HELD, "beacons are not recorded on a low disk");
      require(traffic.bids() == bids, "bids were made on a low disk");
      disk.empty();
      await(() -> traffic.bids() >= bids + HELD, "no bids are made when there is room again");
    } finally {
      traffic.hold(false);
      disk.empty();
    }
  }

  /** Takes all room: nothing is answered as recorded, and with room all goes on by itself. */
  void fill(int millis) throws IOException, InterruptedException {
    try {
      disk.fill();
      long bids = awaitStill(traffic::bids, "bids were made on a full disk");
      long answered = awaitStill(beacons::count, "beacons were answered on a full disk");
      Thread.sleep(millis);
      require(traffic.bids() == bids, "bids were made on a full disk");
      require(beacons.count() == answered, "beacons were answered on a full disk");
      disk.empty();
      await(() -> beacons.count() >= answered + HELD, "nothing is recorded with room again");
    } finally {
      disk.empty();
    }
  }

  /** Waits until a count stands still; what it is then. */
  private static long awaitStill(LongSupplier count, String failure) throws InterruptedException {
    long deadline = System.currentTimeMillis() + BOUND_MILLIS;
    long last = count.getAsLong();
    long since = System.currentTimeMillis();
    while (System.currentTimeMillis() - since < SEEN_MILLIS) {
      require(System.currentTimeMillis() < deadline, failure);
      Thread.sleep(LOOK_MILLIS);
      if (count.getAsLong() != last) {
        last = count.getAsLong();
        since = System.currentTimeMillis();
      }
    }
    return last;
  }

  private static void await(BooleanSupplier condition, String failure) throws InterruptedException {
    long deadline = System.currentTimeMillis() + BOUND_MILLIS;
    while (!condition.getAsBoolean()) {
      require(System.currentTimeMillis() < deadline, failure);
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private static void require(boolean holds, String failure) {
    if (!holds) {
      throw new IllegalStateException(failure);
    }
  }
}
