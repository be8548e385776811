package io.adplatform.runtime.lane;

import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.config.LanePreset;
import io.netty.channel.EventLoopGroup;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.internal.VertxInternal;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lanes of a process and the Vert.x instance whose event loops they are. Thread-safe but for
 * {@link #turn()} and {@link #advance}, which are for the one thread that turns the crank of the
 * preset {@code STEPPED}.
 */
public final class Lanes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);

  /** How long closing waits for a lane's agents, and then for its event loop, to end. */
  private static final long CLOSE_SECONDS = 10;

  /** The lanes have a watchdog of their own: Vert.x's need hardly ever look. */
  private static final long VERTX_CHECK_MINUTES = 60;

  /** Work besides the lanes (name look-ups, files) is rare on a hot node. */
  private static final int WORKER_THREADS = 2;

  private final LaneConfig config;
  private final LaneClock clock;
  private final LaneEventLoopGroup group;
  private final List<Lane> lanes;
  private final LaneWatchdog watchdog;
  private Vertx vertx;

  private Lanes(LaneConfig config, LaneClock clock) {
    this.config = config;
    this.clock = clock;
    this.group =
        new LaneEventLoopGroup(
            config.lanes(),
            LaneTransport.best().implementation().ioHandlerFactory(),
            clock.ticker());
    List<LaneEventLoop> loops = group.loops();
    this.lanes =
        IntStream.range(0, loops.size())
            .mapToObj(i -> new Lane(i, loops.get(i), clock, config))
            .toList();
    this.watchdog = new LaneWatchdog(lanes, config.stuckNanos());
  }

  /** Starts the lanes' threads, their Vert.x instance and the watchdog. Blocks until they turn. */
  public static Lanes start(LaneConfig config) {
    if (config.preset() == LanePreset.STEPPED) {
      throw new IllegalArgumentException("STEPPED lanes are made by Lanes.stepped");
    }
    Lanes lanes = new Lanes(config, LaneClock.system());
    lanes.vertx = lanes.startVertx();
    lanes.watchdog.start();
    return lanes;
  }

  /**
   * Lanes without threads, on a clock that stands until {@link #advance} moves it. The calling
   * thread becomes every lane's thread.
   *
   * @param epochMillis what the clock shows first
   */
  public static Lanes stepped(int count, long epochMillis) {
    Lanes lanes = new Lanes(LaneConfig.stepped(count), LaneClock.virtual(epochMillis));
    lanes.lanes.forEach(lane -> lane.own(Thread.currentThread()));
    return lanes;
  }

  /** How many lanes there are. */
  public int count() {
    return lanes.size();
  }

  /** A lane by its number. */
  public Lane lane(int index) {
    return lanes.get(index);
  }

  /** All lanes, in order. */
  public List<Lane> all() {
    return lanes;
  }

  /** How they run. */
  public LaneConfig config() {
    return config;
  }

  /** The Vert.x instance whose event loops are the lanes. */
  public Vertx vertx() {
    if (vertx == null) {
      vertx = startVertx();
    }
    return vertx;
  }

  /** One duty cycle of each lane, in order, none of which blocks. {@code STEPPED} only. */
  public int turn() {
    int work = 0;
    for (Lane lane : lanes) {
      work += lane.turn(false);
    }
    return work;
  }

  /** Moves the clock. {@code STEPPED} only. */
  public void advance(long nanos) {
    clock.advance(nanos);
  }

  private Vertx startVertx() {
    LaneTransport transport = new LaneTransport(LaneTransport.best(), this::startThreads);
    VertxOptions options =
        new VertxOptions()
            .setEventLoopPoolSize(config.lanes())
            .setWorkerPoolSize(WORKER_THREADS)
            .setInternalBlockingPoolSize(WORKER_THREADS)
            .setBlockedThreadCheckInterval(VERTX_CHECK_MINUTES)
            .setBlockedThreadCheckIntervalUnit(TimeUnit.MINUTES)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setClassPathResolvingEnabled(false)
                    .setFileCachingEnabled(false));
    Vertx started = Vertx.builder().with(options).withTransport(transport).build();
    VertxInternal internal = (VertxInternal) started;
    for (Lane lane : lanes) {
      lane.context(internal.contextBuilder().withEventLoop(lane.eventLoop()).build());
    }
    return started;
  }

  private EventLoopGroup startThreads(ThreadFactory factory) {
    if (config.preset() == LanePreset.STEPPED) {
      return group;
    }
    for (Lane lane : lanes) {
      Thread thread = factory.newThread(() -> run(lane));
      thread.setName("lane-" + lane.index());
      lane.own(thread);
      thread.start();
    }
    return group;
  }

  private void run(Lane lane) {
    if (!ThreadPriority.raise()) {
      LOG.info("lane={} has no priority over other threads: that takes CAP_SYS_NICE", lane.index());
    }
    if (!config.cores().isEmpty() && !CpuAffinity.pin(config.cores().get(lane.index()))) {
      LOG.warn(
          "lane={} core={} could not be pinned and runs on any",
          lane.index(),
          config.cores().get(lane.index()));
    }
    while (!lane.isTerminated()) {
      try {
        lane.turn(true);
      } catch (RuntimeException | Error e) {
        // Netty catches what handlers throw: this is a fault of the loop itself, and it goes on.
        lane.onError("cycle", e);
      }
    }
  }

  /**
   * Ends the agents of every lane, the last added first, on their lanes. The lanes go on without
   * them. Blocks.
   */
  public void closeAgents() {
    if (config.preset() == LanePreset.STEPPED) {
      lanes.forEach(Lane::closeAgents);
      return;
    }
    CountDownLatch ended = new CountDownLatch(lanes.size());
    for (Lane lane : lanes) {
      lane.eventLoop()
          .execute(
              () -> {
                lane.closeAgents();
                ended.countDown();
              });
    }
    try {
      if (!ended.await(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("lanes' agents did not end within {} s", CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the agents, the last added first, then Vert.x, the loops and the threads. */
  @Override
  public void close() {
    closeAgents();
    if (config.preset() == LanePreset.STEPPED) {
      closeStepped();
      return;
    }
    try {
      vertx.close().await(CLOSE_SECONDS, TimeUnit.SECONDS);
      for (Lane lane : lanes) {
        lane.thread().join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.TimeoutException e) {
      LOG.warn("lanes did not end within {} s", CLOSE_SECONDS);
    } finally {
      watchdog.close();
    }
  }

  private void closeStepped() {
    if (vertx != null) {
      vertx.close();
    } else {
      group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
    while (!group.isTerminated() && System.nanoTime() < deadline) {
      turn();
      advance(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }
}
