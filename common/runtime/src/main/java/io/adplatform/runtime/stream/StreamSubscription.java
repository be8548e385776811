package io.adplatform.runtime.stream;

/** The receiving end of a stream. For one thread. */
public interface StreamSubscription extends AutoCloseable {
  /**
   * Hands over what has come; never blocks.
   *
   * @param limit the most messages to hand over
   * @return how many there were (of a long message, its parts)
   */
  int poll(StreamHandler handler, int limit);

  /** Whether somebody publishes. */
  boolean isConnected();

  @Override
  void close();
}
