package io.adplatform.runtime.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.config.LanePreset;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.Agent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LanesTest {
  /** So long that a lane which is not woken makes the test run into its time limit. */
  private static final long BLOCK_NANOS = TimeUnit.MINUTES.toNanos(5);

  /** A lane that the machine lets wait for its turn is not to be taken for a stuck one. */
  private static final long STUCK_MILLIS = 500;

  private static LaneConfig blocking(int lanes, long stuckMillis) {
    return new LaneConfig(
        LanePreset.LAPTOP,
        lanes,
        List.of(),
        BLOCK_NANOS,
        TimeUnit.MILLISECONDS.toNanos(stuckMillis),
        16);
  }

  @Test
  void shouldServeHttpOnTheThreadThatTurnsTheAgents() throws Exception {
    Set<Thread> agentThreads = ConcurrentHashMap.newKeySet();
    Set<Thread> handlerThreads = ConcurrentHashMap.newKeySet();
    try (Lanes lanes = Lanes.start(LaneConfig.laptop())) {
      lanes.lane(0).add(agent(() -> agentThreads.add(Thread.currentThread()) ? 1 : 0));
      HttpServer server =
          lanes
              .vertx()
              .createHttpServer()
              .requestHandler(
                  request -> {
                    handlerThreads.add(Thread.currentThread());
                    request.response().end("here");
                  })
              .listen(0)
              .await(30, TimeUnit.SECONDS);
      HttpClientResponse response =
          lanes
              .vertx()
              .createHttpClient()
              .request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/")
              .compose(request -> request.send())
              .await(30, TimeUnit.SECONDS);
      assertEquals(200, response.statusCode());
    }
    assertEquals(1, agentThreads.size());
    assertEquals(agentThreads, handlerThreads);
  }

  @Test
  void shouldSeeWhatAnotherThreadLeftBeforeWakingIt() throws Exception {
    int signals = 2_000;
    AtomicInteger left = new AtomicInteger();
    AtomicInteger seen = new AtomicInteger();
    try (Lanes lanes = Lanes.start(blocking(1, 10_000))) {
      lanes
          .lane(0)
          .add(
              agent(
                  () -> {
                    int now = left.get();
                    boolean news = now != seen.get();
                    seen.set(now);
                    return news ? 1 : 0;
                  }));
      for (int i = 1; i <= signals; i++) {
        left.set(i);
        lanes.lane(0).wakeup();
        while (seen.get() != i) {
          Thread.onSpinWait();
        }
      }
    }
    assertEquals(signals, seen.get());
  }

  @Test
  void shouldRunTasksOfOtherThreadsAndRefuseMoreThanItHasRoomFor() throws Exception {
    try (Lanes lanes = Lanes.start(blocking(1, 10_000))) {
      Lane lane = lanes.lane(0);
      CountDownLatch entered = new CountDownLatch(1);
      CountDownLatch release = new CountDownLatch(1);
      assertTrue(
          lane.execute(
              () -> {
                entered.countDown();
                awaitQuietly(release);
              }));
      entered.await();
      AtomicInteger ran = new AtomicInteger();
      for (int i = 0; i < 16; i++) {
        assertTrue(lane.execute(ran::incrementAndGet));
      }
      assertFalse(lane.execute(ran::incrementAndGet));
      assertEquals(1, lane.count(LaneCount.TASKS_REFUSED));
      release.countDown();
      CountDownLatch done = new CountDownLatch(1);
      while (!lane.execute(done::countDown)) {
        Thread.onSpinWait();
      }
      done.await();
      assertEquals(16, ran.get());
    }
  }

  @Test
  void shouldFireTheOtherTimersAndCountTheCycleWhenOneThrows() {
    try (Lanes lanes = Lanes.stepped(1, 1_700_000_000_000L)) {
      Lane lane = lanes.lane(0);
      AtomicInteger fired = new AtomicInteger();
      long soon = lane.nowNanos() + TimeUnit.MILLISECONDS.toNanos(1);
      for (int i = 0; i < 3; i++) {
        int number = i;
        lane.timers()
            .schedule(
                soon,
                now -> {
                  fired.incrementAndGet();
                  if (number == 1) {
                    throw new IllegalStateException("a timer of a test");
                  }
                });
      }
      lanes.advance(TimeUnit.MILLISECONDS.toNanos(10));
      long cycles = lane.count(LaneCount.CYCLES);
      lanes.turn();
      assertEquals(3, fired.get());
      assertEquals(cycles + 1, lane.count(LaneCount.CYCLES));
      assertEquals(1, lane.count(LaneCount.ERRORS));
      assertEquals(0, lane.timers().count());
    }
  }

  @Test
  void shouldReportAStuckLaneOnce() throws Exception {
    try (Lanes lanes = Lanes.start(blocking(1, STUCK_MILLIS))) {
      Lane lane = lanes.lane(0);
      awaitIdle(lane);
      long before = lane.count(LaneCount.STUCK);
      CountDownLatch release = new CountDownLatch(1);
      lane.execute(() -> awaitQuietly(release));
      while (lane.count(LaneCount.STUCK) == before) {
        Thread.sleep(5);
      }
      Thread.sleep(STUCK_MILLIS);
      assertEquals(before + 1, lane.count(LaneCount.STUCK));
      release.countDown();
    }
  }

  @Test
  void shouldNotReportALaneThatIsIdle() throws Exception {
    try (Lanes lanes = Lanes.start(blocking(1, STUCK_MILLIS))) {
      Lane lane = lanes.lane(0);
      awaitIdle(lane);
      long before = lane.count(LaneCount.STUCK);
      Thread.sleep(2 * STUCK_MILLIS);
      assertEquals(before, lane.count(LaneCount.STUCK));
    }
  }

  /** Waits until nothing of the start is left to do: it blocks, for minutes. */
  private static void awaitIdle(Lane lane) throws InterruptedException {
    long cycles;
    do {
      cycles = lane.count(LaneCount.CYCLES);
      Thread.sleep(100);
    } while (cycles != lane.count(LaneCount.CYCLES) || lane.count(LaneCount.BLOCKS) == 0);
  }

  @Test
  void shouldGoOnWhenAnAgentThrows() throws Exception {
    try (Lanes lanes = Lanes.start(blocking(1, 10_000))) {
      lanes
          .lane(0)
          .add(
              agent(
                  () -> {
                    throw new IllegalStateException("on purpose");
                  }));
      while (lanes.lane(0).count(LaneCount.ERRORS) < 3) {
        lanes.lane(0).wakeup();
        Thread.onSpinWait();
      }
      CountDownLatch ran = new CountDownLatch(1);
      lanes.lane(0).execute(ran::countDown);
      ran.await();
    }
  }

  @Test
  void shouldFireTimersThoughItBlocks() throws Exception {
    try (Lanes lanes = Lanes.start(blocking(1, 10_000))) {
      Lane lane = lanes.lane(0);
      AtomicReference<Thread> fired = new AtomicReference<>();
      CountDownLatch done = new CountDownLatch(1);
      lane.execute(
          () ->
              lane.timers()
                  .schedule(
                      lane.nowNanos() + 5_000_000,
                      now -> {
                        fired.set(Thread.currentThread());
                        done.countDown();
                      }));
      done.await();
      assertSame(lane.thread(), fired.get());
    }
  }

  @Test
  void shouldCloseAgentsOnTheirLane() {
    AtomicReference<Thread> closedOn = new AtomicReference<>();
    AtomicBoolean started = new AtomicBoolean();
    Lane lane;
    try (Lanes lanes = Lanes.start(blocking(2, 10_000))) {
      lane = lanes.lane(1);
      lane.add(
          new Agent() {
            @Override
            public void onStart() {
              started.set(true);
            }

            @Override
            public int doWork() {
              return 0;
            }

            @Override
            public void onClose() {
              closedOn.set(Thread.currentThread());
            }

            @Override
            public String roleName() {
              return "test";
            }
          });
      while (!started.get()) {
        Thread.onSpinWait();
      }
    }
    assertSame(lane.thread(), closedOn.get());
    assertFalse(lane.thread().isAlive());
  }

  @Test
  void shouldPinLanesToTheirCores() {
    try (Lanes lanes = Lanes.start(LaneConfig.latency(List.of(0)))) {
      CountDownLatch ran = new CountDownLatch(1);
      assertTrue(lanes.lane(0).execute(ran::countDown));
      awaitQuietly(ran);
      assertEquals(0, lanes.lane(0).count(LaneCount.BLOCKS));
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Agent agent(java.util.function.IntSupplier work) {
    return new Agent() {
      @Override
      public int doWork() {
        return work.getAsInt();
      }

      @Override
      public String roleName() {
        return "test";
      }
    };
  }
}
