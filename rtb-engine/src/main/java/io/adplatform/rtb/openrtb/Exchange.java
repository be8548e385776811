package io.adplatform.rtb.openrtb;

import io.adplatform.wire.catalogue.SupplyPartner;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;

/**
 * One HTTP request whose body is on its way, linked by its {@link AuctionHandler} to those in
 * flight. A body that comes in one piece, as nearly all do, is not copied before its end; one whose
 * request is answered already is only counted. It is used again once its request has ended: until
 * then that request's handlers point at it. One lane.
 */
final class Exchange {
  /** Bytes kept for the next request that comes in several pieces. */
  private static final int KEPT_CAPACITY = 32 * 1024;

  private static final byte[] NOTHING = {};

  final Handler<Buffer> onPiece = this::piece;
  final Handler<Void> onEnd = this::end;
  final Handler<Throwable> onError = this::error;
  private final AuctionHandler handler;
  private final int maxBodyBytes;
  HttpServerRequest request;
  SupplyPartner partner;
  boolean inflate;

  /** The answer is on its way: nothing of the body is kept. */
  boolean answered;

  /** The answer ends the connection or the stream: the body does not matter any more. */
  boolean closing;

  long deadlineNanos;
  Exchange previous;
  Exchange next;
  private Buffer first;
  private byte[] bytes = NOTHING;
  private int length;

  Exchange(AuctionHandler handler, int maxBodyBytes) {
    this.handler = handler;
    this.maxBodyBytes = maxBodyBytes;
  }

  private void piece(Buffer piece) {
    if (request == null || closing) {
      return;
    }
    int more = piece.length();
    if (more > maxBodyBytes - length) {
      handler.onTooLarge(this);
      return;
    }
    if (answered) {
      length += more;
      return;
    }
    if (length == 0) {
      first = piece;
    } else {
      reserve(length + more);
      if (first != null) {
        first.getBytes(bytes);
        first = null;
      }
      piece.getBytes(bytes, length);
    }
    length += more;
  }

  private void end(Void nothing) {
    if (request != null) {
      handler.onEnd(this);
    }
  }

  private void error(Throwable cause) {
    if (request != null) {
      handler.onGone(this);
    }
  }

  private void reserve(int needed) {
    if (bytes.length < needed) {
      byte[] larger = new byte[Math.max(needed, Math.min(maxBodyBytes, 2 * needed))];
      System.arraycopy(bytes, 0, larger, 0, first == null ? length : 0);
      bytes = larger;
    }
  }

  /** Length of what came so far. */
  int length() {
    return length;
  }

  /** Copies the body to the start of an array that is long enough. */
  void copyTo(byte[] into) {
    if (first != null) {
      first.getBytes(into);
    } else {
      System.arraycopy(bytes, 0, into, 0, length);
    }
  }

  /** Drops what was kept of the body. */
  void forgetBody() {
    first = null;
    length = 0;
  }

  void reset() {
    request = null;
    partner = null;
    inflate = false;
    answered = false;
    closing = false;
    forgetBody();
    previous = null;
    next = null;
    if (bytes.length > KEPT_CAPACITY) {
      bytes = Arrays.copyOf(bytes, KEPT_CAPACITY);
    }
  }
}
