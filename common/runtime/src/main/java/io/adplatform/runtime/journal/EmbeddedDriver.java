package io.adplatform.runtime.journal;

import io.adplatform.runtime.config.JournalConfig;
import io.aeron.Aeron;
import io.aeron.AeronCounters;
import io.aeron.RethrowingErrorHandler;
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
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NoOpLock;
import org.agrona.concurrent.YieldingIdleStrategy;
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

  /**
   * Aeron takes a client for dead, and a client itself, that was not turned for so long. In a
   * process of its own the driver has clients that are killed: ten seconds, as Aeron has it.
   */
  static final long OTHERS_ALIVE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /**
   * Clients in the driver's own process live and die with it: only a process or a machine that is
   * stopped does not turn them, and it goes on where it was.
   */
  static final long OWN_ALIVE_NANOS = TimeUnit.HOURS.toNanos(1);

  /** Aeron wants what a dead client had claimed to be given up later than the client. */
  private static final long UNBLOCK_NANOS = TimeUnit.SECONDS.toNanos(5);

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
   * @param aliveNanos how long a client that is not turned is waited for
   * @throws io.adplatform.runtime.config.SettingsException if another process has the folder
   */
  static EmbeddedDriver start(
      Path journalDir, JournalConfig config, long aliveNanos, ErrorHandler errorHandler) {
    DataLock lock = DataLock.take(journalDir.resolve(LOCK));
    MediaDriver driver = null;
    try {
      Path aeronDir = AeronDirectory.choose(journalDir);
      removeMarkFiles(archiveDir(journalDir));
      driver = MediaDriver.launch(driverContext(aeronDir, aliveNanos, errorHandler));
      Archive archive = startArchive(journalDir, config, driver, aliveNanos, errorHandler);
      AeronDirectory.note(journalDir, aeronDir);
      return new EmbeddedDriver(lock, driver, archive);
    } catch (RuntimeException e) {
      CloseHelper.quietCloseAll(driver, lock);
      throw e;
    }
  }

  private static MediaDriver.Context driverContext(
      Path aeronDir, long aliveNanos, ErrorHandler errorHandler) {
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
        .clientLivenessTimeoutNs(aliveNanos)
        .publicationUnblockTimeoutNs(aliveNanos + UNBLOCK_NANOS)
        .errorHandler(errorHandler);
  }

  private static Archive startArchive(
      Path journalDir,
      JournalConfig config,
      MediaDriver driver,
      long aliveNanos,
      ErrorHandler errorHandler) {
    try {
      return launchArchive(journalDir, config, driver, aliveNanos, errorHandler);
    } catch (ArchiveException e) {
      // Only a write cut short by the machine's end makes a frame that the Archive does not trust.
      LOG.warn("journal step=repair reason=\"{}\"", e.getMessage());
      repair(archiveDir(journalDir));
      removeMarkFiles(archiveDir(journalDir));
      return launchArchive(journalDir, config, driver, aliveNanos, errorHandler);
    }
  }

  private static Archive launchArchive(
      Path journalDir,
      JournalConfig config,
      MediaDriver driver,
      long aliveNanos,
      ErrorHandler errorHandler) {
    Aeron client = archiveClient(driver, aliveNanos, errorHandler);
    try {
      return Archive.launch(archiveContext(journalDir, config, driver, client, errorHandler));
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  /** As the Archive makes one for itself, but for its patience with the driver. */
  private static Aeron archiveClient(
      MediaDriver driver, long aliveNanos, ErrorHandler errorHandler) {
    return Aeron.connect(
        new Aeron.Context()
            .aeronDirectoryName(driver.aeronDirectoryName())
            .driverTimeoutMs(TimeUnit.NANOSECONDS.toMillis(aliveNanos))
            .driverAgentInvoker(driver.sharedAgentInvoker())
            .useConductorAgentInvoker(true)
            .clientLock(NoOpLock.INSTANCE)
            .awaitingIdleStrategy(YieldingIdleStrategy.INSTANCE)
            .subscriberErrorHandler(RethrowingErrorHandler.INSTANCE)
            .errorHandler(errorHandler)
            .clientName("archive"));
  }

  private static Archive.Context archiveContext(
      Path journalDir,
      JournalConfig config,
      MediaDriver driver,
      Aeron client,
      ErrorHandler errorHandler) {
    int syncLevel = config.syncToDisk() ? 1 : 0;
    return new Archive.Context()
        .aeron(client)
        .ownsAeronClient(true)
        .errorCounter(
            client.addCounter(AeronCounters.ARCHIVE_ERROR_COUNT_TYPE_ID, "archive errors"))
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
