package io.adplatform.runtime.stream;

import org.agrona.DirectBuffer;

/** The sending end of a stream. For one thread. */
public interface StreamPublication extends AutoCloseable {
  /**
   * Sends a message, whole or not at all; never blocks.
   *
   * @param length 0 to {@link #maxMessageLength()}
   * @return the stream's position after it, positive, or one of {@link StreamCode}
   */
  long offer(DirectBuffer buffer, int offset, int length);

  /** The longest message in bytes. */
  int maxMessageLength();

  /** Whether somebody subscribes. */
  boolean isConnected();

  @Override
  void close();
}
