package io.adplatform.analytics.ship;

import io.adplatform.runtime.journal.JournalRecording;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What has to be sent before a mark may be: every signal that the lanes took before they answered,
 * and all that other recordings (of former boots, of other processes on this driver) held then.
 */
final class MarkRound {
  /**
   * Nodes of other processes take no signals, only auction records, which are offered in the cycle
   * that they are timed in: with this behind them they are in their recordings.
   */
  private static final long OTHER_NODES_MILLIS = 5_000;

  private final long millis;
  private final Map<RecordingKey, Long> targets;

  private MarkRound(long millis, Map<RecordingKey, Long> targets) {
    this.millis = millis;
    this.targets = targets;
  }

  /**
   * The round of these answers.
   *
   * @param nodeId whose lanes answered
   * @param answers of all of them
   * @param listed the recordings, listed after the answers came
   * @param open those of them that are being sent
   */
  static MarkRound of(
      int nodeId,
      List<LaneWatermark> answers,
      List<JournalRecording> listed,
      Map<RecordingKey, ShippedRecording> open) {
    long millis = Long.MAX_VALUE;
    Map<RecordingKey, Long> targets = new HashMap<>();
    Set<RecordingKey> written = new HashSet<>();
    Map<RecordingKey, Long> signals = new HashMap<>();
    for (LaneWatermark lane : answers) {
      millis = Math.min(millis, lane.millis());
      written.add(new RecordingKey(nodeId, lane.currentRecordingId()));
      signals.merge(
          new RecordingKey(nodeId, lane.signalRecordingId()), lane.signalPosition(), Math::max);
    }
    for (JournalRecording recording : listed) {
      // What is listed no more was sent whole, and deleted.
      RecordingKey id = RecordingKey.of(recording);
      targets.put(id, signals.getOrDefault(id, 0L));
      if (!recording.isLive()) {
        targets.merge(id, recording.stopPosition(), Math::max);
      } else if (!written.contains(id) && open.containsKey(id)) {
        ShippedRecording shipped = open.get(id);
        targets.merge(id, shipped.position() + shipped.lagBytes(), Math::max);
      }
    }
    return new MarkRound(millis, targets);
  }

  /** What the mark says, milliseconds since 1970. */
  long millis() {
    return millis;
  }

  /** What the marks of other nodes than this process's say. */
  long otherNodesMillis() {
    return millis - OTHER_NODES_MILLIS;
  }

  /** Whether a recording has to be sent for it. */
  boolean awaits(RecordingKey recording) {
    return targets.containsKey(recording);
  }

  /** Whether all of it is sent. */
  boolean isReached(Map<RecordingKey, ShippedRecording> open, Set<RecordingKey> finished) {
    for (Map.Entry<RecordingKey, Long> target : targets.entrySet()) {
      ShippedRecording recording = open.get(target.getKey());
      boolean sent =
          recording != null
              ? recording.position() >= target.getValue()
              : finished.contains(target.getKey());
      if (!sent) {
        return false;
      }
    }
    return true;
  }
}
