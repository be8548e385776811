package io.adplatform.runtime.journal;

import io.adplatform.runtime.config.LanePreset;
import io.adplatform.runtime.config.NodeConfig;
import io.adplatform.runtime.config.SettingsException;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.metrics.EnumCounters;
import io.adplatform.runtime.stream.AeronStreams;
import io.adplatform.runtime.stream.Streams;
import io.aeron.Aeron;
import io.aeron.exceptions.AeronException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Aeron side of a hot process: its client, the journals of its lanes, and, unless they run in a
 * process of their own, the media driver and the Archive. Thread-safe; blocks; not for lanes.
 */
public final class JournalDriver implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JournalDriver.class);

  /** How long a process waits for the driver's to come up. */
  private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final long CONNECT_RETRY_MILLIS = 100;

  /** How long closing waits for all that was offered to be recorded. */
  private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final long LOOK_MILLIS = 1;

  /** An eighth of a term is Aeron's longest message. */
  private static final int MESSAGES_PER_TERM = 8;

  /** Lane and node take the low bits of a recording's id, the time the high ones. */
  private static final int LANE_BITS = 16;

  private static final int NODE_BITS = 16;

  private static final String SEQUENCE_PREFIX = "node-";
  private static final String SEQUENCE_SUFFIX = ".sequence";

  private final NodeConfig config;
  private final Path journalDir;
  private final EmbeddedDriver embedded;
  private final BootSequence sequence;
  private final Housekeeper housekeeper;
  private final JournalKeeper keeper;
  private final LongSupplier freeBytes;
  private final List<ArchiveLaneJournal> journals = new CopyOnWriteArrayList<>();
  private final ErrorHandler errorHandler =
      error -> LOG.warn("journal-driver error=\"{}\"", error.toString());
  private volatile Aeron client;
  private volatile JournalSession session;

  private JournalDriver(
      NodeConfig config, Path journalDir, LanePreset preset, LongSupplier freeBytes) {
    this.config = config;
    this.journalDir = journalDir;
    this.freeBytes = freeBytes;
    this.sequence =
        new BootSequence(
            journalDir.resolve(SEQUENCE_PREFIX + config.nodeId() + SEQUENCE_SUFFIX),
            Clock.systemUTC());
    this.embedded =
        config.externalDriver()
            ? null
            : EmbeddedDriver.start(
                journalDir, config.journal(), EmbeddedDriver.OWN_ALIVE_NANOS, errorHandler);
    this.housekeeper = Housekeeper.start(new DriverTurn(), preset);
    this.keeper = new JournalKeeper(this, config.journal(), freeBytes);
  }

  /**
   * Starts the driver of a node, or connects to the one that runs on its data folder.
   *
   * @throws SettingsException if another process has the folder, or no driver came up
   */
  public static JournalDriver start(NodeConfig config, LanePreset preset) {
    Path journalDir = journalDir(config);
    return start(config, preset, freeBytesOf(journalDir));
  }

  /** As {@link #start(NodeConfig, LanePreset)}, with what tells the free space. */
  static JournalDriver start(NodeConfig config, LanePreset preset, LongSupplier freeBytes) {
    JournalDriver driver = new JournalDriver(config, journalDir(config), preset, freeBytes);
    try {
      driver.connect();
      driver.keeper.lookAtRoom();
      driver.keeper.start();
      return driver;
    } catch (RuntimeException e) {
      driver.close();
      throw e;
    }
  }

  static Path journalDir(NodeConfig config) {
    Path dir = config.dataDir().resolve("journal");
    try {
      Files.createDirectories(dir);
    } catch (IOException e) {
      throw new SettingsException("data: '" + dir + "' cannot be made: " + e.getMessage());
    }
    return dir;
  }

  private static LongSupplier freeBytesOf(Path dir) {
    try {
      FileStore store = Files.getFileStore(dir);
      return () -> {
        try {
          return store.getUsableSpace();
        } catch (IOException e) {
          // A disk that cannot even be asked takes nothing.
          return 0;
        }
      };
    } catch (IOException e) {
      throw new SettingsException("data: '" + dir + "' cannot be read: " + e.getMessage());
    }
  }

  private void connect() {
    long deadline = System.nanoTime() + CONNECT_NANOS;
    while (true) {
      Path aeronDir = embedded != null ? embedded.aeronDir() : AeronDirectory.noted(journalDir);
      try {
        if (aeronDir != null) {
          connect(aeronDir);
          return;
        }
      } catch (AeronException e) {
        LOG.info("journal step=connect waiting=\"{}\"", e.getMessage());
      }
      if (System.nanoTime() > deadline) {
        throw new SettingsException(
            "data: no journal driver runs on '" + journalDir + "'; start one (DriverMain)");
      }
      sleep(CONNECT_RETRY_MILLIS);
    }
  }

  private void connect(Path aeronDir) {
    long alive =
        embedded != null ? EmbeddedDriver.OWN_ALIVE_NANOS : EmbeddedDriver.OTHERS_ALIVE_NANOS;
    client = JournalSession.client(aeronDir, alive, housekeeper, errorHandler);
    try {
      session = JournalSession.connect(client, housekeeper, errorHandler);
    } catch (RuntimeException e) {
      Aeron failed = client;
      client = null;
      failed.close();
      throw e;
    }
  }

  /**
   * A number never given before on this data folder, nor on one before it: the boot of a node.
   *
   * @return seconds since 1970, about now
   */
  public int nextBoot() {
    return sequence.next();
  }

  /** The journal of a lane, recorded from its first message. One for each lane. */
  public LaneJournal open(Lane lane, EnumCounters<JournalCount> counters) {
    ArchiveLaneJournal journal =
        new ArchiveLaneJournal(
            lane, housekeeper, config.journal().termBytes() / MESSAGES_PER_TERM, counters);
    journal.room(keeper.room());
    journal.adopt(record(lane.index()));
    journals.add(journal);
    return journal;
  }

  private ArchiveLaneJournal.Recording record(int lane) {
    long boot = sequence.next();
    long recordingId = (boot << NODE_BITS | config.nodeId()) << LANE_BITS | lane;
    return session.record(config.nodeId(), lane, recordingId, config.journal().termBytes());
  }

  /** Whether every lane's journal takes auction records. */
  public boolean takesAuctions() {
    return isConnected() && journals.stream().allMatch(ArchiveLaneJournal::takesAuctions);
  }

  /** Whether somebody looks at the free space and mends what fails. */
  public boolean isKept() {
    return keeper.isRunning();
  }

  /** Bytes that were offered and are not recorded yet, over all lanes. */
  public long unrecordedBytes() {
    JournalSession asked = session;
    long bytes = 0;
    for (ArchiveLaneJournal journal : journals) {
      ArchiveLaneJournal.Recording recording = journal.recording();
      if (recording != null && asked != null) {
        bytes += asked.unrecordedBytes(recording);
      }
    }
    return bytes;
  }

  /** Free space where the journal lies, in bytes, as of now. */
  public long freeBytes() {
    return freeBytes.getAsLong();
  }

  /** Streams over this driver. Closed with it. */
  public Streams streams() {
    return new AeronStreams(client, housekeeper::wake);
  }

  /** A reader of all recordings of this driver, of all nodes on it. */
  public JournalReader reader() {
    return new JournalReader(this, EmbeddedDriver.archiveDir(journalDir));
  }

  /** All nodes that ever began a recording in this folder: each has left its sequence there. */
  Set<Integer> nodes() {
    Set<Integer> nodes = new TreeSet<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(journalDir, SEQUENCE_PREFIX + "*" + SEQUENCE_SUFFIX)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        nodes.add(
            Integer.valueOf(
                name.substring(
                    SEQUENCE_PREFIX.length(), name.length() - SEQUENCE_SUFFIX.length())));
      }
    } catch (IOException | NumberFormatException e) {
      throw new AeronException("the nodes of " + journalDir + " cannot be listed: " + e);
    }
    return nodes;
  }

  List<ArchiveLaneJournal> journals() {
    return journals;
  }

  JournalSession session() {
    return session;
  }

  boolean isConnected() {
    JournalSession connected = session;
    return connected != null && connected.isAlive();
  }

  /**
   * Connects again if the driver is another, and begins recordings where there are none. On the
   * keeper's thread.
   *
   * @param room whether there is room for recordings
   */
  void mend(boolean room) {
    if (!isConnected()) {
      LOG.warn("journal step=reconnect");
      journals.forEach(this::drop);
      disconnect();
      connect();
    }
    for (ArchiveLaneJournal journal : journals) {
      ArchiveLaneJournal.Recording recording = journal.recording();
      if (recording != null && !recording.isActive()) {
        LOG.warn("journal lane={} recording={} failed", journal.lane().index(), recording.id());
        drop(journal);
      }
      if (room && journal.recording() == null) {
        ArchiveLaneJournal.Recording next = record(journal.lane().index());
        LOG.info("journal lane={} recording={} begun", journal.lane().index(), next.id());
        adopt(journal, next);
      }
    }
  }

  /** Closes the session once neither the lanes nor the housekeeping thread use its memory. */
  private void disconnect() {
    JournalSession lost = session;
    session = null;
    client = null;
    housekeeper.awaitTurn();
    CloseHelper.quietClose(lost);
  }

  /** Takes a journal's recording away, on its lane; waits until it has let go of it. */
  private void drop(ArchiveLaneJournal journal) {
    ArchiveLaneJournal.Recording recording = journal.recording();
    adopt(journal, null);
    if (recording != null) {
      recording.publication().close();
    }
  }

  private void adopt(ArchiveLaneJournal journal, ArchiveLaneJournal.Recording next) {
    long deadline = System.nanoTime() + DRAIN_NANOS;
    boolean queued = journal.lane().execute(() -> journal.adopt(next));
    while (!queued || journal.recording() != next) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("lane " + journal.lane().index() + " does not turn");
      }
      sleep(LOOK_MILLIS);
      queued = queued || journal.lane().execute(() -> journal.adopt(next));
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Waits until all that was offered is recorded, then ends recordings, Archive and driver. */
  @Override
  public void close() {
    keeper.close();
    long deadline = System.nanoTime() + DRAIN_NANOS;
    try {
      for (ArchiveLaneJournal journal : journals) {
        drain(journal, deadline);
        adopt(journal, null);
      }
      closeClient();
    } catch (IllegalStateException e) {
      // A lane that does not turn may still read the driver's memory: it stays until the process
      // ends.
      LOG.warn("journal step=close {}", e.getMessage());
    }
    housekeeper.close();
  }

  /** The Archive hears of the end of the session from a client that is still turned. */
  private void closeClient() {
    JournalSession ending = session;
    session = null;
    if (ending != null) {
      ending.closeArchive();
    }
    client = null;
    housekeeper.awaitTurn();
    CloseHelper.quietClose(ending);
  }

  private void drain(ArchiveLaneJournal journal, long deadline) {
    ArchiveLaneJournal.Recording recording = journal.recording();
    if (recording == null) {
      return;
    }
    while (recording.isActive()
        && recording.unrecordedBytes() > 0
        && isConnected()
        && System.nanoTime() < deadline) {
      housekeeper.wake();
      sleep(LOOK_MILLIS);
    }
    recording.publication().close();
    while (recording.isActive() && isConnected() && System.nanoTime() < deadline) {
      housekeeper.wake();
      sleep(LOOK_MILLIS);
    }
  }

  /** What the housekeeping thread turns. */
  private final class DriverTurn implements Housekeeper.Work {
    @Override
    public int turn() {
      int work = embedded == null ? 0 : embedded.invoke();
      Aeron turned = client;
      if (turned != null) {
        work += turned.conductorAgentInvoker().invoke();
      }
      for (int i = 0; i < journals.size(); i++) {
        work += journals.get(i).wakeLaneIfRecorded();
      }
      return work;
    }

    @Override
    public void end() {
      CloseHelper.close(embedded);
    }

    @Override
    public boolean mustPoll() {
      for (int i = 0; i < journals.size(); i++) {
        if (journals.get(i).isAwaited()) {
          return true;
        }
      }
      return false;
    }
  }
}
