package io.adplatform.rtb.demand;

/** What became of a partner that was worth asking: labels of a counter. */
public enum PartnerOutcome {
  /** It answered with bids, which are judged one by one. */
  BIDS,
  /** 204, an empty object, no seat or a no-bid reason (OpenRTB 2.6, 7.1). */
  NO_BID,
  /** Its deadline passed. */
  TIMEOUT,
  /** It answered, with or without bids, after its deadline. */
  LATE,
  /** Not JSON, or not an answer. */
  MALFORMED,
  /** The answer is not to what it was asked: another {@code id}. */
  WRONG_ID,
  /** The answer is in a currency that it was not asked for. */
  WRONG_CURRENCY,
  /** The answer is longer than {@link PartnerClient#MAX_RESPONSE_BYTES}. */
  TOO_LARGE,
  /** A status other than 200 and 204. */
  STATUS,
  /** No connection. */
  UNREACHABLE,
  /** The connection ended before the answer did. */
  BROKEN,
  // Partners that were not asked.
  /** Above its queries per second. */
  QUOTA,
  /** It has failed again and again, and waits for a probe. */
  BREAKER_OPEN,
  /** Part of its requests are held back, as many of them failed. */
  THROTTLED,
  /** The SSP leaves too little time, or less than the partner ever needed lately. */
  NO_TIME,
  /** Too many of its requests are unanswered. */
  BUSY,
  /** Too many requests wait on this lane, or too many partners are to be asked about one. */
  NO_ROOM,
  /** No rate between its currency and the request's. */
  NO_RATE,
  /** {@code wseat} and {@code bseat} leave none of its seats. */
  NO_SEAT;

  /** Whether a partner that was asked did not do what it should. */
  boolean isFailure() {
    return switch (this) {
      case TIMEOUT, MALFORMED, WRONG_ID, WRONG_CURRENCY, TOO_LARGE, STATUS, UNREACHABLE, BROKEN ->
          true;
      default -> false;
    };
  }
}
