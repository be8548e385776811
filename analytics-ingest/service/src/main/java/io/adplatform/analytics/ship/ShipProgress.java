package io.adplatform.analytics.ship;

import java.util.Map;

/**
 * How far the journal is sent.
 *
 * @param positions after the last record sent, by recording
 * @param markMillis the last mark sent, milliseconds since 1970; 0 before the first
 */
record ShipProgress(Map<RecordingKey, Long> positions, long markMillis) {
  /** Copies the positions. */
  ShipProgress {
    positions = Map.copyOf(positions);
  }
}
