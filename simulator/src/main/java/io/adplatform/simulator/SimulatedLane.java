package io.adplatform.simulator;

import io.adplatform.analytics.collect.SteadyMillis;
import io.adplatform.decision.budget.BudgetGate;
import io.adplatform.decision.choice.Candidates;
import io.adplatform.decision.choice.Chooser;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.rtb.event.AuctionRecordPublisher;
import io.adplatform.rtb.event.AuctionSummary;
import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.runtime.journal.MemoryLaneJournal;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.catalogue.Country;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.event.AuctionId;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.SignalEncoder;
import io.adplatform.wire.sbe.SignalKind;
import io.adplatform.wire.token.Token;
import io.adplatform.wire.token.TokenCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
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
  private final Deque<Awaited> awaited = new ArrayDeque<>();
  private final long auctionHi;
  private long nextAuctionLo = 1;
  private long offeredPosition;

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
    gate.poll(clockMillis);
    int refuses = world.faults.severity(FaultKind.JOURNAL_REFUSES, node);
    journal.refuseAuctions(refuses > 0 ? LaneJournal.BACK_PRESSURED : 0);
    journal.refuseSignals(refuses > 50 ? LaneJournal.BACK_PRESSURED : 0);
  }

  /** One request with one imp; whether it was bid on. */
  boolean auction(long clockMillis, int country, long floorCpmMicros) {
    query.country(COUNTRIES[country]);
    query.floorCpmMicros(floorCpmMicros);
    long auctionLo = nextAuctionLo++;
    chooser.choose(world.snapshot, query, gate, clockMillis, auctionHi, auctionLo, candidates);
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
    summary.catalogueVersion = world.snapshot.version();
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
    token.chargeMicros = world.snapshot.lineItems().chargeMicros(candidates.ordinal(winner));
    token.bidCpmMicros = summary.bidCpmMicros;
    token.currency = USD;
    token.expirySeconds = candidates.expirySecond(winner);
    token.country = summary.country;
    token.deviceType = 0;
    codec.write(token, text);
    world.seams.bidSent().sent(candidates, winner, gate);
    world.auditor.bid(token, node + 1, lane, boot, clockMillis);
    world.viewers.show(new String(text, StandardCharsets.ISO_8859_1), node);
  }

  /** A beacon that has come; false where it is not taken and may be sent again. */
  boolean beacon(String of, long clockMillis) {
    if (codec.read(of, 0, clockMillis / 1_000, token) != TokenCodec.Result.VALID) {
      // Expired: it is answered, and not recorded.
      return true;
    }
    signal
        .wrapAndApplyHeader(buffer, 0, header)
        .receivedMillis(steadyMillis(clockMillis))
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
