package io.adplatform.runtime.journal;

import io.adplatform.runtime.stream.StreamHandler;
import io.aeron.archive.client.AeronArchive;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.protocol.DataHeaderFlyweight;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.BitUtil;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A place in a recording. It reads the segment files themselves, up to where the Archive says that
 * they are recorded, and hands over whole messages whose frames' checksums are right. For the
 * thread of its reader.
 */
public final class JournalCursor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JournalCursor.class);

  /** Reads at once: several of the longest frames. */
  private static final int READ_BYTES = 512 * 1024;

  /** A segment file is named by its recording and the position of its first byte. */
  private static final String SEGMENT_SUFFIX = ".rec";

  private static final int HEADER = DataHeaderFlyweight.HEADER_LENGTH;
  private static final int ALIGNMENT = FrameDescriptor.FRAME_ALIGNMENT;

  private final JournalDriver driver;
  private final Path archiveDir;
  private final JournalRecording recording;
  private final ByteBuffer bytes = ByteBuffer.allocateDirect(READ_BYTES);
  private final UnsafeBuffer frames = new UnsafeBuffer(bytes);
  private final ExpandableArrayBuffer assembled = new ExpandableArrayBuffer();

  private FileChannel segment;
  private long segmentBase = -1;

  /** How many bytes of {@link #frames} are valid, and how many of them were read. */
  private int chunkLength;

  private int chunkOffset;

  private long position;
  private long framePosition;
  private long limit;
  private boolean ended;
  private int assembledLength = -1;
  private long damagedFrames;
  private long damagedBytes;

  JournalCursor(
      JournalDriver driver, Path archiveDir, JournalRecording recording, long fromPosition) {
    this.driver = driver;
    this.archiveDir = archiveDir;
    this.recording = recording;
    this.position = Math.max(fromPosition & -ALIGNMENT, recording.startPosition());
    this.framePosition = position;
    this.limit = position;
  }

  /**
   * Hands over recorded messages, in order. The position a handler is given is the recording's
   * after the message: where a later cursor may begin. What is damaged is passed over up to the
   * next sound frame, and counted.
   *
   * @param messageLimit the most to hand over
   * @return how many there were; 0 if nothing more is recorded now
   * @throws UncheckedIOException if a file that is there cannot be read; the cursor may be polled
   *     again
   * @throws io.aeron.exceptions.AeronException if the Archive cannot be asked; likewise
   */
  public int poll(StreamHandler handler, int messageLimit) {
    int polled = 0;
    while (polled < messageLimit && (framePosition < limit || moreRecorded())) {
      if (isAtFrame()) {
        polled += readFrame(handler);
      } else {
        passOverDamage();
      }
    }
    return polled;
  }

  /** Asks how far it is recorded. */
  private boolean moreRecorded() {
    JournalSession session = driver.session();
    if (ended || session == null) {
      return false;
    }
    long recorded = session.recordedPosition(recording.archiveId());
    if (recorded == JournalRecording.LIVE) {
      long stop = session.stopPosition(recording.archiveId());
      if (stop == JournalRecording.LIVE) {
        return false;
      }
      limit = stop;
      ended = true;
    } else {
      limit = Math.max(limit, recorded);
    }
    return framePosition < limit;
  }

  /** Whether a whole and sound frame is in the buffer, or could be read into it. */
  private boolean isAtFrame() {
    if (!isInChunk()) {
      readChunk();
    }
    return isInChunk() && isFrameHeader() && (isPadding() || isChecksumRight());
  }

  private boolean isInChunk() {
    int left = chunkLength - chunkOffset;
    if (left < HEADER) {
      return false;
    }
    // Padding has no bytes that need to be read.
    return !isFrameHeader() || isPadding() || left >= alignedLength();
  }

  /** Whether what stands there can be the header of a frame at this place of this recording. */
  private boolean isFrameHeader() {
    int length = FrameDescriptor.frameLength(frames, chunkOffset);
    int termOffset = (int) (framePosition & (recording.termBytes() - 1));
    int type = FrameDescriptor.frameType(frames, chunkOffset);
    if (length < HEADER
        || length > Math.min(recording.termBytes() - termOffset, limit - framePosition)
        || (type != DataHeaderFlyweight.HDR_TYPE_DATA && type != DataHeaderFlyweight.HDR_TYPE_PAD)
        || (type == DataHeaderFlyweight.HDR_TYPE_DATA && length > READ_BYTES)) {
      return false;
    }
    return DataHeaderFlyweight.termOffset(frames, chunkOffset) == termOffset
        && DataHeaderFlyweight.streamId(frames, chunkOffset) == JournalSession.STREAM_ID;
  }

  private boolean isPadding() {
    return FrameDescriptor.frameType(frames, chunkOffset) == DataHeaderFlyweight.HDR_TYPE_PAD;
  }

  private boolean isChecksumRight() {
    int checksum =
        FrameChecksum.INSTANCE.compute(
            frames.addressOffset(), chunkOffset + HEADER, alignedLength() - HEADER);
    return checksum == FrameDescriptor.frameSessionId(frames, chunkOffset);
  }

  private int alignedLength() {
    int length = FrameDescriptor.frameLength(frames, chunkOffset);
    return BitUtil.align(length, FrameDescriptor.FRAME_ALIGNMENT);
  }

  /** Goes on at the next sound frame, which may be in another segment. */
  private void passOverDamage() {
    damagedFrames++;
    assembledLength = -1;
    long from = framePosition;
    do {
      // Where the file holds no more, the next frame is in the next one.
      boolean fileEnds = chunkLength - chunkOffset < HEADER;
      long next = fileEnds ? segmentBase + recording.segmentBytes() : framePosition + ALIGNMENT;
      chunkOffset = Math.min(chunkLength, chunkOffset + ALIGNMENT);
      framePosition = Math.min(limit, next);
    } while (framePosition < limit && !isAtFrame());
    damagedBytes += framePosition - from;
    position = framePosition;
  }

  private void readChunk() {
    chunkLength = 0;
    chunkOffset = 0;
    try {
      openSegment();
      if (segment == null) {
        return;
      }
      int inSegment = (int) (framePosition - segmentBase);
      long want = Math.min(READ_BYTES, limit - framePosition);
      want = Math.min(want, recording.segmentBytes() - inSegment);
      bytes.clear().limit((int) want);
      while (bytes.hasRemaining()) {
        if (segment.read(bytes, inSegment + (long) bytes.position()) < 0) {
          break;
        }
      }
      chunkLength = bytes.position();
    } catch (IOException e) {
      // Opened anew by the next try: the file may have been put back in its place.
      closeSegment();
      throw new UncheckedIOException(e);
    }
  }

  /** Opens the segment of the place; none where its file is not there. */
  private void openSegment() throws IOException {
    long base =
        AeronArchive.segmentFileBasePosition(
            recording.startPosition(),
            framePosition,
            recording.termBytes(),
            recording.segmentBytes());
    if (base == segmentBase && segment != null) {
      return;
    }
    closeSegment();
    segmentBase = base;
    Path file = archiveDir.resolve(recording.archiveId() + "-" + base + SEGMENT_SUFFIX);
    try {
      segment = FileChannel.open(file, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      LOG.error("the recording's segment is gone: {}", file);
    }
  }

  /** Reads the frame at the offset. Returns 1 if it completed a message. */
  private int readFrame(StreamHandler handler) {
    int length = FrameDescriptor.frameLength(frames, chunkOffset);
    int at = chunkOffset;
    int aligned = alignedLength();
    boolean padding = isPadding();
    chunkOffset += aligned;
    framePosition += aligned;
    if (padding) {
      if (assembledLength < 0) {
        position = framePosition;
      }
      return 0;
    }
    return assemble(handler, at, length - HEADER);
  }

  private int assemble(StreamHandler handler, int at, int payload) {
    byte flags = FrameDescriptor.frameFlags(frames, at);
    boolean begin = (flags & FrameDescriptor.BEGIN_FRAG_FLAG) == FrameDescriptor.BEGIN_FRAG_FLAG;
    boolean end = (flags & FrameDescriptor.END_FRAG_FLAG) == FrameDescriptor.END_FRAG_FLAG;
    if (begin && end) {
      position = framePosition;
      handler.onMessage(frames, at + HEADER, payload, position);
      return 1;
    }
    if (begin) {
      assembledLength = 0;
    }
    if (assembledLength < 0) {
      // The rest of a message whose beginning was damaged.
      position = framePosition;
      return 0;
    }
    assembled.putBytes(assembledLength, frames, at + HEADER, payload);
    assembledLength += payload;
    if (!end) {
      return 0;
    }
    int whole = assembledLength;
    assembledLength = -1;
    position = framePosition;
    handler.onMessage(assembled, 0, whole, position);
    return 1;
  }

  /** The position after the last message handed over. */
  public long position() {
    return position;
  }

  /** The recording it is in, as it was when the cursor was opened. */
  public JournalRecording recording() {
    return recording;
  }

  /** Whether the recording has ended and all of it was handed over. */
  public boolean isDone() {
    return ended && framePosition >= limit;
  }

  /** How many recorded bytes are still to be handed over, as of now. */
  public long lagBytes() {
    if (!ended && framePosition >= limit) {
      moreRecorded();
    }
    JournalSession session = driver.session();
    long recorded =
        ended || session == null ? limit : session.recordedPosition(recording.archiveId());
    return Math.max(0, Math.max(recorded, limit) - position);
  }

  /**
   * Frames that were passed over: a damaged disk. What lies between two sound frames counts once.
   */
  public long damagedFrames() {
    return damagedFrames;
  }

  /** Bytes that were passed over. */
  public long damagedBytes() {
    return damagedBytes;
  }

  private void closeSegment() {
    if (segment != null) {
      try {
        segment.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        segment = null;
        segmentBase = -1;
      }
    }
  }

  @Override
  public void close() {
    closeSegment();
  }
}
