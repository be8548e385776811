package io.adplatform.runtime.stream;

/** Where publications and subscriptions come from. Thread-safe; blocks; for start-up. */
public interface Streams extends AutoCloseable {
  /**
   * The sending end.
   *
   * @param channel {@code aeron:ipc} or {@code aeron:udp?endpoint=host:port}
   * @param streamId which stream of the channel
   */
  StreamPublication publication(String channel, int streamId);

  /** The receiving end. */
  StreamSubscription subscription(String channel, int streamId);

  @Override
  void close();
}
