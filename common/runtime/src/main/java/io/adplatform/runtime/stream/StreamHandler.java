package io.adplatform.runtime.stream;

import org.agrona.DirectBuffer;

/** Takes the messages of a stream. */
@FunctionalInterface
public interface StreamHandler {
  /**
   * One whole message.
   *
   * @param buffer valid during this call alone
   * @param position of the stream after the message
   */
  void onMessage(DirectBuffer buffer, int offset, int length, long position);
}
