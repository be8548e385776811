package io.adplatform.simulator;

import io.adplatform.billing.budget.LeaseConfig;
import io.adplatform.billing.memory.MemoryBilling;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
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
  final CatalogueSnapshot snapshot;
  final Topic events = new Topic(PARTITIONS);
  final Topic settled = new Topic(PARTITIONS);
  final MemoryBilling billing;
  final Auditor auditor;
  final Viewers viewers;
  final TokenKeys keys = TokenKeys.of(new byte[16]);
  private final LeaseDialogue.Carrier desk;
  private long millis;

  World(SimulationConfig config, Seams seams) {
    this.config = config;
    this.seams = seams;
    faults = new FaultPlan(config.faults(), config.nodes());
    demand = new SimulatedDemand(config);
    snapshot = demand.compile(START_MILLIS);
    InstantSource clock = () -> Instant.ofEpochMilli(nowMillis());
    billing = new MemoryBilling(LEASES, clock);
    demand.entities.forEach(billing::put);
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

  void advance(long byMillis) {
    millis += byMillis;
  }

  /** The way to billing-service; no answer is lost on it but by {@link SimulatedNode}. */
  LeaseDialogue.Carrier desk() {
    return desk;
  }
}
