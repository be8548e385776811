package io.adplatform.simulator;

import io.adplatform.analytics.collect.SteadyMillis;
import io.adplatform.decision.budget.BudgetGate;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.choice.Candidates;
import io.adplatform.decision.choice.CapProbe;
import io.adplatform.decision.choice.Chooser;
import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.decision.frequency.CapScope;
import io.adplatform.decision.frequency.CapStore;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.rtb.event.AuctionRecordPublisher;
import io.adplatform.rtb.event.AuctionSummary;
import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.runtime.journal.MemoryLaneJournal;
import io.adplatform.simulator.fault.FaultKind;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.event.AuctionId;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.SignalEncoder;
import io.adplatform.wire.sbe.SignalKind;
import io.adplatform.wire.targeting.Country;
import io.adplatform.wire.token.Token;
import io.adplatform.wire.token.TokenCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/** One lane of one process: auctions, beacons, its journal. Ends with its process. */
final class SimulatedLane {
  private static final long PARTNER = 33;
  private static final int USD = 840;
  private static final int NO_LOSS_REASON = 65_534;
  private static final int[] COUNTRIES = new int[SimulatedDemand.COUNTRIES.length];

  static {
    for (int i = 0; i < COUNTRIES.length; i++) {
      COUNTRIES[i] = Country.pack(SimulatedDemand.COUNTRIES[i]);
    }
  }

  /** A signal that is offered, and answered when it is recorded. */
  private record Awaited(long position, long auctionHi, long auctionLo) {}

  /** A request that waits for counters. */
  private record Waiting(
      CapLookup lookup,
      long auctionLo,
      int country,
      long floorCpmMicros,
      int user,
      long askedMillis) {}

  final MemoryLaneJournal journal;
  private final World world;
  private final int node;
  private final int lane;
  private final long boot;
  private final BudgetGate gate;
  private final SteadyMillis steady;
  private final Chooser chooser = new Chooser();
  private final Candidates candidates = new Candidates();
  private final AdQuery query = new AdQuery();
  private final AuctionSummary summary = new AuctionSummary();
  private final AuctionRecordPublisher records;
  private final TokenCodec codec;
  private final Token token = new Token();
  private final byte[] text = new byte[TokenCodec.TEXT_LENGTH];
  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[512]);
  private final SignalEncoder signal = new SignalEncoder();
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final CapProbe probe = new CapProbe();
  private final Deque<CapLookup> lookups = new ArrayDeque<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private final Deque<Awaited> awaited = new ArrayDeque<>();
  private final long auctionHi;
  private long nextAuctionLo = 1;
  private long offeredPosition;
  private CatalogueSnapshot snapshot;

  /**
   * A lane that has just been started.
   *
   * @param node from 0
   * @param floorMillis no signal is timed before it
   */
  SimulatedLane(
      World world,
      int node,
      int lane,
      long boot,
      BudgetGate gate,
      MemoryLaneJournal journal,
      long floorMillis) {
    this.world = world;
    this.node = node;
    this.lane = lane;
    this.boot = boot;
    this.gate = gate;
    this.journal = journal;
    this.snapshot = world.catalogue.snapshot();
    gate.serving(snapshot.lineItems()::contains);
    this.steady = new SteadyMillis(floorMillis);
    records = new AuctionRecordPublisher(journal);
    codec = new TokenCodec(world.keys);
    auctionHi = AuctionId.hi(node + 1, boot, lane);
    query.currency(USD);
    query.addSize(300, 250);
    query.maxBids(1);
    query.ttlSeconds(World.TOKEN_SECONDS);
    query.secureRequired(true);
  }

  /** Once per step, before anything else. */
  void poll(long clockMillis) {
    CatalogueSnapshot latest = world.catalogue.snapshot();
    if (latest != snapshot) {
      snapshot = latest;
      gate.serving(latest.lineItems()::contains);
    }
    gate.poll(clockMillis);
    int refuses = world.faults.severity(FaultKind.JOURNAL_REFUSES, node);
    journal.refuseAuctions(refuses > 0 ? LaneJournal.BACK_PRESSURED : 0);
    journal.refuseSignals(refuses > 50 ? LaneJournal.BACK_PRESSURED : 0);
  }

  /**
   * One request with one imp. Where line items with caps may bid on it, it waits until the next
   * step for the counters of its user.
   */
  void request(long clockMillis, int country, long floorCpmMicros, int user) {
    begin(country, floorCpmMicros);
    long auctionLo = nextAuctionLo++;
    if (!snapshot.caps().isEmpty()) {
      CapLookup lookup = lookups.isEmpty() ? new CapLookup() : lookups.pop();
      lookup.begin(clockMillis, auctionHi, auctionLo, true);
      lookup.user(user, ~user);
      int asked = probe.collect(snapshot, query, clockMillis, auctionHi, auctionLo, 0, lookup);
      if (asked > 0 && world.counters.store.ask(lookup) == CapStore.Asking.ASKED) {
        if (world.faults.is(FaultKind.COUNTERS_SLOW, node)) {
          world.faults.struck(FaultKind.COUNTERS_SLOW);
          lookup.giveUp();
        }
        waiting.add(new Waiting(lookup, auctionLo, country, floorCpmMicros, user, world.millis()));
        return;
      }
      lookups.push(lookup);
    }
    chooser.counters(null, 0);
    decide(clockMillis, auctionLo, country);
  }

  private void begin(int country, long floorCpmMicros) {
    query.country(COUNTRIES[country]);
    query.floorCpmMicros(floorCpmMicros);
  }

  /** Decides on what has waited. */
  void resume(long clockMillis) {
    for (Waiting one : waiting) {
      begin(one.country, one.floorCpmMicros);
      chooser.counters(one.lookup, 0);
      if (decide(clockMillis, one.auctionLo, one.country)) {
        won(one, clockMillis);
      }
      world.counters.store.settle(one.lookup);
      lookups.push(one.lookup);
    }
    waiting.clear();
  }

  private void won(Waiting one, long clockMillis) {
    long lineItem = candidates.lineItemId(candidates.winner(0));
    long expirySecond = candidates.expirySecond(candidates.winner(0));
    one.lookup.won(0, lineItem, one.auctionLo, expirySecond);
    CapScope[] scopes = world.demand.caps.scopesOf(lineItem);
    if (scopes != null) {
      long expiry = expirySecond * 1_000 - clockMillis + world.millis();
      world.capAuditor.bid(auctionHi, one.auctionLo, one.user, scopes, one.askedMillis, expiry);
    }
  }

  /** Whether it was bid on. */
  private boolean decide(long clockMillis, long auctionLo, int country) {
    chooser.choose(snapshot, query, gate, clockMillis, auctionHi, auctionLo, candidates);
    boolean won = candidates.winnerCount() > 0;
    summarize(clockMillis, auctionLo, country, won);
    long position = records.offer(summary, candidates);
    if (position < 0) {
      world.faults.struck(FaultKind.JOURNAL_REFUSES);
      if (won) {
        Chooser.cancel(candidates, candidates.winner(0), gate);
      }
      return false;
    }
    offeredPosition = position;
    if (won) {
      bid(candidates.winner(0), clockMillis);
    }
    return won;
  }

  private void summarize(long clockMillis, long auctionLo, int country, boolean won) {
    int winner = won ? candidates.winner(0) : -1;
    summary.auctionHi = auctionHi;
    summary.auctionLo = auctionLo;
    summary.firstLo = auctionLo;
    summary.timeMillis = clockMillis;
    summary.catalogueVersion = snapshot.version();
    summary.supplyPartnerId = PARTNER;
    summary.impCount = 1;
    summary.floorCpmMicros = query.floorCpmMicros();
    summary.bidCpmMicros = won ? candidates.priceCpmMicros(winner) : 0;
    summary.creativeId = 0;
    summary.leaseId = won ? candidates.leaseId(winner) : 0;
    summary.currency = USD;
    summary.country = COUNTRIES[country];
    summary.format = Format.BANNER.code();
    summary.width = 300;
    summary.height = 250;
    summary.reason = won ? Reason.NONE : candidates.reason();
  }

  private void bid(int winner, long clockMillis) {
    token.flags(false, BillableEvent.BEACON.code());
    token.format = summary.format;
    token.auctionHi = auctionHi;
    token.auctionLo = summary.auctionLo;
    token.leaseId = candidates.leaseId(winner);
    token.leaseAmountMicros = candidates.leaseAmountMicros(winner);
    token.lineItemId = candidates.lineItemId(winner);
    token.creativeId = 0;
    token.supplyPartnerId = PARTNER;
    token.chargeMicros = snapshot.lineItems().chargeMicros(candidates.ordinal(winner));
    token.bidCpmMicros = summary.bidCpmMicros;
    token.currency = USD;
    token.expirySeconds = candidates.expirySecond(winner);
    token.country = summary.country;
    token.deviceType = 0;
    codec.write(token, text);
    world.seams.bidSent().sent(candidates, winner, gate);
    world.bids++;
    world.auditor.bid(token, node + 1, lane, boot, clockMillis);
    world.viewers.show(new String(text, StandardCharsets.ISO_8859_1), node);
  }

  /** A beacon that has come; false where it is not taken and may be sent again. */
  boolean beacon(String of, long clockMillis) {
    if (codec.read(of, 0, clockMillis / 1_000, token) != TokenCodec.Result.VALID) {
      // Expired: it is answered, and not recorded.
      return true;
    }
    long signalMillis = steadyMillis(clockMillis);
    signal
        .wrapAndApplyHeader(buffer, 0, header)
        .receivedMillis(signalMillis)
        .priceCpmMicros(-1)
        .minToWinCpmMicros(-1)
        .lossReason(NO_LOSS_REASON)
        .kind(SignalKind.IMPRESSION)
        .flags((short) token.flags)
        .auctionHi(token.auctionHi)
        .auctionLo(token.auctionLo)
        .leaseId(token.leaseId)
        .leaseAmountMicros(token.leaseAmountMicros)
        .lineItemId(token.lineItemId)
        .creativeId(token.creativeId)
        .supplyPartnerId(token.supplyPartnerId)
        .chargeMicros(token.chargeMicros)
        .bidCpmMicros(token.bidCpmMicros)
        .expirySeconds(token.expirySeconds)
        .currency(token.currency)
        .country(token.country)
        .deviceType((short) token.deviceType)
        .format((short) token.format);
    int length = MessageHeaderEncoder.ENCODED_LENGTH + signal.encodedLength();
    long position = journal.offerSignal(buffer, 0, length);
    if (position < 0) {
      world.faults.struck(FaultKind.JOURNAL_REFUSES);
      return false;
    }
    offeredPosition = position;
    world.capAuditor.beacon(token.auctionHi, token.auctionLo, world.millis(), signalMillis);
    awaited.addLast(new Awaited(position, token.auctionHi, token.auctionLo));
    return true;
  }

  /** Records what was offered, and answers the beacons that are recorded. */
  void record() {
    journal.record();
    while (!awaited.isEmpty() && awaited.peekFirst().position() <= journal.recordedPosition()) {
      Awaited answered = awaited.removeFirst();
      world.auditor.recorded(node + 1, answered.auctionHi(), answered.auctionLo());
    }
  }

  /** The time of signals from now on; never goes back. */
  long steadyMillis(long clockMillis) {
    return steady.at(clockMillis, TimeUnit.MILLISECONDS.toNanos(world.millis()));
  }

  /** The position after the last record that the journal took. */
  long offeredPosition() {
    return offeredPosition;
  }
}
