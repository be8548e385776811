package io.adplatform.billing.pacing;

import java.time.LocalDate;

/**
 * A line item to be steered.
 *
 * @param running whether it and its campaign are active and within their flights
 * @param endMillis the earlier end of the two; null is never
 * @param totalMicros null is no bound
 * @param dailyMicros null is no bound
 * @param chargeMicros what one impression is charged, at least 1
 * @param chargedMicros in total
 * @param day today, where the advertiser is
 * @param dayEndMillis the first instant that is no longer today
 * @param state null where it is new
 */
record PacedLineItem(
    long id,
    boolean running,
    Long endMillis,
    Long totalMicros,
    Long dailyMicros,
    long chargeMicros,
    long chargedMicros,
    LocalDate day,
    long dayEndMillis,
    PacingState state) {}
