package io.adplatform.runtime.journal;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * The reading side of the journal, for the shipper: lists the recordings, reads them and deletes
 * what was shipped. It sees the recordings of every node on the same driver. For one thread, which
 * it blocks for the length of a file read or of a request to the Archive: not a lane.
 */
public final class JournalReader {
  private final JournalDriver driver;
  private final Path archiveDir;

  JournalReader(JournalDriver driver, Path archiveDir) {
    this.driver = driver;
    this.archiveDir = archiveDir;
  }

  /**
   * The recordings that are there, oldest first.
   *
   * @throws io.aeron.exceptions.AeronException if the Archive does not answer; try again later
   */
  public List<JournalRecording> recordings() {
    return session().recordings().stream()
        .sorted(Comparator.comparingLong(JournalRecording::recordingId))
        .toList();
  }

  /**
   * All nodes that ever recorded on this driver's folder, whether they run or not. One that moved
   * to a folder of its own is to take its {@code journal/node-N.sequence} along.
   *
   * @throws io.aeron.exceptions.AeronException if the folder cannot be read; try again later
   */
  public Set<Integer> nodes() {
    return driver.nodes();
  }

  /**
   * Opens a recording for reading.
   *
   * @param fromPosition a position after a message, or 0 for the beginning; what was deleted of it
   *     is passed over
   */
  public JournalCursor open(JournalRecording recording, long fromPosition) {
    return new JournalCursor(driver, archiveDir, recording, fromPosition);
  }

  /**
   * Up to where a recording goes now.
   *
   * @throws io.aeron.exceptions.AeronException if the Archive does not answer; try again later
   */
  public long endPosition(JournalRecording recording) {
    if (!recording.isLive()) {
      return recording.stopPosition();
    }
    long recorded = session().recordedPosition(recording.archiveId());
    long end =
        recorded == JournalRecording.LIVE
            ? session().stopPosition(recording.archiveId())
            : recorded;
    return Math.max(recording.startPosition(), end);
  }

  /**
   * Deletes the segments of a recording that lie wholly below a position, and all of it when it has
   * ended and the position is its end. No cursor may be before the position.
   *
   * @return whether all of it was deleted
   * @throws io.aeron.exceptions.AeronException if the Archive does not answer; try again later
   */
  public boolean purge(JournalRecording recording, long shippedPosition) {
    JournalSession session = session();
    long stop = session.stopPosition(recording.archiveId());
    if (stop != JournalRecording.LIVE && shippedPosition >= stop) {
      session.purgeAll(recording);
      return true;
    }
    session.purge(recording, shippedPosition);
    return false;
  }

  private JournalSession session() {
    JournalSession session = driver.session();
    if (session == null) {
      throw new io.aeron.exceptions.AeronException("the journal's driver is not connected");
    }
    return session;
  }
}
