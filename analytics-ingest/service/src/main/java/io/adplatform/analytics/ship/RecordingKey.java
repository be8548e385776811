package io.adplatform.analytics.ship;

import io.adplatform.runtime.journal.JournalRecording;

/**
 * What tells a recording from all others, of all nodes and boots: a recording's id is its node's
 * own.
 */
record RecordingKey(int nodeId, long recordingId) {
  static RecordingKey of(JournalRecording recording) {
    return new RecordingKey(recording.nodeId(), recording.recordingId());
  }
}
