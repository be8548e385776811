package io.adplatform.testkit.check;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.internal.PlatformDependent;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LeakCheckTest {
  private static final int KIB = 1024;

  /** What is held on purpose is not waited for as long. */
  private static final Duration END_BOUND = Duration.ofMillis(500);

  @TempDir Path folder;

  private final List<AutoCloseable> kept = new ArrayList<>();
  private final List<Object> held = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : kept) {
      one.close();
    }
  }

  @Test
  void shouldBeSilentWhereEverythingIsClosed() throws Exception {
    LeakCheck.assertNoLeak(
        () -> {
          Thread thread = Thread.ofPlatform().start(() -> ByteBuffer.allocateDirect(KIB));
          try (SocketChannel socket = SocketChannel.open();
              FileChannel file = open("closed")) {
            file.map(MapMode.READ_WRITE, 0, KIB);
            socket.configureBlocking(false);
          }
          thread.join();
          PlatformDependent.allocateDirect(KIB).clean();
        });
  }

  @Test
  void shouldNameAFileOrASocketThatStaysOpen() {
    String message = leak(() -> kept.add(open("left")));
    assertTrue(message.contains("3 file descriptors of " + folder.resolve("left")), message);
    String sockets = leak(() -> kept.add(SocketChannel.open()));
    assertTrue(sockets.contains("3 file descriptors of socket"), sockets);
  }

  @Test
  void shouldNameAThreadThatGoesOn() {
    String message =
        leak(
            () -> {
              CountDownLatch end = new CountDownLatch(1);
              kept.add(end::countDown);
              Thread.ofPlatform().daemon().name("goes-on").start(() -> await(end));
            });
    assertTrue(message.contains("thread goes-on"), message);
  }

  @Test
  void shouldCountMemoryOfBuffersThatAreHeld() {
    String direct = leak(() -> held.add(ByteBuffer.allocateDirect(KIB)));
    assertTrue(direct.contains("3072 bytes of direct memory"), direct);
    String netty = leak(() -> held.add(PlatformDependent.allocateDirect(KIB)));
    assertTrue(netty.contains("3072 bytes of "), netty);
    String mapped =
        leak(
            () -> {
              try (FileChannel file = open("mapped")) {
                held.add(file.map(MapMode.READ_WRITE, 0, KIB));
              }
            });
    assertTrue(mapped.contains("3072 bytes of mapped memory"), mapped);
  }

  private FileChannel open(String name) throws java.io.IOException {
    return FileChannel.open(
        folder.resolve(name),
        StandardOpenOption.CREATE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE);
  }

  private static void await(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String leak(LeakCheck.Work work) {
    return assertThrows(AssertionError.class, () -> LeakCheck.assertNoLeak(work, END_BOUND))
        .getMessage();
  }
}
