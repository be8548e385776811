package io.adplatform.rtb.demand;

import io.adplatform.decision.catalogue.DemandPartnerIndex;
import io.adplatform.decision.choice.Draw;
import io.adplatform.rtb.rate.LaneRates;
import io.adplatform.rtb.rate.NodeRates;
import io.adplatform.runtime.http.GzipCodec;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.lane.LaneTimer;
import io.adplatform.runtime.metrics.EnumCounters;
import io.adplatform.runtime.metrics.LatencyHistogram;
import io.adplatform.runtime.metrics.Metrics;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.partner.PartnerAnswer;
import io.adplatform.wire.partner.PartnerForm;
import io.adplatform.wire.partner.PartnerQuestion;
import io.adplatform.wire.partner.PartnerRequestWriter;
import io.adplatform.wire.partner.PartnerResponseReader;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Asks partners over HTTP on a lane's own event loop, over connections that are kept. One lane;
 * what it allocates itself is an answer's slot where more are on their way than ever before, and a
 * new partner's state; what Vert.x allocates per request is its own.
 */
public final class PartnerClient implements Demand {
  /**
   * Longest answer read, before and after inflating: with 64 KiB of markup for each of a dozen
   * imps, and as much again, an honest one is shorter.
   */
  public static final int MAX_RESPONSE_BYTES = 1024 * 1024;

  /**
   * Questions to one partner that a lane leaves unanswered at a time, and its connections: at 5,000
   * a second and 100 ms each. A partner that stalls holds no more.
   */
  static final int MAX_IN_FLIGHT = 512;

  /**
   * Of the way back to the SSP, and of what is still to be done when the partners have answered.
   */
  static final int NETWORK_ALLOWANCE_MILLIS = 10;

  /** With less no partner answers over a network. */
  static final int LEAST_MILLIS = 5;

  /** An answer that is so late is not waited for any more: its connection is closed. */
  private static final long STRAGGLER_NANOS = 1_000_000_000L;

  private static final long SWEEP_NANOS = 100_000_000L;
  private static final int CONNECT_MILLIS = 1_000;

  /** Seconds that an unused connection is kept: less than most servers keep it. */
  private static final int KEEP_ALIVE_SECONDS = 25;

  /** Calls kept for reuse. */
  private static final int POOLED_CALLS = 1_024;

  /** Partners whose outcomes have a label of their own; the others share one. */
  private static final int MAX_LABELS = 200;

  private static final int MAX_LENGTH_DIGITS = 9;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Lane lane;
  private final HttpClient http;
  private final PartnerClientConfig config;
  private final Redactions redactions;
  private final Metrics metrics;
  private final LaneRates quotas;
  private final LatencyHistogram latency;
  private final PartnerRequestWriter writer;
  private final PartnerResponseReader reader = new PartnerResponseReader();
  private final GzipCodec gzip = new GzipCodec();
  private final Long2ObjectHashMap<PartnerState> states = new Long2ObjectHashMap<>();
  private final ArrayDeque<PartnerCall> pool = new ArrayDeque<>();
  private final LaneTimer sweep = this::sweep;
  private EnumCounters<PartnerOutcome> others;
  private byte[] packed = new byte[0];
  private byte[] unpacked = new byte[0];

  // The calls whose exchange goes on, in the order they began.
  private PartnerCall oldest;
  private PartnerCall newest;
  private boolean sweeping;

  /** Belongs to a lane from now on. */
  public PartnerClient(
      Vertx vertx, Lane lane, NodeRates rates, Metrics metrics, PartnerClientConfig config) {
    this.lane = lane;
    this.config = config;
    this.redactions = config.redactions().get();
    this.metrics = metrics;
    this.quotas = new LaneRates(rates);
    this.writer = new PartnerRequestWriter(config.domain());
    this.latency =
        metrics.latency(
            "adplatform_demand_partner_seconds", "From asking a partner to its whole answer");
    this.http =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setTcpNoDelay(true)
                .setConnectTimeout(CONNECT_MILLIS)
                .setKeepAlive(true)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setDecompressionSupported(false),
            new PoolOptions().setHttp1MaxSize(MAX_IN_FLIGHT).setMaxWaitQueueSize(MAX_IN_FLIGHT));
  }

  HttpClient http() {
    return http;
  }

  @Override
  public void begin(BidRequest asked, PartnerRound round) {
    round.begin(lane, asked);
    round.askedNanos = System.nanoTime();
    writer.load(asked);
  }

  @Override
  public void ask(
      DemandPartnerIndex index,
      int ordinal,
      BidRequest about,
      PartnerQuestion asked,
      PartnerRound round) {
    DemandPartner partner = index.partner(ordinal);
    PartnerState state = state(partner);
    long now = lane.nowNanos();
    int millis =
        Math.min(asked.tmaxMillis - NETWORK_ALLOWANCE_MILLIS, partner.endpoint().timeoutMillis());
    PartnerOutcome refused = refusal(state, partner, asked, round, millis, now);
    if (refused != null) {
      state.outcomes.increment(refused);
      return;
    }
    int left = asked.tmaxMillis;
    asked.tmaxMillis = millis;
    asked.redactions = redactions.of(about, partner);
    Buffer body = body(index.form(ordinal), asked, partner.endpoint().gzip());
    asked.tmaxMillis = left;
    PartnerCall call = pool.isEmpty() ? new PartnerCall(this) : pool.pop();
    remember(call.asked(), partner, index.form(ordinal), asked);
    round.add(call);
    state.inFlight++;
    link(call);
    // Vert.x takes connections for its current context, which a lane's timers do not run on.
    ContextInternal context = (ContextInternal) lane.context();
    ContextInternal former = context.beginDispatch();
    try {
      call.start(state, round, body, now, now + millis * NANOS_PER_MILLI);
    } finally {
      context.endDispatch(former);
    }
  }

  private static void remember(
      PartnerAsked into, DemandPartner partner, PartnerForm form, PartnerQuestion asked) {
    into.partner = partner;
    into.form = form;
    into.imps = asked.imps;
    into.currency = asked.currency;
  }

  /** Why a partner is not asked now, or null. */
  private PartnerOutcome refusal(
      PartnerState state,
      DemandPartner partner,
      PartnerQuestion asked,
      PartnerRound round,
      int millis,
      long now) {
    if (millis < LEAST_MILLIS || state.latency.isAbove(millis * NANOS_PER_MILLI, now)) {
      return PartnerOutcome.NO_TIME;
    }
    if (round.isFull()) {
      return PartnerOutcome.NO_ROOM;
    }
    if (state.inFlight >= MAX_IN_FLIGHT) {
      return PartnerOutcome.BUSY;
    }
    if (!state.isReachable()) {
      return PartnerOutcome.UNREACHABLE;
    }
    long seed = Draw.seed(asked.auctionHi, asked.auctionLo);
    if (!state.breaker.isOpen() && !state.throttle.admits(Draw.ticket(seed, partner.id()), now)) {
      return PartnerOutcome.THROTTLED;
    }
    if (!state.breaker.admits(now)) {
      return PartnerOutcome.BREAKER_OPEN;
    }
    if (!quotas.admits(partner.id(), partner.endpoint().queriesPerSecond(), now)) {
      state.breaker.withdrawn();
      return PartnerOutcome.QUOTA;
    }
    return null;
  }

  private Buffer body(PartnerForm form, PartnerQuestion asked, boolean compress) {
    int length = writer.write(form, asked);
    byte[] bytes = writer.bytes();
    if (compress) {
      int needed = GzipCodec.deflatedBound(length);
      if (packed.length < needed) {
        packed = new byte[2 * needed];
      }
      length = gzip.deflate(bytes, length, packed);
      bytes = packed;
    }
    return Buffer.buffer(length).appendBytes(bytes, 0, length);
  }

  @Override
  public boolean end(PartnerRound round) {
    return round.endAsking();
  }

  @Override
  public void release(PartnerRound round) {
    round.release();
  }

  @Override
  public void count(long partnerId, PartnerOutcome outcome) {
    PartnerState state = states.get(partnerId);
    (state == null ? others() : state.outcomes).increment(outcome);
  }

  /** Reads an answer that came in time, with status 200 (OpenRTB 2.6, 4.2.1 and 7.1). */
  PartnerOutcome read(PartnerAnswer answer, boolean compressed, PartnerRound round) {
    if (compressed) {
      PartnerOutcome damaged = inflate(answer);
      if (damaged != null) {
        return damaged;
      }
    }
    if (reader.read(answer) != ReadFailure.NONE) {
      return PartnerOutcome.MALFORMED;
    }
    return answer.bidCount() == 0 ? PartnerOutcome.NO_BID : judge(answer, round);
  }

  private static PartnerOutcome judge(PartnerAnswer answer, PartnerRound round) {
    BidRequest asked = round.request();
    boolean echoed =
        Arrays.equals(
            answer.bytes(),
            Span.offset(answer.id),
            Span.end(answer.id),
            asked.bytes(),
            Span.offset(asked.id),
            Span.end(asked.id));
    return echoed ? PartnerOutcome.BIDS : PartnerOutcome.WRONG_ID;
  }

  private PartnerOutcome inflate(PartnerAnswer answer) {
    if (unpacked.length == 0) {
      unpacked = new byte[MAX_RESPONSE_BYTES + 1];
    }
    int size = gzip.inflate(answer.bytes(), answer.length(), unpacked, MAX_RESPONSE_BYTES);
    if (size < 0) {
      return size == GzipCodec.TOO_LARGE ? PartnerOutcome.TOO_LARGE : PartnerOutcome.MALFORMED;
    }
    answer.clear();
    answer.append(size);
    System.arraycopy(unpacked, 0, answer.bytes(), 0, size);
    return null;
  }

  private PartnerState state(DemandPartner partner) {
    PartnerState state = states.get(partner.id());
    if (state == null) {
      EnumCounters<PartnerOutcome> outcomes =
          states.size() < MAX_LABELS ? counters(Long.toString(partner.id())) : others();
      state = new PartnerState(config.region(), outcomes, lane.nowNanos());
      states.put(partner.id(), state);
    }
    state.settings(partner);
    return state;
  }

  private EnumCounters<PartnerOutcome> others() {
    if (others == null) {
      others = counters("other");
    }
    return others;
  }

  private EnumCounters<PartnerOutcome> counters(String partner) {
    return metrics.counters(
        "adplatform_demand_requests_total",
        "Demand partners worth asking, by what became of it",
        "outcome",
        PartnerOutcome.class,
        "partner",
        partner);
  }

  void expired(PartnerCall call) {
    long now = lane.nowNanos();
    call.state.outcomes.increment(PartnerOutcome.TIMEOUT);
    call.state.breaker.failed(now);
  }

  /** The exchange of a call has ended. */
  void finished(PartnerCall call, PartnerOutcome outcome, boolean inTime) {
    PartnerState state = call.state;
    long now = lane.nowNanos();
    unlink(call);
    state.inFlight--;
    if (inTime || outcome == PartnerOutcome.LATE) {
      state.outcomes.increment(outcome);
    }
    if (!inTime) {
      return;
    }
    if (outcome.isFailure()) {
      state.breaker.failed(now);
      return;
    }
    long nanos = now - call.startedNanos();
    latency.record(nanos);
    state.latency.answered(nanos, now);
    state.breaker.succeeded();
    state.throttle.succeeded(now);
  }

  void recycle(PartnerCall call) {
    if (pool.size() < POOLED_CALLS) {
      pool.push(call);
    }
  }

  private void link(PartnerCall call) {
    call.previous = newest;
    call.next = null;
    if (newest == null) {
      oldest = call;
    } else {
      newest.next = call;
    }
    newest = call;
    if (!sweeping) {
      sweeping = true;
      lane.timers().schedule(lane.nowNanos() + SWEEP_NANOS, sweep);
    }
  }

  private void unlink(PartnerCall call) {
    if (call.previous == null) {
      oldest = call.next;
    } else {
      call.previous.next = call.next;
    }
    if (call.next == null) {
      newest = call.previous;
    } else {
      call.next.previous = call.previous;
    }
    call.previous = null;
    call.next = null;
  }

  private void sweep(long nowNanos) {
    PartnerCall call = oldest;
    while (call != null && nowNanos - call.startedNanos() >= STRAGGLER_NANOS) {
      PartnerCall following = call.next;
      if (nowNanos - call.deadlineNanos() >= STRAGGLER_NANOS) {
        call.abort();
      }
      call = following;
    }
    sweeping = oldest != null;
    if (sweeping) {
      lane.timers().schedule(nowNanos + SWEEP_NANOS, sweep);
    }
  }

  /** What an honest head says; what comes is counted all the same. */
  static boolean isTooLong(String contentLength) {
    int length = contentLength.length();
    if (length == 0 || length > MAX_LENGTH_DIGITS) {
      return true;
    }
    int bytes = 0;
    for (int i = 0; i < length; i++) {
      bytes = bytes * 10 + (contentLength.charAt(i) - '0');
    }
    return bytes > MAX_RESPONSE_BYTES;
  }
}
