package io.adplatform.analytics.collect;

import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.token.Token;
import io.adplatform.wire.token.TokenCodec;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/**
 * {@code GET} and {@code POST} of {@code /e/{imp|click|clicktrack|view|conv|video/…}/{token}} and
 * {@code /n/{win|bill|loss}/{token}}. What carries a valid token is offered to the journal and
 * answered by {@link CollectAgent}; everything else is answered at once, counted, and recorded
 * nowhere. Owned by the lane.
 */
public final class BeaconHandler implements Handler<HttpServerRequest> {
  private static final long MILLIS_PER_SECOND = 1_000;

  private final SignalPublisher publisher;
  private final CollectAgent agent;
  private final TokenCodec tokens;
  private final LandingPages landingPages;
  private final CollectCounters counters;
  private final BooleanSupplier awaited;
  private final Token token = new Token();
  private final byte[] clickedText = new byte[TokenCodec.TEXT_LENGTH];
  private final NoticeQuery query = new NoticeQuery();
  private final BeaconAnswers answers = new BeaconAnswers();

  /** When the token ends as it was signed: what is charged is taken for longer. */
  private long signedExpirySeconds;

  /**
   * A handler of one lane; the agent is turned in the same lane's duty cycle.
   *
   * @param awaited whether the closing of leases waits for what this node records; nothing is
   *     recorded before
   */
  public BeaconHandler(
      SignalPublisher publisher,
      CollectAgent agent,
      TokenCodec tokens,
      LandingPages landingPages,
      CollectCounters counters,
      BooleanSupplier awaited) {
    this.publisher = publisher;
    this.agent = agent;
    this.tokens = tokens;
    this.landingPages = landingPages;
    this.counters = counters;
    this.awaited = awaited;
  }

  @Override
  public void handle(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    HttpMethod method = request.method();
    if (method != HttpMethod.GET && method != HttpMethod.POST) {
      counters.count(null, CollectOutcome.METHOD);
      answers.methodNotAllowed(response);
      return;
    }
    String path = request.path();
    BeaconKind kind = path == null ? null : BeaconKind.of(path);
    if (kind == null) {
      refuse(response, null, CollectOutcome.UNKNOWN_KIND);
      return;
    }
    long nowSeconds = publisher.clockMillis() / MILLIS_PER_SECOND;
    switch (tokens.read(path, kind.prefix().length(), nowSeconds, token)) {
      case VALID, EXPIRED -> {
        if (token.isClicked() != (kind == BeaconKind.CONVERSION)) {
          refuse(response, kind, CollectOutcome.MISPLACED);
          return;
        }
        signedExpirySeconds = token.expirySeconds;
        if (token.model().charges(kind.signal().value())) {
          // Always, not only where the impression's time is over: repeats are told by it as well.
          token.expirySeconds += token.model().chargeSeconds();
        }
        if (token.expirySeconds < nowSeconds) {
          expired(response, kind);
        } else {
          accept(request, response, kind);
        }
      }
      case MALFORMED -> refuse(response, kind, CollectOutcome.MALFORMED);
      case FORGED -> refuse(response, kind, CollectOutcome.FORGED);
    }
  }

  private void accept(HttpServerRequest request, HttpServerResponse response, BeaconKind kind) {
    String location = null;
    if (!awaited.getAsBoolean()) {
      putOff(response, kind, CollectOutcome.NOT_AWAITED);
      return;
    }
    if (kind == BeaconKind.CLICK) {
      if (!landingPages.isReady()) {
        putOff(response, kind, CollectOutcome.NOT_READY);
        return;
      }
      location = location();
      if (location == null) {
        refuse(response, kind, CollectOutcome.NO_LANDING_PAGE);
        return;
      }
    }
    if (agent.isFull()) {
      putOff(response, kind, CollectOutcome.TOO_MANY_WAITING);
      return;
    }
    query.read(request.uri());
    long position =
        publisher.offer(
            kind.signal(),
            token,
            query.priceCpmMicros(),
            query.minToWinCpmMicros(),
            query.lossReason());
    if (position > 0) {
      agent.await(response, kind, location, position, publisher.nowNanos());
      if (kind == BeaconKind.LOSS) {
        counters.countLoss(query.lossReason());
      }
    } else {
      putOff(
          response,
          kind,
          position == LaneJournal.BACK_PRESSURED
              ? CollectOutcome.BACK_PRESSURED
              : CollectOutcome.JOURNAL_FULL);
    }
  }

  /**
   * A viewer may look at an ad for longer than its token lives: the click still leads to the
   * landing page, and is no longer recorded.
   */
  private void expired(HttpServerResponse response, BeaconKind kind) {
    String location = kind == BeaconKind.CLICK ? location() : null;
    if (location == null) {
      refuse(response, kind, CollectOutcome.EXPIRED);
    } else {
      counters.count(kind, CollectOutcome.EXPIRED_CLICK);
      answers.taken(response, kind, location);
    }
  }

  /** Where the click leads, with the token that its conversion is told by; or null. */
  private String location() {
    String page = landingPages.of(token.creativeId);
    return page == null || !page.contains(Creative.TOKEN_MACRO)
        ? page
        : page.replace(Creative.TOKEN_MACRO, clicked());
  }

  /** The same bid's token with its own end, signed as one that was clicked. */
  private String clicked() {
    int flags = token.flags;
    long expirySeconds = token.expirySeconds;
    token.flags = flags | Token.FLAG_CLICKED;
    token.expirySeconds = signedExpirySeconds;
    tokens.write(token, clickedText);
    token.flags = flags;
    token.expirySeconds = expirySeconds;
    return new String(clickedText, StandardCharsets.ISO_8859_1);
  }

  private void refuse(HttpServerResponse response, BeaconKind kind, CollectOutcome outcome) {
    counters.count(kind, outcome);
    answers.notFound(response);
  }

  private void putOff(HttpServerResponse response, BeaconKind kind, CollectOutcome outcome) {
    counters.count(kind, outcome);
    answers.unavailable(response);
  }
}
