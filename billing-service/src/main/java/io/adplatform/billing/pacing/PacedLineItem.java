package io.adplatform.billing.pacing;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/**
 * A line item to be steered.
 *
 * @param running whether it and its campaign are active and within their flights, and the
 *     campaign's total budget is not spent
 * @param chargeMicros what one impression is charged, at least 1
 * @param chargedMicros in total
 * @param forecast whether it is to follow its traffic
 * @param version of the catalogue that has it as it is
 * @param state null where it is new
 * @param stateVersion the version that the state is of
 */
public record PacedLineItem(
    long id,
    long campaignId,
    boolean running,
    Budgets budgets,
    long chargeMicros,
    long chargedMicros,
    boolean forecast,
    Day day,
    long version,
    PacingState state,
    long stateVersion) {
  /**
   * What bounds it; null is no bound.
   *
   * @param endMillis the earlier end of its flight and its campaign's
   */
  public record Budgets(
      Long totalMicros, Long dailyMicros, Long campaignDailyMicros, Long endMillis) {}

  /**
   * Today, where the advertiser is.
   *
   * @param endMillis the first instant that is no longer today
   */
  public record Day(ZoneId zone, LocalDate date, long endMillis) {
    /** The same instant on the advertiser's clock: since 1970, shifted by its zone as of then. */
    long localMillis(long millis) {
      return millis
          + zone.getRules().getOffset(Instant.ofEpochMilli(millis)).getTotalSeconds() * 1_000L;
    }
  }

  /** What was charged on one day. */
  public record Charged(long micros, long campaignMicros) {}
}
