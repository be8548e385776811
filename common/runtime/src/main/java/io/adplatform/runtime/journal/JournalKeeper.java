package io.adplatform.runtime.journal;

import io.adplatform.runtime.config.JournalConfig;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The background thread that keeps the journals of a node going: watches the free space, begins
 * another recording where one failed, and connects again when the driver's process was replaced.
 */
final class JournalKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JournalKeeper.class);

  /** A full disk takes longer to fill from the auction floor than this many nanoseconds. */
  private static final long LOOK_NANOS = 500_000_000;

  /** A recording that cannot be begun is tried again so often. */
  private static final long RETRY_NANOS = 1_000_000_000;

  private static final long JOIN_MILLIS = 15_000;

  private final JournalDriver driver;
  private final JournalConfig config;
  private final LongSupplier freeBytes;
  private final Thread thread;
  private volatile boolean closed;
  private volatile ArchiveLaneJournal.Room room = ArchiveLaneJournal.Room.ALL;
  private long triedNanos = System.nanoTime() - RETRY_NANOS;

  /**
   * A keeper; call {@link #start()}.
   *
   * @param freeBytes the free space where the journal lies
   */
  JournalKeeper(JournalDriver driver, JournalConfig config, LongSupplier freeBytes) {
    this.driver = driver;
    this.config = config;
    this.freeBytes = freeBytes;
    this.thread = Thread.ofPlatform().daemon().name("journal-keeper").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** What the free space allows, as last seen. */
  ArchiveLaneJournal.Room room() {
    return room;
  }

  /** Whether it goes on keeping. */
  boolean isRunning() {
    return thread.isAlive();
  }

  private void run() {
    while (!closed) {
      try {
        lookAtRoom();
        lookAtRecordings();
      } catch (RuntimeException | Error e) {
        // An error too: without it a full disk would not be seen any more.
        LOG.warn("journal-keeper goes on after: {}", e.toString());
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** Looks at the free space once. */
  void lookAtRoom() {
    long free = freeBytes.getAsLong();
    ArchiveLaneJournal.Room seen =
        free < config.signalFloorBytes()
            ? ArchiveLaneJournal.Room.NOTHING
            : free < config.auctionFloorBytes()
                ? ArchiveLaneJournal.Room.SIGNALS
                : ArchiveLaneJournal.Room.ALL;
    if (seen != room) {
      LOG.warn("journal freeBytes={} takes={}", free, seen);
      room = seen;
    }
    driver.journals().forEach(journal -> journal.room(seen));
  }

  private void lookAtRecordings() {
    boolean broken = !driver.isConnected();
    // Of a lost connection no recording can be asked any more.
    for (int i = 0; i < driver.journals().size() && !broken; i++) {
      ArchiveLaneJournal.Recording recording = driver.journals().get(i).recording();
      broken = recording == null || !recording.isActive();
    }
    long now = System.nanoTime();
    if (!broken || closed || now - triedNanos < RETRY_NANOS) {
      return;
    }
    triedNanos = now;
    driver.mend(room != ArchiveLaneJournal.Room.NOTHING);
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join(JOIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
