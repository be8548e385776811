package io.adplatform.runtime.journal;

import io.adplatform.runtime.config.LanePreset;
import io.adplatform.runtime.lane.ThreadPriority;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.IdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that turns the media driver, the Archive and the Aeron client of a process. When there
 * is nothing to do it parks, longer and longer; whoever has something for it wakes it.
 */
final class Housekeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeper.class);

  /** How long it parks while a lane waits. */
  private static final long POLL_PARK_NANOS = 50_000;

  /**
   * The park after work under LAPTOP, doubled at each further park without any. Whoever waits wakes
   * it, so that this is how long what nobody waits for is gathered: at thousands of records a
   * second, one wake-up and one write then take dozens of them.
   */
  private static final long LAPTOP_FIRST_PARK_NANOS = 2_000_000;

  /** The same where other processes cannot wake it: what they wait for waits so long. */
  private static final long SHARED_FIRST_PARK_NANOS = 500_000;

  /** Nothing in a LAPTOP's process waits for it without waking it: timers alone need it. */
  private static final long LAPTOP_PARK_NANOS = 100_000_000;

  /** Other processes cannot wake it: this is the delay they may see after a pause. */
  private static final long SHARED_PARK_NANOS = 20_000_000;

  private static final long LATENCY_PARK_NANOS = 50_000;

  /** How long a thread that waits for an answer of the driver sleeps between two looks. */
  private static final long WAITING_NANOS = 50_000;

  private static final long ERROR_LOG_NANOS = 1_000_000_000;
  private static final long JOIN_MILLIS = 15_000;

  /** What it turns. */
  interface Work {
    /** One turn, on the housekeeping thread. Returns how much it did. */
    int turn();

    /** Whether a lane waits for what is turned here, or in another process: look often. */
    boolean mustPoll();

    /** The last that the housekeeping thread does. */
    void end();
  }

  private final Thread thread;
  private final long firstParkNanos;
  private final long maxParkNanos;
  private final AtomicBoolean wanted = new AtomicBoolean();
  private volatile boolean parked;
  private volatile boolean closed;
  private volatile long turns;
  private final Work work;
  private long errorLoggedNanos = System.nanoTime() - ERROR_LOG_NANOS;

  private Housekeeper(Work work, long firstParkNanos, long maxParkNanos) {
    this.work = work;
    this.firstParkNanos = Math.min(firstParkNanos, maxParkNanos);
    this.maxParkNanos = maxParkNanos;
    this.thread = Thread.ofPlatform().daemon().name("journal-driver").unstarted(this::run);
  }

  /** Starts a thread that whoever needs it, all in its process, wakes. */
  static Housekeeper start(Work work, LanePreset preset) {
    long park = preset == LanePreset.LAPTOP ? LAPTOP_PARK_NANOS : LATENCY_PARK_NANOS;
    return started(new Housekeeper(work, LAPTOP_FIRST_PARK_NANOS, park));
  }

  /** Starts a thread that turns a driver for other processes, which cannot wake it. */
  static Housekeeper startShared(Work work, LanePreset preset) {
    long park = preset == LanePreset.LAPTOP ? SHARED_PARK_NANOS : LATENCY_PARK_NANOS;
    return started(new Housekeeper(work, SHARED_FIRST_PARK_NANOS, park));
  }

  private static Housekeeper started(Housekeeper housekeeper) {
    housekeeper.thread.start();
    return housekeeper;
  }

  /** Has it look at once. Any thread; cheap when it is not parked. Allocates nothing. */
  void wake() {
    if (!wanted.get()) {
      wanted.set(true);
      if (parked) {
        LockSupport.unpark(thread);
      }
    }
  }

  /**
   * Waits until it has looked anew at everything it turns: afterwards it uses nothing that was
   * taken away before.
   */
  void awaitTurn() {
    long seen = turns;
    while (turns - seen < 2 && thread.isAlive()) {
      wake();
      LockSupport.parkNanos(WAITING_NANOS);
    }
  }

  /** How threads wait for an answer of the driver: they keep it awake. */
  IdleStrategy waiting() {
    return new Waiting();
  }

  private void run() {
    // What a lane has written is waited for by whoever sent it.
    ThreadPriority.raise();
    long park = firstParkNanos;
    while (!closed) {
      wanted.set(false);
      turns = turns + 1;
      park = turn() > 0 ? firstParkNanos : Math.min(maxParkNanos, park * 2);
      parked = true;
      if (!wanted.get()) {
        LockSupport.parkNanos(work.mustPoll() ? POLL_PARK_NANOS : park);
      }
      parked = false;
    }
    try {
      work.end();
    } catch (RuntimeException | Error e) {
      LOG.error("journal-driver did not end in order", e);
    }
  }

  private int turn() {
    try {
      return work.turn();
    } catch (RuntimeException | Error e) {
      long now = System.nanoTime();
      if (now - errorLoggedNanos >= ERROR_LOG_NANOS) {
        errorLoggedNanos = now;
        LOG.error("journal-driver failed and goes on", e);
      }
      return 0;
    }
  }

  /** Ends what it turns, on its thread, and the thread. Blocks until then. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join(JOIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Waiting implements IdleStrategy {
    @Override
    public void idle(int workCount) {
      if (workCount <= 0) {
        idle();
      }
    }

    @Override
    public void idle() {
      wake();
      LockSupport.parkNanos(WAITING_NANOS);
    }

    @Override
    public void reset() {}
  }
}
