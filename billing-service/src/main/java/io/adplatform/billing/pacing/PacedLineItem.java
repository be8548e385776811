package io.adplatform.billing.pacing;

import java.time.LocalDate;
import java.time.ZoneId;

/**
 * A line item to be steered.
 *
 * @param running whether it and its campaign are active and within their flights
 * @param endMillis the earlier end of the two; null is never
 * @param totalMicros null is no bound
 * @param dailyMicros null is no bound
 * @param chargeMicros what one impression is charged, at least 1
 * @param chargedMicros in total
 * @param forecast whether it is to follow its traffic
 * @param zone where the advertiser is
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
    boolean forecast,
    ZoneId zone,
    LocalDate day,
    long dayEndMillis,
    PacingState state) {}
