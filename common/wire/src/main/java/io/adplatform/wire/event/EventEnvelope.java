package io.adplatform.wire.event;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The value of a message on the topic {@code events}: where the event was recorded, then the SBE
 * message with its header. Little endian: node id (4 bytes), recording id (8), position after the
 * event (8). Node 0 is billing-service, whose messages are in no journal; its recording and
 * position are 0.
 */
public final class EventEnvelope {
  /** Bytes before the SBE message. */
  public static final int LENGTH = 20;

  private static final int RECORDING_OFFSET = 4;
  private static final int POSITION_OFFSET = 12;

  private EventEnvelope() {}

  /** Writes an envelope; the SBE message follows at {@code offset + LENGTH}. */
  public static void write(
      MutableDirectBuffer buffer, int offset, int nodeId, long recordingId, long position) {
    buffer.putInt(offset, nodeId, java.nio.ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(offset + RECORDING_OFFSET, recordingId, java.nio.ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(offset + POSITION_OFFSET, position, java.nio.ByteOrder.LITTLE_ENDIAN);
  }

  /** The node that recorded it; 0 where no journal did. */
  public static int nodeId(DirectBuffer buffer, int offset) {
    return buffer.getInt(offset, java.nio.ByteOrder.LITTLE_ENDIAN);
  }

  /** The Archive recording it stands in. */
  public static long recordingId(DirectBuffer buffer, int offset) {
    return buffer.getLong(offset + RECORDING_OFFSET, java.nio.ByteOrder.LITTLE_ENDIAN);
  }

  /** The recording's position after it; positions of one recording only go up. */
  public static long position(DirectBuffer buffer, int offset) {
    return buffer.getLong(offset + POSITION_OFFSET, java.nio.ByteOrder.LITTLE_ENDIAN);
  }
}
