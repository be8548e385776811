package io.adplatform.settle;

import java.nio.ByteBuffer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Which event a message of {@code settled} answers: its offset, 8 bytes big endian. What is
 * committed in {@code settled} thereby says how far its partition of {@code events} is settled.
 */
record EventOffsetHeader(String key, long offset) implements Header {
  /** Of the event that the message answers. */
  static final String KEY = "o";

  /** Of the event that the message before it in its partition answers. */
  static final String PREVIOUS_KEY = "p";

  /** Where no message says it. */
  static final long NONE = -1;

  @Override
  public byte[] value() {
    return ByteBuffer.allocate(Long.BYTES).putLong(offset).array();
  }

  /** The offset among a message's headers, or {@link #NONE}. */
  static long read(Headers headers) {
    Header header = headers.lastHeader(KEY);
    boolean sound = header != null && header.value() != null && header.value().length == Long.BYTES;
    return sound ? ByteBuffer.wrap(header.value()).getLong() : NONE;
  }
}
