package io.adplatform.rtb.demand;

import io.adplatform.wire.partner.PartnerAnswer;
import io.vertx.core.Completable;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;

/**
 * One question to one partner over HTTP. It belongs to its round until it is done or its deadline
 * has passed, and to the client until the exchange over HTTP has ended; only one whose exchange
 * ended well is used again, as nothing points at it then. One lane.
 */
final class PartnerCall {
  private static final int OK = 200;
  private static final int NO_CONTENT = 204;

  /** Error code of HTTP/2 (RFC 9113, 7): the answer is not wanted any more. */
  private static final long CANCELLED = 8;

  private final PartnerClient client;
  private final PartnerAnswer answer = new PartnerAnswer();
  private final PartnerAsked asked = new PartnerAsked();
  private final Completable<HttpClientRequest> onRequest = this::request;
  private final Completable<HttpClientResponse> onResponse = this::response;
  private final Handler<Buffer> onPiece = this::piece;
  private final Handler<Void> onEnd = this::end;
  private final Handler<Throwable> onError = this::error;

  PartnerState state;
  PartnerCall previous;
  PartnerCall next;
  private PartnerRound round;
  private Buffer body;
  private HttpClientRequest request;
  private long startedNanos;
  private long deadlineNanos;
  private boolean open;
  private boolean bids;

  /** The exchange over HTTP goes on. */
  private boolean running;

  private boolean clean;
  private boolean gzip;
  private int status;
  private int received;

  PartnerCall(PartnerClient client) {
    this.client = client;
  }

  void start(PartnerState of, PartnerRound ofRound, Buffer content, long now, long deadline) {
    state = of;
    round = ofRound;
    body = content;
    startedNanos = now;
    deadlineNanos = deadline;
    open = true;
    bids = false;
    running = true;
    clean = false;
    gzip = false;
    status = 0;
    received = 0;
    answer.clear();
    client.http().request(of.options()).onComplete(onRequest);
  }

  boolean isOpen() {
    return open;
  }

  boolean hasBids() {
    return bids;
  }

  long startedNanos() {
    return startedNanos;
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  PartnerAnswer answer() {
    return answer;
  }

  PartnerAsked asked() {
    return asked;
  }

  private void request(HttpClientRequest made, Throwable failure) {
    if (failure != null) {
      finish(PartnerOutcome.UNREACHABLE);
      return;
    }
    request = made;
    if (!running || !open) {
      // The deadline passed before there was a connection, which stays for others.
      cancel(PartnerOutcome.UNREACHABLE);
      return;
    }
    made.exceptionHandler(onError);
    made.send(body).onComplete(onResponse);
    body = null;
  }

  private void response(HttpClientResponse response, Throwable failure) {
    if (failure != null) {
      finish(PartnerOutcome.BROKEN);
      return;
    }
    response.exceptionHandler(onError);
    status = response.statusCode();
    String length = response.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length != null && PartnerClient.isTooLong(length)) {
      tooLarge();
      return;
    }
    String encoding = response.getHeader(HttpHeaders.CONTENT_ENCODING);
    gzip = encoding != null && encoding.equalsIgnoreCase("gzip");
    response.handler(onPiece).endHandler(onEnd);
  }

  private void piece(Buffer piece) {
    if (!running) {
      return;
    }
    int more = piece.length();
    if (more > PartnerClient.MAX_RESPONSE_BYTES - received) {
      tooLarge();
      return;
    }
    received += more;
    if (open && status == OK) {
      int at = answer.append(more);
      piece.getBytes(answer.bytes(), at);
    }
  }

  private void tooLarge() {
    cancel(PartnerOutcome.TOO_LARGE);
  }

  private void end(Void nothing) {
    if (!running) {
      return;
    }
    clean = true;
    PartnerOutcome outcome = PartnerOutcome.STATUS;
    if (!open) {
      outcome = PartnerOutcome.LATE;
    } else if (status == NO_CONTENT) {
      outcome = PartnerOutcome.NO_BID;
    } else if (status == OK) {
      outcome = client.read(answer, gzip, round);
      if (outcome == PartnerOutcome.BIDS && answer.currency != asked.currency) {
        outcome = PartnerOutcome.WRONG_CURRENCY;
      }
    }
    finish(outcome);
  }

  private void error(Throwable failure) {
    finish(PartnerOutcome.BROKEN);
  }

  /** The deadline has passed; the answer is waited for a while, to be counted. */
  void expire() {
    open = false;
    client.expired(this);
    round = null;
  }

  /** Ends the exchange over HTTP, which has taken too long, or is not wanted. */
  private void cancel(PartnerOutcome outcome) {
    // A reset tells of an error: it is finished by then.
    HttpClientRequest left = request;
    finish(outcome);
    if (left != null) {
      left.reset(CANCELLED);
    }
  }

  private void finish(PartnerOutcome outcome) {
    if (!running) {
      return;
    }
    running = false;
    body = null;
    request = null;
    boolean inTime = open;
    open = false;
    bids = inTime && outcome == PartnerOutcome.BIDS;
    client.finished(this, outcome, inTime);
    if (inTime) {
      round.onDone();
    } else if (round == null && clean) {
      client.recycle(this);
    }
  }

  /** Ends one whose partner is too late even to be counted as late. */
  void abort() {
    cancel(PartnerOutcome.TIMEOUT);
  }

  /** Its round is not needed any more. */
  void release() {
    round = null;
    open = false;
    if (!running && clean) {
      client.recycle(this);
    }
  }
}
