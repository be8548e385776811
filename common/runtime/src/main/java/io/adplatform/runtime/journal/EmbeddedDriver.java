package io.adplatform.runtime.journal;

import io.adplatform.runtime.config.JournalConfig;
import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.ArchiveTool;
import io.aeron.archive.client.AeronArchive;
import io.aeron.archive.client.ArchiveException;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The media driver and the Archive of a data folder, without threads: whoever starts them invokes
 * them. The lock on the folder is held while they run; it proves that a mark file or a driver
 * folder found there was left behind by a process that is gone.
 */
final class EmbeddedDriver implements AutoCloseable {
  static final String CONTROL_CHANNEL = "aeron:ipc?term-length=64k|sparse=true";

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDriver.class);
  private static final String LOCK = "driver.lock";
  private static final String ARCHIVE = "archive";
  private static final String[] MARK_FILES = {"archive-mark.dat", "archive-mark.lnk"};

  /** The Archive has few, and 64 KiB is its smallest. */
  private static final int CONTROL_TERM_BYTES = 64 * 1024;

  /** One write to a segment file has at most this many bytes. */
  private static final int FILE_IO_BYTES = 1024 * 1024;

  private static final int MAX_RECORDINGS = 512;

  private final DataLock lock;
  private final MediaDriver driver;
  private final Archive archive;

  private EmbeddedDriver(DataLock lock, MediaDriver driver, Archive archive) {
    this.lock = lock;
    this.driver = driver;
    this.archive = archive;
  }

  /** Where the Archive of a journal has its segment files. */
  static Path archiveDir(Path journalDir) {
    return journalDir.resolve(ARCHIVE);
  }

  /**
   * Starts both.
   *
   * @throws io.adplatform.runtime.config.SettingsException if another process has the folder
   */
  static EmbeddedDriver start(Path journalDir, JournalConfig config, ErrorHandler errorHandler) {
    DataLock lock = DataLock.take(journalDir.resolve(LOCK));
    MediaDriver driver = null;
    try {
      Path aeronDir = AeronDirectory.choose(journalDir);
      removeMarkFiles(archiveDir(journalDir));
      driver = MediaDriver.launch(driverContext(aeronDir, errorHandler));
      Archive archive = startArchive(journalDir, config, driver, errorHandler);
      AeronDirectory.note(journalDir, aeronDir);
      return new EmbeddedDriver(lock, driver, archive);
    } catch (RuntimeException e) {
      CloseHelper.quietCloseAll(driver, lock);
      throw e;
    }
  }

  private static MediaDriver.Context driverContext(Path aeronDir, ErrorHandler errorHandler) {
    return new MediaDriver.Context()
        .aeronDirectoryName(aeronDir.toString())
        .dirDeleteOnStart(true)
        .dirDeleteOnShutdown(true)
        .warnIfDirectoryExists(false)
        .threadingMode(ThreadingMode.INVOKER)
        .termBufferSparseFile(true)
        // Its thread would poll once a millisecond; its few tasks are done by whoever invokes us.
        .asyncExecutorEnabled(false)
        .spiesSimulateConnection(true)
        .errorHandler(errorHandler);
  }

  private static Archive startArchive(
      Path journalDir, JournalConfig config, MediaDriver driver, ErrorHandler errorHandler) {
    try {
      return Archive.launch(archiveContext(journalDir, config, driver, errorHandler));
    } catch (ArchiveException e) {
      // Only a write cut short by the machine's end makes a frame that the Archive does not trust.
      LOG.warn("journal step=repair reason=\"{}\"", e.getMessage());
      repair(archiveDir(journalDir));
      removeMarkFiles(archiveDir(journalDir));
      return Archive.launch(archiveContext(journalDir, config, driver, errorHandler));
    }
  }

  private static Archive.Context archiveContext(
      Path journalDir, JournalConfig config, MediaDriver driver, ErrorHandler errorHandler) {
    int syncLevel = config.syncToDisk() ? 1 : 0;
    return new Archive.Context()
        .aeronDirectoryName(driver.aeronDirectoryName())
        .archiveDir(archiveDir(journalDir).toFile())
        .threadingMode(ArchiveThreadingMode.INVOKER)
        .mediaDriverAgentInvoker(driver.sharedAgentInvoker())
        .controlChannelEnabled(false)
        .archiveClientContext(new AeronArchive.Context().controlResponseChannel(CONTROL_CHANNEL))
        .replicationChannel("aeron:udp?endpoint=127.0.0.1:0")
        .localControlChannel(CONTROL_CHANNEL)
        .controlTermBufferLength(CONTROL_TERM_BYTES)
        .recordingEventsEnabled(false)
        .fileSyncLevel(syncLevel)
        .catalogFileSyncLevel(syncLevel)
        .fileIoMaxLength(FILE_IO_BYTES)
        .segmentFileLength(config.segmentBytes())
        .lowStorageSpaceThreshold(config.signalFloorBytes())
        .maxConcurrentRecordings(MAX_RECORDINGS)
        .recordChecksum(FrameChecksum.INSTANCE)
        .errorHandler(errorHandler);
  }

  private static void removeMarkFiles(Path archiveDir) {
    try {
      for (String name : MARK_FILES) {
        Files.deleteIfExists(archiveDir.resolve(name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void repair(Path archiveDir) {
    PrintStream quiet =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    ArchiveTool.verify(
        quiet,
        archiveDir.toFile(),
        EnumSet.of(ArchiveTool.VerifyOption.APPLY_CHECKSUM),
        FrameChecksum.class.getName(),
        file -> true);
  }

  /** Turns driver and Archive once; for one thread. */
  int invoke() {
    // The Archive's conductor invokes the driver it was given.
    return archive.invoker().invoke();
  }

  Path aeronDir() {
    return Path.of(driver.aeronDirectoryName());
  }

  /** Ends both; on the thread that invoked them. */
  @Override
  public void close() {
    CloseHelper.quietCloseAll(archive, driver);
    lock.close();
  }
}
