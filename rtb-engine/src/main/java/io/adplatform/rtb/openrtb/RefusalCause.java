package io.adplatform.rtb.openrtb;

import io.adplatform.wire.json.ReadFailure;

/** Why a request was answered with an error: the label of a counter. */
public enum RefusalCause {
  /** 404. */
  UNKNOWN_PATH(404),
  /** 404. */
  UNKNOWN_PARTNER(404),
  /** 405. */
  METHOD(405),
  /** 413, also where it is inflating that makes it so. */
  TOO_LARGE(413),
  /** 415. */
  CONTENT_TYPE(415),
  /** 415. */
  CONTENT_ENCODING(415),
  /** 400: the body did not come to its end in time; the connection is closed. */
  STALLED(400),
  /** 400. */
  BAD_GZIP(400),
  TRUNCATED(400),
  SYNTAX(400),
  CONTROL_CHARACTER(400),
  BAD_ESCAPE(400),
  BAD_UTF8(400),
  TOO_DEEP(400),
  TRAILING_BYTES(400),
  DUPLICATE_KEY(400),
  WRONG_TYPE(400),
  OUT_OF_RANGE(400),
  NO_ID(400),
  NO_IMP(400),
  NO_IMP_ID(400),
  DUPLICATE_IMP_ID(400),
  SEVERAL_INVENTORIES(400),
  /** 500: a fault of ours. */
  INTERNAL(500);

  private static final RefusalCause[] BY_FAILURE = new RefusalCause[ReadFailure.values().length];

  static {
    for (ReadFailure failure : ReadFailure.values()) {
      if (failure != ReadFailure.NONE) {
        BY_FAILURE[failure.ordinal()] = valueOf(failure.name());
      }
    }
  }

  private final int status;

  RefusalCause(int status) {
    this.status = status;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The cause of a failure other than NONE. */
  static RefusalCause of(ReadFailure failure) {
    return BY_FAILURE[failure.ordinal()];
  }
}
