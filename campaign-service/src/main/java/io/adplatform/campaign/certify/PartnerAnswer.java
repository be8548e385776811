package io.adplatform.campaign.certify;

/**
 * What came of asking.
 *
 * @param failure what kept the answer away; {@link Failure#NONE} where it is there
 * @param status HTTP status, 0 without an answer
 * @param contentType null where the answer has none
 * @param contentEncoding null where the answer has none
 * @param body as it came; empty without an answer
 * @param nanos from the request to the end of the answer
 * @param connection names the connection it came over; null without an answer
 * @param detail of a failure
 */
record PartnerAnswer(
    Failure failure,
    int status,
    String contentType,
    String contentEncoding,
    byte[] body,
    long nanos,
    String connection,
    String detail) {
  private static final byte[] EMPTY = {};

  /** What can keep an answer away. */
  enum Failure {
    NONE,
    UNREACHABLE,
    TIMEOUT,
    TOO_LARGE
  }

  /** No answer. */
  static PartnerAnswer none(Failure failure, long nanos, String detail) {
    return new PartnerAnswer(failure, 0, null, null, EMPTY, nanos, null, detail);
  }
}
