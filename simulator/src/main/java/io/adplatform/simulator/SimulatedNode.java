package io.adplatform.simulator;

import io.adplatform.decision.budget.NodeLeases;
import io.adplatform.runtime.journal.MemoryLaneJournal;
import io.adplatform.simulator.fault.FaultKind;
import io.adplatform.simulator.fault.FaultPlan;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseDialogue;
import io.adplatform.storage.lease.LeaseRequest;
import io.adplatform.wire.event.EventEnvelope;
import io.adplatform.wire.event.EventPartition;
import io.adplatform.wire.sbe.AuctionRecordDecoder;
import io.adplatform.wire.sbe.JournalMarkEncoder;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.SignalDecoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A hot node: lanes with their gates, the lease thread, the journals of this process and those of
 * former ones that are not shipped yet, and the shipper. A crash takes all but the journals and how
 * far they were shipped when that was last written down.
 */
final class SimulatedNode {
  private static final long SHIPPED_NOTED_MILLIS = 1_000;
  private static final long MARK_MILLIS = 1_000;
  private static final long WRITE_OFF_MILLIS = 20_000;

  /** A journal and how far it is shipped. */
  private static final class Shipped {
    final MemoryLaneJournal journal;
    long position;
    long notedPosition;

    Shipped(MemoryLaneJournal journal) {
      this.journal = journal;
    }
  }

  private final World world;
  private final int node;
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final SignalDecoder signal = new SignalDecoder();
  private final AuctionRecordDecoder auction = new AuctionRecordDecoder();
  private final List<Shipped> journals = new ArrayList<>();
  private final List<SimulatedLane> lanes = new ArrayList<>();
  private NodeLeases leases;
  private long boot;
  private long recordings;
  private long markMillis;
  private long nextMarkMillis;
  private long nextNoteMillis;
  private long downMillis = -1;
  private boolean writtenOff;
  private boolean retiring;
  private boolean registered;

  SimulatedNode(World world, int node) {
    this.world = world;
    this.node = node;
  }

  boolean isUp() {
    return leases != null;
  }

  /** Whether it takes beacons: once billing-service awaits its journal. */
  boolean takesBeacons() {
    return isUp() && registered;
  }

  /** Its clock, milliseconds since 1970, wherever it has jumped to. */
  long clockMillis() {
    int severity = world.faults.severity(FaultKind.CLOCK_JUMP, node);
    long seconds = 1 + severity * 2L;
    return world.nowMillis()
        + (severity % 2 == 0 ? seconds : -seconds) * (severity > 0 ? 1_000 : 0);
  }

  SimulatedLane lane(int number) {
    return lanes.get(number);
  }

  /** Has it give back all its leases; it does so again after a crash. */
  void retire() {
    retiring = true;
    if (isUp()) {
      leases.retire();
    }
  }

  /** The beginning of a step: it dies, or comes back, and does what its threads do. */
  void step() {
    if (world.faults.is(FaultKind.NODE_JOINS_LATE, node)) {
      world.faults.struck(FaultKind.NODE_JOINS_LATE);
      return;
    }
    if (isHindered()) {
      world.unwell(node, boot);
    }
    boolean gone = world.faults.is(FaultKind.NODE_WRITTEN_OFF, node);
    if (gone || world.faults.is(FaultKind.NODE_CRASH, node)) {
      if (isUp()) {
        world.faults.struck(gone ? FaultKind.NODE_WRITTEN_OFF : FaultKind.NODE_CRASH);
        crash();
      }
      if (gone && !writtenOff && world.millis() - downMillis > WRITE_OFF_MILLIS) {
        writtenOff = true;
        world.billing.writeOff(node + 1);
        world.auditor.writtenOff(node + 1);
      }
      return;
    }
    if (!isUp()) {
      start();
    }
    if (!registered) {
      registered = world.seams.registration().register(world.billing, node + 1, reachesBilling());
    }
    if (world.faults.is(FaultKind.CLOCK_JUMP, node)) {
      world.faults.struck(FaultKind.CLOCK_JUMP);
      world.capAuditor.clockIsOff(world.millis(), Math.abs(clockMillis() - world.nowMillis()));
    }
    if (world.faults.is(FaultKind.LEASES_SLOW, node)) {
      world.faults.struck(FaultKind.LEASES_SLOW);
    } else if (world.config.bids(node)) {
      leases.doWork();
    }
    long clock = clockMillis();
    for (SimulatedLane lane : lanes) {
      lane.poll(clock);
      lane.resume(clock);
    }
  }

  private boolean isHindered() {
    FaultPlan faults = world.faults;
    return !isUp()
        || !reachesBilling()
        || faults.is(FaultKind.NODE_CRASH, node)
        || faults.is(FaultKind.NODE_WRITTEN_OFF, node)
        || faults.is(FaultKind.LEASE_ANSWERS_LOST, node)
        || faults.is(FaultKind.LEASES_SLOW, node)
        || faults.is(FaultKind.CLOCK_JUMP, node);
  }

  /** The end of a step: what was offered is recorded, what is recorded is shipped. */
  void record() {
    if (!isUp()) {
      return;
    }
    if (world.faults.is(FaultKind.RECORDING_STALLS, node)) {
      world.faults.struck(FaultKind.RECORDING_STALLS);
    } else {
      lanes.forEach(SimulatedLane::record);
    }
    if (world.faults.is(FaultKind.SHIPPING_STALLS, node)) {
      world.faults.struck(FaultKind.SHIPPING_STALLS);
    } else {
      ship();
    }
  }

  private void start() {
    boot = Math.max(boot + 1, world.nowMillis() / 1_000);
    writtenOff = false;
    world.unwell(node, boot);
    LeaseDialogue dialogue = new LeaseDialogue(node + 1, boot, this::send);
    leases = new NodeLeases(dialogue, null, world.config.lanes(), this::clockMillis);
    for (int lane = 0; lane < world.config.lanes(); lane++) {
      MemoryLaneJournal journal = new MemoryLaneJournal(++recordings, () -> {});
      journals.add(new Shipped(journal));
      lanes.add(new SimulatedLane(world, node, lane, boot, leases.gate(lane), journal, markMillis));
    }
    if (retiring) {
      leases.retire();
    }
  }

  private boolean reachesBilling() {
    FaultPlan faults = world.faults;
    return !faults.is(FaultKind.BILLING_STALLS) && !faults.is(FaultKind.LEASES_UNREACHABLE, node);
  }

  private void crash() {
    leases = null;
    registered = false;
    lanes.clear();
    downMillis = world.millis();
    journals.forEach(shipped -> shipped.position = shipped.notedPosition);
  }

  private LeaseAnswer send(LeaseRequest request) throws IOException {
    FaultPlan faults = world.faults;
    if (faults.is(FaultKind.BILLING_STALLS)) {
      faults.struck(FaultKind.BILLING_STALLS);
      throw new IOException("billing-service is away");
    }
    if (faults.is(FaultKind.LEASES_UNREACHABLE, node)) {
      faults.struck(FaultKind.LEASES_UNREACHABLE);
      throw new IOException("billing-service cannot be reached");
    }
    LeaseAnswer answer = world.desk().send(request);
    if (faults.is(FaultKind.LEASE_ANSWERS_LOST, node)) {
      faults.struck(FaultKind.LEASE_ANSWERS_LOST);
      throw new IOException("the answer was lost");
    }
    return answer;
  }

  private void ship() {
    // Read before: signals that come later are timed no earlier.
    long upTo = Long.MAX_VALUE;
    for (SimulatedLane lane : lanes) {
      upTo = Math.min(upTo, lane.steadyMillis(clockMillis()));
    }
    boolean all = true;
    for (Shipped shipped : journals) {
      long recordingId = shipped.journal.recordingId();
      shipped.position =
          shipped.journal.read(
              shipped.position,
              (buffer, offset, length, position) ->
                  publish(buffer, offset, length, recordingId, position));
    }
    int first = journals.size() - lanes.size();
    for (int lane = 0; lane < lanes.size(); lane++) {
      all &= journals.get(first + lane).position >= lanes.get(lane).offeredPosition();
    }
    if (world.millis() >= nextNoteMillis) {
      nextNoteMillis = world.millis() + SHIPPED_NOTED_MILLIS;
      note(first);
    }
    if (all && upTo > markMillis && world.millis() >= nextMarkMillis) {
      markMillis = upTo;
      nextMarkMillis = world.millis() + MARK_MILLIS;
      mark();
    }
  }

  /** Writes down how far it is shipped, and forgets what is behind that. */
  private void note(int firstOfThisProcess) {
    for (Shipped shipped : journals) {
      shipped.journal.purge(shipped.notedPosition);
      shipped.notedPosition = shipped.position;
    }
    journals
        .subList(0, firstOfThisProcess)
        .removeIf(shipped -> shipped.notedPosition >= shipped.journal.recordedPosition());
  }

  private void publish(
      DirectBuffer buffer, int offset, int length, long recordingId, long position) {
    header.wrap(buffer, offset);
    int body = offset + MessageHeaderDecoder.ENCODED_LENGTH;
    long key;
    if (header.templateId() == SignalDecoder.TEMPLATE_ID) {
      signal.wrap(buffer, body, header.blockLength(), header.version());
      key = signal.leaseId() != 0 ? signal.leaseId() : signal.auctionLo();
    } else {
      auction.wrap(buffer, body, header.blockLength(), header.version());
      key = auction.leaseId() != 0 ? auction.leaseId() : auction.auctionLo();
    }
    byte[] event = new byte[EventEnvelope.LENGTH + length];
    UnsafeBuffer into = new UnsafeBuffer(event);
    EventEnvelope.write(into, 0, node + 1, recordingId, position);
    buffer.getBytes(offset, event, EventEnvelope.LENGTH, length);
    world.events.append(EventPartition.of(key, World.PARTITIONS), event);
  }

  private void mark() {
    JournalMarkEncoder mark = new JournalMarkEncoder();
    int length = EventEnvelope.LENGTH + MessageHeaderEncoder.ENCODED_LENGTH + mark.sbeBlockLength();
    for (int partition = 0; partition < World.PARTITIONS; partition++) {
      byte[] event = new byte[length];
      UnsafeBuffer into = new UnsafeBuffer(event);
      EventEnvelope.write(into, 0, node + 1, 0, 0);
      mark.wrapAndApplyHeader(into, EventEnvelope.LENGTH, new MessageHeaderEncoder())
          .nodeId(node + 1)
          .shippedUpToMillis(markMillis);
      world.events.append(partition, event);
    }
  }
}
