package io.adplatform.billing.pacing;

import io.adplatform.wire.catalogue.LineItem.Participation;

/**
 * What the controller remembers of a line item. <i>Exposure</i> is participation times time: parts
 * per million × milliseconds.
 *
 * @param participation decided last, 1 to 1,000,000 parts per million
 * @param former the one before, which nodes draw with until {@code liveMillis}
 * @param liveMillis from when on nodes draw with {@code participation}; {@link #UNKNOWN} until the
 *     catalogue has taken it
 * @param seenMillis up to when spend was seen; what is before tells nothing any more. {@link
 *     #UNKNOWN} while the line item may not bid: seeing begins anew when it may
 * @param seenMicros charged in total by then
 * @param windowMicros spent lately, older spend fading
 * @param windowExposure on which exposure, fading alike: their quotient is what full participation
 *     would spend
 * @param idleMillis how long nothing has been spent now
 * @param idleExposure on which exposure; not in the window yet
 */
public record PacingState(
    int participation,
    int former,
    long liveMillis,
    long seenMillis,
    long seenMicros,
    long windowMicros,
    long windowExposure,
    long idleMillis,
    long idleExposure) {
  /** A time that has not come. */
  public static final long UNKNOWN = Long.MAX_VALUE;

  /**
   * Of a line item that has just been met: nodes let it in with the participation that it starts
   * with, and what was spent before tells nothing.
   *
   * @param chargedMicros so far
   */
  public static PacingState start(long nowMillis, long chargedMicros) {
    return new PacingState(
        Participation.START, Participation.START, nowMillis, nowMillis, chargedMicros, 0, 0, 0, 0);
  }

  /** Sees spend from a time on, and takes what has come so far for earlier. */
  PacingState seeingFrom(long millis, long chargedMicros) {
    return new PacingState(
        participation,
        former,
        liveMillis,
        millis,
        chargedMicros,
        windowMicros,
        windowExposure,
        idleMillis,
        idleExposure);
  }

  /** Nothing was spent up to a time. */
  PacingState idled(long untilMillis, long exposure) {
    return new PacingState(
        participation,
        former,
        liveMillis,
        untilMillis,
        seenMicros,
        windowMicros,
        windowExposure,
        idleMillis + untilMillis - seenMillis,
        idleExposure + exposure);
  }

  /** Something was: the window is as it was made of that. */
  PacingState spent(long untilMillis, long chargedMicros, long micros, long exposure) {
    return new PacingState(
        participation, former, liveMillis, untilMillis, chargedMicros, micros, exposure, 0, 0);
  }

  /** The same spend on another exposure. */
  PacingState exposed(long exposure) {
    return new PacingState(
        participation,
        former,
        liveMillis,
        seenMillis,
        seenMicros,
        windowMicros,
        exposure,
        idleMillis,
        idleExposure);
  }

  /** What was learned is a guess from now on, as good as little spend is. */
  PacingState doubted(long leftMicros) {
    if (windowMicros <= leftMicros) {
      return this;
    }
    long exposure = PacingController.scale(windowExposure, leftMicros, windowMicros);
    return new PacingState(
        participation,
        former,
        liveMillis,
        seenMillis,
        seenMicros,
        leftMicros,
        exposure,
        idleMillis,
        idleExposure);
  }

  PacingState decided(int next) {
    return new PacingState(
        next,
        participation,
        UNKNOWN,
        seenMillis,
        seenMicros,
        windowMicros,
        windowExposure,
        idleMillis,
        idleExposure);
  }

  /** The decision is in the catalogue. */
  public PacingState published(long millis) {
    return new PacingState(
        participation,
        former,
        millis + PacingController.LIVE_MILLIS,
        seenMillis,
        seenMicros,
        windowMicros,
        windowExposure,
        idleMillis,
        idleExposure);
  }
}
