package io.adplatform.simulator;

import io.adplatform.billing.settlement.SettledBatch;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.event.EventEnvelope;
import io.adplatform.wire.event.EventPartition;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.LeaseCloseEncoder;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import org.agrona.concurrent.UnsafeBuffer;

/** Turns the crank: one step after the other, until all that was begun is settled. */
public final class Simulation {
  /** Virtual time of a step. */
  static final long STEP_MILLIS = 100;

  private static final long CLOSE_MILLIS = 500;

  /** What is in flight at the end needs less than this. */
  private static final long LONGEST_END_MILLIS = 3_600_000;

  private static final long QUIET_END_MILLIS = 10_000;
  private static final long MILLIS_PER_DAY = 86_400_000;
  private static final long MAX_FLOOR_CPM_MICROS = 3_000_000;

  private final World world;
  private final SplittableRandom random;
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final SettleTask settlement;
  private final long[] counted = new long[World.PARTITIONS];
  private long owedRequestMillis;
  private long requests;
  private long bids;

  private Simulation(SimulationConfig config, Seams seams) {
    world = new World(config, seams);
    random = new SplittableRandom(config.seed() * 31 + 3);
    for (int node = 0; node < config.nodes(); node++) {
      nodes.add(new SimulatedNode(world, node));
    }
    settlement = new SettleTask(seams, world.events, world.settled, world.auditor::written);
  }

  /**
   * Runs a simulation to its end.
   *
   * @param progress told of the virtual milliseconds that have passed, after each step
   * @throws Violation where an invariant does not hold
   */
  public static Summary run(SimulationConfig config, LongConsumer progress) {
    return run(config, Seams.RIGHT, progress);
  }

  static Summary run(SimulationConfig config, Seams seams, LongConsumer progress) {
    long begun = System.nanoTime();
    Simulation simulation = new Simulation(config, seams);
    while (simulation.world.millis() < config.untilMillis()) {
      simulation.step(true);
      progress.accept(simulation.world.millis());
    }
    simulation.end();
    return simulation.summary(System.nanoTime() - begun);
  }

  private void step(boolean traffic) {
    world.advance(STEP_MILLIS);
    world.faults.moveTo(world.millis());
    nodes.forEach(SimulatedNode::step);
    arrive();
    if (traffic) {
      auctions();
    }
    nodes.forEach(SimulatedNode::record);
    boolean dead = world.faults.is(FaultKind.SETTLEMENT_CRASH);
    if (settlement.step(world.millis(), dead)) {
      world.faults.struck(FaultKind.SETTLEMENT_CRASH);
    }
    if (!world.faults.is(FaultKind.BILLING_STALLS)) {
      count();
      if (world.millis() % CLOSE_MILLIS == 0) {
        world.seams.closing().due(world.billing).forEach(this::close);
      }
    }
    world.auditor.check();
  }

  private void arrive() {
    List<Viewers.Beacon> arriving = world.viewers.arriving();
    for (Viewers.Beacon beacon : arriving) {
      SimulatedNode node = nodes.get(beacon.node());
      int lane = random.nextInt(world.config.lanes());
      boolean taken = node.isUp() && node.lane(lane).beacon(beacon.token(), node.clockMillis());
      if (!taken) {
        world.viewers.again(beacon);
      }
    }
    arriving.clear();
  }

  private void auctions() {
    owedRequestMillis += STEP_MILLIS * world.config.requestsPerSecond();
    for (; owedRequestMillis >= 1_000; owedRequestMillis -= 1_000) {
      requests++;
      SimulatedNode node = nodes.get(random.nextInt(nodes.size()));
      int lane = random.nextInt(world.config.lanes());
      int country = random.nextInt(SimulatedDemand.COUNTRIES.length);
      long floor = 1 + random.nextLong(MAX_FLOOR_CPM_MICROS);
      if (node.isUp() && node.lane(lane).auction(node.clockMillis(), country, floor)) {
        bids++;
      }
    }
  }

  private void count() {
    SettledBatch batch = new SettledBatch();
    List<byte[]> messages = new ArrayList<>();
    for (int partition = 0; partition < counted.length; partition++) {
      long end = world.settled.end(partition);
      for (; counted[partition] < end; counted[partition]++) {
        byte[] message = world.settled.get(partition, counted[partition]);
        batch.add(partition, counted[partition], message);
        messages.add(message);
      }
      world.settled.forget(partition, end);
    }
    if (!batch.isEmpty()) {
      world.billing.count(batch);
      messages.forEach(world.auditor::counted);
    }
  }

  private void close(long leaseId) {
    LeaseCloseEncoder close = new LeaseCloseEncoder();
    byte[] event =
        new byte
            [EventEnvelope.LENGTH + MessageHeaderEncoder.ENCODED_LENGTH + close.sbeBlockLength()];
    UnsafeBuffer into = new UnsafeBuffer(event);
    EventEnvelope.write(into, 0, 0, 0, 0);
    close
        .wrapAndApplyHeader(into, EventEnvelope.LENGTH, new MessageHeaderEncoder())
        .leaseId(leaseId)
        .timeMillis(world.nowMillis());
    world.events.append(EventPartition.of(leaseId, World.PARTITIONS), event);
  }

  /** No more requests, no more faults: what is in flight comes down. */
  private void end() {
    world.faults.end();
    nodes.forEach(SimulatedNode::retire);
    long latest = world.millis() + LONGEST_END_MILLIS;
    while (world.viewers.onTheWay() > 0 || world.billing.unclosedLeases() > 0) {
      step(false);
      if (world.millis() > latest) {
        throw new Violation(
            "every lease closes", world.billing.unclosedLeases() + " do not", world.millis());
      }
    }
    long quiet = world.millis() + QUIET_END_MILLIS;
    while (world.millis() < quiet) {
      step(false);
    }
    world.auditor.checkEnd();
  }

  private Summary summary(long tookNanos) {
    Auditor auditor = world.auditor;
    long startDay = World.START_MILLIS / MILLIS_PER_DAY;
    long days = (World.START_MILLIS + world.config.untilMillis()) / MILLIS_PER_DAY - startDay + 1;
    long budget = 0;
    for (LineItem lineItem : world.demand.lineItems) {
      Long total = lineItem.budget().totalMicros();
      Long daily = lineItem.budget().dailyMicros();
      long bound = total == null ? Long.MAX_VALUE : total;
      bound = daily == null ? bound : Math.min(bound, daily * days);
      budget += bound == Long.MAX_VALUE ? 0 : bound;
    }
    Map<FaultKind, Long> struck = new EnumMap<>(FaultKind.class);
    struck.putAll(world.faults.struck());
    return new Summary(
        world.millis(),
        tookNanos,
        requests,
        bids,
        budget,
        auditor.chargedMicros(),
        auditor.overDeliveryMicros(),
        auditor.answeredBeacons(),
        auditor.settled(Disposition.COUNTED),
        auditor.settled(Disposition.REPEAT),
        auditor.settled(Disposition.LATE),
        struck);
  }
}
