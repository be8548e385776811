package io.adplatform.runtime.stream;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Streams in memory, for stepped tests: all ends belong to one thread, nothing is lost, and a
 * subscriber that does not poll puts the publishers under back pressure.
 */
public final class MemoryStreams implements Streams {
  /** As Aeron's with a term of 4 MiB. */
  private static final int MAX_MESSAGE = 512 * 1024;

  /** As Aeron's positions, a message takes a header and goes up to the next 32. */
  private static final int HEADER = 32;

  private final Map<String, Channel> channels = new HashMap<>();
  private final int capacityBytes;

  /**
   * Streams.
   *
   * @param capacityBytes how far the slowest subscriber may be behind
   */
  public MemoryStreams(int capacityBytes) {
    this.capacityBytes = capacityBytes;
  }

  @Override
  public StreamPublication publication(String channel, int streamId) {
    return new Publication(channel(channel, streamId));
  }

  @Override
  public StreamSubscription subscription(String channel, int streamId) {
    Channel joined = channel(channel, streamId);
    Subscription subscription = new Subscription(joined);
    joined.subscriptions.add(subscription);
    return subscription;
  }

  @Override
  public void close() {
    channels.clear();
  }

  private Channel channel(String channel, int streamId) {
    return channels.computeIfAbsent(channel + '#' + streamId, key -> new Channel());
  }

  /** A message and the position of its publication after it. */
  private record Message(byte[] bytes, long position) {}

  /** The messages that some subscriber has not had yet, counted from the first ever. */
  private static final class Channel {
    final List<Subscription> subscriptions = new ArrayList<>();
    final List<Message> messages = new ArrayList<>();
    long firstIndex;
    long bytes;
    int publications;

    void forgetRead() {
      long slowest = firstIndex + messages.size();
      for (Subscription subscription : subscriptions) {
        slowest = Math.min(slowest, subscription.next);
      }
      while (firstIndex < slowest) {
        bytes -= aligned(messages.removeFirst().bytes.length);
        firstIndex++;
      }
    }
  }

  private static long aligned(int length) {
    return (length + HEADER + HEADER - 1L) & -HEADER;
  }

  private final class Publication implements StreamPublication {
    private final Channel channel;
    private long position;
    private boolean closed;

    Publication(Channel channel) {
      this.channel = channel;
      channel.publications++;
    }

    @Override
    public long offer(DirectBuffer buffer, int offset, int length) {
      if (closed) {
        return StreamCode.CLOSED;
      }
      if (length > MAX_MESSAGE) {
        return StreamCode.TOO_LONG;
      }
      if (!isConnected()) {
        return StreamCode.NOT_CONNECTED;
      }
      if (channel.bytes + aligned(length) > capacityBytes) {
        return StreamCode.BACK_PRESSURED;
      }
      byte[] bytes = new byte[length];
      buffer.getBytes(offset, bytes);
      position += aligned(length);
      channel.messages.add(new Message(bytes, position));
      channel.bytes += aligned(length);
      return position;
    }

    @Override
    public int maxMessageLength() {
      return MAX_MESSAGE;
    }

    @Override
    public boolean isConnected() {
      return !closed && !channel.subscriptions.isEmpty();
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        channel.publications--;
      }
    }
  }

  private static final class Subscription implements StreamSubscription {
    private final Channel channel;
    private final UnsafeBuffer buffer = new UnsafeBuffer();
    private long next;

    Subscription(Channel channel) {
      this.channel = channel;
      this.next = channel.firstIndex + channel.messages.size();
    }

    @Override
    public int poll(StreamHandler handler, int limit) {
      int polled = 0;
      while (polled < limit && next < channel.firstIndex + channel.messages.size()) {
        Message message = channel.messages.get((int) (next - channel.firstIndex));
        next++;
        polled++;
        buffer.wrap(message.bytes);
        handler.onMessage(buffer, 0, message.bytes.length, message.position);
      }
      channel.forgetRead();
      return polled;
    }

    @Override
    public boolean isConnected() {
      return channel.publications > 0;
    }

    @Override
    public void close() {
      channel.subscriptions.remove(this);
      channel.forgetRead();
    }
  }
}
