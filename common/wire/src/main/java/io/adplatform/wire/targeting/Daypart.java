package io.adplatform.wire.targeting;

import java.util.List;

/**
 * A part of the week in the viewer's local time.
 *
 * @param days MON to SUN; empty is every day
 * @param from first minute of the day, {@code HH:mm}
 * @param to the minute it ends before, {@code HH:mm}, or {@code 24:00}; where it is not after
 *     {@code from} the part runs over midnight
 */
public record Daypart(List<String> days, String from, String to) {}
