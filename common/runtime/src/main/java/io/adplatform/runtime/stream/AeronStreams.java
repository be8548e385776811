package io.adplatform.runtime.stream;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Publication;
import io.aeron.Subscription;
import org.agrona.DirectBuffer;

/** Streams over an Aeron client, which stays its owner's. */
public final class AeronStreams implements Streams {
  private static final String IPC = "aeron:ipc";

  private final Aeron aeron;
  private final Runnable wakeDriver;

  /**
   * Streams.
   *
   * @param wakeDriver has a driver in this process look at once; called on the lanes
   */
  public AeronStreams(Aeron aeron, Runnable wakeDriver) {
    this.aeron = aeron;
    this.wakeDriver = wakeDriver;
  }

  @Override
  public StreamPublication publication(String channel, int streamId) {
    return new AeronPublication(
        aeron.addExclusivePublication(channel, streamId), wakeDriver, !channel.startsWith(IPC));
  }

  @Override
  public StreamSubscription subscription(String channel, int streamId) {
    return new AeronSubscription(aeron.addSubscription(channel, streamId));
  }

  @Override
  public void close() {}

  private static final class AeronPublication implements StreamPublication {
    private final ExclusivePublication publication;
    private final Runnable wakeDriver;
    private final boolean driverSends;

    AeronPublication(ExclusivePublication publication, Runnable wakeDriver, boolean driverSends) {
      this.publication = publication;
      this.wakeDriver = wakeDriver;
      this.driverSends = driverSends;
    }

    @Override
    public long offer(DirectBuffer buffer, int offset, int length) {
      if (length > publication.maxMessageLength()) {
        return StreamCode.TOO_LONG;
      }
      long position = publication.offer(buffer, offset, length);
      if (driverSends || position == Publication.BACK_PRESSURED) {
        // The driver sends over UDP, and moves the limit of every stream.
        wakeDriver.run();
      }
      return position > 0 ? position : codeOf(position);
    }

    private static long codeOf(long answer) {
      if (answer == Publication.BACK_PRESSURED) {
        return StreamCode.BACK_PRESSURED;
      }
      if (answer == Publication.NOT_CONNECTED) {
        return StreamCode.NOT_CONNECTED;
      }
      return answer == Publication.ADMIN_ACTION ? StreamCode.ADMIN_ACTION : StreamCode.CLOSED;
    }

    @Override
    public int maxMessageLength() {
      return publication.maxMessageLength();
    }

    @Override
    public boolean isConnected() {
      return publication.isConnected();
    }

    @Override
    public void close() {
      publication.close();
    }
  }

  private static final class AeronSubscription implements StreamSubscription {
    private final Subscription subscription;
    private final FragmentAssembler assembler =
        new FragmentAssembler(
            (buffer, offset, length, header) ->
                onMessage(buffer, offset, length, header.position()));
    private StreamHandler handler;

    AeronSubscription(Subscription subscription) {
      this.subscription = subscription;
    }

    @Override
    public int poll(StreamHandler messages, int limit) {
      handler = messages;
      return subscription.poll(assembler, limit);
    }

    private void onMessage(DirectBuffer buffer, int offset, int length, long position) {
      handler.onMessage(buffer, offset, length, position);
    }

    @Override
    public boolean isConnected() {
      return subscription.isConnected();
    }

    @Override
    public void close() {
      subscription.close();
    }
  }
}
