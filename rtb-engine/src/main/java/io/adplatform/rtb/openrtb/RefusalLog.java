package io.adplatform.rtb.openrtb;

import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs a sample of refused requests on a thread of its own: lanes offer at most one a second each
 * and never wait; when the queue is full the sample is lost, as the counters have them all. {@link
 * #offer} may be called by any lane.
 */
public final class RefusalLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);

  /** Seconds of samples of a large node. */
  private static final int CAPACITY = 256;

  private static final long POLL_MILLIS = 500;

  private record Refusal(String partner, RefusalCause cause, int offset, int length) {}

  private final ManyToOneConcurrentArrayQueue<Refusal> queue =
      new ManyToOneConcurrentArrayQueue<>(CAPACITY);
  private final Thread thread;

  /** Starts its thread. */
  public RefusalLog() {
    thread = Thread.ofPlatform().daemon().name("refusal-log").start(this::run);
  }

  /**
   * Offers a sample.
   *
   * @param partner key of the supply partner, or null
   * @param offset where in the body it went wrong
   * @param length of the body
   */
  void offer(String partner, RefusalCause cause, int offset, int length) {
    queue.offer(new Refusal(partner, cause, offset, length));
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      queue.drain(
          refusal ->
              LOG.info(
                  "refused request partner={} cause={} offset={} length={}",
                  refusal.partner(),
                  refusal.cause(),
                  refusal.offset(),
                  refusal.length()));
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Ends its thread; samples still queued are lost. */
  @Override
  public void close() {
    thread.interrupt();
  }
}
