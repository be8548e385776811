package io.adplatform.runtime.journal;

import io.aeron.Aeron;
import io.aeron.ChannelUri;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.ExclusivePublication;
import io.aeron.archive.client.AeronArchive;
import io.aeron.archive.codecs.SourceLocation;
import io.aeron.archive.status.RecordingPos;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.status.CountersReader;

/**
 * A connection to a media driver and its Archive. Its blocking calls are for any thread but the
 * lanes' and the housekeeping thread, which turns its client.
 */
final class JournalSession implements AutoCloseable {
  /** The stream of the journal. */
  static final int STREAM_ID = 1001;

  /** Aeron's largest: hardly any record is cut into fragments. */
  private static final int MTU_BYTES = 65_504;

  private static final String ALIAS = "journal";
  private static final String ALIAS_SEPARATOR = "_";
  private static final int ALIAS_PARTS = 4;
  private static final int CONTROL_TERM_BYTES = 64 * 1024;
  private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int LIST_PAGE = 256;
  private static final long LOOK_MILLIS = 1;

  private final Aeron aeron;
  private final AeronArchive archive;
  private final Path cncFile;
  private final Object cncKey;
  private boolean closed;

  private JournalSession(Aeron aeron, AeronArchive archive, Path cncFile, Object cncKey) {
    this.aeron = aeron;
    this.archive = archive;
    this.cncFile = cncFile;
    this.cncKey = cncKey;
  }

  /**
   * The client of a driver; the housekeeping thread must turn it before {@link #connect} is called.
   *
   * @param aliveNanos how long a driver that does not turn is waited for
   */
  static Aeron client(
      Path aeronDir, long aliveNanos, Housekeeper housekeeper, ErrorHandler errorHandler) {
    return Aeron.connect(
        new Aeron.Context()
            .aeronDirectoryName(aeronDir.toString())
            .driverTimeoutMs(TimeUnit.NANOSECONDS.toMillis(aliveNanos))
            .useConductorAgentInvoker(true)
            .awaitingIdleStrategy(housekeeper.waiting())
            .errorHandler(errorHandler)
            .clientName("adplatform"));
  }

  /** Connects to the Archive. */
  static JournalSession connect(Aeron aeron, Housekeeper housekeeper, ErrorHandler errorHandler) {
    Path cncFile = Path.of(aeron.context().aeronDirectoryName(), "cnc.dat");
    Object key = keyOf(cncFile);
    AeronArchive archive =
        AeronArchive.connect(
            new AeronArchive.Context()
                .aeron(aeron)
                .ownsAeronClient(false)
                .controlRequestChannel(EmbeddedDriver.CONTROL_CHANNEL)
                .controlRequestStreamId(AeronArchive.Configuration.localControlStreamId())
                .controlResponseChannel(EmbeddedDriver.CONTROL_CHANNEL)
                .controlTermBufferLength(CONTROL_TERM_BYTES)
                .messageTimeoutNs(ANSWER_NANOS)
                .idleStrategy(housekeeper.waiting())
                .errorHandler(errorHandler));
    return new JournalSession(aeron, archive, cncFile, key);
  }

  /** Whether the driver is the one that was connected to, as far as can be seen. */
  boolean isAlive() {
    return !aeron.isClosed() && cncKey != null && cncKey.equals(keyOf(cncFile));
  }

  private static Object keyOf(Path file) {
    try {
      return Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class)
          .fileKey();
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * Begins a recording and waits until it goes on.
   *
   * @param recordingId the one of the event's envelope
   */
  ArchiveLaneJournal.Recording record(int nodeId, int lane, long recordingId, int termBytes) {
    String channel =
        new ChannelUriStringBuilder()
            .media("ipc")
            .termLength(termBytes)
            .mtu(MTU_BYTES)
            .sparse(true)
            .alias(alias(nodeId, lane, recordingId))
            .build();
    ExclusivePublication publication = aeron.addExclusivePublication(channel, STREAM_ID);
    try {
      String recorded = ChannelUri.addSessionId(channel, publication.sessionId());
      archive.startRecording(recorded, STREAM_ID, SourceLocation.LOCAL, true);
      CountersReader counters = aeron.countersReader();
      int counterId = awaitCounter(counters, publication.sessionId());
      return new ArchiveLaneJournal.Recording(
          publication,
          counters,
          recordingId,
          RecordingPos.getRecordingId(counters, counterId),
          counterId);
    } catch (RuntimeException e) {
      publication.close();
      throw e;
    }
  }

  private int awaitCounter(CountersReader counters, int sessionId) {
    long deadline = System.nanoTime() + ANSWER_NANOS;
    while (System.nanoTime() < deadline) {
      int counterId = RecordingPos.findCounterIdBySession(counters, sessionId, archive.archiveId());
      if (counterId != CountersReader.NULL_COUNTER_ID) {
        return counterId;
      }
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while a recording begins");
      }
    }
    throw new IllegalStateException("the Archive did not begin a recording");
  }

  private static String alias(int nodeId, int lane, long recordingId) {
    return String.join(
        ALIAS_SEPARATOR,
        ALIAS,
        Integer.toString(nodeId),
        Integer.toString(lane),
        Long.toString(recordingId));
  }

  /** All recordings of the journal, of all nodes, in the order in which they were begun. */
  List<JournalRecording> recordings() {
    List<JournalRecording> found = new ArrayList<>();
    long from = 0;
    long[] last = {-1};
    int count;
    do {
      count =
          archive.listRecordings(
              from,
              LIST_PAGE,
              (session,
                  correlation,
                  archiveId,
                  startTime,
                  stopTime,
                  startPosition,
                  stopPosition,
                  initialTermId,
                  segmentBytes,
                  termBytes,
                  mtu,
                  sessionId,
                  streamId,
                  strippedChannel,
                  originalChannel,
                  source) -> {
                last[0] = archiveId;
                String alias = ChannelUri.parse(originalChannel).get("alias");
                String[] parts = alias == null ? new String[0] : alias.split(ALIAS_SEPARATOR);
                if (parts.length == ALIAS_PARTS && ALIAS.equals(parts[0])) {
                  found.add(
                      new JournalRecording(
                          Long.parseLong(parts[3]),
                          archiveId,
                          Integer.parseInt(parts[1]),
                          Integer.parseInt(parts[2]),
                          startPosition,
                          stopPosition == AeronArchive.NULL_POSITION
                              ? JournalRecording.LIVE
                              : stopPosition,
                          termBytes,
                          segmentBytes));
                }
              });
      from = last[0] + 1;
    } while (count == LIST_PAGE);
    return found;
  }

  /** Where a recording ended, or {@link JournalRecording#LIVE}. */
  long stopPosition(long archiveId) {
    long position = archive.getStopPosition(archiveId);
    return position == AeronArchive.NULL_POSITION ? JournalRecording.LIVE : position;
  }

  /** Up to where a live recording goes, or {@link JournalRecording#LIVE} if it is none. */
  synchronized long recordedPosition(long archiveId) {
    if (closed) {
      return JournalRecording.LIVE;
    }
    CountersReader counters = aeron.countersReader();
    int counterId = RecordingPos.findCounterIdByRecording(counters, archiveId, archive.archiveId());
    if (counterId == CountersReader.NULL_COUNTER_ID) {
      return JournalRecording.LIVE;
    }
    long position = counters.getCounterValue(counterId);
    return RecordingPos.isActive(counters, counterId, archiveId) ? position : JournalRecording.LIVE;
  }

  /** How much of what was offered to a recording is not recorded. */
  synchronized long unrecordedBytes(ArchiveLaneJournal.Recording recording) {
    return closed || !recording.isActive() ? 0 : recording.unrecordedBytes();
  }

  /** Deletes the segments that lie wholly below a position. */
  void purge(JournalRecording recording, long position) {
    long start = archive.getStartPosition(recording.archiveId());
    long base =
        AeronArchive.segmentFileBasePosition(
            start, position, recording.termBytes(), recording.segmentBytes());
    if (base > start) {
      archive.purgeSegments(recording.archiveId(), base);
    }
  }

  /** Deletes an ended recording. */
  void purgeAll(JournalRecording recording) {
    archive.purgeRecording(recording.archiveId());
  }

  /** Ends the connection to the Archive. */
  void closeArchive() {
    CloseHelper.quietClose(archive);
  }

  /** Lets go of the driver's memory: nobody may use a recording of this session any more. */
  @Override
  public synchronized void close() {
    closed = true;
    CloseHelper.quietCloseAll(archive, aeron);
  }
}
