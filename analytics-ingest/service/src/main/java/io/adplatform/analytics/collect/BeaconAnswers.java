package io.adplatform.analytics.collect;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.util.HexFormat;

/** Writes the answers. Owned by one lane. */
final class BeaconAnswers {
  private static final int NO_CONTENT = 204;
  private static final int FOUND = 302;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int UNAVAILABLE = 503;

  /** A transparent GIF of one pixel (GIF89a). */
  private static final String PIXEL =
      "47494638396101000100800000000000ffffff21f90401000000002c000000000100010000020144003b";

  private static final CharSequence IMAGE_GIF = HttpHeaders.createOptimized("image/gif");
  private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
  private static final CharSequence ANY_ORIGIN = HttpHeaders.createOptimized("*");
  private static final CharSequence ALLOWED = HttpHeaders.createOptimized("GET, POST");
  private static final CharSequence RETRY_SECONDS = HttpHeaders.createOptimized("1");

  private final Buffer pixel = Buffer.buffer(HexFormat.of().parseHex(PIXEL));

  /** Answers a signal that is taken. */
  void taken(HttpServerResponse response, BeaconKind kind, String location) {
    response
        .putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE)
        .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN);
    switch (kind) {
      case IMPRESSION,
          TRACKED_CLICK,
          VIEW,
          CONVERSION,
          VIDEO_START,
          VIDEO_FIRST_QUARTILE,
          VIDEO_MIDPOINT,
          VIDEO_THIRD_QUARTILE,
          VIDEO_COMPLETE,
          VIDEO_ERROR ->
          response.putHeader(HttpHeaders.CONTENT_TYPE, IMAGE_GIF).end(pixel);
      case CLICK -> response.setStatusCode(FOUND).putHeader(HttpHeaders.LOCATION, location).end();
      case WIN, BILL, LOSS -> response.setStatusCode(NO_CONTENT).end();
    }
  }

  void notFound(HttpServerResponse response) {
    response.setStatusCode(NOT_FOUND).end();
  }

  void methodNotAllowed(HttpServerResponse response) {
    response.setStatusCode(METHOD_NOT_ALLOWED).putHeader(HttpHeaders.ALLOW, ALLOWED).end();
  }

  /** Not recorded: to be sent again. */
  void unavailable(HttpServerResponse response) {
    response.setStatusCode(UNAVAILABLE).putHeader(HttpHeaders.RETRY_AFTER, RETRY_SECONDS).end();
  }
}
