package io.adplatform.rtb.openrtb;

import io.adplatform.rtb.demand.PartnerRound;
import io.adplatform.rtb.openrtb.EndpointCounters.Answer;
import io.adplatform.runtime.http.GzipCodec;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.lane.LaneTimer;
import io.adplatform.runtime.metrics.Metrics;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.BidResponseWriter;
import io.adplatform.wire.openrtb.OpenRtbReader;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayDeque;

/**
 * {@code POST /openrtb2/auction/{supplyKey}} (OpenRTB 2.6, 2.1 to 2.5): 200 with a response, 204
 * without a bid, 400 where the body cannot be read, 404 for a partner that is not known, 405, 413
 * and 415. Errors have no body, unless the partner is in debug mode. A request that its head alone
 * decides on is answered at once; its body is bounded like any other, in length and time. One lane.
 */
public final class AuctionHandler implements Handler<HttpServerRequest> {
  /** What its requests' paths begin with. */
  public static final String PREFIX = "/openrtb2/";

  private static final String PATH = "/openrtb2/auction/";
  private static final CharSequence VERSION_HEADER =
      HttpHeaders.createOptimized("x-openrtb-version");
  private static final CharSequence REASON_HEADER =
      HttpHeaders.createOptimized("x-adplatform-reason");
  private static final CharSequence VERSION = HttpHeaders.createOptimized("2.6");
  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  private static final CharSequence GZIP = HttpHeaders.createOptimized("gzip");
  private static final CharSequence POST = HttpHeaders.createOptimized("POST");
  private static final CharSequence CLOSE = HttpHeaders.createOptimized("close");

  /** Exchanges kept for reuse: as many as bodies are on their way at a time, or nearly. */
  private static final int POOLED_EXCHANGES = 256;

  /** How often bodies on their way are looked at: a stalled one is closed this much late. */
  private static final long SWEEP_NANOS = 250_000_000L;

  /**
   * How many requests wait for counters at a time: at 2 ms each, far more than a lane answers.
   * Those beyond are decided without.
   */
  private static final int MAX_COUNTING = 128;

  /**
   * How many requests wait for demand partners at a time: at 5,000 a second and 200 ms each, with
   * some tens of kilobytes of buffers apiece. Those beyond are decided without.
   */
  private static final int MAX_ASKING = 1_024;

  private static final long SAMPLE_NANOS = 1_000_000_000L;

  /** Error codes of HTTP/2 (RFC 9113, 7). */
  private static final long NO_ERROR = 0;

  private static final long CANCELLED = 8;

  private final Lane lane;
  private final Auctioneer auctioneer;
  private final EndpointConfig config;
  private final EndpointCounters counters;
  private final RefusalLog refusals;
  private final OpenRtbReader reader = new OpenRtbReader();
  private final BidResponseWriter response;
  private final GzipCodec gzip = new GzipCodec();
  private final PathTail supplyKey = new PathTail();
  private final ArrayDeque<Exchange> pool = new ArrayDeque<>(POOLED_EXCHANGES);
  private final LaneTimer sweep = this::sweep;
  private final ArrayDeque<HeldRequest> free = new ArrayDeque<>(MAX_COUNTING);

  /** What bodies are read into; another one after a request was set aside with it. */
  private BidRequest slot = new BidRequest();

  private int counting;
  private int asking;

  /** The latest to come of the exchanges in flight; they stand in the order they came. */
  private Exchange newest;

  private Exchange oldest;
  private int inFlight;
  private boolean sweeping;
  private byte[] deflated = new byte[0];
  private byte[] inflated = new byte[0];
  private long nextSampleNanos;

  /** Belongs to a lane from now on. */
  public AuctionHandler(
      Lane lane,
      Auctioneer auctioneer,
      EndpointConfig config,
      Metrics metrics,
      RefusalLog refusals) {
    this.lane = lane;
    this.auctioneer = auctioneer;
    this.config = config;
    this.counters = new EndpointCounters(metrics);
    this.refusals = refusals;
    this.response = new BidResponseWriter(config.seat());
    this.nextSampleNanos = lane.nowNanos();
  }

  @Override
  public void handle(HttpServerRequest request) {
    Exchange exchange = pool.isEmpty() ? new Exchange(this, config.maxBodyBytes()) : pool.pop();
    exchange.request = request;
    link(exchange);
    request.exceptionHandler(exchange.onError).handler(exchange.onPiece).endHandler(exchange.onEnd);
    counters.versions.increment(RequestVersion.of(request.getHeader(VERSION_HEADER)));
    String path = request.path();
    if (path == null || !path.startsWith(PATH)) {
      refuse(exchange, RefusalCause.UNKNOWN_PATH, 0);
      return;
    }
    SupplyPartner partner = auctioneer.partner(supplyKey.of(path, PATH.length()));
    exchange.partner = partner;
    if (partner == null && auctioneer.isReady()) {
      refuse(exchange, RefusalCause.UNKNOWN_PARTNER, 0);
      return;
    }
    RefusalCause cause = checkHead(exchange);
    if (cause != null) {
      refuse(exchange, cause, 0);
      return;
    }
    Reason reason = auctioneer.admit(partner);
    if (reason != Reason.NONE) {
      exchange.answered = true;
      answer(request, partner, reason);
    }
  }

  /** Why a request is refused by its head, or null. */
  private RefusalCause checkHead(Exchange exchange) {
    HttpServerRequest request = exchange.request;
    if (request.method() != HttpMethod.POST) {
      request.response().putHeader(HttpHeaders.ALLOW, POST);
      return RefusalCause.METHOD;
    }
    String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    exchange.inflate = encoding != null && MediaRules.isGzip(encoding);
    if (encoding != null && !exchange.inflate && !MediaRules.isIdentity(encoding)) {
      return RefusalCause.CONTENT_ENCODING;
    }
    if (!MediaRules.isJson(request.getHeader(HttpHeaders.CONTENT_TYPE))) {
      return RefusalCause.CONTENT_TYPE;
    }
    return MediaRules.isTooLong(request, config.maxBodyBytes()) ? RefusalCause.TOO_LARGE : null;
  }

  private void link(Exchange exchange) {
    exchange.deadlineNanos = lane.nowNanos() + config.bodyDeadlineNanos();
    exchange.previous = newest;
    exchange.next = null;
    if (newest == null) {
      oldest = exchange;
    } else {
      newest.next = exchange;
    }
    newest = exchange;
    inFlight++;
    if (!sweeping) {
      sweeping = true;
      lane.timers().schedule(lane.nowNanos() + SWEEP_NANOS, sweep);
    }
  }

  private void unlink(Exchange exchange) {
    if (exchange.previous == null) {
      oldest = exchange.next;
    } else {
      exchange.previous.next = exchange.next;
    }
    if (exchange.next == null) {
      newest = exchange.previous;
    } else {
      exchange.next.previous = exchange.previous;
    }
    inFlight--;
  }

  /** The request has ended, so that nothing points at its exchange any more. */
  private void recycle(Exchange exchange) {
    unlink(exchange);
    exchange.reset();
    if (pool.size() < POOLED_EXCHANGES) {
      pool.push(exchange);
    }
  }

  /** The request has not ended: what still comes of it finds an exchange that is nobody's. */
  private void drop(Exchange exchange) {
    unlink(exchange);
    exchange.reset();
  }

  /** How many requests' bodies are on their way. */
  int inFlight() {
    return inFlight;
  }

  /** How many requests wait, for counters or for demand partners. */
  int held() {
    return counting + asking;
  }

  private void sweep(long nowNanos) {
    try {
      endLate(nowNanos);
    } finally {
      sweeping = oldest != null;
      if (sweeping) {
        lane.timers().schedule(nowNanos + SWEEP_NANOS, sweep);
      }
    }
  }

  private void endLate(long nowNanos) {
    while (oldest != null && nowNanos - oldest.deadlineNanos >= 0) {
      Exchange late = oldest;
      if (late.answered) {
        abort(late);
      } else {
        // The refusal gets as long to be sent as the body had to come.
        unlink(late);
        link(late);
        refuse(late, RefusalCause.STALLED, 0);
      }
    }
  }

  /** Ends what goes on sending, or does not take its answer: the stream, or the connection. */
  private void abort(Exchange exchange) {
    HttpServerRequest request = exchange.request;
    drop(exchange);
    if (request.version() == HttpVersion.HTTP_2) {
      request.response().reset(CANCELLED);
    } else if (request.connection() instanceof ConnectionBase connection) {
      // A close by Vert.x would wait until all that was answered has been sent.
      connection.channel().close();
    }
  }

  void onTooLarge(Exchange exchange) {
    if (exchange.answered) {
      abort(exchange);
    } else {
      refuse(exchange, RefusalCause.TOO_LARGE, 0);
    }
  }

  void onGone(Exchange exchange) {
    drop(exchange);
  }

  void onEnd(Exchange exchange) {
    if (exchange.answered) {
      recycle(exchange);
      return;
    }
    exchange.answered = true;
    long receivedNanos = System.nanoTime();
    HttpServerRequest request = exchange.request;
    SupplyPartner partner = exchange.partner;
    RefusalCause cause;
    try {
      cause = read(exchange);
    } finally {
      recycle(exchange);
    }
    if (cause != null) {
      refuse(request, partner, cause, reader.failureOffset(), false);
      return;
    }
    counters.dropped(slot);
    long parseNanos = System.nanoTime() - receivedNanos;
    boolean waits = false;
    try {
      waits = setAside(request, partner, receivedNanos, parseNanos);
      if (!waits) {
        answer(
            request, partner, auctioneer.run(slot, partner, receivedNanos, parseNanos, response));
      }
    } catch (RuntimeException e) {
      refuse(request, partner, RefusalCause.INTERNAL, 0, false);
      throw e;
    } finally {
      if (!waits) {
        counters.latency.record(System.nanoTime() - receivedNanos);
      }
    }
  }

  /**
   * Whether a request is to wait: for counters, it then goes on in {@link #onCounters}; or for
   * demand partners, then in {@link #onPartners}.
   */
  private boolean setAside(
      HttpServerRequest request, SupplyPartner partner, long receivedNanos, long parseNanos) {
    HeldRequest spare = free.isEmpty() ? new HeldRequest(this) : free.pop();
    spare.counted = auctioneer.ask(slot, partner, spare.lookup, counting < MAX_COUNTING);
    if (!spare.counted
        && !auctioneer.askPartners(
            slot, partner, receivedNanos, null, spare.round, asking < MAX_ASKING)) {
      free.push(spare);
      return false;
    }
    slot = spare.hold(slot, request, partner, receivedNanos, parseNanos);
    if (spare.counted) {
      counting++;
      spare.startTimer(lane);
    } else {
      asking++;
    }
    return true;
  }

  /** Goes on with a request that was set aside: its counters are there, or their time is up. */
  void onCounters(HeldRequest waited) {
    waited.stopTimer(lane);
    counting--;
    boolean waits = false;
    try {
      auctioneer.counted(waited.lookup, waited.askedNanos);
      waits = !waited.http.response().closed() && askPartners(waited);
      if (!waits) {
        decide(waited, null);
      }
    } catch (RuntimeException e) {
      refuse(waited.http, waited.partner, RefusalCause.INTERNAL, 0, false);
      throw e;
    } finally {
      if (!waits) {
        letGo(waited);
      }
    }
  }

  private boolean askPartners(HeldRequest waited) {
    boolean asked =
        auctioneer.askPartners(
            waited.slot,
            waited.partner,
            waited.receivedNanos,
            waited.lookup,
            waited.round,
            asking < MAX_ASKING);
    asking += asked ? 1 : 0;
    return asked;
  }

  /** Decides on a request whose demand partners have answered, or whose time is up. */
  void onPartners(HeldRequest waited) {
    asking--;
    try {
      decide(waited, waited.round);
    } catch (RuntimeException e) {
      refuse(waited.http, waited.partner, RefusalCause.INTERNAL, 0, false);
      throw e;
    } finally {
      letGo(waited);
    }
  }

  private void decide(HeldRequest waited, PartnerRound round) {
    if (waited.http.response().closed()) {
      auctioneer.abandon(waited.counted ? waited.lookup : null, round);
      return;
    }
    Reason reason =
        auctioneer.resume(
            waited.slot,
            waited.partner,
            waited.receivedNanos,
            waited.parseNanos,
            waited.counted ? waited.lookup : null,
            round,
            response);
    answer(waited.http, waited.partner, reason);
  }

  private void letGo(HeldRequest waited) {
    counters.latency.record(System.nanoTime() - waited.receivedNanos);
    waited.reset();
    free.push(waited);
  }

  /** Why the body is refused, or null where the slot holds a request. */
  private RefusalCause read(Exchange exchange) {
    int length = exchange.length();
    if (!exchange.inflate) {
      exchange.copyTo(slot.receive(length));
    } else {
      int needed = config.maxBodyBytes() + 1;
      if (inflated.length < needed) {
        inflated = new byte[needed];
      }
      byte[] body = slot.receive(length);
      exchange.copyTo(body);
      int size = gzip.inflate(body, length, inflated, config.maxBodyBytes());
      if (size < 0) {
        return size == GzipCodec.TOO_LARGE ? RefusalCause.TOO_LARGE : RefusalCause.BAD_GZIP;
      }
      System.arraycopy(inflated, 0, slot.receive(size), 0, size);
    }
    ReadFailure failure = reader.read(slot);
    return failure == ReadFailure.NONE ? null : RefusalCause.of(failure);
  }

  private void answer(HttpServerRequest request, SupplyPartner partner, Reason reason) {
    HttpServerResponse http = request.response().putHeader(VERSION_HEADER, VERSION);
    if (reason != Reason.NONE) {
      if (partner != null && partner.debug()) {
        http.putHeader(REASON_HEADER, reason.name());
      }
      http.setStatusCode(204).end();
      counters.answers.increment(Answer.NO_CONTENT_204);
      return;
    }
    byte[] body = response.bytes();
    int length = response.length();
    http.putHeader(HttpHeaders.CONTENT_TYPE, JSON);
    if (length >= config.gzipFromBytes()
        && MediaRules.acceptsGzip(request.getHeader(HttpHeaders.ACCEPT_ENCODING))) {
      int needed = GzipCodec.deflatedBound(length);
      if (deflated.length < needed) {
        deflated = new byte[2 * needed];
      }
      length = gzip.deflate(body, length, deflated);
      body = deflated;
      http.putHeader(HttpHeaders.CONTENT_ENCODING, GZIP);
    }
    http.end(Buffer.buffer(length).appendBytes(body, 0, length));
    counters.answers.increment(Answer.OK_200);
  }

  /**
   * Refuses a request whose body has not come to its end. Where that body is the fault, the answer
   * is the last of its connection, or the stream is reset.
   */
  private void refuse(Exchange exchange, RefusalCause cause, int offset) {
    exchange.answered = true;
    exchange.closing = cause == RefusalCause.TOO_LARGE || cause == RefusalCause.STALLED;
    exchange.forgetBody();
    refuse(exchange.request, exchange.partner, cause, offset, exchange.closing);
  }

  private void refuse(
      HttpServerRequest request,
      SupplyPartner partner,
      RefusalCause cause,
      int offset,
      boolean close) {
    counters.answers.increment(Answer.ERROR);
    counters.refusals.increment(cause);
    if (lane.nowNanos() - nextSampleNanos >= 0) {
      nextSampleNanos = lane.nowNanos() + SAMPLE_NANOS;
      refusals.offer(partner == null ? null : partner.key(), cause, offset, slot.length());
    }
    HttpServerResponse http = request.response();
    if (http.ended() || http.closed()) {
      return;
    }
    boolean stream = request.version() == HttpVersion.HTTP_2;
    http.setStatusCode(cause.status()).putHeader(VERSION_HEADER, VERSION);
    if (close && !stream) {
      http.putHeader(HttpHeaders.CONNECTION, CLOSE);
    }
    boolean explain = partner != null && partner.debug();
    if (explain) {
      http.putHeader(HttpHeaders.CONTENT_TYPE, JSON);
    }
    var sent =
        explain ? http.end("{\"error\":\"" + cause + "\",\"offset\":" + offset + "}") : http.end();
    if (close) {
      sent.onComplete(
          done -> {
            if (stream) {
              // RFC 9113, 8.1: the answer is whole, the rest of the request is not wanted.
              http.reset(NO_ERROR);
            } else {
              request.connection().close();
            }
          });
    }
  }
}
