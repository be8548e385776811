package io.adplatform.rtb.openrtb;

import io.adplatform.rtb.openrtb.EndpointCounters.Answer;
import io.adplatform.rtb.openrtb.EndpointCounters.DroppedImp;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.lane.LaneTimer;
import io.adplatform.runtime.metrics.Metrics;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.BidResponseWriter;
import io.adplatform.wire.openrtb.OpenRtbReader;
import io.adplatform.wire.openrtb.ReadFailure;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayDeque;

/**
 * {@code POST /openrtb2/auction/{supplyKey}} (OpenRTB 2.6, 2.1 to 2.5): 200 with a response, 204
 * without a bid, 400 where the body cannot be read, 404 for a partner that is not known, 405, 413
 * and 415. Errors have no body, unless the partner is in debug mode. One lane.
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

  private static final long SAMPLE_NANOS = 1_000_000_000L;

  private final Lane lane;
  private final Auctioneer auctioneer;
  private final EndpointConfig config;
  private final EndpointCounters counters;
  private final RefusalLog refusals;
  private final OpenRtbReader reader = new OpenRtbReader();
  private final BidRequest slot = new BidRequest();
  private final BidResponseWriter response;
  private final GzipCodec gzip = new GzipCodec();
  private final PathTail supplyKey = new PathTail();
  private final ArrayDeque<Exchange> pool = new ArrayDeque<>(POOLED_EXCHANGES);
  private final LaneTimer sweep = this::sweep;

  /** The latest to come of the exchanges in flight; they stand in the order they came. */
  private Exchange newest;

  private Exchange oldest;
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
    String path = request.path();
    if (path == null || !path.startsWith(PATH)) {
      refuse(request, null, RefusalCause.UNKNOWN_PATH, 0);
      return;
    }
    SupplyPartner partner = auctioneer.partner(supplyKey.of(path, PATH.length()));
    if (partner == null) {
      refuse(request, null, RefusalCause.UNKNOWN_PARTNER, 0);
      return;
    }
    if (request.method() != HttpMethod.POST) {
      request.response().putHeader(HttpHeaders.ALLOW, POST);
      refuse(request, partner, RefusalCause.METHOD, 0);
      return;
    }
    String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    boolean inflate = encoding != null && MediaRules.isGzip(encoding);
    if (encoding != null && !inflate && !MediaRules.isIdentity(encoding)) {
      refuse(request, partner, RefusalCause.CONTENT_ENCODING, 0);
      return;
    }
    if (!MediaRules.isJson(request.getHeader(HttpHeaders.CONTENT_TYPE))) {
      refuse(request, partner, RefusalCause.CONTENT_TYPE, 0);
      return;
    }
    if (isTooLong(request)) {
      refuse(request, partner, RefusalCause.TOO_LARGE, 0);
      return;
    }
    Exchange exchange = pool.isEmpty() ? new Exchange(this, config.maxBodyBytes()) : pool.pop();
    exchange.request = request;
    exchange.partner = partner;
    exchange.inflate = inflate;
    link(exchange);
    request.exceptionHandler(exchange.onError).handler(exchange.onPiece).endHandler(exchange.onEnd);
  }

  /** What an honest head says; what comes is counted all the same. */
  private boolean isTooLong(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return length != null && MediaRules.isAbove(length, config.maxBodyBytes());
  }

  private void link(Exchange exchange) {
    exchange.deadlineNanos = lane.nowNanos() + config.bodyDeadlineNanos();
    exchange.previous = newest;
    if (newest == null) {
      oldest = exchange;
    } else {
      newest.next = exchange;
    }
    newest = exchange;
    if (!sweeping) {
      sweeping = true;
      lane.timers().schedule(lane.nowNanos() + SWEEP_NANOS, sweep);
    }
  }

  private void release(Exchange exchange) {
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
    exchange.reset();
    if (pool.size() < POOLED_EXCHANGES) {
      pool.push(exchange);
    }
  }

  private void sweep(long nowNanos) {
    while (oldest != null && nowNanos - oldest.deadlineNanos >= 0) {
      HttpServerRequest request = oldest.request;
      SupplyPartner partner = oldest.partner;
      release(oldest);
      refuse(request, partner, RefusalCause.STALLED, 0);
    }
    sweeping = oldest != null;
    if (sweeping) {
      lane.timers().schedule(nowNanos + SWEEP_NANOS, sweep);
    }
  }

  void onTooLarge(Exchange exchange) {
    HttpServerRequest request = exchange.request;
    SupplyPartner partner = exchange.partner;
    release(exchange);
    refuse(request, partner, RefusalCause.TOO_LARGE, 0);
  }

  void onGone(Exchange exchange) {
    release(exchange);
  }

  void onBody(Exchange exchange) {
    long receivedNanos = System.nanoTime();
    HttpServerRequest request = exchange.request;
    SupplyPartner partner = exchange.partner;
    RefusalCause cause;
    try {
      cause = read(exchange);
    } finally {
      release(exchange);
    }
    if (cause != null) {
      refuse(request, partner, cause, reader.failureOffset());
      return;
    }
    countDroppedImps();
    try {
      long parseNanos = System.nanoTime() - receivedNanos;
      Reason reason = auctioneer.run(slot, partner, receivedNanos, parseNanos, response);
      answer(request, partner, reason);
    } catch (RuntimeException e) {
      refuse(request, partner, RefusalCause.INTERNAL, 0);
      throw e;
    } finally {
      counters.latency.record(System.nanoTime() - receivedNanos);
    }
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

  private void countDroppedImps() {
    if (slot.badImps > 0) {
      counters.droppedImps.add(DroppedImp.BAD, slot.badImps);
    }
    if (slot.surplusImps > 0) {
      counters.droppedImps.add(DroppedImp.SURPLUS, slot.surplusImps);
    }
  }

  private void answer(HttpServerRequest request, SupplyPartner partner, Reason reason) {
    HttpServerResponse http = request.response().putHeader(VERSION_HEADER, VERSION);
    if (reason != Reason.NONE) {
      if (partner.debug()) {
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

  private void refuse(
      HttpServerRequest request, SupplyPartner partner, RefusalCause cause, int offset) {
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
    http.setStatusCode(cause.status()).putHeader(VERSION_HEADER, VERSION);
    boolean close = cause == RefusalCause.TOO_LARGE || cause == RefusalCause.STALLED;
    if (close) {
      http.putHeader(HttpHeaders.CONNECTION, CLOSE);
    }
    boolean explain = partner != null && partner.debug();
    if (explain) {
      http.putHeader(HttpHeaders.CONTENT_TYPE, JSON);
    }
    var sent =
        explain ? http.end("{\"error\":\"" + cause + "\",\"offset\":" + offset + "}") : http.end();
    if (close) {
      sent.onComplete(done -> request.connection().close());
    }
  }

  /** The end of a path as a text of its own, without copying it. */
  private static final class PathTail implements CharSequence {
    private String path;
    private int from;

    PathTail of(String ofPath, int start) {
      path = ofPath;
      from = start;
      return this;
    }

    @Override
    public int length() {
      return path.length() - from;
    }

    @Override
    public char charAt(int index) {
      return path.charAt(from + index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return path.subSequence(from + start, from + end);
    }

    @Override
    public String toString() {
      return path.substring(from);
    }
  }
}
