package io.adplatform.simulator;

import io.adplatform.billing.pacing.Pacer;
import io.adplatform.billing.settlement.SettledBatch;
import io.adplatform.simulator.audit.Violation;
import io.adplatform.simulator.fault.FaultKind;
import io.adplatform.simulator.plot.SpendCurve;
import io.adplatform.simulator.stream.Follower;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.event.EventEnvelope;
import io.adplatform.wire.event.EventPartition;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.LeaseCloseEncoder;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import java.sql.SQLException;
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

  /** Between repeated batches. */
  private static final long AGAIN_MILLIS = 1_000;

  /** Between two looks at paced spend. */
  private static final long PLAN_MILLIS = 1_000;

  /** Between two looks at the books. */
  private static final long BOOKS_MILLIS = 30_000;

  /** What is in flight at the end needs less than this. */
  private static final long LONGEST_END_MILLIS = 3_600_000;

  private static final long QUIET_END_MILLIS = 10_000;
  private static final long MILLIS_PER_DAY = 86_400_000;
  private static final long MAX_FLOOR_CPM_MICROS = 3_000_000;

  private final World world;
  private final SplittableRandom random;
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final SettleTask settlement;
  private final List<SpendCurve> curves = new ArrayList<>();
  private final Follower billed;
  private final Corrections corrections;
  private long owedRequestMillis;
  private long requests;

  /**
   * What came of a simulation in which every invariant held. Amounts are micros.
   *
   * @param virtualMillis how long it was, with the time until all was settled
   * @param tookNanos how long that took
   * @param budgetMicros of all line items that have one, for the days that were simulated
   * @param chargedMicros on all line items
   * @param overDeliveryMicros delivered beyond
   * @param paidMicros ahead, by the advertiser that does
   * @param refusedForFunds leases that it was refused because its money was spent
   * @param answered beacons that were recorded and answered
   * @param counted settled events that count: auctions and impressions
   * @param repeats settled as such
   * @param late settled as such
   * @param struck how often each kind of fault had an effect
   * @param books what the ledger came to
   * @param pauses how often a line item was paused
   * @param cappedWindows in how many windows a user's impressions were held against a cap
   * @param curves the spend of campaigns and paced line items in the course of it
   */
  public record Summary(
      long virtualMillis,
      long tookNanos,
      long requests,
      long bids,
      long budgetMicros,
      long chargedMicros,
      long overDeliveryMicros,
      long paidMicros,
      long refusedForFunds,
      long answered,
      long counted,
      long repeats,
      long late,
      Map<FaultKind, Long> struck,
      Trial books,
      long pauses,
      long cappedWindows,
      List<SpendCurve> curves) {
    /** How many times faster than real time it was. */
    public long speed() {
      return virtualMillis * 1_000_000 / Math.max(1, tookNanos);
    }
  }

  /**
   * The trial balance.
   *
   * @param debitsMicros all of them
   * @param creditsMicros all of them
   * @param entries how many were made
   * @param corrections of them
   */
  public record Trial(long debitsMicros, long creditsMicros, long entries, long corrections) {}

  private Simulation(SimulationConfig config, Seams seams) {
    world = new World(config, seams);
    random = new SplittableRandom(config.seed() * 31 + 3);
    for (int node = 0; node < config.nodes(); node++) {
      nodes.add(new SimulatedNode(world, node));
    }
    for (Campaign campaign : world.demand.campaigns) {
      String title = "Campaign " + campaign.id();
      curves.add(curve(title, campaign.id(), campaign.budget()));
    }
    for (LineItem lineItem : world.pacingAuditor.lineItems()) {
      String title = "Line item " + lineItem.id() + ", paced";
      curves.add(curve(title, lineItem.id(), lineItem.budget()));
    }
    settlement = new SettleTask(seams, world.events, world.settled, this::written);
    billed = new Follower(world.settled);
    corrections = new Corrections(config.seed(), config.durationMillis());
  }

  private SpendCurve curve(String title, long id, Budget budget) {
    long firstDay = MILLIS_PER_DAY - World.START_MILLIS % MILLIS_PER_DAY;
    return new SpendCurve(title, id, budget, world.config.untilMillis(), firstDay);
  }

  private void written(byte[] message) {
    world.ledgerAuditor.written(message);
    world.auditor.written(message);
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
    world.counters.answer();
    world.catalogue.step();
    nodes.forEach(SimulatedNode::step);
    arrive();
    if (traffic) {
      auctions();
    }
    nodes.forEach(SimulatedNode::record);
    boolean dead = world.faults.is(FaultKind.SETTLEMENT_CRASH);
    boolean dies =
        world.faults.comes(FaultKind.SETTLEMENT_CRASH, world.millis(), SettleTask.READ_MILLIS);
    if (settlement.step(world.millis(), dead, dies)) {
      world.faults.struck(FaultKind.SETTLEMENT_CRASH);
    }
    boolean again =
        world.faults.is(FaultKind.BATCHES_REPEATED) && world.millis() % AGAIN_MILLIS == 0;
    if (again) {
      world.faults.struck(FaultKind.BATCHES_REPEATED);
      billed.again();
      world.counters.settled.again();
      world.reports.settled.again();
    }
    if (!world.faults.is(FaultKind.BILLING_STALLS)) {
      bill();
    }
    world.counters.count();
    world.reports.step();
    forget();
    check();
    for (SpendCurve curve : curves) {
      curve.at(world.millis(), () -> world.auditor.chargedMicros(curve.id()));
    }
  }

  private void bill() {
    long paid = world.payments.paidMicros();
    world.payments.step(world.millis(), world.billing);
    world.ledgerAuditor.paid(world.payments.paidMicros() - paid);
    corrections.step(world.millis(), world.billing.ledger(), world.ledgerAuditor);
    count();
    if (world.millis() % CLOSE_MILLIS == 0) {
      world.seams.closing().due(world.billing).forEach(this::close);
    }
    if (world.millis() % Pacer.PERIOD_MILLIS == 0) {
      try {
        Pacer.steer(world.billing.pacing(), World.PARTITIONS, world.nowMillis());
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** What everybody has read is kept no longer. */
  private void forget() {
    for (int partition = 0; partition < World.PARTITIONS; partition++) {
      long read = Math.min(billed.keeps(partition), world.counters.settled.keeps(partition));
      world.settled.forget(partition, Math.min(read, world.reports.settled.keeps(partition)));
    }
  }

  private void check() {
    world.auditor.check();
    world.ledgerAuditor.checkEntries();
    if (world.millis() % PLAN_MILLIS == 0) {
      world.pacingAuditor.check(world.nowMillis(), world.millis());
    }
    if (world.millis() % BOOKS_MILLIS == 0) {
      checkBooks(world.nowMillis());
      world.capAuditor.forget(world.millis());
    }
  }

  /** Whoever has read all of {@code settled} has to agree with it. */
  private void checkBooks(long nowMillis) {
    world.ledgerAuditor.checkAccounts();
    world.billing.ledger().keep(Corrections.KEPT_ENTRIES);
    if (!billed.isBehind()) {
      world.ledgerAuditor.checkPosted(nowMillis);
    }
    if (!world.reports.settled.isBehind()) {
      world.ledgerAuditor.checkReported(world.reports.table.sums(), nowMillis);
    }
  }

  private void arrive() {
    List<Viewers.Beacon> arriving = world.viewers.arriving();
    for (Viewers.Beacon beacon : arriving) {
      SimulatedNode node = nodes.get(beacon.node());
      int lane = random.nextInt(world.config.lanes());
      boolean taken =
          node.takesBeacons() && node.lane(lane).beacon(beacon.token(), node.clockMillis());
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
      SimulatedNode node = nodes.get(random.nextInt(nodes.size() - 1));
      int lane = random.nextInt(world.config.lanes());
      int country = random.nextInt(SimulatedDemand.COUNTRIES.length);
      long floor = 1 + random.nextLong(MAX_FLOOR_CPM_MICROS);
      int user = 1 + random.nextInt(world.demand.users);
      if (node.isUp()) {
        node.lane(lane).request(node.clockMillis(), country, floor, user);
      }
    }
  }

  private void count() {
    if (!billed.isBehind()) {
      return;
    }
    SettledBatch batch = new SettledBatch();
    List<byte[]> messages = new ArrayList<>();
    for (int partition = 0; partition < World.PARTITIONS; partition++) {
      billed.read(
          partition,
          (of, offset, message) -> {
            batch.add(of, offset, message);
            messages.add(message);
          });
    }
    if (world.billing.count(batch)) {
      messages.forEach(world.auditor::counted);
    } else {
      for (int partition = 0; partition < World.PARTITIONS; partition++) {
        billed.seek(partition, world.billing.nextOffset(partition));
      }
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
    while (world.viewers.onTheWay() > 0
        || world.billing.unclosedLeases() > 0
        || world.reports.settled.isBehind()) {
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
    // Of all hours.
    checkBooks(0);
  }

  private Trial trial() {
    long debits = 0;
    long credits = 0;
    for (long[] sums : world.ledgerAuditor.trialBalance().values()) {
      debits += sums[0];
      credits += sums[1];
    }
    return new Trial(
        debits, credits, world.billing.ledger().lastEntryId(), world.ledgerAuditor.corrections());
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
        world.bids,
        budget,
        auditor.chargedMicros(),
        auditor.overDeliveryMicros(),
        world.payments.paidMicros(),
        auditor.refusedForFunds(),
        auditor.answeredBeacons(),
        auditor.settled(Disposition.COUNTED),
        auditor.settled(Disposition.REPEAT),
        auditor.settled(Disposition.LATE),
        struck,
        trial(),
        auditor.pauses.pauses(),
        world.capAuditor.checked(),
        curves);
  }
}
