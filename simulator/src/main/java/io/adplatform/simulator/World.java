package io.adplatform.simulator;

import io.adplatform.billing.budget.LeaseConfig;
import io.adplatform.billing.memory.MemoryBilling;
import io.adplatform.simulator.audit.CapAuditor;
import io.adplatform.simulator.audit.LedgerAuditor;
import io.adplatform.simulator.audit.PacingAuditor;
import io.adplatform.simulator.fault.FaultPlan;
import io.adplatform.simulator.stream.Topic;
import io.adplatform.storage.lease.LeaseDialogue;
import io.adplatform.wire.token.TokenKeys;
import java.time.Instant;
import java.time.InstantSource;

/** What all parts of one simulation share: the time as it really is, the topics, the faults. */
final class World {
  static final int PARTITIONS = 4;

  /** How long the bids of all requests may hold, seconds. */
  static final int BID_SECONDS = 60;

  /** A token outlives its bid by the beacon's way. */
  static final int TOKEN_SECONDS = BID_SECONDS + 15;

  private static final LeaseConfig LEASES = new LeaseConfig(PARTITIONS, 30, TOKEN_SECONDS, 60, 50);

  /** Ten minutes before a day ends: so that short simulations see two days. */
  static final long START_MILLIS = Instant.parse("2027-03-01T23:50:00Z").toEpochMilli();

  final SimulationConfig config;
  final Seams seams;
  final FaultPlan faults;
  final SimulatedDemand demand;
  final SimulatedCatalogue catalogue;
  final Topic events = new Topic(PARTITIONS, this::nowMillis);
  final Topic settled = new Topic(PARTITIONS, this::nowMillis);
  final MemoryBilling billing;
  final SimulatedDemand.Payments payments;
  final Auditor auditor;
  final LedgerAuditor ledgerAuditor;
  final CapAuditor capAuditor;
  final PacingAuditor pacingAuditor;
  final Counters counters;
  final Reports reports;
  final Viewers viewers;
  final TokenKeys keys = TokenKeys.of(new byte[16]);
  private final LeaseDialogue.Carrier desk;
  long bids;
  private final long[] wellSince;
  private final long[] boots;
  private long millis;

  World(SimulationConfig config, Seams seams) {
    this.config = config;
    this.seams = seams;
    faults = new FaultPlan(config.faults(), config.nodes());
    demand = new SimulatedDemand(config);
    InstantSource clock = () -> Instant.ofEpochMilli(nowMillis());
    billing = new MemoryBilling(LEASES, clock, seams.ledger());
    ledgerAuditor = new LedgerAuditor(billing.ledger(), this::millis);
    capAuditor = new CapAuditor();
    pacingAuditor = new PacingAuditor(demand.lineItems);
    catalogue = new SimulatedCatalogue(this);
    counters = new Counters(this);
    reports = new Reports(this);
    wellSince = new long[config.nodes()];
    boots = new long[config.nodes()];
    payments = new SimulatedDemand.Payments(config);
    payments.agree(billing);
    auditor = new Auditor(this);
    viewers = new Viewers(this);
    desk = auditor.over(seams.billing().apply(billing::handle));
  }

  /** Milliseconds since the start. */
  long millis() {
    return millis;
  }

  /** Milliseconds since 1970, as they really are. */
  long nowMillis() {
    return START_MILLIS + millis;
  }

  /**
   * A node was struck by something that keeps it from asking for leases, or runs in another process
   * than before.
   *
   * @param boot of the process that it runs in now
   */
  void unwell(int node, long boot) {
    wellSince[node] = millis;
    boots[node] = boot;
  }

  /** Whether a process of a node has run since a time, and has reached billing-service. */
  boolean isWellSince(int node, long boot, long sinceMillis) {
    return boots[node] == boot && wellSince[node] < sinceMillis;
  }

  void advance(long byMillis) {
    millis += byMillis;
  }

  /** The way to billing-service; no answer is lost on it but by {@link SimulatedNode}. */
  LeaseDialogue.Carrier desk() {
    return desk;
  }
}
