package io.adplatform.runtime.journal;

import io.adplatform.runtime.stream.StreamHandler;
import java.util.List;

/**
 * The reading side of the journal, for the shipper: lists the recordings, reads them and deletes
 * what was shipped. It sees the recordings of every node on the same driver. For one thread, which
 * it may block for the length of a file read or of a request to the Archive: not a lane.
 */
public final class JournalReader implements AutoCloseable {
  private final JournalDriver driver;

  JournalReader(JournalDriver driver) {
    this.driver = driver;
  }

  /** The recordings that are there, oldest first. */
  public List<JournalRecording> recordings() {
    throw new IllegalStateException("no journal at " + driver);
  }

  /**
   * Opens a recording for reading.
   *
   * @param fromPosition 0 or a position after a message
   */
  public Cursor open(JournalRecording recording, long fromPosition) {
    throw new IllegalStateException("no recording " + recording + " at " + fromPosition);
  }

  /**
   * Deletes the segments of a recording that lie wholly below a position, and all of it when it has
   * ended and the position is its end.
   */
  public void purge(JournalRecording recording, long shippedPosition) {
    throw new IllegalStateException("no recording " + recording + " at " + shippedPosition);
  }

  @Override
  public void close() {}

  /** A place in a recording. */
  public interface Cursor extends AutoCloseable {
    /**
     * Hands over recorded messages, in order.
     *
     * @param limit the most to hand over
     * @return how many there were; 0 if nothing more is recorded now
     */
    int poll(StreamHandler handler, int limit);

    /** The position after the last message handed over. */
    long position();

    /** Whether the recording has ended and all of it was handed over. */
    boolean isDone();

    /** How many recorded bytes are still to be handed over. */
    long lagBytes();

    @Override
    void close();
  }
}
