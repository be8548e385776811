package io.adplatform.decision.budget;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * The two bounded queues between one lane and the node's lease thread: numbers up, messages down.
 * Each method says which of the two threads may call it.
 */
final class LaneChannel {
  /** The lane wants more for a line item: id, price, spend per minute. */
  static final int WANT = 1;

  /** The lane goes on bidding on a lease whose time runs out: lease. */
  static final int EXTEND = 2;

  /**
   * The lane bids on a lease no more: lease, last expiry of a token, the most that can be charged
   * for its bids.
   */
  static final int RELEASED = 3;

  /** What the lane gave of its share: lease, micros, the lane it is for. */
  static final int GAVE = 4;

  /** The lane bids on nothing any more, and has released all it had. */
  static final int RETIRED = 5;

  /** Room for some 3,000 messages: every hot line item may want something between two polls. */
  private static final int UP_BYTES = 128 * 1024;

  /** Messages that a lane has not taken yet; beyond, they wait on the node's side. */
  private static final int DOWN_CAPACITY = 4_096;

  private static final int LENGTH = 3 * Long.BYTES;

  private final OneToOneRingBuffer up =
      new OneToOneRingBuffer(
          new UnsafeBuffer(
              ByteBuffer.allocateDirect(UP_BYTES + RingBufferDescriptor.TRAILER_LENGTH)));
  private final MutableDirectBuffer upMessage = new UnsafeBuffer(new byte[LENGTH]);
  private final OneToOneConcurrentArrayQueue<LaneMessage> down =
      new OneToOneConcurrentArrayQueue<>(DOWN_CAPACITY);
  private final ArrayDeque<LaneMessage> waiting = new ArrayDeque<>();

  /** Lane: says something; false where the queue is full. */
  boolean say(int what, long first, long second, long third) {
    upMessage.putLong(0, first);
    upMessage.putLong(Long.BYTES, second);
    upMessage.putLong(2 * Long.BYTES, third);
    return up.write(what, upMessage, 0, LENGTH);
  }

  /** Lane: the next message, or null. */
  LaneMessage take() {
    return down.poll();
  }

  /** Node: hears what the lane said, a bounded number of messages. */
  int hear(Ear ear, int limit) {
    return up.read(
        (what, buffer, index, length) ->
            ear.heard(
                what,
                buffer.getLong(index),
                buffer.getLong(index + Long.BYTES),
                buffer.getLong(index + 2 * Long.BYTES)),
        limit);
  }

  /** Node: sends a message, behind those that still wait for room. */
  void send(LaneMessage message) {
    waiting.add(message);
    flush();
  }

  /** Node: hands over what there is room for; true where nothing waits any more. */
  boolean flush() {
    while (!waiting.isEmpty() && down.offer(waiting.peek())) {
      waiting.remove();
    }
    return waiting.isEmpty();
  }

  /** Takes what a lane said. */
  @FunctionalInterface
  interface Ear {
    void heard(int what, long first, long second, long third);
  }
}
