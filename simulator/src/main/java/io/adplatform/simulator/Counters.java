package io.adplatform.simulator;

import io.adplatform.decision.frequency.MemoryCapStore;
import io.adplatform.simulator.fault.FaultKind;
import io.adplatform.simulator.stream.Follower;
import io.adplatform.storage.cap.SettledCaps;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.SettledEventDecoder;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** The counters of frequency caps, and who has settled impressions counted in them. */
final class Counters {
  /** Reservations and notes end on time all the same; what is over is swept this often. */
  private static final long SWEEP_MILLIS = 1_000;

  final MemoryCapStore store = new MemoryCapStore();
  final Follower settled;
  private final World world;
  private final SettledCaps reader = new SettledCaps(store);
  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final SettledEventDecoder event = new SettledEventDecoder();
  private final List<byte[]> given = new ArrayList<>();
  private boolean lost;

  Counters(World world) {
    this.world = world;
    settled = new Follower(world.settled);
  }

  /** The beginning of a step: what was asked in the one before is answered. */
  void answer() {
    boolean losing = world.faults.is(FaultKind.COUNTERS_LOST);
    if (losing && !lost) {
      world.faults.struck(FaultKind.COUNTERS_LOST);
      store.empty();
      world.capAuditor.countersLost(world.millis());
    }
    lost = losing;
    boolean away = world.faults.is(FaultKind.COUNTERS_AWAY);
    if (away) {
      world.faults.struck(FaultKind.COUNTERS_AWAY);
    }
    store.away(away);
    if (world.millis() % SWEEP_MILLIS == 0) {
      store.advanceTo(world.nowMillis());
    }
    store.doWork();
  }

  /** Counts what is settled; where the counters are away it is read again. */
  void count() {
    if (!settled.isBehind()) {
      return;
    }
    given.clear();
    for (int partition = 0; partition < World.PARTITIONS; partition++) {
      settled.read(partition, this::take);
    }
    try {
      store.flush();
      given.forEach(this::counted);
    } catch (UncheckedIOException e) {
      settled.again();
    }
  }

  private void take(int partition, long offset, byte[] message) {
    if (reader.take(message, world.catalogue.snapshot())) {
      given.add(message);
    }
  }

  private void counted(byte[] message) {
    buffer.wrap(message);
    event.wrapAndApplyHeader(buffer, 0, header);
    world.capAuditor.counted(event.auctionHi(), event.auctionLo(), world.millis());
  }
}
