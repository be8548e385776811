package io.adplatform.analytics.ship;

/**
 * How far a lane is: every signal that it took before {@code millis} is at or before a position.
 *
 * @param currentRecordingId the recording that it writes to now
 * @param signalRecordingId the recording with its last signal
 * @param signalPosition the position after that signal; 0 where there was none in this boot
 * @param millis signals that it takes from now on are timed no earlier, milliseconds since 1970
 */
public record LaneWatermark(
    long currentRecordingId, long signalRecordingId, long signalPosition, long millis) {}
