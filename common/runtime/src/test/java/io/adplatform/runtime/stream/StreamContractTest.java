package io.adplatform.runtime.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every implementation of the streams promises. */
@Timeout(180)
abstract class StreamContractTest {
  private static final String CHANNEL = "aeron:ipc?term-length=64k";

  /** The streams under test; the subclass closes them. */
  abstract Streams streams();

  @Test
  void shouldTakeNothingWhileNobodySubscribes() {
    try (StreamPublication publication = streams().publication(CHANNEL, 1)) {
      assertEquals(
          StreamCode.NOT_CONNECTED, publication.offer(new UnsafeBuffer(new byte[8]), 0, 8));
      assertFalse(publication.isConnected());
    }
  }

  @Test
  void shouldHandOverMessagesWholeInOrderWithTheirPositions() {
    try (StreamSubscription subscription = streams().subscription(CHANNEL, 2);
        StreamPublication publication = streams().publication(CHANNEL, 2)) {
      awaitConnected(publication);
      Random random = new Random(7);
      List<byte[]> sent = new ArrayList<>();
      List<Long> positions = new ArrayList<>();
      List<byte[]> received = new ArrayList<>();
      List<Long> receivedPositions = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        byte[] message = new byte[random.nextInt(publication.maxMessageLength() / 2)];
        random.nextBytes(message);
        long position = publication.offer(new UnsafeBuffer(message), 0, message.length);
        if (position > 0) {
          sent.add(message);
          positions.add(position);
        } else {
          assertTrue(
              position == StreamCode.BACK_PRESSURED || position == StreamCode.ADMIN_ACTION,
              "code " + position);
          drain(subscription, received, receivedPositions);
        }
      }
      while (received.size() < sent.size()) {
        drain(subscription, received, receivedPositions);
      }
      assertEquals(positions, receivedPositions);
      for (int i = 0; i < sent.size(); i++) {
        assertArrayEquals(sent.get(i), received.get(i));
      }
    }
  }

  @Test
  void shouldPutAPublisherUnderBackPressureAndTakeMoreAfterwards() {
    try (StreamSubscription subscription = streams().subscription(CHANNEL, 3);
        StreamPublication publication = streams().publication(CHANNEL, 3)) {
      awaitConnected(publication);
      UnsafeBuffer message = new UnsafeBuffer(new byte[1024]);
      long answer;
      int sent = 0;
      do {
        answer = publication.offer(message, 0, 1024);
        sent += answer > 0 ? 1 : 0;
      } while (answer > 0 || answer == StreamCode.ADMIN_ACTION);
      assertEquals(StreamCode.BACK_PRESSURED, answer);
      List<byte[]> received = new ArrayList<>();
      while (received.size() < sent) {
        drain(subscription, received, new ArrayList<>());
      }
      do {
        answer = publication.offer(message, 0, 1024);
      } while (answer == StreamCode.ADMIN_ACTION || answer == StreamCode.BACK_PRESSURED);
      assertTrue(answer > 0);
    }
  }

  @Test
  void shouldRefuseAMessageThatIsTooLong() {
    try (StreamSubscription subscription = streams().subscription(CHANNEL, 4);
        StreamPublication publication = streams().publication(CHANNEL, 4)) {
      awaitConnected(publication);
      while (!subscription.isConnected()) {
        Thread.onSpinWait();
      }
      int length = publication.maxMessageLength() + 1;
      UnsafeBuffer message = new UnsafeBuffer(new byte[length]);
      assertEquals(StreamCode.TOO_LONG, publication.offer(message, 0, length));
    }
  }

  @Test
  void shouldTakeNothingOnceClosed() {
    try (StreamSubscription subscription = streams().subscription(CHANNEL, 5)) {
      StreamPublication publication = streams().publication(CHANNEL, 5);
      awaitConnected(publication);
      publication.close();
      assertEquals(StreamCode.CLOSED, publication.offer(new UnsafeBuffer(new byte[8]), 0, 8));
      while (subscription.isConnected()) {
        Thread.onSpinWait();
      }
    }
  }

  private static void awaitConnected(StreamPublication publication) {
    while (!publication.isConnected()) {
      Thread.onSpinWait();
    }
  }

  private static void drain(
      StreamSubscription subscription, List<byte[]> received, List<Long> positions) {
    subscription.poll(
        (buffer, offset, length, position) -> {
          byte[] bytes = new byte[length];
          buffer.getBytes(offset, bytes);
          received.add(bytes);
          positions.add(position);
        },
        64);
  }
}
