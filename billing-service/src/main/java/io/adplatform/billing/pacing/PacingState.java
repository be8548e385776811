package io.adplatform.billing.pacing;

import io.adplatform.wire.catalogue.LineItem.Participation;

/**
 * What the controller remembers of a line item. <i>Exposure</i> is participation times time: parts
 * per million × milliseconds.
 *
 * @param participation decided last, 1 to 1,000,000 parts per million
 * @param former the one before
 * @param decidedMillis when
 * @param seenMillis up to when spend was seen: as far as events were settled
 * @param seenMicros charged in total by then
 * @param windowMicros spent lately, older spend fading
 * @param windowExposure on which exposure, fading alike: their quotient is what full participation
 *     would spend
 */
public record PacingState(
    int participation,
    int former,
    long decidedMillis,
    long seenMillis,
    long seenMicros,
    long windowMicros,
    long windowExposure) {
  /**
   * Of a line item that has just been met.
   *
   * @param settledMillis up to when events are settled
   * @param chargedMicros so far
   */
  public static PacingState start(long nowMillis, long settledMillis, long chargedMicros) {
    return new PacingState(
        Participation.START, Participation.START, nowMillis, settledMillis, chargedMicros, 0, 0);
  }

  /** Passes over a time that tells nothing, because the line item could not spend. */
  PacingState skippedTo(long settledMillis, long chargedMicros) {
    return new PacingState(
        participation,
        former,
        decidedMillis,
        settledMillis,
        chargedMicros,
        windowMicros,
        windowExposure);
  }

  PacingState seen(long settledMillis, long chargedMicros, long micros, long exposure) {
    return new PacingState(
        participation, former, decidedMillis, settledMillis, chargedMicros, micros, exposure);
  }

  PacingState decided(int next, long nowMillis) {
    return new PacingState(
        next, participation, nowMillis, seenMillis, seenMicros, windowMicros, windowExposure);
  }
}
