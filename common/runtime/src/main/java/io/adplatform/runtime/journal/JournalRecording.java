package io.adplatform.runtime.journal;

/**
 * One recording of the journal: what one lane of one boot of a node wrote.
 *
 * @param recordingId unique among all recordings of all nodes, of all their boots; goes up with
 *     time. It is the id in the event's envelope
 * @param archiveId the Archive's own id, unique while the data folder lives
 * @param nodeId whose it is
 * @param lane of which lane
 * @param startPosition where it begins now; more than 0 once shipped segments were deleted
 * @param stopPosition where it ended, or {@link #LIVE}
 * @param termBytes length of its terms
 * @param segmentBytes length of its segment files
 */
public record JournalRecording(
    long recordingId,
    long archiveId,
    int nodeId,
    int lane,
    long startPosition,
    long stopPosition,
    int termBytes,
    int segmentBytes) {
  /** The stop position of a recording that is still written. */
  public static final long LIVE = -1;

  /** Whether it is still written. */
  public boolean isLive() {
    return stopPosition == LIVE;
  }
}
